package backport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// A Merged is what main has of a pull request: the commits of which each is a part of it, oldest first, or the
// merge that brought them.
type Merged struct {
	Number  int
	Merge   gitops.ID   // zero where none brought them
	Commits []gitops.ID // oldest first
	Left    []gitops.ID // merges among what the merge brought, which are no part of it
}

// A PullRequestError is a pull request number that no commit of main, or more than one, carries.
type PullRequestError struct {
	Number     int
	Main       string   // the branch
	Candidates []string // "1a2b3c4 subject", youngest first
}

func (e *PullRequestError) Error() string {
	if len(e.Candidates) == 0 {
		return fmt.Sprintf("pull request #%d: no commit of %s names it: no squash that ends in (#%d), no merge of it, no PR-URL", e.Number, e.Main, e.Number)
	}
	return fmt.Sprintf("pull request #%d: %d commits of %s may be it", e.Number, len(e.Candidates), e.Main)
}

// A naming is a commit that names a pull request as its own.
type naming struct {
	id      gitops.ID
	subject string
	merge   bool
	trailer bool // by a line of its own, as each commit of one pull request may
	at      int  // along the walk
}

// FindPullRequest finds what main has of a pull request: along its first parents, and where nothing there
// names it, in all of it.
func FindPullRequest(ctx context.Context, s *gitops.Session, main gitops.Branch, number int) (Merged, error) {
	all, err := FindPullRequests(ctx, s, main, []int{number})
	if err != nil {
		return Merged{}, err
	}
	return all[0].Merged, all[0].Err
}

// A Sought is what became of the search for a pull request: Err is a PullRequestError where it failed.
type Sought struct {
	Merged
	Err error
}

// FindPullRequests is FindPullRequest for many, in one walk.
func FindPullRequests(ctx context.Context, s *gitops.Session, main gitops.Branch, numbers []int) ([]Sought, error) {
	f := prFinder{session: s, found: map[int][]naming{}}
	for _, n := range numbers {
		f.found[n] = nil
	}
	if len(numbers) == 1 {
		f.digits = []byte(strconv.Itoa(numbers[0]))
	}
	if err := f.along(ctx, main.Tip); err != nil {
		return nil, err
	}
	for n, found := range f.found {
		if len(found) > 0 {
			continue
		}
		all := prFinder{session: s, found: map[int][]naming{n: nil}, digits: []byte(strconv.Itoa(n))}
		if err := all.everywhere(ctx, main.Tip); err != nil {
			return nil, err
		}
		f.found[n] = all.found[n]
	}
	out := make([]Sought, len(numbers))
	for i, n := range numbers {
		out[i].Merged, out[i].Err = f.choose(ctx, n, main.Name)
		var not *PullRequestError
		if out[i].Err != nil && !errors.As(out[i].Err, &not) {
			return nil, out[i].Err
		}
	}
	return out, nil
}

type prFinder struct {
	session *gitops.Session
	digits  []byte // that every message has; nil: nothing is known of them
	found   map[int][]naming
}

// look notes a commit that names a pull request that is sought.
func (f *prFinder) look(id gitops.ID, c *gitops.Commit, at int) {
	if f.digits != nil && !bytes.Contains(c.Message, f.digits) {
		return
	}
	message := gitops.MessageText(c)
	n := naming{id: id, subject: gitops.Subject(message), merge: len(c.Parents) > 1, at: at}
	number := squashNumber(n.subject)
	if n.merge {
		number, _ = ledger.MergeNumber(message)
	} else if _, sought := f.found[number]; !sought {
		number, n.trailer = ledger.TrailerNumber(message)
	}
	if _, sought := f.found[number]; sought {
		f.found[number] = append(f.found[number], n)
	}
}

// squashNumber is the number that a squash's subject ends in: "(#12)", "(GH-12)"; 0 where it ends otherwise.
func squashNumber(subject string) int {
	if !strings.HasSuffix(subject, ")") {
		return 0
	}
	numbers := gitops.PRNumbers(subject)
	if len(numbers) == 0 {
		return 0
	}
	last := numbers[len(numbers)-1]
	end := strings.ToLower(subject[strings.LastIndexByte(subject, '('):])
	if end != fmt.Sprintf("(#%d)", last) && end != fmt.Sprintf("(gh-%d)", last) {
		return 0
	}
	return last
}

