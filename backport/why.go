package backport

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/git-backport/git-backport/gitops"
)

// A Why says why a pick conflicts: what main has in the conflicted files that the branch has not.
type Why struct {
	Absent     []Absence   // conflicted paths that the branch has not
	Paths      []PathWhy   // of each conflicted path in turn, the commits of main that it conflicts with
	Candidates []Candidate // commits of main that changed conflicted files, newest first; none are looked for when all are absent
	CleanWith  []Candidate // the smallest set found with which the pick is clean, oldest first; nil for none
	Hint       Hint        // what holds for all that conflicts
	Cut        bool        // the search met a bound before it was through
}

// An Absence is a path that the fix changes and the branch has not, under no name.
type Absence struct {
	Path    string
	Deleted bool // the branch had it once; otherwise main got it after the branch was cut
}

// A PathWhy names the commits of main, absent from the branch, that last changed the lines of a path that
// conflict.
type PathWhy struct {
	Path    string
	Commits []Candidate // newest first
}

// A Candidate is a commit of main, absent from the branch, that changed a conflicted file.
type Candidate struct {
	Commit  gitops.ID
	Subject string
	Paths   []string // the conflicted ones it changed, as main has them
}

// A Hint is what the lines of a conflict look like. It is shown and decides nothing.
type Hint string

// The hints. The zero value is none.
const (
	HintPresent Hint = "present" // the branch has what the fix puts there
	HintNoCode  Hint = "no-code" // the branch has not what the fix changes there, and never had
)

// The bounds of the search. Time is the last of them: on most repositories the others are met first.
const (
	maxWhyCandidates = 40              // that are kept
	maxWhyTime       = 4 * time.Second // for all targets of a report
	maxPickTime      = 2 * time.Second // for one pick
)

// explain finds out why picks conflict. Nothing depends on it: what fails, or takes too long, only
// leaves the report poorer.
func (r *runner) explain(ctx context.Context, outcomes []Outcome) {
	if r.opts.NoWhy {
		return
	}
	var open []*search
	history := newLineage(r.session)
	for i := range outcomes {
		for j := range outcomes[i].Picks {
			if k := &outcomes[i].Picks[j]; k.Status == PickConflict && outcomes[i].Status == StatusConflicted {
				open = append(open, &search{runner: r, target: outcomes[i].Target, pick: k, lineage: history, trials: map[trial]gitops.PickResult{}})
			}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, maxWhyTime)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	slots := make(chan struct{}, workers)
	for i, s := range open {
		wg.Add(1)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots; wg.Done() }()
			s.pick.Why = s.run(ctx, (len(open)-i+workers-1)/workers)
		}()
	}
	wg.Wait()
}

// A search looks for what one pick lacks.
type search struct {
	*runner
	target  Target
	pick    *Pick
	tip     gitops.ID // the tree of the branch's tip
	lineage *lineage
	absent  map[gitops.ID]int // what the source stands on and the branch has not, counted from the youngest
	trials  map[trial]gitops.PickResult
	why     Why
}

// run searches in its share of the time that is left, one of so many.
func (s *search) run(ctx context.Context, share int) *Why {
	limit := maxPickTime
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)/time.Duration(share))
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := s.absences(ctx)
	if err == nil {
		err = s.lack(ctx)
	}
	s.why.Cut = s.why.Cut || err != nil
	return &s.why
}

// lack looks for the commits of main that the pick lacks.
func (s *search) lack(ctx context.Context) error {
	list, err := s.session.Repo().Between(ctx, s.target.Tip, s.pick.Source)
	if err != nil {
		return err
	}
	s.absent = make(map[gitops.ID]int, len(list))
	for i, id := range list {
		s.absent[id] = i
	}
	f := &failure{commit: s.pick.Source, result: s.pick.Result}
	s.opts.progress(DoingSearch, s.target.Name(), 0, maxSets)
	if err := s.look(ctx, f); err != nil {
		return err
	}
	if err := s.follow(ctx, f); err != nil {
		return err
	}
	if err := s.tell(ctx, f); err != nil {
		return err
	}
	if len(s.why.Absent) == len(s.pick.Result.Conflicts) {
		return nil
	}
	if err := s.candidates(ctx, f); err != nil {
		return err
	}
	return s.sets(ctx, f)
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

// candidates lists the commits of main that changed a conflicted file.
func (s *search) candidates(ctx context.Context, f *failure) error {
	paths := map[gitops.ID][]string{}
	for _, sp := range f.spots {
		for at := sp.at; at != (fileAt{}); {
			e, err := s.lineage.edition(ctx, at, s.known)
			if err != nil {
				return err
			}
			if e == nil {
				break
			}
			if at = (fileAt{}); len(e.from) > 0 {
				at = e.from[0]
			}
			if lacks, err := s.lacks(ctx, e.commit); err != nil {
				return err
			} else if !lacks || len(e.from) > 1 {
				continue
			}
			if paths[e.commit] == nil && len(paths) == maxWhyCandidates {
				s.why.Cut = true
				break
			}
			paths[e.commit] = append(paths[e.commit], e.path)
		}
	}
	ids := make([]gitops.ID, 0, len(paths))
	for id := range paths {
		ids = append(ids, id)
	}
	var err error
	if s.why.Candidates, err = s.named(ids); err != nil {
		return err
	}
	for i, c := range s.why.Candidates {
		s.why.Candidates[i].Paths = paths[c.Commit]
	}
	return nil
}

// named gives commits their subjects, newest first.
func (s *search) named(ids []gitops.ID) ([]Candidate, error) {
	slices.SortFunc(ids, func(a, b gitops.ID) int { return s.absent[a] - s.absent[b] })
	var out []Candidate
	for _, id := range ids {
		c, err := s.session.Commit(id)
		if err != nil {
			return nil, err
		}
		out = append(out, Candidate{Commit: id, Subject: gitops.Subject(gitops.MessageText(c))})
	}
	return out, nil
}

// known tells whether the branch has a commit of main.
func (s *search) known(id gitops.ID) bool {
	_, absent := s.absent[id]
	return !absent
}

// lacks tells whether a commit is none of the fix, and the branch has no copy of it either.
func (s *search) lacks(ctx context.Context, id gitops.ID) (bool, error) {
	if slices.Contains(s.fix.Commits, id) {
		return false, nil
	}
	l, err := s.ledgerOf(ctx, s.target)
	if err != nil {
		return false, err
	}
	_, there := l.copyOf(id)
	return !there, nil
}
