package propose

import (
	"io/fs"

	"github.com/git-backport/git-backport/policy"
)

// Seen is what a repository shows.
type Seen struct {
	Facts policy.Facts // AsOf is the day of the proposal
	Main  string       // name of the main branch; empty: there is none
	// Tree returns the files of a branch's tip.
	Tree func(tip string) (fs.FS, error)
	// Owned returns, for branches by name, the tags on them that main does not contain. It may be nil.
	Owned func(branches []policy.BranchFact) (map[string][]string, error)
	// Work returns, for branches by name, the days of the commits on them that main does not contain, newest
	// first, of the year before a day. It may be nil.
	Work func(branches []policy.BranchFact, until policy.Date) (map[string][]policy.Date, error)
	// Former returns how the release of a tag was made, nil where that is not found. It may be nil.
	Former func(tag, version string, read func(fs.FS) string) (*Former, error)
}

// A Proposal is a policy file with what it was made from.
type Proposal struct {
	Text    string
	Patched []string // lines that had a patch release in the last year, newest first
	Judged  []string // those among them that the rules alone would have required a security fix for
	Kept    []string // those that are added as rows
	Live    []Live   // lines that are targets of a security fix today, newest first
	Left    []string // what was left out, and why
	Share   [2]int   // of the patch releases of the last two years, how many the rules would have allowed: hits, all
}

// A Live is a line that is a target today.
type Live struct {
	Line, Branch, Version, Next, Bump string
}
