// Package verify runs a command of the user's per target of an operation, in a directory of its own that
// has the target's tree, with the toolchain that the tree itself names: the toolchain gate sees pins, and
// only a build sees code that needs a newer compiler.
//
// Words: a unit is one target with one toolchain. The toolchain is selected, what developers and CI of that
// branch use, or floor, what the branch promises to its users. A unit is unverified when its toolchain is
// not there: nothing is installed here. Each unit has a guard, a process that ends all that the command
// started and removes its directory, also when this process is killed.
package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/msrv"
)

// A Status is what became of a unit.
type Status string

// The statuses of a unit.
const (
	Passed     Status = "passed"
	Failed     Status = "failed"
	Timeout    Status = "timeout"
	Unverified Status = "unverified" // its toolchain is not there
	Skipped    Status = "skipped"    // there is nothing to run on, or it is needed no more
)

// The toolchains by name; any other name is a version.
const (
	Selected = "selected"
	Floor    = "floor"
	None     = "none"
)

// A Target is a tree to run the command in.
type Target struct {
	Line   string // "" of a bare revision
	Branch string // the release branch, or what the revision is called
	Head   gitops.ID
	Tree   gitops.ID
	Skip   string // why it is not run; "" when it is
	Open   bool   // it is skipped because it needs a person
}

// A Plan is what is run, on what and how.
type Plan struct {
	Session    *gitops.Session
	Targets    []Target
	Argv       []string
	Shell      bool     // Argv is one text for sh -c
	Toolchains []string // selected, floor, none, a version
	Jobs       int
	Timeout    time.Duration // of one unit; 0 for none
	Keep       bool          // leave the directories
	NoNetwork  bool
	Pins       msrv.Options
	WorkTree   *WorkTree // nil: the tree is exported

	Self    string   // this program's path
	Environ []string // the user's environment
	Allow   []string // variables that are let through though they hold a secret
	Temp    string   // where directories are made
	Cache   string   // of this repository: build directories, by line
	Logs    string   // where logs are made
	Now     func() time.Time
	Told    func(text string) // progress; nil for none
	Grace   time.Duration     // between asking a command to end and ending it
	guard   []string          // the environment of guards
	isolate []string          // what comes before the command, so that it has no network
}

// A WorkTree says how the user's git makes a linked work tree.
type WorkTree struct {
	Git     []string // the program by its absolute path, and settings
	Env     []string
	Dir     string // where it runs
	Entries string // the directory of the repository's entries of work trees
}

// A Result is what became of a unit.
type Result struct {
	Target    Target
	Toolchain string   // as asked for
	Tools     []string // "rustc 1.94.0 (4a4ef493e 2026-03-02)"
	Status    Status
	Reason    string // of anything but Passed
	Install   string // the command that installs what is missing
	Exit      int    // -1 where there is none
	Seconds   float64
	Log       string
	Tail      []byte // what it printed last, when it did not pass
	Left      int    // processes that it left behind, which were ended
	Dir       string // that is kept
	Notes     []string
}

// Digest is the digest of a command: two records are of the same one when theirs is the same.
func Digest(argv []string, shell bool) string {
	data, err := json.Marshal(struct {
		Argv  []string
		Shell bool
	}{argv, shell})
	if err != nil {
		return "" // plain text always encodes
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// A unit is one target with one toolchain.
type unit struct {
	plan      *Plan
	target    Target
	toolchain string
	result    Result
}

// Run runs the command on every unit, and returns the results in the order of targets and toolchains. An
// error is of the machinery; a command that fails is a result.
func (p *Plan) Run(ctx context.Context) ([]Result, error) {
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	var units []*unit
	for _, t := range p.Targets {
		for _, name := range p.Toolchains {
			units = append(units, &unit{plan: p, target: t, toolchain: name, result: Result{Target: t, Toolchain: name, Exit: -1}})
			if t.Skip != "" {
				break
			}
		}
	}
	err := p.runAll(ctx, units)
	out := make([]Result, len(units))
	for i, u := range units {
		out[i] = u.result
	}
	return out, err
}

// runAll runs units side by side. The first error stops the others.
func (p *Plan) runAll(ctx context.Context, units []*unit) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	room := make(chan struct{}, max(1, p.Jobs))
	done := make(chan struct{})
	for _, u := range units {
		go func() {
			room <- struct{}{}
			err := u.run(ctx)
			<-room
			if err != nil {
				cancel(err)
			}
			done <- struct{}{}
		}()
	}
	for range units {
		<-done
	}
	return context.Cause(ctx)
}
