package gitops

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
)

// ErrNoRef is a ref that is not there.
var ErrNoRef = errors.New("no such ref")

// maxMessageObject bounds the commits and tags that are read: 16 MiB.
const maxMessageObject = 16 << 20

func (r *Repo) readSmall(id ID) (object.Kind, []byte, error) {
	return r.db.ReadLimited(id, maxMessageObject)
}

// Ref returns the object a full ref name points at, through symbolic refs; ErrNoRef when it is not there.
func (r *Repo) Ref(name string) (ID, error) {
	ref, err := r.refs.Read(name)
	if errors.Is(err, refs.ErrNotFound) {
		return ID{}, fmt.Errorf("ref %q: %w", name, ErrNoRef)
	}
	return ref.ID, err
}

// Short returns the abbreviation of id that git would print.
func (r *Repo) Short(id ID) string {
	s, err := r.db.Shorten(id, r.abbrev)
	if err != nil {
		return id.String()
	}
	return s
}

// Expand returns the full id of an abbreviated one, if exactly one object begins so.
func (r *Repo) Expand(prefix string) (ID, error) {
	if id, err := object.ParseID(prefix); err == nil {
		return id, nil
	}
	return r.resolveShort(prefix, prefix)
}

// Between returns the commits reachable from tip and not from start, youngest first.
func (r *Repo) Between(ctx context.Context, start, tip ID) ([]ID, error) {
	a, err := r.ancestryOf(start)
	if err != nil {
		return nil, err
	}
	return a.missing(ctx, tip, maxBranchCommits)
}

// CommitTime returns the committer's date of a commit, in seconds since 1970.
func (r *Repo) CommitTime(id ID) (int64, error) {
	info, err := r.commitInfo(id)
	return info.date, err
}

// HasCommit reports whether id is a commit of the repository.
func (r *Repo) HasCommit(id ID) bool {
	kind, _, err := r.db.Header(id)
	return err == nil && kind == object.KindCommit
}

// A PullRequestError is a pull request number that no commit of main, or more than one, carries.
type PullRequestError struct {
	Number     int
	Candidates []string // "1a2b3c4 subject", youngest first
}

func (e *PullRequestError) Error() string {
	if len(e.Candidates) == 0 {
		return fmt.Sprintf("pull request #%d: no commit on main has a subject that ends in (#%d)", e.Number, e.Number)
	}
	return fmt.Sprintf("pull request #%d: %d commits on main have a subject that ends in (#%d)", e.Number, len(e.Candidates), e.Number)
}

// PullRequest returns the one commit on the first-parent line of main whose subject ends in (#number).
func (r *Repo) PullRequest(ctx context.Context, main ID, number int) (ID, error) {
	suffix := fmt.Sprintf("(#%d)", number)
	var found []ID
	var lines []string
	for id := main; ; {
		if err := ctx.Err(); err != nil {
			return ID{}, err
		}
		_, data, err := r.readSmall(id)
		if err != nil {
			return ID{}, err
		}
		c, err := object.ParseCommit(data)
		if err != nil {
			return ID{}, fmt.Errorf("commit %s: %w", id, err)
		}
		if subject := object.Subject(object.MessageText(c)); strings.HasSuffix(subject, suffix) {
			found = append(found, id)
			lines = append(lines, r.Short(id)+" "+subject)
		}
		if len(c.Parents) == 0 || r.isShallow(id) {
			break
		}
		id = c.Parents[0]
	}
	if len(found) != 1 {
		return ID{}, &PullRequestError{Number: number, Candidates: lines}
	}
	return found[0], nil
}
