package backport

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
)

// newDependencies lists the dependencies that a result brings in, or moves, by its lock files, with what
// the tree and the package managers' caches show of the toolchain they need; and the lock files that
// change and are not read.
func newDependencies(ctx context.Context, s *gitops.Session, rule GateRule, tip, result gitops.ID) ([]msrv.Dependency, []string, error) {
	changes, err := s.Changes(ctx, tip, result, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("comparing lock files: %w", err)
	}
	var out []msrv.Dependency
	var unread []string
	for _, c := range changes {
		lock, ok := msrv.LockOf(c.Path)
		if !ok || c.New == nil || !c.New.Regular() || rule.Options.Excludes(c.Path) {
			continue
		}
		if !lock.Read() {
			unread = append(unread, c.Path)
			continue
		}
		list, err := dependenciesOf(s, rule, lock, c, tip, result)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: reading its dependencies: %w", c.Path, err)
		}
		out = append(out, list...)
	}
	return out, unread, nil
}

func dependenciesOf(s *gitops.Session, rule GateRule, lock msrv.Lock, c gitops.Change, tip, result gitops.ID) ([]msrv.Dependency, error) {
	var before []byte
	if c.Old != nil && c.Old.Regular() {
		data, err := s.StageData(c.Old)
		if err != nil {
			return nil, err
		}
		before = data
	}
	var floor msrv.Version
	if pin, ok := msrv.EffectiveFloor(msrv.ReadPins(s.TreeFS(tip), []string{lock.Manifest}, rule.Options).Pins, lock.Ecosystem); ok {
		floor = pin.Version
	}
	return lock.Dependencies(s.TreeFS(result), before, floor, rule.Store)
}

// aboveWarnings names the dependencies that need a newer toolchain than the branch promises.
func aboveWarnings(list []msrv.Dependency, branch string) []string {
	var out []string
	for _, d := range list {
		if d.Known == msrv.FloorAbove {
			text := fmt.Sprintf("%s:%d: dependency %s %s needs toolchain %s, more than %s promises", d.Path, d.Line, d.Name, d.Version, d.Floor, branch)
			out = append(out, strings.ReplaceAll(text, "\n", " "))
		}
	}
	return out
}

// unknownWarnings names once the dependencies of some outcomes of which nothing is known here: they are
// never taken to be fine.
func unknownWarnings(outcomes ...*GateOutcome) []string {
	var unknown, unread []string
	for _, g := range outcomes {
		if g == nil {
			continue
		}
		for _, d := range g.Dependencies {
			name := strings.ReplaceAll(d.Name+" "+d.Version, "\n", " ")
			if d.Known == msrv.FloorUnknown && !slices.Contains(unknown, name) {
				unknown = append(unknown, name)
			}
		}
		for _, lock := range g.UnreadLocks {
			if !slices.Contains(unread, lock) {
				unread = append(unread, lock)
			}
		}
	}
	var out []string
	if len(unknown) > 0 {
		out = append(out, "the toolchain that these new dependencies need is unknown here: "+shorten(unknown, 8))
	}
	if len(unread) > 0 {
		out = append(out, "the dependencies in "+shorten(unread, 4)+" are not read: which toolchain they need is unknown here")
	}
	return out
}
