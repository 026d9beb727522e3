package ledger

import (
	"context"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// youngerAtMost is how much younger than its copy a fix may be, in seconds: maintainers write copies
// before the fix is merged, and the clocks of two machines differ.
const youngerAtMost = 14 * 24 * 3600

// A matching is the search for copies of an index's fixes on one branch.
type matching struct {
	*Index
	branch *Branch
	skip   func(object.ID) bool
	found  map[object.ID][]Copy
	beside map[object.ID]Changes // of the branch's commits: what of the fixes' paths they change; nil: not asked
	// Unknown are fixes of which something could not be read, with the object that is missing.
	unknown map[object.ID]object.ID
}

// A Found is what a branch has of fixes, by the fix.
type Found struct {
	Copies  map[object.ID][]Copy // the best first
	Unknown map[object.ID]object.ID
	// Against are commits that take back at least half of the lines of a fix, without saying so, the
	// youngest first. They are looked for where the fixes are few, without Prepare.
	Against map[object.ID][]object.ID
}

// Match looks for copies of the fixes among commits of a branch that main does not have. Skip leaves fixes out,
// such as those the branch has by ancestry; it may be nil. Where the fixes are few, the branch's commits
// are read as far as they change the same paths; else Prepare comes first.
func (x *Index) Match(ctx context.Context, b *Branch, own []*Commit, skip func(fix object.ID) bool) (Found, error) {
	m := &matching{Index: x, branch: b, skip: skip, found: map[object.ID][]Copy{}, unknown: map[object.ID]object.ID{}}
	if x.scope == nil {
		if err := m.approach(ctx, own); err != nil {
			return Found{}, err
		}
	}
	for _, c := range own {
		if err := ctx.Err(); err != nil {
			return Found{}, err
		}
		if err := m.commit(ctx, c); err != nil {
			return Found{}, err
		}
	}
	for id := range m.found {
		slices.SortStableFunc(m.found[id], better)
	}
	against, err := m.against(ctx, own)
	return Found{Copies: m.found, Unknown: m.unknown, Against: against}, err
}

// Candidates are the copies that one commit may be, in the order in which they were found.
type candidates struct {
	of     *Commit
	order  []*Commit
	copies map[object.ID]*Copy
	not    map[object.ID]bool // what it takes back
}

func (k *candidates) add(f *Commit, e Evidence) {
	if k.not[f.ID] || f.ID == k.of.ID {
		return
	}
	c := k.copies[f.ID]
	if c == nil {
		c = &Copy{Commit: k.of.ID}
		k.copies[f.ID], k.order = c, append(k.order, f)
	}
	c.add(e)
}

// commit finds the fixes that one commit of the branch carries.
func (m *matching) commit(ctx context.Context, c *Commit) error {
	k := &candidates{of: c, copies: map[object.ID]*Copy{}, not: map[object.ID]bool{}}
	if err := m.named(ctx, k); err != nil {
		return err
	}
	if !c.IsMerge() {
		for _, step := range m.steps(k) {
			if err := step(ctx, k); err != nil {
				if id, gone := missing(err); gone {
					m.unsure(k, id)
					break
				}
				return err
			}
		}
	}
	undone, _ := m.branch.UndoneBy(c.ID)
	for _, f := range k.order {
		if m.skip != nil && m.skip(f.ID) {
			continue
		}
		carried := *k.copies[f.ID]
		carried.Undone = undone
		m.found[f.ID] = append(m.found[f.ID], carried)
	}
	return nil
}

// unsure notes that it is not known whether a commit carries the fixes that it may carry.
func (m *matching) unsure(k *candidates, id object.ID) {
	for _, f := range k.order {
		m.unknown[f.ID] = id
	}
}

// named finds the fixes that ids in messages name: those of the copy, or those of main's commit that
// was taken from the branch.
func (m *matching) named(ctx context.Context, k *candidates) error {
	c := k.of
	if err := m.takenBack(ctx, k); err != nil {
		return err
	}
	origins, err := m.branch.Origins(ctx, c)
	if err != nil {
		return err
	}
	for _, id := range origins {
		if f := m.byID[id]; f != nil {
			k.add(f, Evidence{Kind: Trailer, Detail: trailerLine(c, id)})
			continue
		}
		if err := m.merged(ctx, k, id); err != nil {
			return err
		}
		for _, f := range m.naming(m.byOrigin, id) {
			k.add(f, Evidence{Kind: Trailer, Detail: "both name " + id.String()[:12]})
		}
	}
	for _, f := range m.naming(m.byOrigin, c.ID) {
		k.add(f, Evidence{Kind: Trailer, Detail: "main's commit names it: " + trailerLine(f, c.ID)})
	}
	return nil
}

// merged adds the commits of a merge that a commit says it is a copy of.
func (m *matching) merged(ctx context.Context, k *candidates, id object.ID) error {
	o, err := m.source.Commit(ctx, id.String())
	if err != nil || o == nil || !o.IsMerge() {
		return err
	}
	brought, err := m.source.Brought(ctx, id)
	if err != nil {
		return err
	}
	for _, b := range brought {
		if f := m.byID[b]; f != nil {
			k.add(f, Evidence{Kind: Trailer, Detail: trailerLine(k.of, id) + ", the merge of it"})
		}
	}
	return nil
}

// trailerLine is the line of a message that names an id; "" when another message does.
func trailerLine(c *Commit, id object.ID) string {
	full := id.String()
	for _, ref := range c.From {
		if ref.ID != "" && len(ref.ID) <= len(full) && full[:len(ref.ID)] == ref.ID && !ref.Repairs() {
			return ref.Line
		}
	}
	return "by way of another copy"
}

// takenBack notes what a commit takes back, which it never carries, and finds main's reverts of the same.
func (m *matching) takenBack(ctx context.Context, k *candidates) error {
	c := k.of
	for _, r := range c.Reverts {
		if r.Reapply {
			continue
		}
		if r.ID == "" {
			for _, f := range m.byNormal[Normalize(r.Subject)] {
				k.not[f.ID] = true
			}
			continue
		}
		o, err := m.source.Commit(ctx, r.ID)
		if err != nil {
			return err
		}
		if o == nil {
			continue
		}
		ids, err := m.branch.Origins(ctx, o)
		if err != nil {
			return err
		}
		for _, id := range append([]object.ID{o.ID}, ids...) {
			k.not[id] = true
			for _, f := range m.naming(m.byReverted, id) {
				k.add(f, Evidence{Kind: Trailer, Detail: "both revert " + id.String()[:12]})
			}
		}
	}
	return nil
}

// said finds the fixes that a commit's message is likely to mean, among those that change a common path.
func (m *matching) said(ctx context.Context, k *candidates) error {
	c := k.of
	numbers := slices.Clone(c.Numbers)
	for _, ref := range c.From {
		if ref.PR > 0 && !slices.Contains(numbers, ref.PR) {
			numbers = append(numbers, ref.PR)
		}
	}
	for _, n := range numbers {
		for _, f := range m.byNumber[n] {
			only, err := m.onlyNumber(ctx, n)
			if err != nil {
				return err
			}
			if err := m.sayIf(ctx, k, f, only, Evidence{Kind: Number, Detail: numberText(n)}); err != nil {
				return err
			}
		}
	}
	for _, f := range m.byNormal[c.Normal] {
		if err := m.sayOnly(ctx, k, f, Evidence{Kind: Subject, Detail: c.Subject}); err != nil {
			return err
		}
	}
	for normal, line := range m.quotedBy(c) {
		for _, f := range m.byNormal[normal] {
			if err := m.sayOnly(ctx, k, f, Evidence{Kind: Quoted, Detail: line}); err != nil {
				return err
			}
		}
	}
	if c.Author != "" {
		for _, f := range m.byAuthor[c.Author] {
			weak, err := m.nothingShared(ctx, k, f)
			if err != nil {
				return err
			}
			if err := m.sayIf(ctx, k, f, true, Evidence{Kind: Author, Detail: "same author and date", Weak: weak}); err != nil {
				return err
			}
		}
	}
	return m.advised(ctx, k)
}

// fewFixes is how many fixes are looked for in a body one by one.
const fewFixes = 30

// quotedBy returns the lines of a commit's body that may be the subject of a fix, by their normal form.
func (m *matching) quotedBy(c *Commit) map[string]string {
	body := c.Body()
	if len(body) == 0 {
		return nil
	}
	if len(m.Fixes) > fewFixes {
		return quoted(body)
	}
	text := strings.ToLower(strings.Join(strings.Fields(string(body)), " "))
	for _, f := range m.Fixes { // a line is its normal form with something before and after
		if Specific(f.Normal) && strings.Contains(text, f.Normal) {
			return quoted(body)
		}
	}
	return nil
}

func (m *matching) sayOnly(ctx context.Context, k *candidates, f *Commit, e Evidence) error {
	only, err := m.only(ctx, f, k.of.Time)
	if err != nil {
		return err
	}
	return m.sayIf(ctx, k, f, only, e)
}

// sayIf adds evidence of a message, where the fix is old enough and has a path in common.
func (m *matching) sayIf(ctx context.Context, k *candidates, f *Commit, clear bool, e Evidence) error {
	if !clear || f.Time > k.of.Time+youngerAtMost || k.not[f.ID] {
		return nil
	}
	ours, err := m.paths(ctx, k.of.ID)
	if err != nil {
		return err
	}
	theirs, err := m.paths(ctx, f.ID)
	if _, gone := missing(err); gone {
		m.unknown[f.ID], _ = missing(err)
		return nil
	}
	if err != nil {
		return err
	}
	if akin(ours, theirs) {
		k.add(f, e)
	}
	return nil
}

// advised finds the fixes that name an advisory that a commit names too, in its message or in the notes
// it adds.
func (m *matching) advised(ctx context.Context, k *candidates) error {
	if len(m.byAdvisory) == 0 {
		return nil
	}
	ids, err := m.Named(ctx, k.of)
	if err != nil {
		return err
	}
	for _, id := range ids {
		for _, f := range m.byAdvisory[id] {
			nothing, err := m.nothingShared(ctx, k, f)
			if err != nil {
				return err
			}
			if err := m.sayIf(ctx, k, f, !nothing, Evidence{Kind: Advisory, Detail: id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Named returns the advisories that a commit names, in its message or in the notes that it adds, sorted.
func (x *Index) Named(ctx context.Context, c *Commit) ([]string, error) {
	ids := slices.Clone(c.Advisories)
	paths, err := x.paths(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		if ClassOf(p) != ClassNotes {
			continue
		}
		d, err := x.everyLine(ctx, c.ID, p)
		if err != nil {
			return nil, err
		}
		for _, l := range d.Added {
			ids = append(ids, Advisories([]byte(l))...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
