package audit

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// A repair is a commit of main that another says it mends or takes back.
type repair struct {
	of   *ledger.Commit
	line string // of the message
	byID bool   // it is named by its id, not by a number alone
}

var mention = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:fix(?:es|ed|ing)?|introduced|regress(?:ion|ed|es)?|reverts?|reverting|broken?|caused|follow-?up)\b[^.\n#]{0,60}#(\d{1,7})\b`)
})

// A Declaration is what a message says of the commit that a change mends.
type Declaration struct {
	ID      string // 7 to 40 digits
	Subject string // that stands beside it; "" for none
	Line    string
}

var declared = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?im)^\s*(?:fixes|follow-?up (?:for|to|of)|introduced-by|this reverts commit):?\s+(?:commit )?([0-9a-f]{7,40})\b\s*(?:\("?(.*?)"?\))?.*$`)
})

// Declared returns the commits that a message names as what it mends or takes back.
func Declared(message []byte) []Declaration {
	if !strings.Contains(strings.ToLower(string(message)), "fixes") && !bytes.Contains(message, []byte("ollow")) && !bytes.Contains(message, []byte("ntroduced-")) && !bytes.Contains(message, []byte("reverts commit")) {
		return nil
	}
	var out []Declaration
	for _, m := range declared().FindAllSubmatch(message, -1) {
		out = append(out, Declaration{ID: strings.ToLower(string(m[1])), Subject: string(m[2]), Line: strings.TrimSpace(string(m[0]))})
	}
	return out
}

// readRepairs finds which commits of main say that they mend or take back others.
func (a *auditing) readRepairs(ctx context.Context) error {
	a.repairs = map[gitops.ID][]repair{}
	byNumber := map[int]*ledger.Commit{}
	for _, f := range a.held.Main {
		if n := len(f.Numbers); n > 0 && !f.IsMerge() {
			byNumber[f.Numbers[n-1]] = f
		}
	}
	for _, f := range a.held.Main {
		if f.IsMerge() {
			continue
		}
		found, err := a.namedByID(ctx, f)
		if err != nil {
			return err
		}
		for _, m := range mention().FindAllSubmatch(f.Message, -1) {
			n, err := strconv.Atoi(string(m[1]))
			if o := byNumber[n]; err == nil && o != nil && o.ID != f.ID && o.Time <= f.Time {
				found = addRepair(found, repair{of: o, line: string(m[0])})
			}
		}
		if len(found) > 0 {
			a.repairs[f.ID] = found
		}
	}
	return nil
}

// namedByID finds the commits that a message names by their ids.
func (a *auditing) namedByID(ctx context.Context, f *ledger.Commit) ([]repair, error) {
	var out []repair
	add := func(id, line string) error {
		o, err := a.held.Reading.Commit(ctx, id)
		if err == nil && o != nil && a.held.Index.Fix(o.ID) != nil && o.ID != f.ID {
			out = addRepair(out, repair{of: o, line: line, byID: true})
		}
		return err
	}
	for _, d := range Declared(f.Message) {
		if err := add(d.ID, d.Line); err != nil {
			return nil, err
		}
	}
	for _, r := range f.Reverts {
		if r.ID != "" && !r.Reapply {
			if err := add(r.ID, "This reverts commit "+r.ID); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func addRepair(list []repair, r repair) []repair {
	if slices.ContainsFunc(list, func(o repair) bool { return o.of.ID == r.of.ID }) {
		return list
	}
	return append(list, r)
}

// followUp holds when a line has as a copy what the fix mends.
func (a *auditing) followUp(row *Row, i int, _ policy.Decision, _ bool) (Signal, string) {
	r, ok := a.repairOn(row, i)
	if !ok || !row.Source && len(a.Fixes) == 0 {
		return "", ""
	}
	how := "names"
	if !r.byID {
		how = "mentions"
	}
	return FollowUp, fmt.Sprintf("%s %s, which %s has: %q", how, a.session.Repo().Short(r.of.ID), a.Lines[i].Name(), r.line)
}

// repairsByID reports whether the fix names by its id what the line has.
func (a *auditing) repairsByID(row *Row, i int) bool {
	r, ok := a.repairOn(row, i)
	return ok && r.byID
}

// repairOn returns what the fix mends and the line has as a copy, those that are named by id first.
func (a *auditing) repairOn(row *Row, i int) (repair, bool) {
	var found repair
	for _, r := range a.repairs[row.Fix.ID] {
		copies := a.held.Lines[i].Copies(r.of.ID)
		if len(copies) > 0 && copies[0].Stands() && (found.of == nil || r.byID && !found.byID) {
			found = r
		}
	}
	return found, found.of != nil
}

var claim = sync.OnceValue(func() *regexp.Regexp {
	const id = `(?:GHSA(?:-[0-9a-z]{4}){3}|CVE-\d{4}-\d{4,7}|RUSTSEC-\d{4}-\d{4}|GO-\d{4}-\d{4,5})`
	return regexp.MustCompile(`(?im)^[\s>*•-]*(?:` +
		id + `(?:[\s,;.&]|and|` + id + `)*(?:$|:)|` +
		`(?:this )?(?:is|fix(?:es|ed)?|clos(?:es|ed)|address(?:es|ed)|resolv(?:es|ed)|remediat(?:es|ed)|mitigat(?:es|ed)|security|advisory|cve|ghsa)\b[^.\n]{0,30}\b` + id + `\b)`)
})

// Claims reports whether a message says that its change is for an advisory, and does not only mention one:
// in its subject, or in a line that has nothing else or begins with a word for it.
func Claims(c *ledger.Commit) bool {
	return len(ledger.Advisories([]byte(c.Subject))) > 0 || claim().Match(c.Message)
}
