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
// asked about most often, workflows, lock files and the manifests of crates; of other files, and where there is any
// doubt, it is false.
func Same(before, after fs.FS, paths []string, o Options) bool {
	for _, p := range paths {
		if slices.ContainsFunc(o.Custom, func(c Custom) bool { return matchGlob(c.file, p) }) || o.excluded(p) {
			return false
		}
		limit := int64(maxFile)
		if path.Base(p) == "Cargo.lock" {
			limit = maxLock
		}
		was, problem, there := readFile(before, p, limit)
		now, problemNow, thereNow := readFile(after, p, limit)
		if problem != nil || problemNow != nil || !there || !thereNow {
			return false
		}
		switch base := path.Base(p); {
		case base == "Cargo.toml":
			if !sameCargo(before, after, was, now) {
				return false
			}
		case base == "Cargo.lock":
			if !sameLock(was.data, now.data) {
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

// sameLock compares what stands before the first package of a Cargo.lock, which holds its version. The
// rest has to be as cargo writes it: then it is TOML without a look at what it means.
func sameLock(was, now []byte) bool {
	head, _, _ := bytes.Cut(was, []byte("\n["))
	headNow, _, _ := bytes.Cut(now, []byte("\n["))
	return bytes.Equal(head, headNow) && plainLock(was) && plainLock(now)
}

// plainLock tells whether a lock file consists of the lines that cargo writes.
func plainLock(data []byte) bool {
	inArray := false
	var keys [][]byte // of the table
	for line := range bytes.Lines(data) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if bytes.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' || r == '\\' }) {
			return false
		}
		switch {
		case inArray && len(line) == 1 && line[0] == ']':
			inArray = false
		case inArray:
			item, ok := bytes.CutPrefix(line, []byte(" "))
			item, comma := bytes.CutSuffix(item, []byte(","))
			if !ok || !comma || !plainString(item) {
				return false
			}
		case len(line) == 0 || line[0] == '#':
		case string(line) == "[[package]]":
			keys = keys[:0]
		default:
			key, value, ok := bytes.Cut(line, []byte(" = "))
			bare := len(key) > 0 && len(bytes.Trim(key, "abcdefghijklmnopqrstuvwxyz")) == 0
			if !ok || !bare || slices.ContainsFunc(keys, func(k []byte) bool { return bytes.Equal(k, key) }) {
				return false
			}
			keys = append(keys, key)
			number := len(value) > 0 && value[0] != '0' && len(bytes.Trim(value, "0123456789")) == 0 && len(value) < 10
			if inArray = string(value) == "["; !inArray && !number && !plainString(value) {
				return false
			}
		}
	}
	return !inArray
}

// plainString tells whether text is a string in double quotes, without escapes.
func plainString(text []byte) bool {
	n := len(text)
	return n >= 2 && text[0] == '"' && text[n-1] == '"' && bytes.Count(text, []byte(`"`)) == 2
}

// sameWorkflow compares all that the pins of a workflow are made of.
func sameWorkflow(was, now file) bool {
	a, b := scanBoth(was, now, ciKeyOrNightly)
	return slices.EqualFunc(a, b, func(a, b yamlScalar) bool {
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
		if !manifest.SameFile(before, after, path.Join(dir, "Cargo.toml")) {
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
