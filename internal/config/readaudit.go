package config

import (
	"regexp"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/backport/ledger"
)

// audit reads what the audit is told.
func (r *reader) audit(root *value) {
	v := root.sub("audit")
	if g := v.sub("grace"); g != nil {
		days := int(g.num)
		if r.cfg.Audit.Grace = &days; days < 0 || days > maxGrace {
			r.add(g.at, "", "grace = %d: want days, 0 to %d", days, maxGrace)
		}
	}
	r.cfg.Audit.Uneven = v.text("uneven")
	seen := map[string]bool{}
	for _, row := range root.each("decision") {
		d := audit.Decision{Fix: strings.TrimSpace(row.text("fix")), Status: row.text("status"), Reason: strings.TrimSpace(row.text("reason")), Until: row.date("until"), By: "file"}
		if d.Fix == "" || row.sub("lines") == nil || d.Status == "" || d.Reason == "" {
			r.add(row.at, "", "a [[decision]] needs fix, lines, status and reason")
			continue
		}
		if !namesFix(d.Fix) {
			r.add(row.sub("fix").at, "write 7 digits or more of a commit of main, \"#123\", or an advisory's id", "%q names no fix", d.Fix)
		}
		for _, l := range row.each("lines") {
			id, err := r.scheme.ParseLine(l.str)
			if err != nil {
				continue // the check has said so
			}
			key := strings.ToLower(d.Fix) + " " + id.String()
			if seen[key] {
				r.add(l.at, "", "a second decision on %q for line %s", d.Fix, id)
			}
			seen[key] = true
			d.Lines = append(d.Lines, id)
		}
		r.cfg.Decisions = append(r.cfg.Decisions, d)
	}
}

// maxGrace is more days than any line lives.
const maxGrace = 36500

// namesFix reports whether a text can name a fix in a decision.
func namesFix(text string) bool {
	ok, err := regexp.MatchString(`^(?:[0-9a-fA-F]{7,40}|#[1-9][0-9]{0,8})$`, text)
	return err == nil && ok || len(ledger.Advisories([]byte(text))) == 1
}
