package audit

import (
	"context"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// A Held is what the lines of a repository hold of main's commits.
type Held struct {
	Reading *backport.Reading
	Index   *ledger.Index
	Main    []*ledger.Commit // since the oldest line left, youngest first
	Lines   []HeldLine       // in the order of the tips
	Oldest  int              // the line that left main first
}

// A HeldLine is what one line holds.
type HeldLine struct {
	Tip, Point gitops.ID
	Own        []*ledger.Commit // on the branch and not on main, youngest first
	Branch     *ledger.Branch
	ancestors  map[gitops.ID]bool
	Found      ledger.Found
}

// In reports whether a commit is an ancestor of the line's tip, as far as it is younger than the oldest
// line.
func (h *HeldLine) In(id gitops.ID) bool { return h.ancestors[id] }

// Copies returns the copies of a fix on the line, the best first.
func (h *HeldLine) Copies(fix gitops.ID) []ledger.Copy { return h.Found.Copies[fix] }

// maxMain bounds how many commits of main are read.
const maxMain = 1 << 20

// Hold finds what the branches with some tips hold of main's commits since the oldest of them left it.
func Hold(ctx context.Context, s *gitops.Session, main gitops.ID, tips []gitops.ID) (*Held, error) {
	repo := s.Repo()
	h := &Held{Reading: backport.NewReading(s)}
	histories, err := repo.Histories(ctx, main, tips)
	if err != nil {
		return nil, err
	}
	var oldest gitops.ID
	var date int64
	for i, hist := range histories {
		if hist.Point.IsZero() {
			continue
		}
		at, err := repo.CommitTime(hist.Point)
		if err != nil {
			return nil, err
		}
		if oldest.IsZero() || at < date {
			oldest, date, h.Oldest = hist.Point, at, i
		}
	}
	if oldest.IsZero() {
		return h, nil
	}
	ids, err := repo.Since(ctx, oldest, main, maxMain)
	if err != nil {
		return nil, err
	}
	if h.Main, err = h.Reading.ReadAll(ctx, ids); err != nil {
		return nil, err
	}
	h.Index = ledger.NewIndex(h.Reading, h.Main, nil)
	var all []*ledger.Commit
	for i, hist := range histories {
		own, err := h.Reading.ReadAll(ctx, hist.Commits)
		if err != nil {
			return nil, err
		}
		h.Lines = append(h.Lines, HeldLine{Tip: tips[i], Point: hist.Point, Own: own})
		all = append(all, own...)
	}
	if err := h.Index.Prepare(ctx, all); err != nil {
		return nil, err
	}
	for i := range h.Lines {
		if err := h.line(ctx, &h.Lines[i]); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// line finds what one line holds.
func (h *Held) line(ctx context.Context, l *HeldLine) error {
	l.ancestors = h.reach(l)
	commits := make([]*ledger.Commit, 0, len(l.Own))
	commits = append(commits, l.Own...)
	for _, c := range h.Main {
		if l.ancestors[c.ID] {
			commits = append(commits, c)
		}
	}
	var err error
	if l.Branch, err = ledger.ReadBranch(ctx, h.Reading, commits); err != nil {
		return err
	}
	l.Found, err = h.Index.Match(ctx, l.Branch, l.Own, func(fix gitops.ID) bool {
		_, undone := l.Branch.UndoneBy(fix)
		return l.ancestors[fix] && !undone
	})
	return err
}

// reach finds which of main's commits a line's tip has.
func (h *Held) reach(l *HeldLine) map[gitops.ID]bool {
	own := make(map[gitops.ID]*ledger.Commit, len(l.Own))
	for _, c := range l.Own {
		own[c.ID] = c
	}
	in, seen := map[gitops.ID]bool{}, map[gitops.ID]bool{}
	for todo := []gitops.ID{l.Tip}; len(todo) > 0; {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		c := own[id]
		if c == nil {
			if c = h.Index.Fix(id); c == nil {
				continue
			}
			in[id] = true
		}
		todo = append(todo, c.Parents...)
	}
	return in
}
