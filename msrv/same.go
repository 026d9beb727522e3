package msrv

import (
	"bytes"
	"io/fs"
	"path"
	"slices"

	"github.com/git-backport/git-backport/internal/manifest"
)

// Same tells, of files that differ between two trees, that all their pins are as they were, without working
// out what they say: a workspace's root that is the same file in both is not parsed. It is for what is
// asked about most often, workflows and the manifests of crates; of other files, and where there is any
// doubt, it is false.
func Same(before, after fs.FS, paths []string, o Options) bool {
	for _, p := range paths {
		if slices.ContainsFunc(o.Custom, func(c Custom) bool { return matchGlob(c.file, p) }) || o.excluded(p) {
			return false
		}
		was, problem, there := load(before, p, maxFile)
		now, problemNow, thereNow := load(after, p, maxFile)
		if problem != nil || problemNow != nil || !there || !thereNow {
			return false
		}
		switch base := path.Base(p); {
		case base == "Cargo.toml":
			if !sameCargo(before, after, was, now) {
				return false
			}
		case isWorkflow(p, base):
			if !sameWorkflow(was, now) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// sameWorkflow compares all that the pins of a workflow are made of.
func sameWorkflow(was, now file) bool {
	return slices.EqualFunc(scanYAML(was, ciKeyOrNightly), scanYAML(now, ciKeyOrNightly), func(a, b yamlScalar) bool {
		return a.text == b.text && a.quoted == b.quoted && a.block == b.block && slices.Equal(a.path, b.path)
	})
}

// sameCargo compares all that the pins of a crate's manifest are made of, its own keys and the manifests
// above it.
func sameCargo(before, after fs.FS, was, now file) bool {
	a, err := manifest.TOMLOf(before, was.data)
	if err != nil {
		return false
	}
	b, err := manifest.TOMLOf(after, now.data)
	if err != nil {
		return false
	}
	for _, doc := range []*manifest.Document{a, b} {
		for _, key := range [][]string{{"workspace"}, {"project"}, {"package", "workspace"}} {
			if _, ok := doc.Get(key...); ok {
				return false
			}
		}
	}
	for _, key := range [][]string{{"rust-version"}, {"metadata", "msrv"}, {"edition"}, {"resolver"}} {
		if !sameKey(a, b, append([]string{"package"}, key...)) {
			return false
		}
	}
	for dir := path.Dir(now.path); dir != "."; {
		dir = path.Dir(dir)
		p := path.Join(dir, "Cargo.toml")
		above, err := fs.ReadFile(before, p)
		aboveNow, errNow := fs.ReadFile(after, p)
		if (err == nil) != (errNow == nil) || !bytes.Equal(above, aboveNow) {
			return false
		}
	}
	return true
}

// sameKey compares a key that is a string, or inherited from the workspace, or not there.
func sameKey(a, b *manifest.Document, key []string) bool {
	va, ok := a.Get(key...)
	vb, okB := b.Get(key...)
	if ok != okB || !ok {
		return ok == okB
	}
	if va.Kind == manifest.String || vb.Kind == manifest.String {
		return va.Kind == vb.Kind && va.Text == vb.Text
	}
	fa, ok := va.Get("workspace")
	fb, okB := vb.Get("workspace")
	return ok && okB && fa.Kind == manifest.Bool && fb.Kind == manifest.Bool && fa.Text == fb.Text
}
