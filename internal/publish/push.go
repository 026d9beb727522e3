package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/child"
)

// Run starts a program with arguments and standard input. A non-zero exit code is no error.
type Run func(ctx context.Context, stdin []byte, args ...string) (child.Result, error)

// A PushError is a push that changed nothing, and why.
type PushError struct {
	Kind PushFailure
	Why  string   // in git's or the server's words
	Said []string // the server's own lines
}

func (e *PushError) Error() string { return "nothing was pushed: " + e.Why }

// A PushFailure is the kind of a failed push.
type PushFailure string

// The kinds of failed pushes.
const (
	NoAtomic    PushFailure = "no-atomic" // the server cannot take all or none
	Lease       PushFailure = "lease"     // a branch of the remote holds something else than expected
	Refused     PushFailure = "refused"   // a hook or a rule of the server
	Unreachable PushFailure = "unreachable"
)

// PushArgs returns the arguments of the git that pushes heads: ids, so that a branch that moves meanwhile is
// not pushed, a lease for each, all or none when atomic.
func PushArgs(remote string, heads []*Head, atomic bool) []string {
	args := []string{"push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"}
	if atomic {
		args = append(args, "--atomic")
	}
	for _, h := range heads {
		args = append(args, "--force-with-lease="+h.Ref+":"+h.Expected)
	}
	args = append(args, "--", remote)
	for _, h := range heads {
		args = append(args, h.ID+":"+h.Ref)
	}
	return args
}

// push pushes heads, and returns what became of each. A branch that holds the very commit already, since an
// earlier run was killed before it could record so, is not in the way.
func push(ctx context.Context, git Run, remote string, heads []*Head, atomic bool) (map[string]refResult, []string, error) {
	refs, said, err := pushOnce(ctx, git, remote, heads, atomic)
	var pe *PushError
	if !errors.As(err, &pe) || pe.Kind != Lease {
		return refs, said, err
	}
	ids, lsErr := remoteIDs(ctx, git, remote, heads)
	if lsErr != nil {
		return refs, said, errors.Join(err, lsErr)
	}
	again := false
	for _, h := range heads {
		switch id := ids[h.Ref]; {
		case id == h.Expected:
		case id == h.ID:
			h.Expected, again = id, true
		case id == "":
			pe.Why = h.Branch() + " is not at " + remote + " any more: it was deleted there"
		default:
			pe.Why = fmt.Sprintf("%s is at %.12s at %s, which this operation did not push", h.Branch(), id, remote)
		}
	}
	if !again {
		return refs, said, err
	}
	return pushOnce(ctx, git, remote, heads, atomic)
}

// pushOnce pushes heads in one child, all or none when atomic.
func pushOnce(ctx context.Context, git Run, remote string, heads []*Head, atomic bool) (map[string]refResult, []string, error) {
	res, err := git(ctx, nil, PushArgs(remote, heads, atomic)...)
	if err != nil {
		return nil, nil, err
	}
	said := serverLines(res.Stderr)
	refs := porcelain(res.Stdout)
	if res.Code == 0 {
		for _, h := range heads {
			if _, ok := refs[h.Ref]; !ok {
				return nil, nil, fmt.Errorf("git push ended well and does not name %s: %w", h.Ref, errors.ErrUnsupported)
			}
		}
		return refs, said, nil
	}
	return refs, said, failure(res, refs, said)
}

// remoteIDs asks the remote what its branches of these names hold.
func remoteIDs(ctx context.Context, git Run, remote string, heads []*Head) (map[string]string, error) {
	args := []string{"ls-remote", "--refs", "--", remote}
	for _, h := range heads {
		args = append(args, h.Ref)
	}
	res, err := git(ctx, nil, args...)
	if err == nil && res.Code != 0 {
		err = &PushError{Kind: Unreachable, Why: complaint(res.Stderr), Said: serverLines(res.Stderr)}
	}
	if err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for line := range strings.Lines(string(res.Stdout)) {
		if id, ref, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t"); ok {
			ids[ref] = id
		}
	}
	return ids, nil
}

// failure returns why a push failed. A failed lease counts before a rule: somebody else pushed there.
func failure(res child.Result, refs map[string]refResult, said []string) *PushError {
	why := complaint(res.Stderr)
	if bytes.Contains(res.Stderr, []byte("does not support --atomic")) {
		return &PushError{Kind: NoAtomic, Why: "the server does not support --atomic", Said: said}
	}
	var refused *PushError
	for ref, r := range refs {
		if r.state != Rejected || strings.Contains(r.reason, "atomic") && !strings.Contains(r.reason, "remote") {
			continue
		}
		e := &PushError{Kind: Refused, Why: strings.TrimPrefix(ref, "refs/heads/") + ": " + r.reason, Said: said}
		if r.lease() {
			e.Kind = Lease
			return e
		}
		if refused == nil || e.Why < refused.Why {
			refused = e
		}
	}
	if refused != nil {
		return refused
	}
	return &PushError{Kind: Unreachable, Why: why, Said: said}
}

// A refResult is a line of git push --porcelain.
type refResult struct {
	state  PushState
	reason string // "[remote rejected] (pre-receive hook declined)"
}

// lease reports whether the branch was refused because it is not as it was expected.
func (r refResult) lease() bool {
	for _, word := range []string{"stale info", "non-fast-forward", "fetch first", "already exists", "needs force", "failed to update ref"} {
		if strings.Contains(r.reason, word) {
			return true
		}
	}
	return false
}

// porcelain reads the lines of git push --porcelain: FLAG TAB FROM:TO TAB SUMMARY.
func porcelain(out []byte) map[string]refResult {
	refs := map[string]refResult{}
	for line := range strings.Lines(string(out)) {
		parts := strings.SplitN(strings.TrimRight(line, "\n"), "\t", 3)
		if len(parts) != 3 || len(parts[0]) != 1 {
			continue
		}
		_, to, _ := cutLast(parts[1], ":")
		r := refResult{state: Pushed}
		switch parts[0] {
		case "=":
			r.state = UpToDate
		case "!":
			r.state, r.reason = Rejected, parts[2]
		}
		refs[to] = r
	}
	return refs
}

// maxSaid bounds the server's lines that are kept, and maxSaidLine each of them, in bytes.
const (
	maxSaid     = 40
	maxSaidLine = 300
)

// serverLines returns what the server said: the lines that git marks with "remote:".
func serverLines(stderr []byte) []string {
	var out []string
	for line := range strings.Lines(string(stderr)) {
		text, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n "), "remote:")
		if text = strings.TrimSpace(text); !ok || text == "" {
			continue
		}
		if len(out) == maxSaid {
			return append(out, "…")
		}
		if len(text) > maxSaidLine {
			text = strings.ToValidUTF8(text[:maxSaidLine], "") + "…"
		}
		out = append(out, text)
	}
	return out
}

// complaint returns the line in which git says what is wrong.
func complaint(stderr []byte) string {
	last := "it ended without a word"
	for line := range strings.Lines(string(stderr)) {
		line = strings.TrimSpace(line)
		for _, word := range []string{"fatal: ", "error: "} {
			if rest, ok := strings.CutPrefix(line, word); ok {
				return rest
			}
		}
		if line != "" {
			last = line
		}
	}
	return last
}
