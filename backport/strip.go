package backport

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
)

// A raise is what a source commit does to toolchain pins, where the rules of release branches forbid it.
type raise struct {
	findings []msrv.Finding // against the commit's own parent
	only     bool           // the commit does nothing else
	strip    msrv.Strip
	tree     gitops.ID // the commit's tree with these pins as its parent has them
}

// paths lists the files in which pins rise.
func (f *raise) paths() []string {
	var out []string
	for _, x := range f.findings {
		if !slices.Contains(out, x.Path) {
			out = append(out, x.Path)
		}
	}
	return out
}

// has reports whether the raised pins are those of a finding.
func (f *raise) has(other msrv.Finding) bool {
	return slices.ContainsFunc(f.findings, func(x msrv.Finding) bool { return x.Path == other.Path && x.Key == other.Key })
}

// A raising is a source commit's raise while it is looked for.
type raising struct {
	once  sync.Once
	found *raise
	err   error
}

// raiseOf tells what a source commit raises; nil when it raises nothing.
func (r *runner) raiseOf(ctx context.Context, source gitops.ID) (*raise, error) {
	r.mu.Lock()
	x := r.raises[source]
	if x == nil {
		x = &raising{}
		r.raises[source] = x
	}
	r.mu.Unlock()
	x.once.Do(func() {
		if x.found, x.err = r.findRaise(ctx, source); x.err != nil {
			x.err = fmt.Errorf("looking for the pins that %s moves: %w", r.session.Repo().Short(source), x.err)
		}
	})
	return x.found, x.err
}

// foresee looks for what the fix raises while its first picks are under way: a pick that conflicts will
// ask, and on a machine with a core to spare has it by then.
func (r *runner) foresee(ctx context.Context) (wait func()) {
	var wg sync.WaitGroup
	for _, source := range r.fix.Commits {
		wg.Go(func() { _, _ = r.raiseOf(ctx, source) }) // who needs it gets the error again
	}
	return wg.Wait
}

// changesOf returns what a source commit changes, between which trees; nothing of a root commit.
func (r *runner) changesOf(ctx context.Context, source gitops.ID) (before, after gitops.ID, changes []gitops.Change, err error) {
	c, err := r.session.Commit(source)
	if err != nil {
		return before, after, nil, err
	}
	before, _, err = r.session.SourceBase(source, c, r.opts.Mainline)
	if err != nil || before.IsZero() {
		return before, c.Tree, nil, err
	}
	changes, err = r.session.Changes(ctx, before, c.Tree, nil)
	return before, c.Tree, changes, err
}

func (r *runner) findRaise(ctx context.Context, source gitops.ID) (*raise, error) {
	base, tree, changes, err := r.changesOf(ctx, source)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, ch := range changes {
		if r.opts.Gate.Options.IsPinFile(ch.Path) {
			paths = append(paths, ch.Path)
		}
	}
	before, after := r.session.TreeFS(base), r.session.TreeFS(tree)
	verdict := msrv.Compare(msrv.Trees{Tip: before, Result: after}, paths, r.opts.Gate.Options, msrv.GateInput{
		Rules: r.opts.Gate.strictest(), Supported: r.opts.Gate.Supported, Reason: r.opts.Select.Reason,
	})
	if verdict.OK {
		return nil, nil //nolint:nilnil // it raises nothing
	}
	out := &raise{findings: verdict.At(msrv.LevelStop), strip: msrv.StripPins(before, after, verdict, r.opts.Gate.Options)}
	if len(paths) == len(changes) {
		if out.only, err = r.pinOnly(changes); err != nil {
			return nil, err
		}
	}
	files := map[string][]byte{}
	for _, f := range out.strip.Files {
		files[f.Path] = f.Data
	}
	out.tree, err = r.session.ReplaceFiles(tree, files)
	return out, err
}

func (r *runner) pinOnly(changes []gitops.Change) (bool, error) {
	list := make([]msrv.Change, 0, len(changes))
	for _, ch := range changes {
		var sides [2][]byte
		for i, st := range []*gitops.Stage{ch.Old, ch.New} {
			if st == nil {
				continue
			}
			if !st.Regular() {
				return false, nil
			}
			data, err := r.session.StageData(st)
			if err != nil {
				return false, err
			}
			sides[i] = append([]byte{}, data...)
		}
		list = append(list, msrv.Change{Path: ch.Path, Before: sides[0], After: sides[1]})
	}
	return msrv.PinOnly(list, r.opts.Gate.Options), nil
}

// pinOnlyCommit returns the first commit of the fix that does nothing but raise pins and would change
// the target.
func (r *runner) pinOnlyCommit(ctx context.Context, p Picked) (gitops.ID, *raise, error) {
	for _, k := range p.Picks {
		if k.Status != PickClean && k.Status != PickConflict {
			continue
		}
		_, _, changes, err := r.changesOf(ctx, k.Source)
		if err != nil {
			return gitops.ID{}, nil, err
		}
		if slices.ContainsFunc(changes, func(ch gitops.Change) bool { return !r.opts.Gate.Options.IsPinFile(ch.Path) }) {
			continue // it does something else
		}
		found, err := r.raiseOf(ctx, k.Source)
		if err != nil {
			return gitops.ID{}, nil, err
		}
		if found != nil && found.only {
			return k.Source, found, nil
		}
	}
	return gitops.ID{}, nil, nil
}

// stripped picks the fix once more with the pins that its commits raise left out of them.
func (r *runner) stripped(ctx context.Context, t Target) (Picked, []msrv.Dropped, []msrv.Left, error) {
	trees := map[gitops.ID]gitops.ID{}
	var dropped []msrv.Dropped
	var left []msrv.Left
	for _, source := range r.fix.Commits {
		found, err := r.raiseOf(ctx, source)
		if err != nil {
			return Picked{}, nil, nil, err
		}
		if found == nil {
			continue
		}
		left = append(left, found.strip.Left...)
		if len(found.strip.Dropped) > 0 {
			trees[source] = found.tree
			dropped = append(dropped, found.strip.Dropped...)
		}
	}
	p, err := r.pick(ctx, t, trees, nil)
	for i := range p.Picks {
		k := &p.Picks[i]
		if _, ok := trees[k.Source]; !ok || k.Status != PickClean {
			continue
		}
		found, err := r.raiseOf(ctx, k.Source)
		if err != nil {
			return p, nil, nil, err
		}
		for _, d := range found.strip.Dropped {
			k.Notes = append(k.Notes, "left out "+Dropped(d))
		}
		k.Notes = append(k.Notes, "not built with the toolchain of "+t.Name())
	}
	return p, dropped, left, err
}

// Dropped says which pin was left out: "rust-version 1.94.0 -> 1.95.0".
func Dropped(d msrv.Dropped) string {
	key := d.Key
	if strings.HasSuffix(key, ".rust-version") {
		key = "rust-version"
	}
	was := d.Was
	if was == "" {
		was = "none"
	}
	return gitops.OneLine(key + " " + was + " -> " + d.Now)
}
