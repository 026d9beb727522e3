package backport

import (
	"context"
	"runtime"
	"sync"

	"github.com/git-backport/git-backport/gitops"
)

// A Report is what a plan found, and what apply did with it.
type Report struct {
	Options  Options
	Fix      Fix
	Outcomes []Outcome // in the order of the targets: newest line first
	Selected Selected
	Warnings []string
	Updates  []gitops.RefUpdate // what landing creates
	Verify   []gitops.RefVerify // what must not have moved
	Applied  bool
}

// A runner carries what the stages of one plan share. It is safe for concurrent use.
type runner struct {
	session *gitops.Session
	opts    Options
	fix     Fix

	mu        sync.Mutex
	histories map[gitops.ID]gitops.History
	ledgers   map[gitops.ID]*ledger
	raises    map[gitops.ID]*raise
}

func newRunner(s *gitops.Session, fix Fix, opts Options) *runner {
	return &runner{
		session: s, opts: opts, fix: fix, histories: map[gitops.ID]gitops.History{},
		ledgers: map[gitops.ID]*ledger{}, raises: map[gitops.ID]*raise{},
	}
}

// Run picks, gates, bumps and seals a fix on each target, in memory. The targets are independent of
// each other and run side by side; then those that conflict are tried once more with what newer ones
// made of the fix. The report keeps their order.
func Run(ctx context.Context, s *gitops.Session, fix Fix, selected Selected, opts Options) (*Report, error) {
	r := newRunner(s, fix, opts)
	targets := named(selected.Targets)
	if err := r.loadHistories(ctx, targets); err != nil {
		return nil, err
	}
	rep := &Report{Options: opts, Fix: fix, Selected: selected, Outcomes: make([]Outcome, len(targets))}
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, t := range targets {
		wg.Add(1)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots; wg.Done() }()
			rep.Outcomes[i] = r.target(ctx, t, nil)
		}()
	}
	wg.Wait()
	if !opts.NoCascade {
		r.cascade(ctx, targets, rep.Outcomes)
	}
	r.explain(ctx, rep.Outcomes)
	if err := r.withPrerequisites(ctx, targets, rep.Outcomes); err != nil {
		return nil, err
	}
	for i := range rep.Outcomes {
		if err := r.showConflicts(&rep.Outcomes[i]); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rep.Updates, rep.Verify = refUpdates(rep.Outcomes)
	return rep, nil
}

// target runs one target through the stages. Whatever fails is the target's own failure.
func (r *runner) target(ctx context.Context, t Target, versions map[gitops.ID]version) Outcome {
	o := Outcome{Target: t, Branch: r.branchFor(t)}
	picked, err := r.pick(ctx, t, nil, versions)
	gated := Gated{Picked: picked}
	if err == nil {
		gated, err = r.gateStage(ctx, t, picked)
	}
	o.Picks, o.Present, o.Gate = gated.Picks, gated.Present, gated.Outcome
	o.Target.Warnings = append(o.Target.Warnings, gated.Warnings...)
	if err != nil {
		return failed(o, err)
	}
	if o.Status = gated.status(); o.Status != StatusReady {
		return refused(o)
	}
	bumped, err := r.bump(ctx, t, gated)
	o.Bump = bumped.Outcome
	o.Target.Warnings = append(o.Target.Warnings, bumped.Notes...)
	if err != nil {
		return failed(o, err)
	}
	if err := r.seal(t, bumped, &o); err != nil {
		return failed(o, err)
	}
	o.PR = r.pullRequest(o)
	return refused(o)
}

func failed(o Outcome, err error) Outcome {
	o.Status, o.Err, o.Head, o.Commits = StatusFailed, err, gitops.ID{}, nil
	return o
}

// refused puts a refusal over whatever the stages found, unless the fix is there already.
func refused(o Outcome) Outcome {
	if o.Target.Refused != "" && o.Status != StatusPresent {
		o.Status, o.Head, o.Commits = StatusRefused, gitops.ID{}, nil
	}
	return o
}

// loadHistories compares all targets' branches with main in one walk.
func (r *runner) loadHistories(ctx context.Context, targets []Target) error {
	if r.opts.Main.Tip.IsZero() {
		return nil
	}
	var tips []gitops.ID
	for _, t := range targets {
		if _, known := r.histories[t.Tip]; !known {
			r.histories[t.Tip] = gitops.History{}
			tips = append(tips, t.Tip)
		}
	}
	list, err := r.session.Repo().Histories(ctx, r.opts.Main.Tip, tips)
	if err != nil {
		return err
	}
	for i, tip := range tips {
		r.histories[tip] = list[i]
	}
	return nil
}

// history returns what a target's branch has and main has not; nothing where there is no main.
func (r *runner) history(t Target) gitops.History {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.histories[t.Tip]
}
