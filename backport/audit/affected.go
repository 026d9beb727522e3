package audit

import (
	"context"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/backport/why"
	"github.com/git-backport/git-backport/gitops"
)

// A Word says whether a line has what a fix mends. It is a lens and decides nothing.
type Word string

// The words.
const (
	Affected    Word = "affected"
	Unclear     Word = "unclear"
	NoSign      Word = "no sign"
	NoCode      Word = "no code"
	NotAffected Word = "not affected" // declared so, only
)

// A Sight is what is seen of a fix on a line.
type Sight struct {
	Word           Word
	Declared       []DeclaredOn
	Mentions       []string // of what may have brought it, in the fix's message
	Removed, There int      // lines that the fix removes, and those that are in the line's files
	Origins        []OriginOn
	Around         AroundOn // of a fix that removes nothing
	Files, Absent  int
	Moved          []Move
	Cut            bool // more lines are removed than are looked at
}

// A DeclaredOn is a commit that is said to have brought what the fix mends.
type DeclaredOn struct {
	ID      string
	How     string // the line of the message, or "--introduced"
	Found   bool
	Carried bool
}

// An OriginOn is a commit that removed lines come from; zero where they are older than every line.
type OriginOn struct {
	Commit  gitops.ID
	Lines   int
	Carried bool
}

// An AroundOn counts the lines around what the fix adds, and those of them that come from what the line has.
type AroundOn struct{ Lines, Carried int }

// A Move is a file that the line has under another name.
type Move struct{ From, To string }

// A Lens looks whether lines have what fixes mend.
type Lens struct {
	session *gitops.Session
	held    *Held
	origins *why.Origins
	lines   map[gitops.ID][]fileLines
}

// fileLines are the telling lines that a fix removes from a file, or those around what it adds.
type fileLines struct {
	path    string
	removed []string
	origins []why.Origin
	around  []why.Origin
}

// NewLens makes a lens over what lines hold.
func NewLens(s *gitops.Session, held *Held) *Lens {
	known := func(id gitops.ID) bool { return held.Index.Fix(id) == nil }
	return &Lens{session: s, held: held, origins: why.NewOrigins(s, known), lines: map[gitops.ID][]fileLines{}}
}

// maxRemoved bounds the removed lines that are looked at, of all files of a fix.
const maxRemoved = 2000

// See looks at a fix on a line, whose tree is given: that of its tip, or an older one.
func (l *Lens) See(ctx context.Context, fix *ledger.Commit, line *HeldLine, tree gitops.ID, introduced []gitops.ID) (*Sight, error) {
	out := &Sight{}
	if err := l.declared(ctx, fix, line, introduced, out); err != nil {
		return nil, err
	}
	if fix.IsMerge() {
		out.Word = out.declaredWord(Unclear)
		return out, nil
	}
	files, err := l.read(ctx, fix, out)
	if err != nil {
		return nil, err
	}
	moved, err := l.moved(ctx, fix, tree, files)
	if err != nil {
		return nil, err
	}
	around := map[gitops.ID]int{}
	origins := map[gitops.ID]int{}
	var order []gitops.ID
	for _, f := range files {
		out.Files++
		there, err := l.session.TreeLines(tree, f.path)
		if to := moved[f.path]; err == nil && there == nil && to != "" {
			out.Moved = append(out.Moved, Move{f.path, to})
			there, err = l.session.TreeLines(tree, to)
		}
		if err != nil {
			return nil, err
		}
		if there == nil {
			out.Absent++
		}
		_, in := countIn(f.removed, there)
		out.Removed, out.There = out.Removed+len(f.removed), out.There+in
		for _, o := range f.origins {
			if origins[o.Commit] == 0 {
				order = append(order, o.Commit)
			}
			origins[o.Commit] += o.Lines
		}
		for _, o := range f.around {
			around[o.Commit] += o.Lines
		}
	}
	for _, id := range order {
		out.Origins = append(out.Origins, OriginOn{Commit: id, Lines: origins[id], Carried: l.carries(line, id)})
	}
	slices.SortStableFunc(out.Origins, func(a, b OriginOn) int { return b.Lines - a.Lines })
	for id, n := range around {
		out.Around.Lines += n
		if l.carries(line, id) {
			out.Around.Carried += n
		}
	}
	out.Word = out.declaredWord(out.word())
	return out, nil
}

// look looks at the fixes that somebody asks about, on every line.
func (a *auditing) look(ctx context.Context) error {
	lens := NewLens(a.session, a.held)
	for i := range a.report.Rows {
		row := &a.report.Rows[i]
		if row.Fix == nil || len(row.Fix.Parents) == 0 {
			continue
		}
		for j := range row.Cells {
			tree, err := a.session.TreeOf(a.Lines[j].Tip)
			if err != nil {
				return err
			}
			sight, err := lens.See(ctx, row.Fix, &a.held.Lines[j], tree, a.Brought)
			if absent(err) {
				continue
			}
			if err != nil {
				return err
			}
			row.Cells[j].Sight = sight
		}
	}
	return nil
}

// carries reports whether a line has a commit of main, by ancestry or as a copy. A zero one is older than
// all lines.
func (l *Lens) carries(line *HeldLine, id gitops.ID) bool {
	if id.IsZero() || l.held.Index.Fix(id) == nil {
		return true
	}
	return line.cell(id).State.Carried()
}

// word is what the lines and files say.
func (s *Sight) word() Word {
	from := 0
	for _, o := range s.Origins {
		if o.Carried {
			from += o.Lines
		}
	}
	switch {
	case s.Files == 0:
		return Unclear
	case s.Removed == 0 && s.Absent == 0 && s.Around.Lines > 0 && s.Around.Carried == s.Around.Lines:
		return Affected
	case s.Removed == 0:
		return Unclear
	case 2*s.There >= s.Removed, 2*from >= s.Removed:
		return Affected
	case s.There == 0 && from == 0 && s.Absent == s.Files:
		return NoCode
	case s.There == 0 && from == 0:
		return NoSign
	}
	return Unclear
}

