package gitconfig

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// layout fills in what does not depend on the work tree.
func (s *search) layout(gitDir string) (Layout, format, error) {
	common, linked, err := commonDir(s.env, gitDir)
	if err != nil {
		return Layout{}, format{}, err
	}
	l := Layout{GitDir: gitDir, CommonDir: common, Linked: linked}
	form, err := readFormat(l.ConfigFile())
	if err != nil {
		return Layout{}, format{}, err
	}
	if form.worktreeConfig {
		err = form.readWorktree(filepath.Join(gitDir, "config.worktree"))
	} else if linked {
		form.bare, form.workTree = nil, nil // they are the main work tree's
	}
	return l, form, err
}

// place fills in the paths that variables may change. Relative ones start at the top of the work
// tree if the search began inside it, for there git goes first.
func (s *search) place(l Layout, err error) (Layout, error) {
	if err != nil {
		return Layout{}, err
	}
	if l.WorkTree == s.cwd || strings.HasPrefix(s.cwd, strings.TrimSuffix(l.WorkTree, "/")+"/") && l.WorkTree != "" {
		s.env.Dir = l.WorkTree
	}
	l.ObjectsDir = s.fromVariable("GIT_OBJECT_DIRECTORY", filepath.Join(l.CommonDir, "objects"))
	l.Shallow = s.fromVariable("GIT_SHALLOW_FILE", filepath.Join(l.CommonDir, "shallow"))
	l.Grafts = s.fromVariable("GIT_GRAFT_FILE", filepath.Join(l.CommonDir, "info", "grafts"))
	l.Index = s.fromVariable("GIT_INDEX_FILE", filepath.Join(l.GitDir, "index"))
	l.AlternateDirs, err = s.alternates()
	return l, err
}

func (s *search) fromVariable(name, def string) string {
	if v := s.env.get(name); v != "" {
		return s.env.abs(v)
	}
	return def
}

// alternates splits GIT_ALTERNATE_OBJECT_DIRECTORIES; an entry may be in double quotes.
func (s *search) alternates() ([]string, error) {
	const name = "GIT_ALTERNATE_OBJECT_DIRECTORIES"
	var out []string
	for rest := s.env.get(name); rest != ""; {
		var dir string
		if strings.HasPrefix(rest, `"`) {
			var ok bool
			if dir, rest, ok = unquoteC(rest); !ok {
				return nil, fmt.Errorf("%s: bad quoting at %q", name, rest)
			}
			rest = rest[min(1, len(rest)):] // git does not look what stands between
		} else {
			dir, rest, _ = strings.Cut(rest, string(filepath.ListSeparator))
			if strings.HasPrefix(dir, "#") {
				continue
			}
		}
		if dir != "" {
			out = append(out, s.env.abs(dir))
		}
	}
	return out, nil
}

// withWorkTree lays out the repository gitDir of the work tree top.
func (s *search) withWorkTree(top, gitDir string) (Layout, error) {
	l, form, err := s.layout(gitDir)
	if err != nil {
		return Layout{}, err
	}
	if _, ok := s.env.lookup("GIT_WORK_TREE"); ok || form.workTree != nil {
		return s.explicit(l, form, s.cwd)
	}
	if form.bare != nil && *form.bare {
		l.Bare = true
		return l, nil
	}
	l.WorkTree = top
	return l, nil
}

// withoutWorkTree lays out the repository dir that the search began in, or below.
func (s *search) withoutWorkTree(dir string) (Layout, error) {
	l, form, err := s.layout(dir)
	if err != nil {
		return Layout{}, err
	}
	if _, ok := s.env.lookup("GIT_WORK_TREE"); ok || form.workTree != nil {
		return s.explicit(l, form, "")
	}
	l.Bare = form.said == nil || *form.said
	return l, nil
}

// explicit finds the work tree by GIT_WORK_TREE, core.bare and core.worktree, in this order, else it
// is implied ("" for none, unless GIT_IMPLICIT_WORK_TREE forbids it).
func (s *search) explicit(l Layout, form format, implied string) (Layout, error) {
	implicit, err := s.env.boolean("GIT_IMPLICIT_WORK_TREE", true)
	if err != nil {
		return Layout{}, err
	}
	named, ok := s.env.lookup("GIT_WORK_TREE")
	switch {
	case ok:
		if named == "" {
			return Layout{}, fmt.Errorf("GIT_WORK_TREE is set and empty")
		}
		l.WorkTree, err = realTop(s.env.abs(named))
	case form.bare != nil && *form.bare:
		l.Bare = true
	case form.workTree != nil:
		top := *form.workTree
		if !filepath.IsAbs(top) {
			top = filepath.Join(l.GitDir, top)
			if info, err := os.Stat(top); err != nil || !info.IsDir() || *form.workTree == "" {
				return Layout{}, fmt.Errorf("core.worktree %q of %q is not a directory", *form.workTree, l.GitDir)
			}
		}
		l.WorkTree, err = realTop(top)
	case implicit && implied != "":
		l.WorkTree = implied
	default:
		l.Bare = form.said == nil || *form.said
	}
	return l, err
}

// realTop resolves the links of a work tree that need not exist; the directory it is in has to.
func realTop(path string) (string, error) {
	if parent := filepath.Dir(path); !exists(parent) {
		return "", fmt.Errorf("work tree %q: there is no directory %q", path, parent)
	}
	return realPath(path), nil
}

// unquoteC reads a C string in double quotes off the start of s.
func unquoteC(s string) (word, rest string, ok bool) {
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			return out.String(), s[i+1:], true
		case '\\':
			i++
			if i == len(s) {
				return "", s, false
			}
			if at := strings.IndexByte(`abfnrtv"\`, s[i]); at >= 0 {
				out.WriteByte("\a\b\f\n\r\t\v\"\\"[at])
				continue
			}
			if i+2 >= len(s) || s[i] > '3' || digitOf(s[i]) > 3 || digitOf(s[i+1]) > 7 || digitOf(s[i+2]) > 7 {
				return "", s, false
			}
			out.WriteByte(byte(digitOf(s[i])<<6 | digitOf(s[i+1])<<3 | digitOf(s[i+2])))
			i += 2
		default:
			out.WriteByte(c)
		}
	}
	return "", s, false
}
