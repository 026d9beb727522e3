package manifest

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/git-backport/git-backport/internal/cargo"
	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// In a repository of several Go modules each go.mod requires its sisters at the version that is being
// released, and replaces them by their directories:
//
//	require go.etcd.io/etcd/api/v3 v3.5.9
//	replace go.etcd.io/etcd/api/v3 => ../api

// readGoMod lists the requirements of a go.mod on modules that it replaces by a directory, and on sisters.
func readGoMod(data []byte, sisters []string) ([]document.Entry, error) {
	file, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		if list, ok := errors.AsType[modfile.ErrorList](err); ok && len(list) > 0 {
			return nil, document.At("", list[0].Pos.Line, "%w", list[0].Err)
		}
		return nil, err
	}
	local := map[string]bool{}
	for _, s := range sisters {
		local[s] = true
	}
	for _, r := range file.Replace {
		if r.New.Version == "" && strings.HasPrefix(r.New.Path, ".") {
			local[r.Old.Path] = true
		}
	}
	var out []document.Entry
	for _, r := range file.Require {
		if !local[r.Mod.Path] || r.Syntax == nil {
			continue
		}
		start := r.Syntax.Start.Byte
		line, _, _ := bytes.Cut(data[start:], []byte("\n"))
		i := bytes.LastIndex(bytes.SplitN(line, []byte("//"), 2)[0], []byte(r.Mod.Version))
		if i < 0 {
			continue
		}
		out = append(out, document.Entry{Key: r.Mod.Path, Text: r.Mod.Version, Span: document.Span{Start: start + i, End: start + i + len(r.Mod.Version)}})
	}
	return out, nil
}

// goModAnchor is what a go.mod requires of its sisters, where that is one version: the tags alone hold the
// release, and the requirements name it.
func goModAnchor(src *document.Source, rule Rule) (Anchor, error) {
	data, err := src.Read(rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	read, err := goModReading(src, rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	list, err := read(data)
	if err != nil {
		return Anchor{}, document.InFile(rule.Path, err)
	}
	var a Anchor
	for _, e := range list {
		text := strings.TrimPrefix(e.Text, "v")
		if _, err := version.Parse(text); err != nil || a.Path != "" && a.Version != text {
			return Anchor{}, nil //nolint:nilerr // a pseudo-version, or several: none of them is the tree's
		}
		a = Anchor{Path: rule.Path, Line: document.LineOf(data, e.Span.Start), Version: text}
	}
	return a, nil
}

// goModReading is the reading of a go.mod: what it requires of modules that it replaces by a directory, or that
// the go.work above it has beside it.
func goModReading(src *document.Source, name string) (document.Reading, error) {
	var sisters []string
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		work := path.Join(dir, "go.work")
		if ok, err := src.Exists(work); err != nil {
			return nil, err
		} else if ok {
			if sisters, err = goWorkModules(src, work); err != nil {
				return nil, err
			}
			break
		}
		if dir == "." {
			break
		}
	}
	return func(data []byte) ([]document.Entry, error) { return readGoMod(data, sisters) }, nil
}

// goWorkModules lists the module paths that a go.work uses.
func goWorkModules(src *document.Source, work string) ([]string, error) {
	data, err := src.Read(work)
	if err != nil {
		return nil, err
	}
	file, err := modfile.ParseWork(work, data, nil)
	if err != nil {
		return nil, document.At(work, 0, "%w", err)
	}
	var out []string
	for _, use := range file.Use {
		dir, err := document.Join(path.Dir(work), use.Path)
		if err != nil {
			continue
		}
		data, err := src.Read(path.Join(dir, "go.mod"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, modfile.ModulePath(data))
	}
	return out, nil
}

// bumpGoMod sets the requirements that name the old version, and those of companions, which have the same
// patch number (v2.305.9 beside v3.5.9); those that name another version stay.
func bumpGoMod(r *run, rule Rule) error {
	data, err := r.src.Read(rule.Path)
	if err != nil {
		return err
	}
	read, err := goModReading(r.src, rule.Path)
	if err != nil {
		return err
	}
	list, err := read(data)
	if err != nil {
		return document.InFile(rule.Path, err)
	}
	changes := map[int]string{}
	for _, e := range list {
		if text, ok := r.respell(e.Text); ok {
			changes[e.Span.Start] = text
		} else if next, ok := r.companionModule(e); ok {
			changes[e.Span.Start] = "v" + next
		}
	}
	return r.set(rule.Path, read, changes)
}

// companionModule returns the next version of a required module that moves in step with the anchor.
func (r *run) companionModule(e document.Entry) (string, bool) {
	v, err := version.Parse(strings.TrimPrefix(e.Text, "v"))
	c := &cargo.Crate{Name: e.Key, Version: v.String(), Publish: true}
	bound := map[string]bool{c.Version: true} // a requirement is what binds
	if err != nil || r.to.Major != r.from.Major || r.to.Minor != r.from.Minor || !r.opts.Lockstep.takes(c, v, r.from, bound) {
		return "", false
	}
	next := v.WithPatch(r.to)
	known := Companion{Name: e.Key, From: c.Version, To: next.String()}
	if !slices.Contains(r.companions, known) {
		r.companions = append(r.companions, known)
	}
	return known.To, true
}
