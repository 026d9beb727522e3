package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// An Index is fixes, found by what a copy may say of them.
type Index struct {
	Fixes []*Commit // youngest first

	source     Source
	byID       map[object.ID]*Commit
	byNumber   map[int][]*Commit // by the last number of the subject
	byNormal   map[string][]*Commit
	byAuthor   map[string][]*Commit
	byAdvisory map[string][]*Commit
	byOrigin   map[string][]*Commit // by what a fix says it is a copy of, as written
	byReverted map[string][]*Commit // by what a fix takes back, as written
	prefixes   []string             // the abbreviated ids among these

	whole   func(context.Context) (*Index, error) // of all that main has in the window; nil: this one is
	window  *Index
	changed map[object.ID]Changes
	scoped  map[object.ID]Changes // within scope
	scope   *Scope
	touch   map[string][]*Commit // by path of the scope
	raw     map[lineKey]Delta
	lines   map[lineKey]Delta         // of raw, those that tell something
	adders  map[string]map[string]int // by path: how many fixes add a line
}

type lineKey struct {
	id   object.ID
	path string
}

// NewIndex makes an index of fixes, youngest first. Whole, if not nil, returns the index of all commits
// of main among which a fix has to be the only one to be meant; nil means these.
func NewIndex(src Source, fixes []*Commit, whole func(context.Context) (*Index, error)) *Index {
	x := &Index{
		Fixes: fixes, source: src, whole: whole, byID: make(map[object.ID]*Commit, len(fixes)), byNumber: map[int][]*Commit{}, byNormal: map[string][]*Commit{},
		byAuthor: map[string][]*Commit{}, byAdvisory: map[string][]*Commit{}, byOrigin: map[string][]*Commit{}, byReverted: map[string][]*Commit{},
		changed: map[object.ID]Changes{}, raw: map[lineKey]Delta{}, lines: map[lineKey]Delta{}, adders: map[string]map[string]int{},
	}
	for _, f := range fixes {
		x.byID[f.ID] = f
		if f.IsMerge() {
			continue
		}
		if n := len(f.Numbers); n > 0 {
			x.byNumber[f.Numbers[n-1]] = append(x.byNumber[f.Numbers[n-1]], f)
		}
		x.byNormal[f.Normal] = append(x.byNormal[f.Normal], f)
		if f.Author != "" {
			x.byAuthor[f.Author] = append(x.byAuthor[f.Author], f)
		}
		for _, a := range f.Advisories {
			x.byAdvisory[a] = append(x.byAdvisory[a], f)
		}
		for _, ref := range f.From {
			if ref.ID != "" && !ref.Repairs() {
				x.name(x.byOrigin, ref.ID, f)
			}
		}
		for _, r := range f.Reverts {
			if r.ID != "" && !r.Reapply {
				x.name(x.byReverted, r.ID, f)
			}
		}
	}
	return x
}

func (x *Index) name(by map[string][]*Commit, id string, f *Commit) {
	by[id] = append(by[id], f)
	if len(id) < 40 {
		x.prefixes = append(x.prefixes, id)
	}
}

// Fix returns a fix of the index.
func (x *Index) Fix(id object.ID) *Commit { return x.byID[id] }

// Like returns the fixes whose subject is the same but for what says where a copy is for.
func (x *Index) Like(normal string) []*Commit { return x.byNormal[normal] }

// naming returns the fixes that name an id, in full or abbreviated.
func (x *Index) naming(by map[string][]*Commit, id object.ID) []*Commit {
	full := id.String()
	out := by[full]
	for _, p := range x.prefixes {
		if strings.HasPrefix(full, p) {
			out = append(slices.Clone(out), by[p]...)
		}
	}
	return out
}

// all returns the index of all that main has.
func (x *Index) all(ctx context.Context) (*Index, error) {
	if x.whole == nil {
		return x, nil
	}
	if x.window == nil {
		w, err := x.whole(ctx)
		if err != nil {
			return nil, err
		}
		x.window = w
	}
	return x.window, nil
}

const (
	nearby = 7 * 24 * 3600  // how far a fix may be from a copy where others have its subject, in seconds
	around = 30 * 24 * 3600 // in which none of these may be
)

