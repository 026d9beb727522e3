package why

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/git-backport/git-backport/gitops"
)

// A Question asks why one pick conflicts.
type Question struct {
	Branch   Branch
	Tip      gitops.ID         // the branch's tip
	Source   gitops.ID         // the commit that is picked
	Mainline int               // the parent it is a change to, where it is a merge
	Fix      []gitops.ID       // the commits of the fix: none of them is a candidate
	Ours     gitops.ID         // the tree that it is picked onto
	Result   gitops.PickResult // its conflicts are those that the path rules left
	Hunks    []Hunk            // of the conflicts: what is found out about them is written there
	Progress func(done, of int)
}

// A Branch says what is known of the branch that a pick is for. It is asked from several goroutines.
type Branch interface {
	// Point returns the commit at which the branch left main; zero where it is not known.
	Point(ctx context.Context) (gitops.ID, error)
	// HasCopy reports whether the branch has a copy of a commit of main.
	HasCopy(ctx context.Context, commit gitops.ID) (bool, error)
	// Settle applies the policy's path rules to a trial of a pick onto a tree, and returns what they leave.
	Settle(ctx context.Context, ours, source gitops.ID, res gitops.PickResult) (gitops.PickResult, error)
}

// maxCandidates bounds the candidates that are kept.
const maxCandidates = 40

// Explain answers questions, each in its place. What fails, or meets a bound, only leaves an answer poorer.
func Explain(ctx context.Context, session *gitops.Session, questions []Question) []*Explanation {
	history := newLineage(session)
	out := make([]*Explanation, len(questions))
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, q := range questions {
		s := &search{
			Question: q, session: session, lineage: history, trials: map[trial]gitops.PickResult{},
			budget: budget{left: min(maxPickWork, maxWork/len(questions))},
		}
		wg.Add(1)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots; wg.Done() }()
			out[i] = s.run(ctx)
		}()
	}
	wg.Wait()
	return out
}

// A search looks for what one pick lacks.
type search struct {
	Question
	session *gitops.Session
	lineage *lineage
	absent  map[gitops.ID]int // what the source stands on and the branch does not have, counted from the youngest
	trials  map[trial]gitops.PickResult
	budget  budget
	why     Explanation
}

// progress tells Progress how many sets were tried.
func (s *search) progress(done int) {
	if s.Progress != nil {
		s.Progress(done, maxSets)
	}
}

// run searches until it is through, or its budget is spent.
func (s *search) run(ctx context.Context) *Explanation {
	err := s.absences(ctx)
	if err == nil {
		err = s.missing(ctx)
	}
	s.why.Cut = s.why.Cut || err != nil
	return &s.why
}

// missing looks for the commits of main that the pick lacks.
func (s *search) missing(ctx context.Context) error {
	list, err := s.session.Repo().Between(ctx, s.Tip, s.Source)
	if err != nil {
		return err
	}
	s.absent = make(map[gitops.ID]int, len(list))
	for i, id := range list {
		s.absent[id] = i
	}
	f := &failure{commit: s.Source, result: s.Result}
	s.progress(0)
	if err := s.examine(ctx, f); err != nil {
		return err
	}
	if err := s.follow(ctx, f); err != nil {
		return err
	}
	if err := s.describe(ctx, f); err != nil {
		return err
	}
	if len(s.why.Absent) == len(s.Result.Conflicts) {
		return nil
	}
	if err := s.candidates(ctx, f); err != nil {
		return err
	}
	return s.sets(ctx, f)
}

// absences finds the conflicted paths that are not on the branch at all.
func (s *search) absences(ctx context.Context) error {
	for _, c := range s.Result.Conflicts {
		if c.Base == nil || c.Ours != nil || c.Theirs == nil || !slices.Contains(c.Kinds, "modify/delete") {
			continue
		}
		a := Absence{Path: c.Path}
		point, err := s.Branch.Point(ctx)
		if err != nil {
			return err
		}
		if !point.IsZero() {
			tree, err := s.session.TreeOf(point)
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
