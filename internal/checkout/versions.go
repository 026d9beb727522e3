package checkout

import (
	"path"
	"strings"
)

// Versions are the names of the files beside a conflicted one that hold what each side has: base, ours and
// theirs, as git mergetool calls them: lib_BASE.rs, lib_LOCAL.rs and lib_REMOTE.rs for lib.rs.
type Versions [3]string

// VersionNames returns the names for conflicted paths. None is that of a path or of another version.
func VersionNames(paths []string) map[string]Versions {
	taken := map[string]bool{}
	for _, p := range paths {
		taken[p] = true
	}
	out := map[string]Versions{}
	for _, p := range paths {
		dir, name := path.Split(p)
		stem, ext := name, path.Ext(name)
		if ext == name {
			ext = "" // .gitignore has none
		}
		stem = strings.TrimSuffix(stem, ext)
		var v Versions
		for i, side := range []string{"_BASE", "_LOCAL", "_REMOTE"} {
			for v[i] = dir + stem + side + ext; taken[v[i]]; v[i] = dir + stem + side + ext {
				side += "_"
			}
			taken[v[i]] = true
		}
		out[p] = v
	}
	return out
}