// only reports whether a fix is the one commit of main that its normal subject can mean in a copy of some
// time: no other has it, or none of that time.
func (x *Index) only(ctx context.Context, f *Commit, at int64) (bool, error) {
	if !Specific(f.Normal) {
		return false, nil
	}
	all, err := x.all(ctx)
	if err != nil {
		return false, err
	}
	alone := true
	for _, o := range all.byNormal[f.Normal] {
		if o.ID == f.ID {
			continue
		}
		if apart(o.Time, at) < around {
			return false, nil
		}
		alone = false
	}
	return alone || apart(f.Time, at) < nearby, nil
}

func apart(a, b int64) int64 { return max(a-b, b-a) }

// onlyNumber reports whether a fix is the one commit of main whose subject ends in a number.
func (x *Index) onlyNumber(ctx context.Context, n int) (bool, error) {
	if len(x.byNumber[n]) > 1 {
		return false, nil
	}
	all, err := x.all(ctx)
	return err == nil && len(all.byNumber[n]) <= 1, err
}

// Paths returns all paths that a commit changes, sorted.
func (x *Index) Paths(ctx context.Context, id object.ID) ([]string, error) { return x.paths(ctx, id) }

// paths returns all paths that a commit changes.
func (x *Index) paths(ctx context.Context, id object.ID) ([]string, error) {
	if c, ok := x.changed[id]; ok {
		return c.Paths, nil
	}
	if c, ok := x.scoped[id]; ok && !c.More {
		return c.Paths, nil
	}
	list, err := x.source.Changed(ctx, []object.ID{id}, nil)
	if err != nil {
		return nil, fmt.Errorf("what %s changes: %w", id, err)
	}
	x.changed[id] = list[0]
	return list[0].Paths, nil
}

// Prepare reads which paths of some commits the fixes change, in one walk.
func (x *Index) Prepare(ctx context.Context, own []*Commit) error {
	var ids []object.ID
	for _, c := range own {
		if _, known := x.changed[c.ID]; !known && !c.IsMerge() {
			ids = append(ids, c.ID)
		}
	}
	list, err := x.source.Changed(ctx, ids, nil)
	if err != nil {
		return err
	}
	for i, id := range ids {
		x.changed[id] = list[i]
	}
	var paths []string
	for _, c := range own {
		paths = append(paths, x.changed[c.ID].Paths...)
	}
	return x.narrow(ctx, NewScope(paths))
}

// narrow finds which fixes change the paths of a scope.
func (x *Index) narrow(ctx context.Context, scope *Scope) error {
	x.scope, x.scoped, x.touch = scope, map[object.ID]Changes{}, map[string][]*Commit{}
	var ids []object.ID
	for _, f := range x.Fixes {
		if !f.IsMerge() {
			ids = append(ids, f.ID)
		}
	}
	list, err := x.source.Changed(ctx, ids, scope)
	if err != nil {
		return err
	}
	for i, id := range ids {
		x.scoped[id] = list[i]
		for _, p := range list[i].Paths {
			x.touch[p] = append(x.touch[p], x.byID[id])
		}
	}
	return nil
}

// delta returns what a commit changes at a path, as far as it tells something.
func (x *Index) delta(ctx context.Context, id object.ID, path string) (Delta, error) {
	k := lineKey{id, path}
	if d, ok := x.lines[k]; ok {
		return d, nil
	}
	d, err := x.everyLine(ctx, id, path)
	if err != nil {
		return d, err
	}
	d.Added, d.Removed = telling(d.Added), telling(d.Removed)
	x.lines[k] = d
	return d, nil
}

// everyLine returns what a commit changes at a path.
func (x *Index) everyLine(ctx context.Context, id object.ID, path string) (Delta, error) {
	k := lineKey{id, path}
	if d, ok := x.raw[k]; ok {
		return d, nil
	}
	d, err := x.source.Lines(ctx, id, path)
	if err == nil {
		x.raw[k] = d
	}
	return d, err
}

func telling(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !Telling(l) })
}

// counts reports whether the lines of a file count as evidence.
func counts(path string) bool {
	c := ClassOf(path)
	return c != ClassNotes && c != ClassLock
}
