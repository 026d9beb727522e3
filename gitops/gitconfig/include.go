package gitconfig

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// An IncludeError is an include git refuses to follow.
type IncludeError struct {
	Origin Origin
	Path   string // as written, may be ""
	Reason string
}

func (e *IncludeError) Error() string {
	if e.Path == "" {
		return e.Origin.String() + ": " + e.Reason
	}
	return e.Origin.String() + ": include " + quote(e.Path) + ": " + e.Reason
}

// include reads the file an include.path or includeIf.*.path names; a missing one is no error.
func (l *loader) include(e Entry) error {
	if e.Bare {
		return e.invalid("path", "")
	}
	path, ok := l.env.expand(e.Value)
	if !ok {
		return &IncludeError{Origin: e.Origin, Path: e.Value, Reason: "its home directory is not known"}
	}
	if !filepath.IsAbs(path) {
		if e.Origin.File == "" {
			return &IncludeError{Origin: e.Origin, Path: e.Value, Reason: "a relative include has to come from a file"}
		}
		if i := strings.LastIndexByte(e.Origin.File, '/'); i >= 0 {
			path = e.Origin.File[:i+1] + path
		}
	}
	if !exists(l.env.abs(path)) {
		return nil
	}
	if l.depth == maxIncludeDepth {
		return &IncludeError{Origin: e.Origin, Path: e.Value, Reason: "includes are nested more than 10 deep; there may be a cycle"}
	}
	l.depth++
	defer func() { l.depth-- }()
	err := l.file(path, e.Scope, false)
	var unreadable *fs.PathError
	if errors.As(err, &unreadable) {
		return &IncludeError{Origin: e.Origin, Path: e.Value, Reason: unreadable.Error()}
	}
	return err
}

// holds decides an includeIf condition; an unknown one does not hold.
func (l *loader) holds(condition string, from Origin) (bool, error) {
	kind, pattern, _ := strings.Cut(condition, ":")
	switch kind {
	case "gitdir":
		return l.gitdirHolds(pattern, false, from)
	case "gitdir/i":
		return l.gitdirHolds(pattern, true, from)
	case "onbranch":
		branch, ok := l.branch()
		return ok && compileGlob(withSubdirs(pattern), false).match(branch), nil
	case "hasconfig":
		if pattern, ok := strings.CutPrefix(pattern, "remote.*.url:"); ok {
			return l.urlHolds(pattern)
		}
	}
	return false, nil
}

// withSubdirs makes a pattern that names a directory match all below it.
func withSubdirs(pattern string) string {
	if strings.HasSuffix(pattern, "/") {
		return pattern + "**"
	}
	return pattern
}

func (l *loader) gitdirHolds(pattern string, fold bool, from Origin) (bool, error) {
	if !l.repository {
		return false, nil
	}
	prefix := ""
	switch {
	case strings.HasPrefix(pattern, "./"):
		if from.File == "" {
			return true, nil // git complains, and then takes the complaint for a yes
		}
		prefix = realPath(filepath.Dir(l.env.abs(from.File))) + "/"
		if pattern = pattern[2:]; pattern == "" {
			pattern = "**"
		}
	default:
		if pattern = l.realHome(pattern); !filepath.IsAbs(pattern) {
			pattern = "**/" + pattern
		}
	}
	g := compileGlob(withSubdirs(pattern), fold)
	for _, dir := range l.gitdirNames() {
		rest, ok := cutPrefixFold(dir, prefix, fold)
		if ok && g.match(rest) {
			return true, nil
		}
	}
	return false, nil
}

// realHome resolves "~/" and "~user/" at the start of pattern, and the links in that home; where the
// home is not known the pattern stays.
func (l *loader) realHome(pattern string) string {
	home, rest, cut := strings.Cut(pattern, "/")
	if !strings.HasPrefix(home, "~") {
		return pattern
	}
	dir, ok := l.env.expand(home)
	switch {
	case !ok:
		return pattern
	case !cut:
		return realPath(dir)
	}
	return realPath(dir) + "/" + rest
}

// gitdirNames returns the git directory with links resolved, and as the user's PWD names it.
func (l *loader) gitdirNames() []string {
	out := []string{realPath(l.layout.GitDir)}
	pwd := l.env.get("PWD")
	for _, top := range []string{l.layout.WorkTree, l.layout.GitDir} {
		if top == "" || !sameFile(pwd, top) {
			continue
		}
		if rest, ok := strings.CutPrefix(l.layout.GitDir, top); ok {
			out = append(out, strings.TrimSuffix(pwd, "/")+rest)
		}
	}
	return append(out, l.layout.GitDir)
}

func cutPrefixFold(s, prefix string, fold bool) (string, bool) {
	if len(s) < len(prefix) {
		return "", false
	}
	if s[:len(prefix)] == prefix || fold && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return "", false
}

// branch returns the branch HEAD is on, born or not.
func (l *loader) branch() (string, bool) {
	if !l.repository {
		return "", false
	}
	name := "HEAD"
	for range 6 { // git follows five symbolic references
		dir := l.layout.CommonDir
		if name == "HEAD" {
			dir = l.layout.GitDir
		}
		target, ok := symbolicTarget(filepath.Join(dir, filepath.FromSlash(name)))
		if !ok {
			branch, ok := strings.CutPrefix(name, "refs/heads/")
			return branch, ok
		}
		name = target
	}
	return "", false
}

// symbolicTarget reads a symbolic reference, a file or, in old repositories, a link.
func symbolicTarget(path string) (string, bool) {
	if target, err := os.Readlink(path); err == nil && strings.HasPrefix(target, "refs/") {
		return target, true
	}
	b, err := readSmall(path, 4096)
	if err != nil {
		return "", false
	}
	target, ok := strings.CutPrefix(string(b), "ref:")
	target = strings.Trim(target, " \t\r\n")
	return target, ok && filepath.IsLocal(target)
}

func (l *loader) urlHolds(pattern string) (bool, error) {
	if l.urlsOnly {
		return true, nil
	}
	if !l.urlsKnown {
		pass := &loader{env: l.env, layout: l.layout, repository: l.repository, worktree: l.worktree, gentle: l.gentle, urlsOnly: true}
		if err := pass.all(); err != nil {
			return false, err
		}
		l.urls, l.urlsKnown = pass.urls, true
	}
	g := compileGlob(pattern, false)
	for _, url := range l.urls {
		if g.match(url) {
			return true, nil
		}
	}
	return false, nil
}

// realPath resolves links as far as the path exists.
func realPath(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	dir, base := filepath.Split(filepath.Clean(path))
	if base == "" || dir == path {
		return filepath.Clean(path)
	}
	return filepath.Join(realPath(dir), base)
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
