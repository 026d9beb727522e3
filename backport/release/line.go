package release

import (
	"context"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/notes"
	"github.com/git-backport/git-backport/internal/version"
	"github.com/git-backport/git-backport/policy"
)

// A Line is a release line with its branch, as the repository has it.
type Line struct {
	Decision policy.Decision // zero where policy is left aside
	Branch   string          // short name
	Tip      gitops.ID
	Ref      string   // the ref Tip was read from; "" for a bare commit
	Versions []string // of the line's tags, without prefix
	Burned   []string // versions never to be used
}

// When says where a version bump goes.
type When string

// The values of [bump] when.
const (
	WhenPick     When = "pick"     // the last commit of each new branch
	WhenSeparate When = "separate" // a branch of its own on the tip
	WhenRelease  When = "release"  // nothing until the verb bump
	WhenNever    When = "never"
)

// A Rule is how versions are bumped.
type Rule struct {
	When     When
	Message  string // template of the commit message: {version}, {line}, {branch}, {name}; "" is the default
	Project  string // {name}
	Files    []manifest.Rule
	Lockstep manifest.Lockstep
	Numbers  version.Numbers          // which numbers the project's versions have, by its tags
	HeldBack map[policy.LineID]string // lines that are not bumped now, and why: cadence, an open operation
}

// A NotesRule is how release notes are dealt with.
type NotesRule struct {
	Style  notes.Style // the form that Check demands; "" for any
	File   string      // path of the notes; "" when the project has none that are known
	OnPick string      // what becomes of picked hunks that conflict: "move" (also ""), "drop", "keep"
	Date   string      // layout of dates in them, as config.Notes has it; "" is the file's own
}

// A History says what the branches of lines hold.
type History interface {
	// Point returns the commit at which a line's branch left main; zero where it is not known.
	Point(ctx context.Context, line Line) (gitops.ID, error)
	// Kind returns the kind of a change by its message.
	Kind(message []byte) policy.Kind
	// Undone reports whether a line's branch took back a commit of its own.
	Undone(ctx context.Context, line Line, commit gitops.ID) bool
	// Has reports whether a line's branch has the fix that a commit of another line is. It is not traced
	// where the commit names neither its origin nor an advisory, so that nobody can tell.
	Has(ctx context.Context, line Line, commit gitops.ID) (has, traced bool, err error)
}

// An Outcome is what a bump does.
type Outcome struct {
	From, To   string
	Branch     string // the branch that carries it alone; "" when it is the last commit of a pick's branch
	Commit     gitops.ID
	Files      []string
	Unhandled  []string // files of former bumps that this one leaves alone
	Companions []string // "cranelift 0.123.1": packages with a number of their own that moved along
	Waits      string   // why no release is to be made yet, where the tag alone makes it; "" when one may be
	Skipped    string   // why there is no bump; "" when there is one
}
