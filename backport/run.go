package backport

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

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

	histories *histories
	reading   *Reading
	owns      *owns  // by tip: what branches have and main does not have
	holds     *holds // by tip: what they have of the fix
	around    *surroundings

	mu     sync.Mutex
	raises map[gitops.ID]*raising
}

func newRunner(s *gitops.Session, fix Fix, opts Options) *runner {
	return &runner{
		session: s, opts: opts, fix: fix, histories: &histories{by: map[gitops.ID]*branchHistory{}}, reading: NewReading(s),
		owns: &owns{by: map[gitops.ID]*own{}}, holds: &holds{by: map[gitops.ID]*hold{}}, around: &surroundings{}, raises: map[gitops.ID]*raising{},
	}
}

// Run picks, gates, bumps and seals a fix on each target, in memory. The targets are independent of
// each other and run side by side; then those that conflict are tried once more with what newer ones
// made of the fix. The report keeps their order.
func Run(ctx context.Context, s *gitops.Session, fix Fix, selected Selected, opts Options) (*Report, error) {
	r := newRunner(s, fix, opts)
	if err := r.checkMainline(); err != nil {
		return nil, err
	}
	targets := named(selected.Targets)
	rep := &Report{Options: opts, Fix: fix, Selected: selected, Outcomes: make([]Outcome, len(targets))}
	if len(targets) < runtime.GOMAXPROCS(0) {
		defer r.foresee(ctx)()
	}
	later := r.lookAhead(ctx)
	defer func() { <-later.done }()
	var wg sync.WaitGroup
	var through atomic.Int32
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, t := range targets {
		wg.Add(1)
		slots <- struct{}{}
		opts.progress(DoingTargets, t.Name(), int(through.Load()), len(targets))
		go func() {
			defer func() { <-slots; wg.Done() }()
			rep.Outcomes[i] = r.target(ctx, t, nil)
			through.Add(1)
		}()
	}
	wg.Wait()
	if !opts.NoCascade {
		end := opts.stage("cascade", "")
		r.cascade(ctx, targets, rep.Outcomes)
		end()
	}
	for i := range rep.Outcomes {
		if err := r.showConflicts(&rep.Outcomes[i]); err != nil {
			return nil, err
		}
	}
	end := opts.stage("why", "")
	r.explain(ctx, rep.Outcomes)
	end()
	if err := r.withPrerequisites(ctx, targets, rep.Outcomes); err != nil {
		return nil, err
	}
	gates := make([]*GateOutcome, len(rep.Outcomes))
	for i := range rep.Outcomes {
		gates[i] = rep.Outcomes[i].Gate
		if err := r.checkNames(&rep.Outcomes[i]); err != nil {
			return nil, err
		}
	}
	<-later.done
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rep.Warnings = append(rep.Warnings, unknownWarnings(gates...)...)
	if later.err != nil {
		return nil, later.err
	}
	rep.Warnings = append(rep.Warnings, later.warnings...)
	rep.Updates, rep.Verify = refUpdates(rep.Outcomes)
	return rep, nil
}

// checkMainline refuses, once for all targets, a merge of which nobody said what it is a change to.
func (r *runner) checkMainline() error {
	for _, id := range r.fix.Commits {
		c, err := r.session.Commit(id)
		if err != nil {
			continue // each target says so
		}
		var merge *gitops.MergeCommitError
		var mainline *gitops.MainlineError
		if _, _, err := r.session.SourceBase(id, c, r.opts.Mainline); errors.As(err, &merge) || errors.As(err, &mainline) {
			return err
		}
	}
	return nil
}

// target runs one target through the stages. Whatever fails is the target's own failure.
func (r *runner) target(ctx context.Context, t Target, versions map[gitops.ID][]version) Outcome {
	o := Outcome{Target: t, Branch: r.branchFor(t)}
	if t.Missing != nil {
		return failed(o, t.Missing)
	}
	end := r.opts.stage("pick", t.Name())
	picked, err := r.pick(ctx, t, nil, versions)
	end()
	gated := Gated{Picked: picked}
	if err == nil {
		end = r.opts.stage("gate", t.Name())
		gated, err = r.gateStage(ctx, t, picked)
		end()
	}
	o.Picks, o.Present, o.Gate = gated.Picks, gated.present(), gated.Outcome
	o.Target.Warnings = append(o.Target.Warnings, gated.Warnings...)
	if err != nil {
		return failed(o, err)
	}
	if o.Status = gated.status(); o.Status != StatusReady {
		return refused(o)
	}
	end = r.opts.stage("bump", t.Name())
	bumped, err := r.bump(ctx, t, gated.Picked)
	end()
	o.Bump = &bumped.Outcome
	o.Target.Warnings = append(o.Target.Warnings, bumped.Warnings...)
	if err != nil {
		return failed(o, err)
	}
	end = r.opts.stage("seal", t.Name())
	if err = r.whole(ctx, t, o.Picks, bumped); err == nil {
		err = r.seal(ctx, t, bumped, &o)
	}
	end()
	if err != nil {
		return failed(o, err)
	}
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

// histories compares branches with main, each when it is first asked for: that walks through all that
// main has got since the branch was cut, and most picks do not need to know.
type histories struct {
	mu sync.Mutex
	by map[gitops.ID]*branchHistory
}

type branchHistory struct {
	mu    sync.Mutex
	known bool
	gitops.History
}

// history returns what a target's branch has and main does not have; nothing where there is no main.
func (r *runner) history(ctx context.Context, t Target) (gitops.History, error) {
	if r.opts.Main.Tip.IsZero() {
		return gitops.History{}, nil
	}
	r.histories.mu.Lock()
	h := r.histories.by[t.Tip]
	if h == nil {
		h = &branchHistory{}
		r.histories.by[t.Tip] = h
	}
	r.histories.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.known {
		defer r.opts.stage("branch point", t.Name())()
		list, err := r.session.Repo().Histories(ctx, r.opts.Main.Tip, []gitops.ID{t.Tip})
		if err != nil {
			return gitops.History{}, err
		}
		h.History, h.known = list[0], true
	}
	return h.History, nil
}
