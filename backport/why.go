package backport

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops"
)

// A Why says why a pick conflicts: what main has in the conflicted files that the branch has not.
type Why struct {
	Absent     []Absence   // conflicted paths that the branch has not
	Candidates []Candidate // commits of main that changed conflicted files, newest first; none are looked for when all are absent
	CleanWith  []Candidate // the smallest set found with which the pick is clean, oldest first; nil for none
	Cut        bool        // the search met a bound before it was through
}

// An Absence is a path that the fix changes and the branch has not, under no name.
type Absence struct {
	Path    string
	Deleted bool // the branch had it once; otherwise main got it after the branch was cut
}

// A Candidate is a commit of main, absent from the branch, that changed a conflicted file.
type Candidate struct {
	Commit  gitops.ID
	Subject string
	Paths   []string // the conflicted ones it changed, as main has them
}

// The bounds of the search. Time is the last of them: on most repositories the others are met first.
const (
	maxWhyWalk       = 4000            // commits of main that are looked at for one pick
	maxCandidates    = 8               // of which sets are tried: the newest
	maxWhyCandidates = 40              // that are kept at all
	maxWhyTime       = 2 * time.Second // for all targets of a report
)

// explain finds out why picks conflict. Nothing depends on it: what fails, or takes too long, only
// leaves the report poorer.
func (r *runner) explain(ctx context.Context, outcomes []Outcome) {
	conflicted := func(o Outcome) bool { return o.Status == StatusConflicted }
	if r.opts.NoWhy || !slices.ContainsFunc(outcomes, conflicted) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, maxWhyTime)
	defer cancel()
	for i := range outcomes {
		if !conflicted(outcomes[i]) {
			continue
		}
		for j := range outcomes[i].Picks {
			if k := &outcomes[i].Picks[j]; k.Status == PickConflict {
				s := search{runner: r, target: outcomes[i].Target, pick: k}
				k.Why = s.run(ctx)
			}
		}
	}
}

// A search looks for what one pick lacks.
type search struct {
	*runner
	target Target
	pick   *Pick
	tip    gitops.ID // the tree of the branch's tip
	why    Why
}

func (s *search) run(ctx context.Context) *Why {
	err := s.absences(ctx)
	if err == nil && len(s.why.Absent) < len(s.pick.Result.Conflicts) {
		if err = s.candidates(ctx); err == nil {
			err = s.sets(ctx)
		}
	}
	s.why.Cut = s.why.Cut || err != nil
	return &s.why
}

// absences finds the conflicted paths that are not on the branch at all.
func (s *search) absences(ctx context.Context) error {
	var err error
	if s.tip, err = s.session.TreeOf(s.target.Tip); err != nil {
		return err
	}
	for _, c := range s.pick.Result.Conflicts {
		if c.Base == nil || c.Ours != nil || c.Theirs == nil || !slices.Contains(c.Kinds, "modify/delete") {
			continue
		}
		a := Absence{Path: c.Path}
		h, err := s.history(ctx, s.target)
		if err != nil {
			return err
		}
		if !h.Point.IsZero() {
			tree, err := s.session.TreeOf(h.Point)
			if err != nil {
				return err
			}
			at, err := s.session.Entry(tree, c.Path)
			if err != nil {
				return err
			}
			a.Deleted = at != nil
		}
		s.why.Absent = append(s.why.Absent, a)
	}
	return nil
}

// paths returns the conflicted paths by the names that main has or had for them.
func (s *search) paths() map[string]bool {
	out := map[string]bool{}
	for _, c := range s.pick.Result.Conflicts {
		out[c.Path] = true
		for _, rn := range s.pick.Result.Renames {
			if rn.To == c.Path {
				out[rn.From] = true
			}
		}
	}
	return out
}

// candidates goes along main's first parents, from the source back to what the branch has too.
func (s *search) candidates(ctx context.Context) error {
	paths := s.paths()
	enter := func(dir string) bool {
		for p := range paths {
			if strings.HasPrefix(p, dir+"/") {
				return true
			}
		}
		return false
	}
	source, err := s.session.Commit(s.pick.Source)
	if err != nil {
		return err
	}
	_, at, err := s.session.SourceBase(s.pick.Source, source, s.opts.Mainline)
	for n := 0; err == nil && !at.IsZero(); n++ {
		if n == maxWhyWalk || len(s.why.Candidates) == maxWhyCandidates {
			s.why.Cut = true
			return nil
		}
		if in, err := s.tipHas(ctx, s.target, at); err != nil || in {
			return err
		}
		at, err = s.look(ctx, at, paths, enter)
	}
	return err
}

