package cargo

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// ErrMerge says that lock files changed in ways that a merge by entries cannot settle.
var ErrMerge = errors.New("the lock files conflict")

// lockEntry is one [[package]] of a Cargo.lock.
type lockEntry struct {
	name, version, source string
	text                  string // without the line ends at its end
	deps                  []string
	block                 document.Span // of "dependencies = […]" within text; empty when there is none
}

// key tells entries apart: a package of the tree by its name, any other by version and source too.
func (e *lockEntry) key() string {
	if e.source == "" {
		return e.name
	}
	return e.name + " " + e.version + " " + e.source
}

// same reports whether two entries say the same, whatever their bytes.
func (e *lockEntry) same(o *lockEntry) bool {
	return e != nil && o != nil && strings.ReplaceAll(e.text, "\r\n", "\n") == strings.ReplaceAll(o.text, "\r\n", "\n")
}

// lockParts is a Cargo.lock in its parts: what stands before the packages, the packages, the rest.
type lockParts struct {
	before, after, eol, format string
	entries                    []*lockEntry
	byKey                      map[string]*lockEntry
}

// MergeLock applies to ours what changed from base to theirs, package by package: one from a
// registry is told by name, version and source, one of the tree by its name, and its dependencies are
// merged as a set. The file's own format and order stay ours. Where both sides changed the same package,
// or the outcome would name a dependency that is missing or ambiguous, or keep a package that nothing
// needs any longer, it is ErrMerge.
func MergeLock(base, ours, theirs []byte) ([]byte, error) {
	var sides [3]*lockParts
	for i, data := range [][]byte{base, ours, theirs} {
		var err error
		if sides[i], err = readLock(data); err != nil {
			return nil, err
		}
	}
	b, o, t := sides[0], sides[1], sides[2]
	if b.after != t.after {
		return nil, fmt.Errorf("%w: more than packages changes", ErrMerge)
	}
	out := slices.Clone(o.entries)
	for _, key := range slices.Sorted(maps.Keys(union(b.byKey, t.byKey))) {
		was, is, has := b.byKey[key], t.byKey[key], o.byKey[key]
		if was.same(is) || is.same(has) {
			continue
		}
		merged, err := mergeEntry(was, has, is, o.eol)
		if err != nil {
			return nil, err
		}
		if has != nil {
			out = slices.DeleteFunc(out, func(e *lockEntry) bool { return e == has })
		}
		if merged == nil {
			continue
		}
		if has == nil && strings.HasPrefix(merged.source, "git+") && t.format != o.format {
			return nil, fmt.Errorf("%w: %s comes in the spelling of another lock format", ErrMerge, merged.name)
		}
		i, _ := slices.BinarySearchFunc(out, merged, compareEntries)
		out = slices.Insert(out, i, merged)
	}
	if err := resolves(out); err != nil {
		return nil, err
	}
	return o.write(out)
}

func readLock(data []byte) (*lockParts, error) {
	doc, err := document.TOML(data)
	if err != nil {
		return nil, err
	}
	p := &lockParts{eol: document.LineEnd(data), byKey: map[string]*lockEntry{}}
	if v, ok := doc.Get("version"); ok {
		p.format = v.Text
	}
	starts := doc.Headers()
	list, _ := doc.Get("package")
	end := -1
	for _, v := range list.Items() {
		i, exact := slices.BinarySearch(starts, v.Raw.Start-len("[["))
		if !exact || end >= 0 && starts[i] != end {
			return nil, document.At("", v.Line, "%w: packages are not in one block", ErrMerge)
		}
		start := starts[i]
		if end < 0 {
			p.before = string(data[:start])
		}
		end = len(data)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		e, err := newEntry(v, data, document.Span{Start: start, End: end})
		if err != nil {
			return nil, err
		}
		if p.byKey[e.key()] != nil {
			return nil, document.At("", v.Line, "%w: two packages %q", ErrMerge, e.key())
		}
		p.byKey[e.key()] = e
		p.entries = append(p.entries, e)
	}
	if end < 0 {
		return nil, document.At("", 0, "%w: no packages", ErrMerge)
	}
	p.after = string(data[end:])
	return p, nil
}

func newEntry(v document.Value, data []byte, s document.Span) (*lockEntry, error) {
	e := &lockEntry{text: strings.TrimRight(string(data[s.Start:s.End]), "\r\n")}
	for _, f := range []struct {
		key  string
		text *string
	}{{"name", &e.name}, {"version", &e.version}, {"source", &e.source}} {
		if field, ok := v.Get(f.key); ok {
			*f.text = field.Text
		}
	}
	if e.name == "" || e.version == "" {
		return nil, document.At("", v.Line, "%w: a package without name or version", ErrMerge)
	}
	if deps, ok := v.Get("dependencies"); ok {
		for _, d := range deps.Items() {
			e.deps = append(e.deps, d.Text)
		}
		from := strings.LastIndex(e.text[:deps.Raw.Start-s.Start], "\n") + 1
		e.block = document.Span{Start: from, End: deps.Raw.End - s.Start}
	}
	return e, nil
}

