package why

import "github.com/git-backport/git-backport/gitops"

// An Explanation is why a pick conflicts: what main has in the conflicted files and the branch does not have.
type Explanation struct {
	Absent []Absence     // conflicted paths that the branch does not have
	Paths  []PathCommits // of each conflicted path in turn, the commits of main that it conflicts with
	// Candidates are the commits of main that changed conflicted files, newest first. Where all paths are
	// absent none are looked for.
	Candidates []Candidate
	CleanWith  []Candidate // the smallest set found with which the pick is clean, oldest first; nil for none
	Hint       Hint        // what holds for all that conflicts
	Cut        bool        // the search met a bound before it was through
}

// An Absence is a path that the fix changes and the branch does not have, under any name.
type Absence struct {
	Path    string
	Deleted bool // the branch had it once; otherwise main got it after the branch was cut
}

// PathCommits are the commits of main, absent from the branch, that last changed the lines of a path
// that conflict.
type PathCommits struct {
	Path    string
	Commits []Candidate // newest first
}

// A Candidate is a commit of main, absent from the branch, that changed a conflicted file.
type Candidate struct {
	Commit  gitops.ID
	Subject string
	Paths   []string // the conflicted ones that it changed, as main has them
}

// A Hint is what the lines of a conflict look like. It is shown and decides nothing.
type Hint string

// The hints. The zero value is none.
const (
	HintPresent Hint = "present" // the branch has what the fix puts there
	HintNoCode  Hint = "no-code" // the branch does not have what the fix changes there, and never had
)
