package gitops

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/txfs"
)

// Init makes an empty bare repository in dir, which must be empty or not exist, with the given text as
// its configuration, and opens it.
func Init(env gitconfig.Environment, fsys txfs.FS, dir, config string) (*Repo, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("directory %q is not empty", dir)
	}
	for _, d := range []string{"", "objects", "objects/pack", "objects/info", "refs", "refs/heads", "refs/tags"} {
		if err := fsys.Mkdir(filepath.Join(dir, d), 0o777); err != nil && !os.IsExist(err) {
			return nil, err
		}
	}
	if err := writeNew(fsys, filepath.Join(dir, "config"), config); err != nil {
		return nil, err
	}
	if err := writeNew(fsys, filepath.Join(dir, "HEAD"), "ref: refs/heads/main\n"); err != nil {
		return nil, err
	}
	env.Dir = dir
	return Open(env)
}

// writeNew writes a new file.
func writeNew(fsys txfs.FS, path, text string) error {
	f, err := fsys.Create(path, 0o666)
	if err != nil {
		return err
	}
	if _, err := f.Write([]byte(text)); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}
