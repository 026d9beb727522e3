package backport

import (
	"context"
	"errors"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
)

// A Standing says where a target of an operation is now, by the refs as they are in this clone.
type Standing struct {
	Target   operation.Target
	State    StandingState
	Base     gitops.ID // the release branch's tip now; zero when it is gone
	Now      gitops.ID // what the target's branch holds now; zero when it is gone
	Evidence *Evidence // of StandingLanded
	Hint     string    // what may be evidence and is none: a commit with the same subject
}

// A StandingState is where a target is.
type StandingState string

// The states of a target after its operation.
const (
	StandingLanded    StandingState = "landed"     // the release branch has it
	StandingOpen      StandingState = "open"       // the branch is as it was left, and not landed
	StandingAmended   StandingState = "amended"    // the branch has been changed since
	StandingBaseMoved StandingState = "base-moved" // the release branch has moved on without it
	StandingMissing   StandingState = "missing"    // the branch is gone, and not landed
	StandingUnmade    StandingState = "unmade"     // no branch was made: see Target.Status
)

// Stand finds where the targets of an operation are.
func Stand(ctx context.Context, s *gitops.Session, op *operation.Operation) ([]Standing, error) {
	made := map[string]bool{}
	for _, c := range op.Made() {
		made[c.Ref] = true
	}
	out := make([]Standing, 0, len(op.Targets))
	for _, t := range op.Targets {
		st, err := standOne(ctx, s, op, t, made)
		if err != nil {
			return nil, err
		}
		out = append(out, st)
	}
	return out, nil
}

func standOne(ctx context.Context, s *gitops.Session, op *operation.Operation, t operation.Target, made map[string]bool) (Standing, error) {
	st := Standing{Target: t, State: StandingUnmade}
	var err error
	if st.Base, err = valueOf(s, t.BaseRef); err != nil {
		return st, err
	}
	if t.BaseRef == "" {
		st.Base = t.Base
	}
	if t.Ref != "" {
		if st.Now, err = valueOf(s, t.Ref); err != nil {
			return st, err
		}
	}
	switch {
	case t.Status == operation.TargetPresent:
		st.State = StandingLanded
		return st, nil
	case t.Head.IsZero() || st.Base.IsZero():
		return st, nil
	}
	if st.Evidence, st.Hint, err = landed(ctx, s, op, st); err != nil {
		return st, err
	}
	switch {
	case st.Evidence != nil:
		st.State = StandingLanded
	case !made[t.Ref] && st.Now != t.Head:
	case st.Now.IsZero():
		st.State = StandingMissing
	case st.Now != t.Head:
		st.State = StandingAmended
	case st.Base != t.Base:
		st.State = StandingBaseMoved
	default:
		st.State = StandingOpen
	}
	return st, nil
}

func valueOf(s *gitops.Session, ref string) (gitops.ID, error) {
	if ref == "" {
		return gitops.ID{}, nil
	}
	id, err := s.Repo().Ref(ref)
	if errors.Is(err, gitops.ErrNoRef) {
		return gitops.ID{}, nil
	}
	return id, err
}

// maxLandedCommits bounds how many commits of a release branch are compared with a target's branch.
const maxLandedCommits = 500

// landed looks for proof that the release branch has what a target's branch holds, or held when it was
// made: the branch itself, copies of the fix's commits, or a commit whose tree has all its changes, as
// a squash or a rebase leaves it. What a later commit of the branch takes back is no proof.
func landed(ctx context.Context, s *gitops.Session, op *operation.Operation, st Standing) (*Evidence, string, error) {
	repo, t := s.Repo(), st.Target
	if st.Base == t.Base {
		return nil, "", nil
	}
	commits, err := repo.Between(ctx, t.Base, st.Base)
	if err != nil {
		return nil, "", err
	}
	l, err := readLedger(ctx, s, commits)
	if err != nil {
		return nil, "", err
	}
	heads := []gitops.ID{t.Head}
	if !st.Now.IsZero() && st.Now != t.Head {
		heads = append(heads, st.Now)
	}
	in := map[gitops.ID]bool{}
	for _, id := range commits {
		in[id] = true
	}
	for _, head := range heads {
		if in[head] && !l.undoneAny(t.Commits) {
			return &Evidence{Commit: head, How: "ancestor"}, "", nil
		}
	}
	if ev := l.copiesOf(op.Sources); ev != nil {
		return ev, "", nil
	}
	ev, err := squashed(ctx, s, st, withoutBump(t, heads), commits, l)
	if ev != nil || err != nil {
		return ev, "", err
	}
	hint, err := sameSubject(s, op.Sources, commits, l)
	return nil, hint, err
}

