package gitconfig

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A NotARepository error says that no repository was found.
type NotARepository struct {
	Dir    string // where the search began, or what GIT_DIR names
	Named  bool   // Dir was named by GIT_DIR: nothing was searched
	Stop   string // where the search ended, "" if Named
	Reason string // why it ended there: "the root", "a ceiling directory", "a mount point"
}

func (e *NotARepository) Error() string {
	if e.Named {
		return fmt.Sprintf("not a git repository: %q", e.Dir)
	}
	return fmt.Sprintf("not a git repository: %q, nor any directory above it up to %s %q", e.Dir, e.Reason, e.Stop)
}

// An InvalidGitFile is a .git that does not lead to a repository.
type InvalidGitFile struct {
	Path   string
	Reason string
}

func (e *InvalidGitFile) Error() string {
	return fmt.Sprintf("invalid git file %q: %s", e.Path, e.Reason)
}

// Discover finds the repository of dir as git started there would, GIT_DIR and the other variables
// first, then dir and the directories above it. dir is relative to env.Dir and "" is env.Dir itself.
//
// Errors a caller may branch on: *NotARepository, *InvalidGitFile, *UntrustedRepository,
// *SyntaxError, *ValueError. Whether the format of the repository is supported is CheckFormat's
// question.
func Discover(env Environment, dir string) (Layout, error) {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(env.Dir, dir)
	}
	cwd, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return Layout{}, fmt.Errorf("finding the repository: %w", err)
	}
	env.Dir = cwd
	s := &search{env: env, cwd: cwd}
	if named, ok := env.lookup("GIT_DIR"); ok {
		return s.place(s.named(named))
	}
	return s.place(s.walk())
}

// search is one Discover.
type search struct {
	env Environment
	cwd string // without links, as getcwd gives it
}

// named takes the repository GIT_DIR names; nobody's ownership matters then.
func (s *search) named(gitDir string) (Layout, error) {
	abs := s.env.abs(gitDir)
	target, err := readGitFile(s.env, abs)
	if err != nil {
		return Layout{}, err
	}
	if target != "" {
		abs = target
	}
	if gitDir == "" || !isGitDirectory(s.env, abs) {
		return Layout{}, &NotARepository{Dir: gitDir, Named: true}
	}
	l, form, err := s.layout(filepath.Clean(abs))
	if err != nil {
		return Layout{}, err
	}
	return s.explicit(l, form, s.cwd)
}

// walk looks into cwd and the directories above it.
func (s *search) walk() (Layout, error) {
	ceiling := s.ceiling()
	across, err := s.env.boolean("GIT_DISCOVERY_ACROSS_FILESYSTEM", false)
	if err != nil {
		return Layout{}, err
	}
	device := deviceOf(s.cwd)
	for dir := s.cwd; ; {
		l, found, err := s.look(dir)
		if found || err != nil {
			return l, err
		}
		parent := filepath.Dir(dir)
		stop := &NotARepository{Dir: s.cwd, Stop: dir}
		switch {
		case parent == dir:
			stop.Reason = "the root"
			return Layout{}, stop
		case parent == ceiling:
			stop.Reason = "a ceiling directory's entry"
			return Layout{}, stop
		case !across && deviceOf(parent) != device:
			stop.Reason = "a mount point"
			return Layout{}, stop
		}
		dir = parent
	}
}

// ceiling returns the nearest of GIT_CEILING_DIRECTORIES above cwd, "" without one.
func (s *search) ceiling() string {
	best, resolve := "", true
	for _, dir := range filepath.SplitList(s.env.get("GIT_CEILING_DIRECTORIES")) {
		if dir == "" {
			resolve = false // what follows an empty entry has no links, the user says
			continue
		}
		if !filepath.IsAbs(dir) {
			continue
		}
		if dir = filepath.Clean(dir); resolve {
			dir = realPath(dir)
		}
		above := strings.TrimSuffix(dir, "/") + "/"
		if strings.HasPrefix(s.cwd, above) && len(dir) > len(best) {
			best = dir
		}
	}
	return best
}

