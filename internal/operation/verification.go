package operation

import (
	"context"
	"slices"

	"github.com/git-backport/git-backport/gitops"
)

// A Verification is what a command of the user's said of a target's tree. It holds for that tree alone.
type Verification struct {
	Branch    string    `json:"branch"`
	Toolchain string    `json:"toolchain"`       // as it was asked for: "floor"
	Argv      []string  `json:"argv"`            // what was run; a very long one is cut
	Shell     bool      `json:"shell,omitempty"` // it was one text for a shell
	Digest    string    `json:"digest"`          // of the whole of it
	Tools     []string  `json:"tools,omitempty"` // what ran: "rustc 1.94.0 (4a4ef493e 2026-03-02)"
	Status    string    `json:"status"`
	Exit      int       `json:"exit"`
	Seconds   float64   `json:"seconds"`
	Head      gitops.ID `json:"head"`
	Tree      gitops.ID `json:"tree"`
	Log       string    `json:"log,omitempty"`
	At        int64     `json:"at"` // when it ended, in seconds since 1970
}

// The bounds of what a record keeps of verifications.
const (
	maxVerifications = 200
	maxArgv          = 4096 // bytes of one command
)

// Passed reports whether the command ended well.
func (v Verification) Passed() bool { return v.Status == "passed" }

// Verify records verifications of an operation, durably. One of the same command, branch, toolchain and tree
// takes the place of the former.
func (s *Store) Verify(ctx context.Context, id string, list []Verification, now int64) error {
	return s.locked(ctx, "verify", now, func(log *Log) error {
		op, err := log.Find(id)
		if err != nil {
			return err
		}
		for _, v := range list {
			v.Argv = cutArgv(v.Argv)
			op.Verifications = slices.DeleteFunc(op.Verifications, func(old Verification) bool {
				return old.Branch == v.Branch && old.Toolchain == v.Toolchain && old.Digest == v.Digest && old.Tree == v.Tree
			})
			op.Verifications = append(op.Verifications, v)
		}
		if over := len(op.Verifications) - maxVerifications; over > 0 {
			op.Verifications = op.Verifications[over:]
		}
		return s.write(op)
	})
}

// cutArgv bounds a command for the record.
func cutArgv(argv []string) []string {
	left := maxArgv
	for i, arg := range argv {
		if left -= len(arg); left < 0 {
			return append(slices.Clone(argv[:i]), "…")
		}
	}
	return argv
}