// withoutBump adds the last pick below a bump: the bump may have been left out when it was merged.
func withoutBump(t operation.Target, heads []gitops.ID) []gitops.ID {
	if n := len(t.Commits); t.BumpRef == "" && n > 1 && t.Commits[n-1] == t.BumpCommit {
		heads = append(heads, t.Commits[n-2])
	}
	return heads
}

func (l *messages) undoneAny(ids []gitops.ID) bool {
	for _, id := range ids {
		if l.undone[id] {
			return true
		}
	}
	return false
}

// copiesOf returns evidence when every source has a standing copy.
func (l *messages) copiesOf(sources []gitops.ID) *Evidence {
	var ev *Evidence
	for _, id := range sources {
		c, ok := l.copyOf(id)
		if !ok {
			return nil
		}
		ev = &Evidence{Commit: c.by, How: "trailer: " + c.line}
	}
	return ev
}

// squashed looks for a commit of the release branch, oldest first, onto which merging what one of the
// heads changes would change nothing.
func squashed(ctx context.Context, s *gitops.Session, st Standing, heads, commits []gitops.ID, l *messages) (*Evidence, error) {
	base, err := s.TreeOf(st.Target.Base)
	if err != nil {
		return nil, err
	}
	from := max(0, len(commits)-maxLandedCommits)
	for _, head := range heads {
		if !s.Repo().HasCommit(head) {
			continue // the branch is gone, and its objects too: only the other proofs are left
		}
		want, err := s.TreeOf(head)
		if err != nil || want == base {
			return nil, err
		}
		for i := len(commits) - 1; i >= from; i-- {
			has, err := holds(ctx, s, base, want, commits[i])
			if err != nil {
				return nil, err
			}
			if has && l.undone[commits[i]] { // taken back: only the tip can tell now
				if has, err = holds(ctx, s, base, want, st.Base); err != nil || !has {
					return nil, err
				}
				i = 0
			}
			if has {
				return &Evidence{Commit: commits[i], How: "all its changes are there"}, nil
			}
		}
	}
	return nil, nil
}

// holds reports whether a commit's tree has all that changed from base to want.
func holds(ctx context.Context, s *gitops.Session, base, want, commit gitops.ID) (bool, error) {
	tree, err := s.TreeOf(commit)
	if err != nil || tree == base {
		return false, err
	}
	res, err := s.Merge(ctx, base, tree, want, gitops.Labels{Base: "base", Ours: "branch", Theirs: "backport"})
	return res.Unchanged, err
}

// sameSubject names a commit with the subject of the fix: a hint to look, and no proof.
func sameSubject(s *gitops.Session, sources, commits []gitops.ID, l *messages) (string, error) {
	subjects := map[string]bool{}
	for _, id := range sources {
		if c, err := s.Commit(id); err == nil { // a source may be gone; it is only a hint
			subjects[gitops.Subject(c.Message)] = true
		}
	}
	for _, id := range commits {
		c, err := s.Commit(id)
		if err != nil {
			return "", err
		}
		if subjects[gitops.Subject(c.Message)] && !l.undone[id] {
			return id.String()[:10] + " has the same subject: look whether it is the fix", nil
		}
	}
	return "", nil
}
