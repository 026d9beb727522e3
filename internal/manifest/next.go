package manifest

import (
	"errors"
	"fmt"
	"github.com/git-backport/git-backport/internal/version"
	"slices"
	"strings"
)

// Causes why there is no next version.
var (
	// ErrBehind says that a release is tagged which the tree does not know of: its bump was lost or taken
	// back.
	ErrBehind = errors.New("the tree is behind its tags")
	// ErrLine says that a version does not belong to the release line.
	ErrLine = errors.New("the version is not of this line")
	// ErrTaken says that a version is tagged, burned, or not above the last release.
	ErrTaken = errors.New("the version cannot be used")
	// ErrNotPending says that a candidate is asked for where a release is what comes next.
	ErrNotPending = errors.New("the line is not pending")
)

// A State says where a line stands between two releases.
type State string

// The states of a line.
const (
	StateReleased  State = "released"  // the tree holds the last release: a bump is due
	StateBumped    State = "bumped"    // the tree holds the next release already; what lands joins it
	StatePending   State = "pending"   // no release yet, or a candidate of one: never patch-bumped
	StateSnapshot  State = "snapshot"  // the tree holds the next release with -SNAPSHOT, .dev0 or the like
	StateTagOnly   State = "tag-only"  // no file holds the version
	StateCandidate State = "candidate" // a candidate was asked for
)

// NextInput is what the next version of a line is found from.
type NextInput struct {
	Line   string   // "36" or "1.21"; the next version must be of it; empty: any will do
	Tags   []string // versions of the line's tags, without prefix, in any order; other texts are ignored
	Tree   string   // the version in the tree; empty: no file holds one
	Burned []string // versions that must never be used, though no tag says so
	// Numbers says which numbers the project's versions have.
	Numbers version.Numbers
	RC      bool   // the next candidate is asked for, not the next release
	Force   string // take this version, if the line allows it
}

// A NextResult is the next version of a line and what has to happen for it.
type NextResult struct {
	State   State
	Last    string // the last release; empty when there is none
	From    string // the version in the tree; empty when StateTagOnly
	Version string // the next one
	Bump    bool   // whether the tree has to be changed
	Why     string // one line for a person
}

// nextRun is one search under way.
type nextRun struct {
	in         NextInput
	last, tree *version.Version // nil: there is none
	tags       []version.Version
	burned     []version.Version
}

// Next returns the version that comes next on a line. It never makes a release of a candidate: on a
// pending line the result has Bump false, unless a burned version must be stepped over.
func Next(in NextInput) (NextResult, error) {
	n := nextRun{in: in, tags: parseAll(in.Tags, in.Numbers), burned: parseAll(in.Burned, in.Numbers)}
	for _, t := range n.tags {
		if t.Stable() && (n.last == nil || t.Compare(*n.last) > 0) {
			n.last = &t
		}
	}
	if v, err := version.Parse(in.Tree); err == nil && v.Of(in.Numbers).In(in.Line) {
		v = v.Of(in.Numbers)
		n.tree = &v
	}
	res, next, err := n.decide()
	if err != nil {
		return NextResult{}, err
	}
	if err := n.usable(next); err != nil {
		return NextResult{}, err
	}
	res.Version = next.String()
	if n.last != nil {
		res.Last = n.last.String()
	}
	if n.tree != nil {
		res.From = n.tree.String()
	}
	return res, nil
}

func (n *nextRun) decide() (NextResult, version.Version, error) {
	switch {
	case n.tree != nil && n.last != nil && n.tree.Compare(*n.last) < 0:
		if n.in.Force == "" {
			return NextResult{}, version.Version{}, fmt.Errorf("%w: %q is tagged, the tree says %q", ErrBehind, n.last, n.tree)
		}
		fallthrough
	case n.in.Force != "":
		v, err := version.Parse(n.in.Force)
		v = v.Of(n.in.Numbers)
		bump := n.tree != nil && n.tree.Compare(v) != 0
		return NextResult{State: n.stateOf(), Bump: bump, Why: "the version is given"}, v, err
	case n.in.RC:
		return n.candidate()
	case n.tree == nil:
		return n.tagOnly()
	case n.tree.Stable():
		v, res := n.fromStable()
		return res, v, nil
	}
	v, res := n.fromPreRelease()
	return res, v, nil
}

// stateOf names the state without deciding anything.
func (n *nextRun) stateOf() State {
	switch {
	case n.tree == nil:
		return StateTagOnly
	case n.last == nil:
		return StatePending
	case n.tree.Stable() && n.tree.Compare(*n.last) > 0:
		return StateBumped
	case n.tree.Stable():
		return StateReleased
	case n.tree.Snapshot():
		return StateSnapshot
	}
	return StatePending
}