// along looks along the first parents.
func (f *prFinder) along(ctx context.Context, id gitops.ID) error {
	for at := 0; ; at++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := f.session.Commit(id)
		if err != nil {
			return err
		}
		f.look(id, c, at)
		if len(c.Parents) == 0 || f.session.Repo().IsShallowAt(id) {
			return nil
		}
		id = c.Parents[0]
	}
}

// maxEverywhere bounds how many commits of main are asked for a number that none of its first parents names.
const maxEverywhere = 300_000

// everywhere looks at all that main has.
func (f *prFinder) everywhere(ctx context.Context, tip gitops.ID) error {
	seen, todo := map[gitops.ID]bool{tip: true}, []gitops.ID{tip}
	for at := 0; at < len(todo) && at < maxEverywhere; at++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := f.session.Commit(todo[at])
		if err != nil {
			return err
		}
		f.look(todo[at], c, at)
		if f.session.Repo().IsShallowAt(todo[at]) {
			continue
		}
		for _, p := range c.Parents {
			if !seen[p] {
				seen[p], todo = true, append(todo, p)
			}
		}
	}
	return nil
}

// choose takes what is meant without doubt: the one merge, whose commits may name the number too, or the one
// commit, or commits one after the other that each have the number on a line of its own.
func (f *prFinder) choose(ctx context.Context, number int, main string) (Merged, error) {
	out, found := Merged{Number: number}, f.found[number]
	merges := slices.DeleteFunc(slices.Clone(found), func(n naming) bool { return !n.merge })
	switch {
	case len(merges) == 1:
		return f.merged(ctx, number, merges[0].id, main)
	case len(merges) == 0 && len(found) == 1, len(merges) == 0 && oneSeries(found):
		for _, n := range slices.Backward(found) {
			out.Commits = append(out.Commits, n.id)
		}
		return out, nil
	}
	e := &PullRequestError{Number: number, Main: main}
	for _, n := range found {
		e.Candidates = append(e.Candidates, f.session.Repo().Short(n.id)+" "+n.subject)
	}
	return out, e
}

// oneSeries reports whether commits are one after the other, and each has the number on a line of its own.
func oneSeries(found []naming) bool {
	for i, n := range found {
		if !n.trailer || i > 0 && n.at != found[i-1].at+1 {
			return false
		}
	}
	return len(found) > 0
}

// merged is the pull request that a merge brought. What else names its number has to be a part of it.
func (f *prFinder) merged(ctx context.Context, number int, merge gitops.ID, main string) (Merged, error) {
	out, err := MergedBy(ctx, f.session, merge)
	out.Number = number
	if err != nil {
		return out, err
	}
	e := &PullRequestError{Number: number, Main: main}
	for _, n := range f.found[number] {
		if n.id == merge || slices.Contains(out.Commits, n.id) {
			continue
		}
		if e.Candidates == nil {
			e.Candidates = []string{f.session.Repo().Short(merge)}
		}
		e.Candidates = append(e.Candidates, f.session.Repo().Short(n.id)+" "+n.subject)
	}
	if e.Candidates != nil {
		return out, e
	}
	return out, nil
}

// MergedBy lists what a merge brought to its first parent, oldest first, without the merges among it.
func MergedBy(ctx context.Context, s *gitops.Session, merge gitops.ID) (Merged, error) {
	out := Merged{Merge: merge}
	c, err := s.Commit(merge)
	if err != nil || len(c.Parents) < 2 {
		return out, err
	}
	ids, err := s.Repo().ResolveSource(ctx, c.Parents[0].String()+".."+merge.String())
	if err != nil {
		return out, err
	}
	for _, id := range ids {
		if id == merge {
			continue
		}
		m, err := s.Commit(id)
		if err != nil {
			return out, err
		}
		if len(m.Parents) > 1 {
			out.Left = append(out.Left, id)
			continue
		}
		out.Commits = append(out.Commits, id)
	}
	return out, nil
}
