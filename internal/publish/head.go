package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/git-backport/git-backport/internal/operation"
)

// A Head is a branch to push, and the change request to open for it.
type Head struct {
	Line string // the release line, "36"
	Base string // the release branch, "release-36.0.0"
	Ref  string // refs/heads/backport/NAME/release-36.0.0
	ID   string // the commit that is pushed, 40 hexadecimal digits
	Bump bool   // the branch of a version bump, to be merged after the line's fix

	// Expected is the id that the remote's branch has to hold, as this operation pushed it last; "" when the
	// branch must not exist.
	Expected string

	Text    Text
	Receipt operation.Receipt // of an earlier run
	Skip    string            // why the head is left alone; "" when it is published
}

// Branch returns the name of the branch without refs/heads/.
func (h *Head) Branch() string { return strings.TrimPrefix(h.Ref, "refs/heads/") }

// A Text is what a change request says, and what decorates it.
type Text struct {
	Title, Body string
	Draft       bool
	Labels      []string
	Reviewers   []string // logins, or ORG/TEAM
	Assignees   []string // logins
	Milestone   string   // its title
	AutoMerge   bool
}

// digest is the digest of a text as a forge keeps it: line ends and trailing blanks do not count.
func digest(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:12])
}

// A PushState is what became of a head at the remote.
type PushState string

// The states of a pushed head.
const (
	Pushed   PushState = "pushed"
	UpToDate PushState = "up-to-date"
	Rejected PushState = "rejected"
	NotTried PushState = "not-tried" // another head was rejected first
)

// A State is what became of a head at the end.
type State string

// The states of a published head.
const (
	StatePushed   State = "pushed"
	StateUpToDate State = "up-to-date"
	StateRejected State = "rejected"
	StateOpen     State = "pr-open"
	StateUpdated  State = "pr-updated"
	StateClosed   State = "pr-exists-closed"
	StateMerged   State = "merged"
	StateFailed   State = "failed"
	StateSkipped  State = "skipped"
)

// A Result is what became of one head.
type Result struct {
	Head     *Head
	State    State
	Push     PushState
	Reason   string   // why the remote refused it
	Said     []string // the server's own lines
	Request  *Request // nil when there is none
	New      bool     // the request was opened by this run
	Warnings []string
	Err      error
}
