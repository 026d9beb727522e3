package gitconfig

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const foreigner = 12345

// trustCase gives paths to another user, and says what the protected configuration allows.
type trustCase struct {
	name   string
	chown  []string // files and directories; with "/..." all below too
	config string   // the user's
	env    map[string]string
	files  map[string]string
	dir    string
	links  map[string]string
}

func trustCases() []trustCase {
	safe := func(values ...string) string {
		out := "[safe]\n"
		for _, v := range values {
			out += "\tdirectory = " + v + "\n"
		}
		return out
	}
	all := []string{"repo/..."}
	bare := bareAt("b.git", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
	side := linked(plainCore, nil)
	below := map[string]string{"repo/a/b/x": ""}
	return []trustCase{
		{name: "own"}, {name: "all foreign", chown: all}, {name: "work tree foreign", chown: []string{"repo"}}, {name: "git directory foreign", chown: []string{"repo/.git"}}, {name: "only config foreign", chown: []string{"repo/.git/config"}}, {name: "only above foreign", chown: []string{""}},
		{name: "below", chown: all, files: below, dir: "repo/a/b"}, {name: "in git directory", chown: all, dir: "repo/.git"}, {name: "exact", chown: all, config: safe("$ROOT/repo")}, {name: "exact, below", chown: all, config: safe("$ROOT/repo"), files: below, dir: "repo/a/b"},
		{name: "exact git directory", chown: all, config: safe("$ROOT/repo/.git")}, {name: "in git directory, exact", chown: all, config: safe("$ROOT/repo/.git"), dir: "repo/.git"}, {name: "in git directory, work tree named", chown: all, config: safe("$ROOT/repo"), dir: "repo/.git"},
		{name: "other", chown: all, config: safe("$ROOT/rep", "$ROOT/repo2", "$ROOT")}, {name: "star", chown: all, config: safe("*")}, {name: "star, reset", chown: all, config: safe("*", "")}, {name: "reset, star", chown: all, config: safe("", "*")}, {name: "reset by bare word", chown: all, config: safe("*") + "\tdirectory\n"},
		{name: "exact, reset, exact", chown: all, config: safe("$ROOT/repo", "", "$ROOT/repo")}, {name: "under", chown: all, config: safe("$ROOT/*")}, {name: "under itself", chown: all, config: safe("$ROOT/repo/*")}, {name: "under root", chown: all, config: safe("/*")}, {name: "under, link", chown: all, config: safe("$ROOT/ln/*"), links: map[string]string{"ln": "."}},
		{name: "trailing slash", chown: all, config: safe("$ROOT/repo/")}, {name: "dots", chown: all, config: safe("$ROOT/home/../repo")}, {name: "two slashes", chown: all, config: safe("$ROOT//repo")}, {name: "link", chown: all, config: safe("$ROOT/ln"), links: map[string]string{"ln": "repo"}}, {name: "through link", chown: all, config: safe("$ROOT/repo"), links: map[string]string{"ln": "repo"}, dir: "ln"},
		{name: "through link, link named", chown: all, config: safe("$ROOT/ln"), links: map[string]string{"ln": "repo"}, dir: "ln"}, {name: "dot", chown: all, config: safe(".")}, {name: "dot, below", chown: all, config: safe("."), files: below, dir: "repo/a"}, {name: "dot, in git directory", chown: all, config: safe("."), dir: "repo/.git"}, {name: "relative", chown: all, config: safe("repo", "./", "./*", "../repo")},
		{name: "tilde", chown: all, config: safe("~/../repo")}, {name: "tilde under", chown: all, config: safe("~/../*")}, {name: "case", chown: all, config: safe("$ROOT/REPO")}, {name: "gone", chown: all, config: safe("$ROOT/gone", "$ROOT/gone/*")}, {name: "optional", chown: all, config: safe(":(optional)$ROOT/repo")}, {name: "unknown user", chown: all, config: safe("~nobody-of-that-name/x")},
		{name: "star in path", chown: all, config: safe("$ROOT/r*")}, {name: "star below star", chown: all, config: safe("$ROOT/*/*")}, {name: "in local", chown: []string{"repo"}, files: map[string]string{"repo/.git/config": plainCore + safe("*")}}, {name: "in system", chown: all, files: map[string]string{"system": safe("*")}}, {name: "in system, reset by user", chown: all, files: map[string]string{"system": safe("*")}, config: safe("")},
		{name: "by command", chown: all, env: map[string]string{"GIT_CONFIG_PARAMETERS": "'safe.directory=*'"}}, {name: "by count", chown: all, env: map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "$ROOT/repo"}}, {name: "by include", chown: all, config: "[include]\npath=inc\n", files: map[string]string{"home/inc": safe("*")}},
		{name: "by includeIf gitdir", chown: all, config: "[includeIf \"gitdir:**\"]\npath=inc\n", files: map[string]string{"home/inc": safe("*")}}, {name: "by GIT_CONFIG_GLOBAL", chown: all, env: map[string]string{"GIT_CONFIG_GLOBAL": "$ROOT/mine"}, files: map[string]string{"mine": safe("*")}}, {name: "by xdg", chown: all, files: map[string]string{"home/.config/git/config": safe("*")}},
		{name: "SUDO_UID", chown: all, env: map[string]string{"SUDO_UID": "12345"}}, {name: "SUDO_UID other", chown: all, env: map[string]string{"SUDO_UID": "12346"}}, {name: "SUDO_UID junk", chown: all, env: map[string]string{"SUDO_UID": "12345x"}}, {name: "SUDO_UID empty", chown: all, env: map[string]string{"SUDO_UID": ""}}, {name: "SUDO_UID, own", env: map[string]string{"SUDO_UID": "12345"}}, {name: "SUDO_UID mixed", chown: []string{"repo"}, env: map[string]string{"SUDO_UID": "12345"}},
		{name: "SUDO_UID plus", chown: all, env: map[string]string{"SUDO_UID": "+12345"}},
		{name: "GIT_DIR", chown: all, env: map[string]string{"GIT_DIR": "$ROOT/repo/.git"}}, {name: "GIT_WORK_TREE", chown: all, env: map[string]string{"GIT_WORK_TREE": "$ROOT/repo"}},
		{name: "bare", chown: []string{"b.git/..."}, files: bare, dir: "b.git"}, {name: "bare named", chown: []string{"b.git/..."}, files: bare, dir: "b.git", config: safe("$ROOT/b.git")}, {name: "bare under", chown: []string{"b.git"}, files: bare, dir: "b.git/refs", config: safe("$ROOT/*")},
		{name: "linked", chown: []string{"repo/...", "w/..."}, files: side, dir: "w"}, {name: "linked, git file foreign", chown: []string{"w/.git"}, files: side, dir: "w"}, {name: "linked, work tree foreign", chown: []string{"w"}, files: side, dir: "w"}, {name: "linked, repository foreign", chown: all, files: side, dir: "w"}, {name: "linked, common foreign", chown: []string{"repo", "repo/.git"}, files: side, dir: "w"},
		{name: "linked, named", chown: []string{"repo/...", "w/..."}, files: side, dir: "w", config: safe("$ROOT/w")}, {name: "linked, main named", chown: []string{"repo/...", "w/..."}, files: side, dir: "w", config: safe("$ROOT/repo", "$ROOT/repo/.git")}, {name: "git directory is a link", chown: []string{"repo/.git/..."}, links: map[string]string{"l/.git": "../repo/.git"}, dir: "l"}, {name: "link foreign", chown: []string{"l/.git"}, links: map[string]string{"l/.git": "../repo/.git"}, dir: "l"},
		{name: "test variable", env: map[string]string{"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}}, {name: "test variable, named", env: map[string]string{"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, config: safe("$ROOT/repo")}, {name: "broken protected file", chown: all, config: "[safe\n"}, {name: "in worktree scope", chown: []string{"repo"}, files: map[string]string{"repo/.git/config": plainCore + "[extensions]\nworktreeConfig=true\n", "repo/.git/config.worktree": safe("*")}},
	}
}

func TestTrustAsGit(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root: directories cannot be given to another user")
	}
	needGit(t, 50) // links and "/*" were decided otherwise before
	for _, c := range trustCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := merge(map[string]string{"home/.gitconfig": c.config}, c.files)
			w := newWorld(t, files, c.env)
			for name, target := range c.links {
				w.mkdir(filepath.Dir(name))
				if err := os.Symlink(target, w.path(name)); err != nil {
					t.Fatal(err)
				}
			}
			giveAway(t, w, c.chown)
			dir := c.dir
			if dir == "" {
				dir = "repo"
			}
			_, stderr, ok := w.git(dir, "rev-parse", "--git-dir")
			_, err := Discover(w.environment(dir), "")
			if ok != (err == nil) {
				t.Fatalf("git %v %s; Discover %v", ok, stderr, err)
			}
			var untrusted *UntrustedRepository
			if strings.Contains(stderr, "dubious ownership") != errors.As(err, &untrusted) {
				t.Fatalf("git %s; Discover %v", stderr, err)
			}
			if untrusted != nil && !strings.Contains(stderr, untrusted.Hint) {
				t.Errorf("git %s; hint %s", stderr, untrusted.Hint)
			}
		})
	}
}

func giveAway(t *testing.T, w *world, names []string) {
	t.Helper()
	for _, name := range names {
		top, deep := strings.CutSuffix(name, "/...")
		err := filepath.WalkDir(w.path(top), func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !deep && path != w.path(top) {
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
			return os.Lchown(path, foreigner, foreigner)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
