package manifest

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// cargo-vet keeps, in supply-chain/imports.lock, an entry for each version of a crate of the tree that
// is not published yet, saying as which published version it is audited:
//
//	[[unpublished.wasmtime]]
//	version = "36.0.14"
//	audited_as = "36.0.13"
//
// It does so for the crates whose policy in supply-chain/config.toml has audit-as-crates-io = true.

// The [[publisher]] and [[audits]] records of the same file are what the registry and other projects
// say; they are never made up here.

// bumpCargoVet adds an entry for each moved crate with that policy of which the file has a record,
// audited as its old version, where cargo-vet would put it: by crate, then by version.
func bumpCargoVet(r *run, rule Rule) error {
	doc, err := r.src.TOML(rule.Path)
	if err != nil {
		return err
	}
	audited, err := r.auditedCrates(beside(rule.Path, "config.toml"))
	if err != nil {
		return err
	}
	v := vetFile{doc: doc, headers: doc.Headers(), eol: document.LineEnd(doc.Data())}
	var edits []document.Edit
	var added []string
	moved := slices.Clone(r.moved)
	slices.SortFunc(moved, func(a, b move) int { return strings.Compare(a.crate.Name, b.crate.Name) })
	for _, m := range moved {
		if !audited[m.crate.Name] || !v.knows(m.crate.Name) {
			continue
		}
		if e, ok := v.unpublished(m); ok {
			edits = append(edits, e)
			added = append(added, "/unpublished/"+m.crate.Name+"/version="+m.new, "/unpublished/"+m.crate.Name+"/audited_as="+m.old)
		}
	}
	if len(edits) == 0 {
		return nil
	}
	edits = joinInsertions(edits)
	out, err := document.Apply(doc.Data(), edits)
	if err != nil {
		return document.InFile(rule.Path, err)
	}
	if err := onlyAdded(doc, out, added); err != nil {
		return document.InFile(rule.Path, err)
	}
	r.replace(rule.Path, out)
	if _, ok := doc.Get("publisher"); ok {
		r.warnings = append(r.warnings, rule.Path+": who published which version is the registry's to say; run cargo vet to bring those records up to date")
	}
	return nil
}

// OwnPart returns what of a version file is the project's to write: all of it, but of an imports.lock only
// what stands before the records of publishers and audits, which come from the registry and from other projects.
func OwnPart(name string, data []byte) []byte {
	if path.Base(name) != "imports.lock" {
		return data
	}
	for _, header := range []string{"\n[[publisher.", "\n[[audits.", "\n[audits."} {
		if i := bytes.Index(data, []byte(header)); i >= 0 {
			data = data[:i]
		}
	}
	return data
}

// auditedCrates reads which crates of the tree are audited as if they came from the registry.
func (r *run) auditedCrates(config string) (map[string]bool, error) {
	doc, err := r.src.TOML(config)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	policies, _ := doc.Get("policy")
	for key, p := range policies.Members() {
		if as, ok := p.Get("audit-as-crates-io"); ok && as.Text == "true" {
			name, _, _ := strings.Cut(key, ":")
			out[name] = true
		}
	}
	return out, nil
}

// vetFile is an imports.lock.
type vetFile struct {
	doc     *document.Document
	headers []int // where the lines with headers start, in order
	eol     string
}

// knows reports whether the file has a record of a crate: one without was never published, and there is
// nothing it could be audited as.
func (f *vetFile) knows(name string) bool {
	_, unpublished := f.doc.Get("unpublished", name)
	_, publisher := f.doc.Get("publisher", name)
	return unpublished || publisher
}

// unpublished returns the insertion of an entry for a move; ok is false when there is one already.
func (f *vetFile) unpublished(m move) (e document.Edit, ok bool) {
	want, err := version.Parse(m.new)
	if err != nil {
		return document.Edit{}, false
	}
	where := -1
	crates, _ := f.doc.Get("unpublished")
	after := func(v document.Value) { where = f.next(v.Raw.Start) }
	for name, list := range crates.Members() {
		for _, entry := range list.Items() {
			text, _ := entry.Get("version")
			has, err := version.Parse(text.Text)
			switch {
			case name < m.crate.Name, name == m.crate.Name && err == nil && has.Compare(want) < 0:
				after(entry)
			case name == m.crate.Name && err == nil && has.Compare(want) == 0:
				return document.Edit{}, false
			}
		}
	}
	if where < 0 { // before all of them
		where = len(f.doc.Data())
		if len(f.headers) > 0 {
			where = f.headers[0]
		}
	}
	lines := []string{"[[unpublished." + m.crate.Name + "]]", `version = "` + m.new + `"`, `audited_as = "` + m.old + `"`, ""}
	text := strings.Join(lines, f.eol)
	if where < len(f.doc.Data()) {
		text += f.eol
	} else if where > 0 {
		text = f.eol + text
	}
	return document.Edit{Start: where, End: where, New: []byte(text)}, true
}

// next returns where the first header after an offset starts, or the end of the file.
func (f *vetFile) next(offset int) int {
	i, _ := slices.BinarySearch(f.headers, offset)
	if i < len(f.headers) {
		return f.headers[i]
	}
	return len(f.doc.Data())
}

// joinInsertions makes one edit of the insertions at one place, in their order.
func joinInsertions(edits []document.Edit) []document.Edit {
	slices.SortStableFunc(edits, func(a, b document.Edit) int { return a.Start - b.Start })
	var out []document.Edit
	for _, e := range edits {
		if n := len(out) - 1; n >= 0 && out[n].Start == e.Start && out[n].End == e.Start && e.End == e.Start {
			out[n].New = append(out[n].New, e.New...)
			continue
		}
		out = append(out, e)
	}
	return out
}

// onlyAdded checks that a file, edited to data, has the values it had and those in added, no others.
func onlyAdded(before *document.Document, data []byte, added []string) error {
	after, err := document.TOML(data)
	if err != nil {
		return fmt.Errorf("%w: reading it again: %w", document.ErrEffect, err)
	}
	want := append(before.Leaves(), added...)
	got := after.Leaves()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%w: the values are not those before and the %d added", document.ErrEffect, len(added))
	}
	return nil
}
