package backport

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
)

// A content is what a commit that an outcome makes says, whoever makes it, signs it, and when.
type content struct {
	tree    gitops.ID
	message []byte
}

// contents is what the commits of an outcome say, in their order, and that of a bump with a branch of
// its own. Their parents are the tip, then each other; that of a bump's own branch is the tip.
type contents struct {
	commits []content
	bump    *content
	signed  bool // or made by nobody yet: the ids are not known beforehand
}

// add adds what the commit of a bump says.
func (c *contents) add(b release.Bump) {
	says := content{b.Tree, []byte(b.Message)}
	switch {
	case b.Tree.IsZero():
	case b.Outcome.Branch != "":
		c.bump = &says
	default:
		c.commits = append(c.commits, says)
	}
}

// Identity tells an outcome from every other: two with the same identity land the same. It covers the
// target, its tip, what became of it and its new branches with their commits, the bump's included: by
// their ids, or where a signature makes others of them each time, by their trees, parents and messages.
func (o Outcome) Identity() string {
	h := sha256.New()
	part := func(b []byte) { fmt.Fprintf(h, "%d:%s\n", len(b), b) }
	parts := func(texts ...string) {
		for _, s := range texts {
			part([]byte(s))
		}
	}
	parts(o.Target.Branch, o.Target.Tip.String(), string(o.Status), fmt.Sprint(o.Target.Trial))
	switch {
	case o.Status == StatusConflicted:
		for _, k := range o.Picks {
			parts(k.Source.String(), string(k.Status), k.Result.Tree.String())
		}
	case o.Status != StatusReady:
	case o.says.signed:
		parts(o.Branch, fmt.Sprint(len(o.says.commits)))
		for _, c := range o.says.commits {
			parts(c.tree.String())
			part(c.message)
		}
		if o.says.bump != nil {
			parts(o.Bump.Branch, o.says.bump.tree.String())
			part(o.says.bump.message)
		}
	default:
		parts(o.Branch)
		for _, id := range o.Commits {
			parts(id.String())
		}
		if o.says.bump != nil {
			parts(o.Bump.Branch, o.Bump.Commit.String())
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Digest is a short text for the outcomes of a report by which a later run knows whether it would land
// the same, and where it would not: 32 digits for all, then a few for the committer and for each target.
func (rep *Report) Digest() string {
	all := sha256.New()
	fmt.Fprintf(all, "%s %v\n", rep.Options.Name, rep.Fix.Commits)
	out := []string{"", short(rep.committer())}
	for _, o := range rep.Outcomes {
		identity := o.Identity()
		fmt.Fprintln(all, identity)
		out = append(out, short(o.Target.Branch)+short(o.Target.Tip.String())+short(identity))
	}
	out[0] = hex.EncodeToString(all.Sum(nil))[:32]
	return strings.Join(out, "-")
}

// committer is who makes the commits, without when.
func (rep *Report) committer() string {
	who, _, _ := bytes.Cut(rep.Options.Seal.Committer, []byte(">"))
	return string(who)
}

// short is three digits for a text: enough to see which of a few are otherwise.
func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:3]
}

// Moved compares a report with the digest of an earlier one, and says what is otherwise; nothing when
// the same would land.
func (rep *Report) Moved(then string) []string {
	now := strings.Split(rep.Digest(), "-")
	was := strings.Split(then, "-")
	if was[0] == now[0] {
		return nil
	}
	var out []string
	if len(was) > 1 && was[1] != now[1] {
		out = append(out, "the committer is another one: "+strings.TrimSpace(rep.committer()+">"))
	}
	old := map[string]string{} // by branch
	for _, part := range was[min(2, len(was)):] {
		if len(part) == 9 {
			old[part[:3]] = part
		}
	}
	for i, o := range rep.Outcomes {
		part := now[2+i]
		is, known := old[part[:3]]
		delete(old, part[:3])
		switch {
		case len(was) < 2:
		case !known:
			out = append(out, o.Target.Branch+" has become a target")
		case is[3:6] != part[3:6]:
			out = append(out, fmt.Sprintf("%s has moved, and is at %s", o.Target.Branch, o.Target.Tip))
		case is[6:] != part[6:]:
			out = append(out, fmt.Sprintf("%s would get %s", o.Target.Branch, o.result()))
		}
	}
	if len(old) > 0 {
		out = append(out, fmt.Sprintf("%d more had been targets", len(old)))
	}
	if len(out) == 0 {
		out = append(out, "the fix, the name of the branches or a target is another one")
	}
	return out
}

// result says what a target gets, in a few words.
func (o Outcome) result() string {
	if o.Status != StatusReady {
		return "nothing: it is " + string(o.Status)
	}
	if o.Head.IsZero() {
		return "other trees or messages"
	}
	return o.Head.String()
}

// A Prior is what an earlier run made of a target.
type Prior struct {
	Branch  string
	Tip     gitops.ID
	Commits []gitops.ID
	Bump    gitops.ID // on a branch of its own; zero when there is none
}

// Keep takes, for each target whose commits say what those of an earlier run say, on the same parents, the
// commits of that run: what has not changed is not made again.
func (rep *Report) Keep(s *gitops.Session, before []Prior) {
	for _, was := range before {
		for i := range rep.Outcomes {
			o := &rep.Outcomes[i]
			if o.Status == StatusReady && !o.Head.IsZero() && o.Target.Branch == was.Branch && o.Target.Tip == was.Tip && o.says.madeAs(s, was) {
				o.take(was)
			}
		}
	}
	rep.Updates, rep.Verify = refUpdates(rep.Outcomes)
}

// madeAs reports whether commits that are there say just that, on the same parents.
func (c contents) madeAs(s *gitops.Session, was Prior) bool {
	if len(was.Commits) != len(c.commits) || was.Bump.IsZero() != (c.bump == nil) {
		return false
	}
	parent := was.Tip
	for i, id := range was.Commits {
		if !c.commits[i].is(s, id, parent, c.signed) {
			return false
		}
		parent = id
	}
	return c.bump == nil || c.bump.is(s, was.Bump, was.Tip, c.signed)
}

// is reports whether a commit is there and says this, on the given parent, signed or not.
func (c content) is(s *gitops.Session, id, parent gitops.ID, signed bool) bool {
	made, err := s.Commit(id)
	return err == nil && gitops.IsSigned(made) == signed && made.Tree == c.tree && len(made.Parents) == 1 && made.Parents[0] == parent && bytes.Equal(made.Message, c.message)
}

// take puts the commits of an earlier run in the place of an outcome's own.
func (o *Outcome) take(was Prior) {
	o.Commits = append([]gitops.ID(nil), was.Commits...)
	o.Head = o.Target.Tip
	at := 0
	for i := range o.Picks {
		if o.Picks[i].Status == PickClean && at < len(was.Commits) {
			o.Picks[i].Commit = was.Commits[at]
			at++
		}
	}
	if len(o.Commits) > 0 {
		o.Head = o.Commits[len(o.Commits)-1]
	}
	switch {
	case o.says.bump != nil:
		o.Bump.Commit = was.Bump
	case at < len(was.Commits):
		o.Bump.Commit = was.Commits[at]
	}
}
