package gitconfig

import (
	"errors"
	"io/fs"
	"syscall"
)

// format is what a repository's own file, without its includes, says about how to read it.
type format struct {
	version        int64
	versionSet     bool
	worktreeConfig bool
	bare           *bool
	said           *bool // core.bare, also where it does not count for finding the work tree
	workTree       *string
	extensions     []Entry // of section "extensions", in order
}

// readFormat reads the format from a repository's configuration file; a missing file has none.
func readFormat(path string) (format, error) {
	var f format
	src, err := readConfigFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	err = parseFile(src, path, func(v variable) error {
		return f.set(Entry{Key: v.key, Value: v.value, Bare: v.bare, Scope: ScopeLocal, Origin: Origin{File: path, Line: v.line}})
	})
	f.said = f.bare
	if !f.versionSet || f.version < 0 { // then git takes nothing of the file for how to read the repository
		f = format{said: f.bare}
	}
	return f, err
}

// readWorktree takes core.bare and core.worktree of one work tree's own file.
func (f *format) readWorktree(path string) error {
	src, err := readConfigFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	if err != nil {
		return err
	}
	err = parseFile(src, path, func(v variable) error {
		return f.setWorkTree(Entry{Key: v.key, Value: v.value, Bare: v.bare, Scope: ScopeWorktree, Origin: Origin{File: path, Line: v.line}})
	})
	f.said = f.bare
	return err
}

func (f *format) set(e Entry) error {
	section, _, name, sub := splitKey(e.Key)
	switch {
	case e.Key == "core.repositoryformatversion":
		n, err := e.Int()
		if err != nil {
			return err
		}
		f.version, f.versionSet = n, true
	case section == "extensions":
		f.extensions = append(f.extensions, e)
		if sub {
			return nil
		}
		if err := extensionRules()[name].checkValue(e); err != nil {
			return err
		}
		if name == "worktreeconfig" {
			b, err := e.Bool()
			if err != nil {
				return err
			}
			f.worktreeConfig = b
		}
	default:
		return f.setWorkTree(e)
	}
	return nil
}

// setWorkTree takes what decides on a work tree; config.worktree may say it too.
func (f *format) setWorkTree(e Entry) error {
	switch e.Key {
	case "core.bare":
		b, err := e.Bool()
		if err != nil {
			return err
		}
		f.bare = &b
	case "core.worktree":
		if e.Bare {
			return e.invalid("path", "")
		}
		f.workTree = &e.Value
	}
	return nil
}
