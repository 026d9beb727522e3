package gitconfig

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	maxIncludeDepth = 10      // git's
	maxFiles        = 1 << 14 // files read for one Config, so that nested includes stay bounded
	maxEntries      = 1 << 20
)

// Load reads the configuration that holds for a repository, or for none if layout is zero: system,
// global, local, worktree, command, with what they include.
//
// What makes git stop makes Load fail: a *SyntaxError with file and line, a *ValueError, an
// *IncludeError, an unreadable file. Missing files are no error.
func Load(env Environment, layout Layout) (*Config, error) {
	l := &loader{env: env, layout: layout, repository: layout.GitDir != ""}
	var form format
	if l.repository {
		var err error
		if form, err = readFormat(layout.ConfigFile()); err != nil {
			return nil, err
		}
		l.worktree = form.worktreeConfig
	}
	if err := l.all(); err != nil {
		return nil, err
	}
	c := newConfig(l.entries, env, layout)
	c.format = form
	return c, nil
}

// loadProtected reads what no repository can write: system, global and command.
func loadProtected(env Environment) (*Config, error) {
	l := &loader{env: env, gentle: true}
	if err := l.all(); err != nil {
		return nil, err
	}
	return newConfig(l.entries, env, Layout{}), nil
}

// loader collects the entries of one Config.
type loader struct {
	env        Environment
	layout     Layout
	repository bool
	worktree   bool // read config.worktree
	gentle     bool // an unreadable system file is skipped

	entries []Entry
	files   int
	depth   int

	urls      []string // of all remotes, for hasconfig conditions
	urlsKnown bool
	urlsOnly  bool // this is the pass that collects urls: hasconfig holds
	noURLs    bool // inside a conditional include of that pass
}

// all reads every scope in order.
func (l *loader) all() error {
	system, err := l.systemFile()
	if err != nil {
		return err
	}
	if err := l.file(system, ScopeSystem, l.gentle); err != nil {
		return err
	}
	for _, path := range l.env.globalFiles() {
		if err := l.file(path, ScopeGlobal, true); err != nil {
			return err
		}
	}
	if l.repository {
		if err := l.file(l.layout.ConfigFile(), ScopeLocal, false); err != nil {
			return err
		}
		if l.worktree {
			path := filepath.Join(l.layout.GitDir, "config.worktree")
			if err := l.file(path, ScopeWorktree, false); err != nil {
				return err
			}
		}
	}
	return l.command()
}

// systemFile returns the system's file, "" when GIT_CONFIG_NOSYSTEM rules it out.
func (l *loader) systemFile() (string, error) {
	skip, err := l.env.boolean("GIT_CONFIG_NOSYSTEM", false)
	if err != nil || skip {
		return "", err
	}
	if path, ok := l.env.lookup("GIT_CONFIG_SYSTEM"); ok {
		return path, nil
	}
	if l.env.SystemConfig != "" {
		return l.env.SystemConfig, nil
	}
	return "/etc/gitconfig", nil
}

// globalFiles returns the user's files in the order they are read.
func (e Environment) globalFiles() []string {
	if path, ok := e.lookup("GIT_CONFIG_GLOBAL"); ok {
		return []string{path}
	}
	var out []string
	if dir := e.xdgConfig(); dir != "" {
		out = append(out, filepath.Join(dir, "config"))
	}
	if home, ok := e.lookup("HOME"); ok {
		out = append(out, home+"/.gitconfig")
	}
	return out
}

// xdgConfig returns the directory of git's files below XDG_CONFIG_HOME, "" without a home.
func (e Environment) xdgConfig() string {
	if dir := e.get("XDG_CONFIG_HOME"); dir != "" {
		return dir + "/git"
	}
	if home, ok := e.lookup("HOME"); ok {
		return home + "/.config/git"
	}
	return ""
}

// file reads one file if it exists; skipDenied lets one pass that may not be read.
func (l *loader) file(path string, scope Scope, skipDenied bool) error {
	if path == "" {
		return nil
	}
	if l.files++; l.files > maxFiles {
		return fmt.Errorf("%s: more than %d configuration files are included", path, maxFiles)
	}
	src, err := readConfigFile(l.env.abs(path))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil
	case errors.Is(err, fs.ErrPermission) && skipDenied:
		return nil
	case err != nil:
		return fmt.Errorf("reading configuration: %w", err)
	}
	return parseFile(src, path, func(v variable) error {
		return l.entry(Entry{Key: v.key, Value: v.value, Bare: v.bare, Scope: scope,
			Origin: Origin{File: path, Line: v.line}})
	})
}

// entry keeps one assignment and follows it if it is an include.
func (l *loader) entry(e Entry) error {
	section, sub, name, conditional := splitKey(e.Key)
	if l.noURLs && section == "remote" && conditional && name == "url" {
		return &IncludeError{Origin: e.Origin, Reason: "a file included by hasconfig:remote.*.url must not set the url of a remote"}
	}
	if l.urlsOnly {
		if section == "remote" && conditional && name == "url" {
			l.urls = append(l.urls, e.Value)
		}
	} else {
		if len(l.entries) == maxEntries {
			return fmt.Errorf("%s: more than %d settings", e.Origin, maxEntries)
		}
		l.entries = append(l.entries, e)
	}
	switch {
	case e.Key == "include.path":
		return l.include(e)
	case section == "includeif" && conditional && name == "path":
		holds, err := l.holds(sub, e.Origin)
		if err != nil || !holds {
			return err
		}
		if l.urlsOnly && !l.noURLs {
			l.noURLs = true
			defer func() { l.noURLs = false }()
		}
		return l.include(e)
	}
	return nil
}

// readConfigFile reads a regular file, or a pipe, up to maxFile bytes.
func readConfigFile(path string) ([]byte, error) { return readSmall(path, maxFile) }

// readSmall reads a file that must not have more than limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("more than %d bytes", limit)}
	}
	return b, err
}

// exists follows symbolic links.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// expand resolves "~/" and "~user/" at the start of a path; false if that home is not known.
func (e Environment) expand(path string) (string, bool) {
	if rest, ok := strings.CutPrefix(path, "%(prefix)/"); ok {
		return "/usr/" + rest, true // git's prefix on every packaged Unix
	}
	if !strings.HasPrefix(path, "~") {
		return path, true
	}
	name, rest, slash := strings.Cut(path[1:], "/")
	if slash {
		rest = "/" + rest
	}
	if name == "" {
		home, ok := e.lookup("HOME")
		return home + rest, ok
	}
	if e.HomeOf == nil {
		return "", false
	}
	home, ok := e.HomeOf(name)
	return home + rest, ok
}
