package backport

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
)

// newDependencies lists the dependencies that a result brings in, or moves, by its lock files, with
// what the tree itself shows of the toolchain they need.
func newDependencies(ctx context.Context, s *gitops.Session, rule GateRule, tip, result gitops.ID) ([]msrv.Dependency, error) {
	changes, err := s.Changes(ctx, tip, result, nil)
	if err != nil {
		return nil, fmt.Errorf("comparing lock files: %w", err)
	}
	var out []msrv.Dependency
	for _, c := range changes {
		if c.New == nil || !c.New.Regular() {
			continue
		}
		list, err := dependenciesOf(s, rule, c, tip, result)
		if err != nil {
			return nil, fmt.Errorf("%s: reading its dependencies: %w", c.Path, err)
		}
		out = append(out, list...)
	}
	return out, nil
}

func dependenciesOf(s *gitops.Session, rule GateRule, c gitops.Change, tip, result gitops.ID) ([]msrv.Dependency, error) {
	manifest, eco, find := "", msrv.Rust, msrv.CargoDependencies
	switch path.Base(c.Path) {
	case "Cargo.lock":
		manifest = path.Join(path.Dir(c.Path), "Cargo.toml")
	case "go.mod":
		manifest, eco, find = c.Path, msrv.Go, msrv.GoDependencies
	default:
		return nil, nil
	}
	if !rule.Options.IsPinFile(c.Path) && !rule.Options.IsPinFile(manifest) {
		return nil, nil
	}
	var before []byte
	if c.Old != nil && c.Old.Regular() {
		data, err := s.StageData(c.Old)
		if err != nil {
			return nil, err
		}
		before = data
	}
	var floor msrv.Version
	if pin, ok := msrv.EffectiveFloor(msrv.ReadPins(s.TreeFS(tip), []string{manifest}, rule.Options).Pins, eco); ok {
		floor = pin.Version
	}
	return find(s.TreeFS(result), c.Path, before, floor)
}

// dependencyWarnings names the dependencies that need a newer toolchain than the branch promises, and
// those of which nothing is known here: never taken to be fine.
func dependencyWarnings(list []msrv.Dependency, branch string) []string {
	var out, unknown []string
	for _, d := range list {
		name := d.Name + " " + d.Version
		switch d.Known {
		case msrv.FloorAbove:
			out = append(out, fmt.Sprintf("%s:%d: dependency %s needs toolchain %s, more than %s promises", d.Path, d.Line, name, d.Floor, branch))
		case msrv.FloorUnknown:
			unknown = append(unknown, name)
		case msrv.FloorWithin:
		}
	}
	if len(unknown) > 0 {
		out = append(out, "the toolchain that these new dependencies need is unknown here: "+shorten(unknown, 8))
	}
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], "\n", " ")
	}
	return out
}
