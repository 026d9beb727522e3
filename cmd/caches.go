package cmd

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/git-backport/git-backport/msrv"
)

// caches returns what Cargo and Go have downloaded, where they keep it by the environment: the manifests
// there tell what dependencies need. Nothing is downloaded.
func (a *app) caches() msrv.Store {
	home := a.host.getenv("HOME")
	cargo := cmp.Or(a.host.getenv("CARGO_HOME"), filepath.Join(home, ".cargo"))
	modules := a.host.getenv("GOMODCACHE")
	if modules == "" {
		goPath := filepath.Join(home, "go")
		if list := filepath.SplitList(a.host.getenv("GOPATH")); len(list) > 0 {
			goPath = list[0]
		}
		modules = filepath.Join(goPath, "pkg", "mod")
	}
	return msrv.Store{Cargo: dirFS(filepath.Join(cargo, "registry", "src")), Go: dirFS(filepath.Join(modules, "cache", "download"))}
}

// dirFS returns a directory as a file system, nil where its path is not absolute.
func dirFS(dir string) fs.FS {
	if !filepath.IsAbs(dir) {
		return nil
	}
	return os.DirFS(dir)
}