// mergeEntry merges one package; nil is no such package. At least two of the sides differ.
func mergeEntry(was, has, is *lockEntry, eol string) (*lockEntry, error) {
	switch {
	case was.same(has) || was == nil && has == nil:
		return is, nil
	case is == nil && has == nil:
		return nil, nil
	case was == nil || has == nil || is == nil || has.source != "":
		name := cmp.Or(is, has, was).name
		return nil, fmt.Errorf("%w: both sides changed package %q", ErrMerge, name)
	case was.version != is.version && has.version != is.version:
		return nil, fmt.Errorf("%w: package %q becomes %q there and is %q here", ErrMerge, has.name, is.version, has.version)
	}
	merged := *has
	merged.deps = slices.DeleteFunc(slices.Clone(has.deps), func(d string) bool {
		return slices.Contains(was.deps, d) && !slices.Contains(is.deps, d)
	})
	for _, d := range is.deps {
		if !slices.Contains(was.deps, d) && !slices.Contains(merged.deps, d) {
			merged.deps = append(merged.deps, d)
		}
	}
	slices.Sort(merged.deps)
	return &merged, merged.setDeps(eol)
}

// setDeps writes the dependencies into the text of an entry, as cargo lays them out.
func (e *lockEntry) setDeps(eol string) error {
	block := ""
	if len(e.deps) > 0 {
		block = "dependencies = [" + eol
		for _, d := range e.deps {
			if strings.ContainsAny(d, "\"\\\n\r") {
				return fmt.Errorf("%w: dependency %q of %q", ErrMerge, d, e.name)
			}
			block += ` "` + d + `",` + eol
		}
		block += "]"
	}
	before, after := e.text, ""
	if e.block.End > 0 {
		before, after = e.text[:e.block.Start], e.text[e.block.End:]
	} else if block != "" {
		before += eol
	}
	e.text = strings.TrimRight(before+block+after, "\r\n")
	return nil
}

// resolves checks that each dependency names exactly one package, and that every package of a registry
// is needed by another.
func resolves(entries []*lockEntry) error {
	names := map[string][]*lockEntry{}
	for _, e := range entries {
		names[e.name] = append(names[e.name], e)
	}
	needed := map[*lockEntry]bool{}
	for _, e := range entries {
		for _, d := range e.deps {
			f := strings.SplitN(d, " ", 3)
			found := slices.DeleteFunc(slices.Clone(names[f[0]]), func(e *lockEntry) bool {
				return len(f) > 1 && e.version != f[1] || len(f) > 2 && "("+plainSource(e.source)+")" != plainSource(f[2])
			})
			if len(found) != 1 {
				return fmt.Errorf("%w: %q of %q names %d packages", ErrMerge, d, e.name, len(found))
			}
			needed[found[0]] = true
		}
	}
	for _, e := range entries {
		if e.source != "" && !needed[e] {
			return fmt.Errorf("%w: nothing needs %s %s any longer", ErrMerge, e.name, e.version)
		}
	}
	return nil
}

// plainSource leaves out the exact commit of a git source, which dependencies do not spell.
func plainSource(s string) string {
	plain, _, _ := strings.Cut(s, "#")
	return plain
}

// write joins the parts, and reads them again.
func (p *lockParts) write(entries []*lockEntry) ([]byte, error) {
	var b strings.Builder
	b.WriteString(p.before)
	for i, e := range entries {
		if i > 0 {
			b.WriteString(p.eol)
		}
		text := strings.ReplaceAll(e.text, "\r\n", "\n")
		b.WriteString(strings.ReplaceAll(text, "\n", p.eol) + p.eol)
	}
	if p.after != "" {
		b.WriteString(p.eol + p.after)
	}
	out := []byte(b.String())
	again, err := readLock(out)
	if err != nil || len(again.entries) != len(entries) {
		return nil, fmt.Errorf("%w: the merged lock file has other packages when read again: %w", document.ErrEffect, err)
	}
	return out, nil
}

// compareEntries is cargo's order: name, version, source.
func compareEntries(a, b *lockEntry) int {
	if c := strings.Compare(a.name, b.name); c != 0 {
		return c
	}
	v, err := version.Parse(a.version)
	w, err2 := version.Parse(b.version)
	if err == nil && err2 == nil && v.Compare(w) != 0 {
		return v.Compare(w)
	}
	return cmp.Or(strings.Compare(a.version, b.version), strings.Compare(a.source, b.source))
}

func union[V any](a, b map[string]V) map[string]bool {
	out := map[string]bool{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}