// look keeps a commit of main if it changed one of the paths, and returns the one before it.
func (s *search) look(ctx context.Context, id gitops.ID, paths map[string]bool, enter func(string) bool) (gitops.ID, error) {
	c, err := s.session.Commit(id)
	if err != nil {
		return gitops.ID{}, err
	}
	before, parent, err := s.session.SourceBase(id, c, mainlineOf(len(c.Parents)))
	if err != nil {
		return parent, err
	}
	changes, err := s.session.Changes(ctx, before, c.Tree, enter)
	if err != nil {
		return parent, err
	}
	found := Candidate{Commit: id, Subject: gitops.Subject(gitops.MessageText(c))}
	for _, ch := range changes {
		if paths[ch.Path] {
			found.Paths = append(found.Paths, ch.Path)
		}
	}
	if len(found.Paths) == 0 || slices.Contains(s.fix.Commits, id) {
		return parent, nil
	}
	l, err := s.ledgerOf(ctx, s.target)
	if err != nil {
		return parent, err
	}
	if _, there := l.copyOf(id); !there {
		s.why.Candidates = append(s.why.Candidates, found)
	}
	return parent, nil
}

// mainlineOf is the parent that a commit of main is a change to: of a merge, the one it was made on.
func mainlineOf(parents int) int {
	if parents > 1 {
		return 1
	}
	return 0
}

// sets tries the newest candidates: each alone, then two at a time, nearest first.
func (s *search) sets(ctx context.Context) error {
	near := s.why.Candidates
	if len(near) > maxCandidates {
		near, s.why.Cut = near[:maxCandidates], true
	}
	alone := make([]gitops.ID, len(near)) // what each makes of the branch; the zero id where it conflicts
	for i, c := range near {
		var err error
		if alone[i], err = s.take(ctx, s.pick.Ours, c); err != nil {
			return err
		}
		if done, err := s.clean(ctx, alone[i], c); done || err != nil {
			return err
		}
	}
	for far := 1; far < len(near); far++ {
		for i := range far {
			both, err := s.take(ctx, alone[far], near[i])
			if err != nil {
				return err
			}
			if done, err := s.clean(ctx, both, near[far], near[i]); done || err != nil {
				return err
			}
		}
	}
	return nil
}

// take picks a candidate onto a tree; the zero id when it conflicts or changes nothing, or there is no
// tree.
func (s *search) take(ctx context.Context, tree gitops.ID, c Candidate) (gitops.ID, error) {
	if tree.IsZero() {
		return tree, nil
	}
	commit, err := s.session.Commit(c.Commit)
	if err != nil {
		return gitops.ID{}, err
	}
	next, err := s.onto(ctx, tree, c.Commit, mainlineOf(len(commit.Parents)))
	if next == tree {
		return gitops.ID{}, err
	}
	return next, err
}

// clean tells whether the source is clean on the tree that a set of candidates made, oldest first, and
// keeps the set when it is.
func (s *search) clean(ctx context.Context, tree gitops.ID, set ...Candidate) (bool, error) {
	if tree.IsZero() {
		return false, nil
	}
	next, err := s.onto(ctx, tree, s.pick.Source, s.opts.Mainline)
	if err != nil || next.IsZero() || next == tree {
		return false, err
	}
	s.why.CleanWith = set
	return true, nil
}

// onto picks a commit onto a tree, by the path rules too; the zero id is a conflict.
func (s *search) onto(ctx context.Context, tree, source gitops.ID, mainline int) (gitops.ID, error) {
	res, err := s.session.PickOnto(ctx, tree, source, mainline)
	if err != nil {
		return gitops.ID{}, fmt.Errorf("trying %s: %w", s.session.Repo().Short(source), err)
	}
	k := Pick{Source: source, Ours: tree, Result: res}
	if len(res.Conflicts) > 0 {
		if err := s.settle(s.target, s.tip, &k); err != nil {
			return gitops.ID{}, err
		}
	}
	if len(k.Result.Conflicts) > 0 {
		return gitops.ID{}, nil
	}
	return k.Result.Tree, nil
}