// fromStable decides for a tree that holds a release.
func (n *nextRun) fromStable() (version.Version, NextResult) {
	v := n.tree.Release()
	res := NextResult{State: n.stateOf()}
	switch res.State {
	case StateReleased:
		next := n.unburned(v.NextPatch())
		res.Bump, res.Why = true, fmt.Sprintf("%s is released", v)
		return next, res
	case StateBumped:
		res.Why = fmt.Sprintf("the tree says %s already, and %s is the last release", v, n.last)
	default:
		res.Why = fmt.Sprintf("nothing of this line is released, and the tree says %s", v)
	}
	next := n.unburned(v)
	if next.Compare(v) != 0 {
		res.Bump, res.Why = true, fmt.Sprintf("the tree says %s, which is burned", v)
	}
	return next, res
}

// fromPreRelease decides for a tree that holds a candidate or a snapshot.
func (n *nextRun) fromPreRelease() (version.Version, NextResult) {
	next := n.unburned(n.tree.Release())
	if n.stateOf() == StateSnapshot {
		return next, NextResult{State: StateSnapshot, Bump: true, Why: fmt.Sprintf("%s loses its suffix", n.tree)}
	}
	return next, NextResult{State: StatePending, Why: fmt.Sprintf("%s is a pre-release: it is not patch-bumped", n.tree)}
}

// tagOnly decides where no file holds the version.
func (n *nextRun) tagOnly() (NextResult, version.Version, error) {
	res := NextResult{State: StateTagOnly, Why: "no file holds the version: only the tag says it"}
	if n.in.Tree != "" {
		res.Why = fmt.Sprintf("the tree says %q, which is not a version of line %s: only the tag says it", n.in.Tree, n.in.Line)
	}
	if n.last != nil {
		return res, n.unburned(n.last.NextPatch()), nil
	}
	first, err := firstOf(n.in.Line)
	return res, n.unburned(first), err
}

// candidate decides which candidate is next.
func (n *nextRun) candidate() (NextResult, version.Version, error) {
	res := NextResult{State: StateCandidate}
	if n.tree == nil {
		base, err := firstOf(n.in.Line)
		if err != nil || n.last != nil {
			return res, base, errors.Join(err, n.notPending())
		}
		next, err := n.afterTagged(base)
		res.Why = "the last candidate is a tag alone"
		return res, next, err
	}
	v := *n.tree
	switch {
	case v.Stable():
		return res, v, n.notPending()
	case !v.Snapshot() && !n.tagged(v):
		res.Why = fmt.Sprintf("the tree says %s already, and there is no tag of it", v)
		return res, v, nil
	}
	next, err := n.afterTagged(v)
	res.Bump, res.Why = true, fmt.Sprintf("%s is followed by its next candidate", v)
	return res, next, err
}

func (n *nextRun) notPending() error {
	if n.tree == nil && n.last == nil {
		return nil
	}
	if n.tree == nil {
		return fmt.Errorf("%w: %q is released, and no candidate is under way", ErrNotPending, n.last)
	}
	return fmt.Errorf("%w: the tree says %q, and no candidate can follow a release", ErrNotPending, n.tree)
}

// afterTagged returns the candidate after v and after all tagged ones of the same release and label.
func (n *nextRun) afterTagged(v version.Version) (version.Version, error) {
	for _, t := range n.tags {
		same := !t.Stable() && !t.Snapshot() && t.Release().Compare(v.Release()) == 0
		if same && (v.Stable() || v.Snapshot() || t.Label() == v.Label() && t.Compare(v) > 0) {
			v = t
		}
	}
	return v.NextCandidate()
}

func (n *nextRun) tagged(v version.Version) bool { return contains(n.tags, v) }

// unburned steps over burned and tagged versions.
func (n *nextRun) unburned(v version.Version) version.Version {
	for contains(n.burned, v) {
		v = v.NextPatch()
	}
	return v
}

// usable checks a version against line, tags and burned ones.
func (n *nextRun) usable(v version.Version) error {
	switch {
	case !v.In(n.in.Line):
		return fmt.Errorf("%w: %q would come next, the line is %q", ErrLine, v, n.in.Line)
	case n.last != nil && v.Compare(*n.last) <= 0:
		return fmt.Errorf("%w: %q is not above %q, the last release", ErrTaken, v, n.last)
	case n.tagged(v):
		return fmt.Errorf("%w: %q is tagged", ErrTaken, v)
	case contains(n.burned, v):
		return fmt.Errorf("%w: %q is burned", ErrTaken, v)
	}
	return nil
}

// OfLine reports whether a version is of a release line, "36" or "1.21".
func OfLine(text, line string) bool {
	v, err := version.Parse(text)
	return err == nil && v.In(line)
}

// firstOf returns the first release of a line.
func firstOf(line string) (version.Version, error) {
	major, minor, two := strings.Cut(line, ".")
	if !two {
		minor = "0"
	}
	v, err := version.Parse(major + "." + minor + ".0")
	if err != nil {
		return version.Version{}, fmt.Errorf("line %q: %w", line, err)
	}
	return v, nil
}

func parseAll(texts []string, n version.Numbers) []version.Version {
	var out []version.Version
	for _, s := range texts {
		if v, err := version.Parse(s); err == nil {
			out = append(out, v.Of(n))
		}
	}
	return out
}

func contains(list []version.Version, v version.Version) bool {
	return slices.ContainsFunc(list, func(w version.Version) bool { return w.Compare(v) == 0 })
}