// declaredWord is what is declared, else another word.
func (s *Sight) declaredWord(other Word) Word {
	found := false
	for _, d := range s.Declared {
		if d.Found && d.Carried {
			return Affected
		}
		found = found || d.Found
	}
	if found {
		return NotAffected
	}
	return other
}

// declared reads what a message, or a person, says of where the trouble comes from.
func (l *Lens) declared(ctx context.Context, fix *ledger.Commit, line *HeldLine, introduced []gitops.ID, out *Sight) error {
	for _, d := range Declared(fix.Message) {
		o, err := l.held.Reading.Commit(ctx, d.ID)
		if err != nil {
			return err
		}
		on := DeclaredOn{ID: d.ID, How: d.Line, Found: o != nil && (d.Subject == "" || ledger.Normalize(o.Subject) == ledger.Normalize(d.Subject))}
		if on.Found {
			on.ID = o.ID.String()
			if on.Carried, err = l.has(ctx, line, o.ID); err != nil {
				return err
			}
		}
		out.Declared = append(out.Declared, on)
	}
	for _, id := range introduced {
		has, err := l.has(ctx, line, id)
		if err != nil {
			return err
		}
		out.Declared = append(out.Declared, DeclaredOn{ID: id.String(), How: "--introduced", Found: true, Carried: has})
	}
	for _, m := range mention().FindAll(fix.Message, -1) {
		out.Mentions = append(out.Mentions, strings.Join(strings.Fields(string(m)), " "))
	}
	return nil
}

// has reports whether a line has any commit, of main or not.
func (l *Lens) has(ctx context.Context, line *HeldLine, id gitops.ID) (bool, error) {
	if l.held.Index.Fix(id) != nil {
		return line.cell(id).State.Carried(), nil
	}
	return l.session.Repo().IsAncestor(ctx, id, line.Tip)
}

// moved returns the names under which a tree has the files of a fix that are not there.
func (l *Lens) moved(ctx context.Context, fix *ledger.Commit, tree gitops.ID, files []fileLines) (map[string]string, error) {
	for _, f := range files {
		st, err := l.session.Entry(tree, f.path)
		if err != nil {
			return nil, err
		}
		if st != nil {
			continue
		}
		res, err := l.session.PickOnto(ctx, tree, fix.ID, 0)
		if err != nil {
			return nil, err
		}
		out := map[string]string{}
		for _, r := range res.Renames {
			if r.Ours {
				out[r.From] = r.To
			}
		}
		return out, nil
	}
	return nil, nil //nolint:nilnil // nothing is moved
}

// read finds the lines that a fix removes from source files, with their origins; or, where it removes none,
// those around what it adds.
func (l *Lens) read(ctx context.Context, fix *ledger.Commit, out *Sight) ([]fileLines, error) {
	if files, ok := l.lines[fix.ID]; ok {
		return files, nil
	}
	paths, err := l.held.Index.Paths(ctx, fix.ID)
	if err != nil {
		return nil, err
	}
	var files []fileLines
	removed := 0
	edits := map[string]gitops.FileEdit{}
	for _, p := range paths {
		if ledger.ClassOf(p) != ledger.ClassSource {
			continue
		}
		e, err := l.session.EditOf(fix.ID, p)
		if err != nil {
			return nil, err
		}
		if !e.Was || e.Binary {
			continue
		}
		f := fileLines{path: p}
		for _, c := range e.Changes {
			for i := range c.Old.Count {
				if text := strings.TrimSpace(e.Old[c.Old.Start-1+i]); speaks(text) && removed < maxRemoved {
					f.removed = append(f.removed, text)
					removed++
				} else if removed >= maxRemoved {
					out.Cut = true
				}
			}
		}
		edits[p] = e
		files = append(files, f)
	}
	for i := range files {
		f, e := &files[i], edits[files[i].path]
		if removed > 0 {
			if f.origins, err = l.origins.Of(ctx, fix.Parents[0], f.path, speaking(e, 0)); err != nil {
				return nil, err
			}
		} else if f.around, err = l.origins.Of(ctx, fix.Parents[0], f.path, speaking(e, 2)); err != nil {
			return nil, err
		}
	}
	l.lines[fix.ID] = files
	return files, nil
}

// speaks reports whether a line is code that tells something.
func speaks(text string) bool {
	for _, mark := range []string{"//", "/*", "* ", "# ", "-- ", ";;", "<!--", "dnl "} {
		if strings.HasPrefix(text, mark) {
			return false
		}
	}
	return ledger.Telling(text)
}

// speaking returns the runs of telling lines of the old text that an edit removes, or, around the places
// where it adds, as many lines before and after.
func speaking(e gitops.FileEdit, around int) []gitops.Lines {
	var out []gitops.Lines
	put := func(from, to int) {
		for at := max(from, 1); at < to && at <= len(e.Old); at++ {
			if !speaks(strings.TrimSpace(e.Old[at-1])) {
				continue
			}
			if n := len(out) - 1; n >= 0 && out[n].Start+out[n].Count == at {
				out[n].Count++
			} else {
				out = append(out, gitops.Lines{Start: at, Count: 1})
			}
		}
	}
	last := 0
	for _, c := range e.Changes {
		if around == 0 {
			put(c.Old.Start, c.Old.Start+c.Old.Count)
			continue
		}
		put(max(last, c.Old.Start-around), c.Old.Start+c.Old.Count+around)
		last = c.Old.Start + c.Old.Count + around
	}
	return out
}
