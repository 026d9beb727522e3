package backport

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport/ledger"
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
	case t.Head.IsZero():
		return st, nil
	}
	if st.Evidence, st.Hint, err = landed(ctx, s, op, st); err != nil {
		return st, err
	}
	switch {
	case st.Evidence != nil:
		st.State = StandingLanded
	case st.Base.IsZero(): // the release branch is gone
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

// A landing is a release branch on which a target of an operation may have landed.
type landing struct {
	session *gitops.Session
	reading *Reading
	op      *operation.Operation
	st      Standing
	tip     gitops.ID
	commits []gitops.ID // of the release branch, since the target's base, youngest first
	own     []*ledger.Commit
	branch  *ledger.Branch
}

// landed looks for proof that the release branch has what a target's branch holds, or held when it was
// made: the branch itself, copies of the fix's commits or of the branch's, or a commit whose tree has all
// its changes, as a squash or a rebase leaves it. What a later commit of the branch takes back is no proof.
// The release branch is the one that the target was made for, and the one of the same name at a remote, or
// here, which may have moved where that one has not.
func landed(ctx context.Context, s *gitops.Session, op *operation.Operation, st Standing) (ev *Evidence, hint string, err error) {
	tips, err := releaseTips(s, op, st)
	if err != nil {
		return nil, "", err
	}
	reading := NewReading(s)
	for _, tip := range tips {
		if tip.id.IsZero() || tip.id == st.Target.Base {
			continue
		}
		l := &landing{session: s, reading: reading, op: op, st: st, tip: tip.id}
		found, said, err := l.look(ctx)
		if err != nil {
			return nil, "", err
		}
		if found != nil {
			if tip.where != "" {
				found.How += ", on " + tip.where
			}
			return found, "", nil
		}
		if hint == "" {
			hint = said
		}
	}
	return nil, hint, nil
}

// A releaseTip is where a release branch may have come to, and how that is called; "" for the target's own.
type releaseTip struct {
	id    gitops.ID
	where string
}

// releaseTips are the tips of the release branch of a target: its own, those of the remotes, the local one.
func releaseTips(s *gitops.Session, op *operation.Operation, st Standing) ([]releaseTip, error) {
	out := []releaseTip{{id: st.Base}}
	if st.Target.BaseRef == "" {
		return out, nil
	}
	remotes, err := s.Repo().Remotes()
	if err != nil {
		return nil, err
	}
	names := []string{"refs/heads/" + st.Target.Branch}
	for _, r := range remotes {
		ref := "refs/remotes/" + r + "/" + st.Target.Branch
		if r == op.Remote {
			names = append([]string{ref}, names...)
			continue
		}
		names = append(names, ref)
	}
	for _, ref := range names {
		id, err := valueOf(s, ref)
		if err != nil {
			return nil, err
		}
		if !id.IsZero() && ref != st.Target.BaseRef && !slices.ContainsFunc(out, func(t releaseTip) bool { return t.id == id }) {
			where := strings.TrimPrefix(strings.TrimPrefix(ref, "refs/remotes/"), "refs/heads/")
			out = append(out, releaseTip{id, where})
		}
	}
	return out, nil
}

// look looks for the proof on one release branch, and else for what hints at it.
func (l *landing) look(ctx context.Context) (ev *Evidence, hint string, err error) {
	t := l.st.Target
	if l.commits, err = l.session.Repo().Between(ctx, t.Base, l.tip); err != nil {
		return nil, "", err
	}
	if l.own, err = l.reading.ReadAll(ctx, l.commits); err != nil {
		return nil, "", err
	}
	if l.branch, err = ledger.ReadBranch(ctx, l.reading, l.own); err != nil {
		return nil, "", err
	}
	heads := []gitops.ID{t.Head}
	if !l.st.Now.IsZero() && l.st.Now != t.Head {
		heads = append(heads, l.st.Now)
	}
	for _, head := range heads {
		if l.branch.Has(head) && !slices.ContainsFunc(t.Commits, l.undone) {
			return &Evidence{Commit: head, How: string(ledger.Ancestor), Kind: ledger.Ancestor, Strong: true}, "", nil
		}
	}
	ev, hint, err = l.copies(ctx)
	if ev != nil || err != nil {
		return ev, "", err
	}
	ev, err = l.squashed(ctx, withoutBump(t, heads))
	return ev, hint, err
}

func (l *landing) undone(id gitops.ID) bool {
	_, undone := l.branch.UndoneBy(id)
	return undone
}

// copies returns evidence when every source, or every pick that was made of one, has a standing copy by
// strong evidence, and else names what looks like one.
func (l *landing) copies(ctx context.Context) (ev *Evidence, hint string, err error) {
	var sources, picks []*ledger.Commit
	for _, id := range l.op.Sources {
		if slices.Contains(l.st.Target.Left, id) {
			continue
		}
		if c, err := l.reading.Read(id); err == nil { // a source may be gone
			sources = append(sources, ledger.AsOne(c))
		}
	}
	made := l.st.Target.Commits
	if n := len(made); n > 0 && l.st.Target.BumpRef == "" && made[n-1] == l.st.Target.BumpCommit {
		made = made[:n-1]
	}
	for _, id := range made {
		if c, err := l.reading.Read(id); err == nil {
			picks = append(picks, c)
		}
	}
	for _, list := range [][]*ledger.Commit{sources, picks} {
		if len(list) == 0 || len(list) < len(made) {
			continue // not all of them are here to be compared
		}
		fixes := slices.Clone(list)
		slices.Reverse(fixes)
		found, err := MatchFixes(ctx, l.reading, fixes, l.own, nil)
		if err != nil {
			return nil, "", err
		}
		all := true
		for _, f := range list {
			copies := telling(found.Copies[f.ID])
			if len(copies) == 0 || !copies[0].Stands() {
				all = false
				continue
			}
			if ev = evidenceOf(copies[0]); !copies[0].Strong() {
				all = false
				hint = fmt.Sprintf("%s may be the fix (%s): look whether it is", l.session.Repo().Short(ev.Commit), ev.How)
			}
		}
		if all {
			return ev, "", nil
		}
	}
	return nil, hint, nil
}

// withoutBump adds the last pick below a bump: the bump may have been left out when it was merged.
func withoutBump(t operation.Target, heads []gitops.ID) []gitops.ID {
	if n := len(t.Commits); t.BumpRef == "" && n > 1 && t.Commits[n-1] == t.BumpCommit {
		heads = append(heads, t.Commits[n-2])
	}
	return heads
}

// squashed looks for a commit of the release branch, oldest first, onto which merging what one of the
// heads changes would change nothing.
func (l *landing) squashed(ctx context.Context, heads []gitops.ID) (*Evidence, error) {
	base, err := l.session.TreeOf(l.st.Target.Base)
	if err != nil {
		return nil, err
	}
	from := max(0, len(l.commits)-maxLandedCommits)
	for _, head := range heads {
		if !l.session.Repo().HasCommit(head) {
			continue // the branch is gone, and its objects too: only the other proofs are left
		}
		want, err := l.session.TreeOf(head)
		if err != nil || want == base {
			return nil, err
		}
		for i := len(l.commits) - 1; i >= from; i-- {
			has, err := hasChanges(ctx, l.session, base, want, l.commits[i])
			if err != nil {
				return nil, err
			}
			if has && l.undone(l.commits[i]) { // taken back: only the tip can tell now
				if has, err = hasChanges(ctx, l.session, base, want, l.tip); err != nil || !has {
					return nil, err
				}
				i = 0
			}
			if has {
				return &Evidence{Commit: l.commits[i], How: "all its changes are there", Strong: true}, nil
			}
		}
	}
	return nil, nil //nolint:nilnil // nothing proves it
}

// hasChanges reports whether a commit's tree has all that changed from base to want.
func hasChanges(ctx context.Context, s *gitops.Session, base, want, commit gitops.ID) (bool, error) {
	tree, err := s.TreeOf(commit)
	if err != nil || tree == base {
		return false, err
	}
	res, err := s.Merge(ctx, base, tree, want, gitops.Labels{Base: "base", Ours: "branch", Theirs: "backport"})
	return res.Unchanged, err
}
