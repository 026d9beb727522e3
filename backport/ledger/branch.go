package ledger

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
)

// A Branch is the commits of a branch with what they say of each other.
type Branch struct {
	Commits []*Commit // youngest first

	at      map[object.ID]int
	undone  map[object.ID]object.ID // → the commit that takes it back; ids of commits that are elsewhere too
	origins map[object.ID][]object.ID
	source  Source
}

// ReadBranch reads what commits, youngest first, say of each other: which of them are taken back. A
// commit that takes back counts only while no younger one takes it back in turn.
func ReadBranch(ctx context.Context, src Source, commits []*Commit) (*Branch, error) {
	b := &Branch{Commits: commits, at: make(map[object.ID]int, len(commits)), undone: map[object.ID]object.ID{}, origins: map[object.ID][]object.ID{}, source: src}
	for i, c := range commits {
		b.at[c.ID] = i
	}
	for i, c := range commits {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(c.Reverts) == 0 && !bodyReverts(c) {
			continue
		}
		if _, taken := b.undone[c.ID]; taken {
			continue
		}
		if by, taken := b.originUndone(ctx, c); taken {
			b.undone[c.ID] = by
			continue
		}
		if err := b.undo(ctx, i, c); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// UndoneBy returns the commit that takes another back, and stands.
func (b *Branch) UndoneBy(id object.ID) (object.ID, bool) {
	by, ok := b.undone[id]
	return by, ok
}

// Has reports whether a commit is one of the branch's.
func (b *Branch) Has(id object.ID) bool { _, ok := b.at[id]; return ok }

// maxChain bounds how many copies of copies are followed.
const maxChain = 4

// Origins returns what a commit says it is a copy of, and what those are copies of, in order.
func (b *Branch) Origins(ctx context.Context, c *Commit) ([]object.ID, error) {
	if known, ok := b.origins[c.ID]; ok {
		return known, nil
	}
	var out []object.ID
	todo := []*Commit{c}
	for range maxChain {
		var next []*Commit
		for _, t := range todo {
			for _, ref := range t.From {
				if ref.ID == "" || ref.Repairs() {
					continue
				}
				o, err := b.source.Commit(ctx, ref.ID)
				if err != nil {
					return nil, err
				}
				switch {
				case o != nil && !slices.Contains(out, o.ID):
					out, next = append(out, o.ID), append(next, o)
				case o == nil && len(ref.ID) == 40:
					if id, err := object.ParseID(ref.ID); err == nil && !slices.Contains(out, id) {
						out = append(out, id) // of a fork: two copies may name it
					}
				}
			}
		}
		if todo = next; len(todo) == 0 {
			break
		}
	}
	b.origins[c.ID] = out
	return out, nil
}

// originUndone reports whether what a commit is a copy of is taken back by a younger one: main's commit,
// named by its id.
func (b *Branch) originUndone(ctx context.Context, c *Commit) (object.ID, bool) {
	origins, err := b.Origins(ctx, c)
	if err != nil {
		return object.ID{}, false
	}
	for _, o := range origins {
		if by, taken := b.undone[o]; taken && b.at[by] < b.at[c.ID] {
			return by, true
		}
	}
	return object.ID{}, false
}

// undo marks what a commit takes back.
func (b *Branch) undo(ctx context.Context, at int, c *Commit) error {
	named := false
	for _, r := range c.Reverts {
		if r.ID == "" {
			continue
		}
		found, err := b.undoID(ctx, at, c, r.ID)
		if err != nil {
			return err
		}
		named = named || found
	}
	if named {
		return nil
	}
	for _, r := range c.Reverts {
		if r.Subject == "" {
			continue
		}
		want := Normalize(r.Subject)
		if r.Reapply {
			want = Normalize(`Revert "` + r.Subject + `"`)
		}
		match := func(o *Commit) bool {
			return o.Subject == r.Subject || o.Normal == want || r.Reapply && len(o.Reverts) > 0 && !o.Reverts[0].Reapply && Normalize(o.Reverts[0].Subject) == Normalize(r.Subject)
		}
		done, err := b.undoLike(ctx, at, c, match)
		if err != nil || done {
			return err
		}
	}
	numbers := bodyRevertNumbers(c)
	if len(numbers) == 0 {
		return nil
	}
	_, err := b.undoLike(ctx, at, c, func(o *Commit) bool {
		n := o.Numbers
		if m, ok := MergeNumber(o.Message); ok {
			n = []int{m}
		}
		return len(n) > 0 && slices.Contains(numbers, n[len(n)-1])
	})
	return err
}

// undoID marks the commit that an id names, what it brought when it is a merge, and the copies of it
// that are older than the revert. It reports whether there is such a commit.
func (b *Branch) undoID(ctx context.Context, at int, c *Commit, written string) (bool, error) {
	o, err := b.source.Commit(ctx, written)
	if err != nil {
		return false, err
	}
	if o == nil {
		if len(written) < 40 {
			return false, nil
		}
		id, err := object.ParseID(written)
		if err != nil {
			return false, err
		}
		return b.markAll(ctx, at, c.ID, []object.ID{id})
	}
	ids := []object.ID{o.ID}
	if _, err := b.markAll(ctx, at, c.ID, ids); err != nil {
		return true, err
	}
	if o.IsMerge() {
		if ids, err = b.source.Brought(ctx, o.ID); err != nil {
			return true, err
		}
		_, err = b.markAll(ctx, at, c.ID, ids)
		return true, err
	}
	// A revert that was picked from another branch names that branch's copy.
	if i, here := b.at[o.ID]; !here || i < at {
		if ids, err = b.Origins(ctx, o); err != nil {
			return true, err
		}
		_, err = b.markAll(ctx, at, c.ID, ids)
	}
	return true, err
}

// markAll marks commits as taken back, and older commits of the branch that are copies of them. It
// reports whether one of those is here.
func (b *Branch) markAll(ctx context.Context, at int, by object.ID, ids []object.ID) (bool, error) {
	want := make(map[object.ID]bool, len(ids))
	here := false
	for _, id := range ids {
		want[id] = true
		if i, in := b.at[id]; in && i <= at {
			continue // younger than the revert: it cannot mean this one
		} else if in {
			here = true
		}
		if _, taken := b.undone[id]; !taken {
			b.undone[id] = by
		}
	}
	for _, o := range b.Commits[at+1:] {
		if len(o.From) == 0 {
			continue
		}
		if _, taken := b.undone[o.ID]; taken {
			continue
		}
		origins, err := b.Origins(ctx, o)
		if err != nil {
			return here, err
		}
		if slices.ContainsFunc(origins, func(id object.ID) bool { return want[id] }) {
			b.undone[o.ID], here = by, true
		}
	}
	return here, nil
}

// undoLike marks the youngest older commit that matches and that c's patch takes back.
func (b *Branch) undoLike(ctx context.Context, at int, c *Commit, match func(*Commit) bool) (bool, error) {
	for _, o := range b.Commits[at+1:] {
		if _, taken := b.undone[o.ID]; taken || !match(o) {
			continue
		}
		inverse, err := Inverse(ctx, b.source, c, o)
		if _, gone := missing(err); gone {
			continue
		}
		if err != nil {
			return false, err
		}
		if !inverse {
			continue
		}
		ids := []object.ID{o.ID}
		if o.IsMerge() {
			brought, err := b.source.Brought(ctx, o.ID)
			if err != nil {
				return false, err
			}
			ids = append(ids, brought...)
		}
		for _, id := range ids {
			if _, taken := b.undone[id]; !taken {
				b.undone[id] = c.ID
			}
		}
		return true, nil
	}
	return false, nil
}

// Inverse reports whether one commit takes back at least half of the lines that another changes.
func Inverse(ctx context.Context, src Source, later, earlier *Commit) (bool, error) {
	changed, err := src.Changed(ctx, []object.ID{later.ID, earlier.ID}, nil)
	if err != nil {
		return false, err
	}
	all, back := 0, 0
	for _, p := range changed[1].Paths {
		e, err := src.Lines(ctx, earlier.ID, p)
		if err != nil {
			return false, err
		}
		all += len(e.Added) + len(e.Removed)
		if _, both := slices.BinarySearch(changed[0].Paths, p); !both {
			continue
		}
		l, err := src.Lines(ctx, later.ID, p)
		if err != nil {
			return false, err
		}
		back += common(e.Added, l.Removed) + common(e.Removed, l.Added)
	}
	return back > 0 && 2*back >= all, nil
}

// common counts the lines of a that b has too, each as often as both have it.
func common(a, b []string) int {
	has := make(map[string]int, len(b))
	for _, l := range b {
		has[l]++
	}
	n := 0
	for _, l := range a {
		if has[l] > 0 {
			has[l]--
			n++
		}
	}
	return n
}

var revertsNumber = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?im)^(?:this )?reverts? (?:pull request |merge request |pr |mr )?(?:[\w.-]+/[\w.-]+)?[#!](\d{1,9})\b`)
})

// MayRevert reports whether a message may say that something is taken back: no other one does.
func MayRevert(message []byte) bool {
	return bytes.Contains(message, []byte("evert")) || bytes.Contains(message, []byte("eapply"))
}

func bodyReverts(c *Commit) bool { return len(bodyRevertNumbers(c)) > 0 }

// bodyRevertNumbers returns the pull requests that a message says it takes back, as forges write it.
func bodyRevertNumbers(c *Commit) []int {
	if !strings.Contains(string(c.Message), "evert") {
		return nil
	}
	var out []int
	for _, m := range revertsNumber().FindAllSubmatch(c.Message, -1) {
		if n, err := strconv.Atoi(string(m[1])); err == nil {
			out = append(out, n)
		}
	}
	return out
}
