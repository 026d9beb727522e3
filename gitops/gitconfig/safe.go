package gitconfig

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// An UntrustedRepository is one git refuses to use: another user could have put it there.
type UntrustedRepository struct {
	Path   string // what would have to be trusted
	Reason string
	Hint   string // the command that trusts it, "" where none does
}

func (e *UntrustedRepository) Error() string {
	return fmt.Sprintf("repository %q is not trusted: %s", e.Path, e.Reason)
}

// trusted asks that the user owns the .git file, the work tree and the git directory (those that
// are not ""), or that safe.directory allows the repository.
func (e Environment) trusted(gitFile, workTree, gitDir, cwd string) error {
	foreign := ""
	for _, path := range []string{gitFile, workTree, gitDir} {
		if path != "" && foreign == "" && !e.owns(path) {
			foreign = path
		}
	}
	if other, err := e.boolean("GIT_TEST_ASSUME_DIFFERENT_OWNER", false); err != nil {
		return err
	} else if other && foreign == "" {
		foreign = gitDir
	}
	if foreign == "" {
		return nil
	}
	path := workTree
	if path == "" {
		path = gitDir
	}
	path = realPath(path)
	protected, err := loadProtected(e)
	if err != nil {
		return err
	}
	safe := false
	for _, entry := range protected.All("safe.directory") {
		if safe, err = protected.safeDirectory(safe, entry, path, cwd); err != nil {
			return err
		}
	}
	if safe {
		return nil
	}
	return &UntrustedRepository{
		Path: path, Reason: fmt.Sprintf("%q belongs to another user", foreign),
		Hint: "git config --global --add safe.directory " + shellQuote(path),
	}
}

// safeDirectory returns whether path is safe after one safe.directory entry, it being so before it.
func (c *Config) safeDirectory(safe bool, e Entry, path, cwd string) (bool, error) {
	switch {
	case e.Bare || e.Value == "":
		return false, nil
	case e.Value == "*":
		return true, nil
	}
	value, optional := strings.CutPrefix(e.Value, ":(optional)")
	allowed, ok := c.env.expand(value)
	if !ok {
		return false, e.invalid("path", "its home directory is not known")
	}
	if optional && !exists(c.env.abs(allowed)) {
		return safe, nil
	}
	if prefix, ok := strings.CutSuffix(allowed, "/*"); ok && filepath.IsAbs(allowed) {
		above := strings.TrimSuffix(realPath(prefix+"/"), "/") + "/"
		return safe || strings.HasPrefix(path, above), nil
	}
	switch {
	case allowed == ".":
		allowed = cwd
	case !filepath.IsAbs(allowed):
		return safe, nil
	}
	return safe || realPath(allowed) == path, nil
}

// owns reports whether the user owns path itself, links not followed; root owns what the user who
// called sudo owns, too.
func (e Environment) owns(path string) bool {
	owner, ok := ownerOf(path)
	if !ok {
		return false
	}
	if owner == e.UID || owner < 0 {
		return true
	}
	if e.UID != 0 {
		return false
	}
	sudo, err := strconv.ParseUint(strings.TrimPrefix(e.get("SUDO_UID"), "+"), 10, 32)
	return err == nil && int(sudo) == owner
}

// bareAllowed applies safe.bareRepository to a bare repository that was found, not named.
func (e Environment) bareAllowed(dir string) error {
	protected, err := loadProtected(e)
	if err != nil {
		return err
	}
	explicit := false
	for _, entry := range protected.All("safe.bareRepository") {
		switch entry.Value {
		case "explicit":
			explicit = true
		case "all":
			explicit = false
		default:
			return entry.invalid(`"all" or "explicit"`, "")
		}
	}
	if !explicit || insideDotGit(dir) {
		return nil
	}
	return &UntrustedRepository{Path: dir, Reason: "safe.bareRepository is \"explicit\" and the bare repository was found, not named", Hint: "GIT_DIR=" + shellQuote(dir)}
}

// insideDotGit reports whether dir is the git directory of a work tree, of a linked one or of a
// submodule: no bare repository somebody hid among files.
func insideDotGit(dir string) bool {
	slashed := filepath.ToSlash(dir)
	return filepath.Base(dir) == ".git" || strings.Contains(slashed, "/.git/worktrees/") || strings.Contains(slashed, "/.git/modules/")
}

// shellQuote quotes s for a POSIX shell where it has to be.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+=:@%,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
