package audit

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// hints reads what the message of a fix says of lines.
func (a *auditing) hints(row *Row) {
	for _, key := range []string{"Backport-To", "Backport-Not-Affected"} {
		value, ok := gitops.FindTrailer(row.Commit().Message, key)
		if !ok {
			continue
		}
		names, _, _ := strings.Cut(value, "(")
		for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' }) {
			if id, err := a.Policy.ParseLine(name); err == nil {
				row.Hints = append(row.Hints, Hint{Line: id, Text: key + ": " + value, Not: key != "Backport-To"})
			}
		}
	}
}

// hinted returns what the message of a fix says of a line.
func (r *Row) hinted(id policy.LineID, not bool) (Hint, bool) {
	at := slices.IndexFunc(r.Hints, func(h Hint) bool { return h.Line == id && h.Not == not })
	if at < 0 {
		return Hint{}, false
	}
	return r.Hints[at], true
}

// NotAffected is what the message of a fix says of a line that it calls not affected; "" where it says
// nothing.
func (r *Row) NotAffected(id policy.LineID) string {
	h, _ := r.hinted(id, true)
	return h.Text
}

// readDrafts finds the fixes that branches for the lines carry.
func (a *auditing) readDrafts(ctx context.Context) error {
	a.pending = map[gitops.ID]map[int]string{}
	for _, d := range a.Drafts {
		line := slices.IndexFunc(a.Lines, func(l Line) bool { return l.ID == d.Line })
		if line < 0 {
			continue
		}
		ids, err := a.session.Repo().Between(ctx, a.Lines[line].Tip, d.Tip)
		if err != nil {
			return err
		}
		for _, id := range ids[:min(len(ids), maxDraft)] {
			c, err := a.held.Reading.Read(id)
			if err != nil {
				return err
			}
			origins, err := a.held.Lines[line].Branch.Origins(ctx, c)
			if err != nil {
				return err
			}
			for _, o := range origins {
				if a.pending[o] == nil {
					a.pending[o] = map[int]string{}
				}
				a.pending[o][line] = d.Name
			}
		}
	}
	return nil
}

// maxDraft bounds how many commits of a branch for a line are read.
const maxDraft = 256

// readAdvisories finds the advisories that the lines' own commits name, in their messages and in the notes
// that they add.
func (a *auditing) readAdvisories(ctx context.Context) error {
	a.naming, a.advised, a.first = map[gitops.ID][]string{}, map[string][]bool{}, map[string]int64{}
	for i := range a.held.Lines {
		for _, c := range a.held.Lines[i].Own {
			if c.IsMerge() {
				continue
			}
			ids, err := a.held.Index.Named(ctx, c)
			if _, gone := ledger.Missing(err); gone {
				continue
			}
			if err != nil {
				return err
			}
			for _, id := range ids {
				if a.advised[id] == nil {
					a.advised[id] = make([]bool, len(a.Lines))
				}
				a.advised[id][i] = true
				if at, known := a.first[id]; !known || c.Time < at {
					a.first[id] = c.Time
				}
			}
			if len(ids) > 0 {
				a.naming[c.ID] = ids
			}
		}
	}
	return nil
}

// advisoriesOf returns the advisories that a copy names which carries this fix and no other.
func (a *auditing) advisoriesOf(row *Row) []string {
	var out []string
	for i, c := range row.Cells {
		if c.State != Backported {
			continue
		}
		id := c.Copies[0].Commit
		if names := a.naming[id]; len(names) > 0 && row.Source && a.carries(i, id) == 1 {
			out = append(out, names...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// named holds when the notes of another line name an advisory beside the fix, and those of this line do
// not.
func (a *auditing) named(row *Row, i int, _ policy.Decision, _ bool) (Signal, string) {
	if !row.Source {
		return "", ""
	}
	for j, c := range row.Cells {
		if c.State != Backported || j == i {
			continue
		}
		for _, id := range a.naming[c.Copies[0].Commit] {
			if !a.advised[id][i] {
				return Advisory, "on " + a.Lines[j].Name() + " it came with " + id + ", which this line does not name"
			}
		}
	}
	return "", ""
}

// nameAdvisories lists the advisories that lines name, newest line first, with the lines that were there
// when the first of them did, lack its fixes, and do not name it.
func (a *auditing) nameAdvisories() {
	for _, id := range slices.Sorted(maps.Keys(a.advised)) {
		out := Named{ID: id}
		for i, names := range a.advised[id] {
			if names {
				out.Lines = append(out.Lines, a.Lines[i].Name())
			}
		}
		for i, names := range a.advised[id] {
			if !names && a.lacksAll(id, i) {
				out.Missing = append(out.Missing, a.Lines[i].Name())
			}
		}
		a.report.Advisories = append(a.report.Advisories, out)
	}
}

// lacksAll reports whether a line has none of what came to the others with an advisory, nor can have it
// from main.
func (a *auditing) lacksAll(advisory string, line int) bool {
	known := false
	for _, row := range a.report.Rows {
		with := slices.Contains(row.Advisories, advisory)
		for _, c := range row.Cells {
			with = with || c.State == Backported && slices.Contains(a.naming[c.Copies[0].Commit], advisory)
		}
		if !with {
			continue
		}
		known = true
		if s := row.Cells[line].State; s.Carried() || s == Decided {
			return false
		}
	}
	return known
}
