package manifest

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// In a repository of several Go modules each go.mod requires its sisters at the version that is being
// released, and replaces them by their directories:
//
//	require go.etcd.io/etcd/api/v3 v3.5.9
//	replace go.etcd.io/etcd/api/v3 => ../api

// readGoMod lists the requirements of a go.mod on modules that it replaces by a directory.
func readGoMod(data []byte) ([]entry, error) {
	file, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		if list, ok := errors.AsType[modfile.ErrorList](err); ok && len(list) > 0 {
			return nil, at("", list[0].Pos.Line, "%w", list[0].Err)
		}
		return nil, err
	}
	local := map[string]bool{}
	for _, r := range file.Replace {
		if r.New.Version == "" && strings.HasPrefix(r.New.Path, ".") {
			local[r.Old.Path] = true
		}
	}
	var out []entry
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
		out = append(out, entry{key: r.Mod.Path, text: r.Mod.Version, span: Span{start + i, start + i + len(r.Mod.Version)}})
	}
	return out, nil
}

func goModAnchor(*source, Rule) (Anchor, error) { return Anchor{}, nil }

// bumpGoMod sets the requirements that name the old version, and those of companions, which have the same
// patch number (v2.305.9 beside v3.5.9); those that name another version stay.
func bumpGoMod(r *run, rule Rule) error {
	data, err := r.src.read(rule.Path)
	if err != nil {
		return err
	}
	list, err := readGoMod(data)
	if err != nil {
		return InFile(rule.Path, err)
	}
	changes := map[int]string{}
	for _, e := range list {
		if text, ok := r.respell(e.text); ok {
			changes[e.span.Start] = text
		} else if next, ok := r.companionModule(e); ok {
			changes[e.span.Start] = "v" + next
		}
	}
	return r.set(rule.Path, readGoMod, changes)
}

// companionModule returns the next version of a required module that moves in step with the anchor.
func (r *run) companionModule(e entry) (string, bool) {
	v, err := parseVersion(strings.TrimPrefix(e.text, "v"))
	c := &crate{name: e.key, version: v.String(), publish: true}
	bound := map[string]bool{c.version: true} // a requirement is what binds
	if err != nil || r.to.major != r.from.major || r.to.minor != r.from.minor || !r.opts.Lockstep.takes(c, v, r.from, bound) {
		return "", false
	}
	next := r.to
	next.major, next.minor, next.short = v.major, v.minor, false
	known := Companion{Name: e.key, From: c.version, To: next.String()}
	if !slices.Contains(r.companions, known) {
		r.companions = append(r.companions, known)
	}
	return known.To, true
}