// look reports whether dir holds a repository, or is one, that may be used.
func (s *search) look(dir string) (l Layout, found bool, err error) {
	dotGit := filepath.Join(dir, ".git")
	gitDir, gitFile := "", ""
	target, err := readGitFile(s.env, dotGit)
	switch {
	case err != nil:
		return Layout{}, false, err
	case target != "":
		gitDir, gitFile = target, dotGit
	case isGitDirectory(s.env, dotGit):
		gitDir = dotGit
	}
	if gitDir != "" {
		if err := s.env.trusted(gitFile, dir, gitDir, s.cwd); err != nil {
			return Layout{}, false, err
		}
		l, err := s.withWorkTree(dir, gitDir)
		return l, true, err
	}
	if !isGitDirectory(s.env, dir) {
		return Layout{}, false, nil
	}
	if err := s.env.bareAllowed(dir); err != nil {
		return Layout{}, false, err
	}
	if err := s.env.trusted("", "", dir, s.cwd); err != nil {
		return Layout{}, false, err
	}
	l, err = s.withoutWorkTree(dir)
	return l, true, err
}

// isGitDirectory asks what git asks of one: a valid HEAD, objects and refs.
func isGitDirectory(env Environment, dir string) bool {
	if !validHead(filepath.Join(dir, "HEAD")) {
		return false
	}
	common, _, err := commonDir(env, dir)
	if err != nil {
		return false
	}
	objects := filepath.Join(common, "objects")
	if v, ok := env.lookup("GIT_OBJECT_DIRECTORY"); ok {
		objects = env.abs(v)
	}
	return searchable(objects) && searchable(filepath.Join(common, "refs"))
}

// validHead accepts a link into refs/, a symbolic reference into refs/ and an object id.
func validHead(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(path)
		return err == nil && strings.HasPrefix(target, "refs/")
	}
	b, err := readHead(path)
	if err != nil {
		return false
	}
	if rest, ok := strings.CutPrefix(string(b), "ref:"); ok {
		return strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), "refs/")
	}
	digits := 0
	for digits < len(b) && digitOf(b[digits]) < 16 {
		digits++
	}
	return digits >= 40
}

// readHead reads the first 256 bytes of a regular file.
func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, 256)
	n, err := f.Read(b)
	return b[:max(n, 0)], err
}

// readGitFile returns what a .git file leads to, "" when path is no file.
func readGitFile(env Environment, path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return "", nil //nolint:nilerr // what cannot be looked at is no .git file
	}
	if !info.Mode().IsRegular() {
		return "", &InvalidGitFile{Path: path, Reason: "not a regular file"}
	}
	b, err := readSmall(path, 1<<20)
	if err != nil {
		return "", &InvalidGitFile{Path: path, Reason: err.Error()}
	}
	target, ok := strings.CutPrefix(string(b), "gitdir: ")
	if !ok {
		return "", &InvalidGitFile{Path: path, Reason: "it does not begin with \"gitdir: \""}
	}
	target = strings.TrimRight(target, "\r\n")
	if target == "" {
		return "", &InvalidGitFile{Path: path, Reason: "it names no path"}
	}
	dir := target
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(path), dir)
	}
	if !isGitDirectory(env, dir) {
		return "", &InvalidGitFile{Path: path, Reason: fmt.Sprintf("%q is not a git repository", target)}
	}
	return realPath(dir), nil
}

// commonDir returns the directory shared by all work trees, and whether it is another than dir by
// GIT_COMMON_DIR or a commondir file.
func commonDir(env Environment, dir string) (common string, linked bool, err error) {
	if v, ok := env.lookup("GIT_COMMON_DIR"); ok && v != "" {
		return env.abs(v), true, nil
	}
	path := filepath.Join(dir, "commondir")
	if _, err := os.Lstat(path); err != nil {
		return dir, false, nil //nolint:nilerr // no commondir file: the directory is its own
	}
	b, err := readSmall(path, 1<<20)
	if err != nil {
		return "", false, &InvalidGitFile{Path: path, Reason: err.Error()}
	}
	target := strings.TrimRight(string(b), "\r\n")
	if target == "" {
		return "", false, &InvalidGitFile{Path: path, Reason: "it names no path"}
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(dir, target)
	}
	return filepath.Clean(target), true, nil
}
