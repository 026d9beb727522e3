package gitconfig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// placeCase is a directory to start from; what git finds there is the expectation.
type placeCase struct {
	name  string
	files map[string]string
	links map[string]string // name to target
	dirs  []string
	env   map[string]string
	dir   string // default repo
	minor int
}

func bareAt(dir, config string) map[string]string {
	return map[string]string{dir + "/HEAD": "ref: refs/heads/main\n", dir + "/config": config, dir + "/objects/x": "", dir + "/refs/x": ""}
}

func belowFiles() map[string]string { return map[string]string{"repo/sub/deep/x": "", "out/x": ""} }

func bareFiles() map[string]string {
	return bareAt("b.git", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
}

func configuredFiles(config string) map[string]string {
	return merge(belowFiles(), map[string]string{"repo/.git/config": plainCore + config})
}

func moduleFiles() map[string]string {
	return merge(belowFiles(), bareAt("repo/.git/modules/m", plainCore+"[core]\n\tworktree = ../../../m\n"), map[string]string{"repo/m/.git": "gitdir: ../.git/modules/m\n", "repo/m/a/x": ""})
}

// placeCases are found by searching.
func placeCases() []placeCase {
	bare, sub, withConfig, module := bareFiles(), belowFiles(), configuredFiles, moduleFiles()
	side := linked(plainCore, map[string]string{"w/a/x": ""})
	head := func(content string) map[string]string { return map[string]string{"repo/.git/HEAD": content} }
	file := func(content string) map[string]string { return map[string]string{"f/.git": content, "f/a/x": ""} }
	return []placeCase{
		{name: "top"}, {name: "below", files: sub, dir: "repo/sub/deep"}, {name: "git directory", dir: "repo/.git"}, {name: "inside git directory", dir: "repo/.git/refs/heads"},
		{name: "outside", dir: "home"}, {name: "bare", files: bare, dir: "b.git"}, {name: "in bare", files: bare, dir: "b.git/refs"},
		{name: "bare not said", files: bareAt("b.git", ""), dir: "b.git"}, {name: "bare said false", files: bareAt("b.git", "[core]\nbare=false\n"), dir: "b.git"},
		{name: "bare without config", files: map[string]string{"b/HEAD": "ref: refs/heads/x", "b/objects/x": "", "b/refs/x": ""}, dir: "b"},
		{name: "core.bare in .git", files: withConfig("[core]\nbare=true\n")}, {name: "core.bare in .git, below", files: withConfig("[core]\nbare=true\n"), dir: "repo/sub"},
		{name: "core.bare not said", files: map[string]string{"repo/.git/config": ""}}, {name: "core.bare bare", files: map[string]string{"repo/.git/config": "[core]\nbare\n"}},
		{name: "core.bare bare, version", files: map[string]string{"repo/.git/config": "[core]\nbare\nrepositoryformatversion=0\n"}}, {name: "core.bare, version empty", files: map[string]string{"repo/.git/config": "[core]\nbare\nrepositoryformatversion=\n"}}, {name: "core.bare, version negative", files: map[string]string{"repo/.git/config": "[core]\nbare\nrepositoryformatversion=-1\n"}},
		{name: "linked, extension and common bare, version", files: linked("[core]\nrepositoryformatversion=0\nbare=true\n[extensions]\nworktreeConfig=true\n", nil), dir: "w"},
		{name: "linked, extension and common bare, own file", files: linked("[core]\nrepositoryformatversion=0\nbare=true\n[extensions]\nworktreeConfig=true\n", map[string]string{"repo/.git/worktrees/w/config.worktree": "[a]\nb=1\n"}), dir: "w"},
		{name: "linked, extension, common worktree", files: linked(plainCore+"[core]\nworktree=$ROOT/out\n[extensions]\nworktreeConfig=true\n", map[string]string{"out/x": ""}), dir: "w"},
		{name: "linked, extension, version and own bare", files: linked("[core]\nrepositoryformatversion=0\nbare=true\n[extensions]\nworktreeConfig=true\n", map[string]string{"repo/.git/worktrees/w/config.worktree": "[core]\nbare=false\n"}), dir: "w"},
		{name: "main, extension, own bare", files: map[string]string{"repo/.git/config": plainCore + "[extensions]\nworktreeConfig=true\n", "repo/.git/config.worktree": "[core]\nbare=true\n"}},
		{name: "no version, submodule git directory", files: merge(sub, bareAt("repo/.git/modules/m", "[core]\n\tworktree = ../../../m\n\tbare = false\n")), dir: "repo/.git/modules/m"},
		{name: "core.bare wrong", files: map[string]string{"repo/.git/config": "[core]\nbare=perhaps\n"}},
		{name: "core.bare by include", files: merge(withConfig("[include]\npath=inc\n"), map[string]string{"repo/.git/inc": "[core]\nbare=true\n"})},
		{name: "linked", files: side, dir: "w"}, {name: "in linked", files: side, dir: "w/a"}, {name: "linked git directory", files: side, dir: "repo/.git/worktrees/w"},
		{name: "linked of bare", files: linked("[core]\nbare=true\n", nil), dir: "w"},
		{name: "linked, core.worktree", files: linked(plainCore+"[core]\nworktree=/nowhere\n", nil), dir: "w"},
		{name: "linked, extension", files: linked(plainCore+"[extensions]\nworktreeConfig=true\n", map[string]string{"repo/.git/worktrees/w/config.worktree": "[core]\nbare=true\n"}), dir: "w"},
		{name: "linked, extension and common bare", files: linked("[core]\nbare=true\n[extensions]\nworktreeConfig=true\n", nil), dir: "w"},
		{name: "linked, extension and own bare", files: linked("[core]\nbare=true\n[extensions]\nworktreeConfig=true\n", map[string]string{"repo/.git/worktrees/w/config.worktree": "[core]\nbare=false\n"}), dir: "w"},
		{name: "linked, extension and worktree", files: linked(plainCore+"[extensions]\nworktreeConfig=true\n", map[string]string{"repo/.git/worktrees/w/config.worktree": "[core]\nworktree=$ROOT/out\n", "out/x": ""}), dir: "w"},
		{name: "linked, empty commondir", files: merge(side, map[string]string{"repo/.git/worktrees/w/commondir": ""}), dir: "w"},
		{name: "linked, CRLF", files: merge(side, map[string]string{"w/.git": "gitdir: $ROOT/repo/.git/worktrees/w\r\n", "repo/.git/worktrees/w/commondir": "../..\r\n"}), dir: "w"},
		{name: "linked, dead", files: map[string]string{"w/.git": "gitdir: $ROOT/gone\n"}, dir: "w"},
		{name: "submodule", files: module, dir: "repo/m"}, {name: "in submodule", files: module, dir: "repo/m/a"}, {name: "submodule git directory", files: module, dir: "repo/.git/modules/m"},
		{name: "relative git file", files: merge(file("gitdir: ../repo/.git\n"), sub), dir: "f/a"}, {name: "git file, no line end", files: file("gitdir: ../repo/.git"), dir: "f"},
		{name: "git file, junk", files: file("hello\n"), dir: "f"}, {name: "git file, empty", files: file(""), dir: "f"}, {name: "git file, no path", files: file("gitdir: \n"), dir: "f"}, {name: "git file, no blank", files: file("gitdir:../repo/.git\n"), dir: "f"},
		{name: "git file, two blanks", files: file("gitdir:  ../repo/.git\n"), dir: "f"}, {name: "git file, two lines", files: file("gitdir: ../repo/.git\nx\n"), dir: "f"}, {name: "git file to git file", files: merge(file("gitdir: ../g/.git\n"), map[string]string{"g/.git": "gitdir: ../repo/.git\n"}), dir: "f"},
		{name: "empty .git directory", dirs: []string{"repo/e/.git"}, dir: "repo/e"}, {name: "empty .git directory, nothing above", dirs: []string{"e/.git"}, dir: "e"},
		{name: "HEAD is an id", files: head(strings.Repeat("0a", 20) + "\n")}, {name: "HEAD is short", files: head("0a0a\n")}, {name: "HEAD is a sha256", files: head(strings.Repeat("0a", 32) + "\n")}, {name: "HEAD empty", files: head("")}, {name: "HEAD outside refs", files: head("ref: x\n")},
		{name: "HEAD without blank", files: head("ref:refs/heads/x\n")}, {name: "HEAD with tab", files: head("ref:\t refs/heads/x\n")}, {name: "HEAD with id and more", files: head(strings.Repeat("0a", 20) + "zz\n")}, {name: "HEAD upper case id", files: head(strings.Repeat("0A", 20) + "\n")},
		{name: "HEAD with line feed", files: head("ref:\nrefs/heads/x\n")}, {name: "HEAD long", files: head("ref: " + strings.Repeat(" ", 300) + "refs/heads/x\n")},
		{name: "HEAD is a link", files: bareAt("r2/.git", ""), links: map[string]string{"r2/.git/HEAD": "refs/heads/x"}, dir: "r2"}, {name: "HEAD is a link elsewhere", files: bareAt("r2/.git", ""), links: map[string]string{"r2/.git/HEAD": "config"}, dir: "r2"},
		{name: ".git is a link", links: map[string]string{"l/.git": "../repo/.git"}, dirs: []string{"l/a"}, dir: "l/a"}, {name: "through a link", files: sub, links: map[string]string{"ln": "repo/sub"}, dir: "ln"}, {name: ".git is a dead link", links: map[string]string{"repo/s/.git": "nowhere"}, dir: "repo/s"},
	}
}

// steeredCases are decided by configuration and variables.
func steeredCases() []placeCase {
	bare, sub, withConfig, module := bareFiles(), belowFiles(), configuredFiles, moduleFiles()
	side := linked(plainCore, map[string]string{"w/a/x": ""})
	return []placeCase{
		{name: "core.worktree", files: withConfig("[core]\nworktree=$ROOT/out\n")}, {name: "core.worktree relative", files: withConfig("[core]\nworktree=../../out\n"), dir: "repo/sub"}, {name: "core.worktree gone", files: withConfig("[core]\nworktree=../../gone\n")}, {name: "core.worktree gone, absolute", files: withConfig("[core]\nworktree=/gone\n")},
		{name: "core.worktree tilde", files: withConfig("[core]\nworktree=~/\n")}, {name: "core.worktree and bare", files: withConfig("[core]\nworktree=../../out\nbare=true\n")}, {name: "core.worktree empty", files: withConfig("[core]\nworktree=\n")}, {name: "core.worktree bare word", files: withConfig("[core]\nworktree\n")},
		{name: "core.worktree in git directory", files: withConfig("[core]\nworktree=../../out\n"), dir: "repo/.git"}, {name: "core.worktree of bare repository", files: merge(sub, bareAt("b.git", "[core]\nbare=false\nworktree=../out\n")), dir: "b.git"},
		{name: "GIT_DIR", env: map[string]string{"GIT_DIR": "$ROOT/repo/.git"}, files: sub, dir: "out"}, {name: "GIT_DIR relative", env: map[string]string{"GIT_DIR": "../repo/.git"}, files: sub, dir: "out"}, {name: "GIT_DIR below", env: map[string]string{"GIT_DIR": "../.git"}, files: sub, dir: "repo/sub"},
		{name: "GIT_DIR is a file", env: map[string]string{"GIT_DIR": "$ROOT/w/.git"}, files: side, dir: "home"}, {name: "GIT_DIR is a work tree", env: map[string]string{"GIT_DIR": "$ROOT/repo"}}, {name: "GIT_DIR gone", env: map[string]string{"GIT_DIR": "$ROOT/gone"}}, {name: "GIT_DIR empty", env: map[string]string{"GIT_DIR": ""}},
		{name: "GIT_DIR bare", env: map[string]string{"GIT_DIR": "$ROOT/b.git"}, files: bare, dir: "home"}, {name: "GIT_DIR not said bare", env: map[string]string{"GIT_DIR": "$ROOT/b.git"}, files: bareAt("b.git", ""), dir: "home"}, {name: "GIT_DIR core.worktree", env: map[string]string{"GIT_DIR": "$ROOT/repo/.git"}, files: withConfig("[core]\nworktree=../../out\n"), dir: "home"},
		{name: "GIT_DIR, no implicit", env: map[string]string{"GIT_DIR": "$ROOT/repo/.git", "GIT_IMPLICIT_WORK_TREE": "0"}}, {name: "GIT_DIR is the current", env: map[string]string{"GIT_DIR": "."}, dir: "repo/.git"}, {name: "GIT_DIR below current", env: map[string]string{"GIT_DIR": ".git"}},
		{name: "GIT_WORK_TREE", env: map[string]string{"GIT_WORK_TREE": "$ROOT/out"}, files: sub}, {name: "GIT_WORK_TREE relative", env: map[string]string{"GIT_WORK_TREE": "../out"}, files: sub}, {name: "GIT_WORK_TREE and GIT_DIR", env: map[string]string{"GIT_WORK_TREE": ".", "GIT_DIR": "$ROOT/b.git"}, files: merge(sub, bare), dir: "out"},
		{name: "GIT_WORK_TREE of bare", env: map[string]string{"GIT_WORK_TREE": "$ROOT/out"}, files: merge(sub, bare), dir: "b.git"}, {name: "GIT_WORK_TREE over core.worktree", env: map[string]string{"GIT_WORK_TREE": "$ROOT/repo/sub"}, files: withConfig("[core]\nworktree=../../out\n")}, {name: "GIT_WORK_TREE below", env: map[string]string{"GIT_WORK_TREE": "."}, files: sub, dir: "repo/sub"},
		{name: "GIT_WORK_TREE gone", env: map[string]string{"GIT_WORK_TREE": "$ROOT/gone/x"}},
		{name: "GIT_COMMON_DIR", env: map[string]string{"GIT_COMMON_DIR": "$ROOT/b.git"}, files: bare}, {name: "GIT_COMMON_DIR gone", env: map[string]string{"GIT_COMMON_DIR": "$ROOT/gone"}}, {name: "GIT_COMMON_DIR and GIT_DIR", env: map[string]string{"GIT_COMMON_DIR": "$ROOT/repo/.git", "GIT_DIR": "$ROOT/repo/.git/worktrees/w"}, files: side, dir: "w"},
		{name: "GIT_OBJECT_DIRECTORY", env: map[string]string{"GIT_OBJECT_DIRECTORY": "$ROOT/objs"}, dirs: []string{"objs"}}, {name: "GIT_OBJECT_DIRECTORY gone", env: map[string]string{"GIT_OBJECT_DIRECTORY": "$ROOT/gone"}}, {name: "GIT_OBJECT_DIRECTORY relative", env: map[string]string{"GIT_OBJECT_DIRECTORY": "../objs"}, dirs: []string{"objs"}},
		{name: "GIT_OBJECT_DIRECTORY relative below", env: map[string]string{"GIT_OBJECT_DIRECTORY": "../objs"}, files: sub, dirs: []string{"repo/objs", "objs"}, dir: "repo/sub"}, {name: "GIT_OBJECT_DIRECTORY relative below GIT_DIR", env: map[string]string{"GIT_OBJECT_DIRECTORY": "../objs", "GIT_DIR": "$ROOT/repo/.git", "GIT_WORK_TREE": ".."}, files: sub, dirs: []string{"repo/objs", "objs"}, dir: "repo/sub"},
		{name: "GIT_INDEX_FILE relative below", env: map[string]string{"GIT_INDEX_FILE": "../idx"}, files: sub, dir: "repo/sub"}, {name: "GIT_GRAFT_FILE", env: map[string]string{"GIT_GRAFT_FILE": "$ROOT/gr"}}, {name: "GIT_OBJECT_DIRECTORY empty", env: map[string]string{"GIT_OBJECT_DIRECTORY": ""}},
		{name: "GIT_INDEX_FILE", env: map[string]string{"GIT_INDEX_FILE": "$ROOT/idx"}},
		{name: "ceiling above", env: map[string]string{"GIT_CEILING_DIRECTORIES": "$ROOT"}, files: sub, dir: "repo/sub"}, {name: "ceiling at top", env: map[string]string{"GIT_CEILING_DIRECTORIES": "$ROOT/repo"}, files: sub, dir: "repo/sub"}, {name: "ceiling at current", env: map[string]string{"GIT_CEILING_DIRECTORIES": "$ROOT/repo"}, files: sub},
		{name: "ceiling below", env: map[string]string{"GIT_CEILING_DIRECTORIES": "$ROOT/repo/sub"}, files: sub, dir: "repo/sub/deep"}, {name: "ceiling slash", env: map[string]string{"GIT_CEILING_DIRECTORIES": "$ROOT/repo/"}, files: sub, dir: "repo/sub"}, {name: "ceiling relative", env: map[string]string{"GIT_CEILING_DIRECTORIES": "..:.:repo"}, files: sub, dir: "repo/sub"},
		{name: "ceiling list", env: map[string]string{"GIT_CEILING_DIRECTORIES": "/nowhere:$ROOT/repo:/"}, files: sub, dir: "repo/sub"}, {name: "ceiling prefix", env: map[string]string{"GIT_CEILING_DIRECTORIES": "$ROOT/rep"}, files: sub, dir: "repo/sub"}, {name: "ceiling root", env: map[string]string{"GIT_CEILING_DIRECTORIES": "/"}, files: sub, dir: "repo/sub"},
		{name: "ceiling link", env: map[string]string{"GIT_CEILING_DIRECTORIES": "$ROOT/ln"}, files: sub, links: map[string]string{"ln": "repo"}, dir: "repo/sub"}, {name: "ceiling link unresolved", env: map[string]string{"GIT_CEILING_DIRECTORIES": ":$ROOT/ln"}, files: sub, links: map[string]string{"ln": "repo"}, dir: "repo/sub"}, {name: "ceiling two below", env: map[string]string{"GIT_CEILING_DIRECTORIES": "$ROOT/repo"}, files: sub, dir: "repo/sub/deep"},
		{name: "objects missing", files: map[string]string{"x/.git/HEAD": "ref: refs/heads/x", "x/.git/refs/x": ""}, dir: "x"}, {name: "refs missing", files: map[string]string{"x/.git/HEAD": "ref: refs/heads/x", "x/.git/objects/x": ""}, dir: "x"}, {name: "bad config", files: map[string]string{"repo/.git/config": "[x\n"}},
		{name: "bare in work tree", files: bareAt("repo/in.git", "[core]\nbare=true\n"), dir: "repo/in.git"}, {name: "bare explicit", files: merge(bareAt("repo/in.git", "[core]\nbare=true\n"), map[string]string{"home/.gitconfig": "[safe]\nbareRepository=explicit\n"}), dir: "repo/in.git"},
		{name: "bare explicit, git directory", files: map[string]string{"home/.gitconfig": "[safe]\nbareRepository=explicit\n"}, dir: "repo/.git", minor: 45}, {name: "bare explicit, in git directory", files: map[string]string{"home/.gitconfig": "[safe]\nbareRepository=explicit\n"}, dir: "repo/.git/refs", minor: 45}, {name: "bare explicit, linked", files: merge(side, map[string]string{"home/.gitconfig": "[safe]\nbareRepository=explicit\n"}), dir: "repo/.git/worktrees/w", minor: 45},
		{name: "bare explicit, module", files: merge(module, map[string]string{"home/.gitconfig": "[safe]\nbareRepository=explicit\n"}), dir: "repo/.git/modules/m", minor: 45}, {name: "bare explicit, GIT_DIR", env: map[string]string{"GIT_DIR": "."}, files: merge(bare, map[string]string{"home/.gitconfig": "[safe]\nbareRepository=explicit\n"}), dir: "b.git"},
		{name: "bare explicit by command", env: map[string]string{"GIT_CONFIG_PARAMETERS": "'safe.bareRepository=explicit'"}, files: bare, dir: "b.git"}, {name: "bare all by command", env: map[string]string{"GIT_CONFIG_PARAMETERS": "'safe.bareRepository=all'"}, files: merge(bare, map[string]string{"home/.gitconfig": "[safe]\nbareRepository=explicit\n"}), dir: "b.git"},
		{name: "bare explicit in local", files: merge(bare, map[string]string{"b.git/config": "[safe]\nbareRepository=explicit\n"}), dir: "b.git"}, {name: "bare explicit, case", files: merge(bare, map[string]string{"home/.gitconfig": "[safe]\nbareRepository=Explicit\n"}), dir: "b.git"}, {name: "bare explicit, junk", files: merge(bare, map[string]string{"home/.gitconfig": "[safe]\nbareRepository=junk\n"}), dir: "b.git"},
		{name: "bare explicit, then junk", files: merge(bare, map[string]string{"home/.gitconfig": "[safe]\nbareRepository=explicit\nbareRepository=junk\n"}), dir: "b.git"}, {name: "bare explicit, bare word", files: merge(bare, map[string]string{"home/.gitconfig": "[safe]\nbareRepository\n"}), dir: "b.git"}, {name: "bare explicit by includeIf", files: merge(bare, map[string]string{"home/.gitconfig": "[includeIf \"gitdir:**\"]\npath=i\n[include]\npath=j\n", "home/i": "[safe]\nbareRepository=explicit\n", "home/j": ""}), dir: "b.git"},
		{name: "bare explicit by include", files: merge(bare, map[string]string{"home/.gitconfig": "[include]\npath=i\n", "home/i": "[safe]\nbareRepository=explicit\n"}), dir: "b.git"},
		{name: "across filesystems, junk", env: map[string]string{"GIT_DISCOVERY_ACROSS_FILESYSTEM": "junk"}},
	}
}

func TestDiscoverAsGit(t *testing.T) {
	for _, c := range append(placeCases(), steeredCases()...) {
		t.Run(c.name, func(t *testing.T) { judgePlace(t, c) })
	}
}

func judgePlace(t *testing.T, c placeCase) {
	t.Helper()
	t.Parallel()
	needGit(t, c.minor)
	w := newWorld(t, c.files, c.env)
	for _, dir := range c.dirs {
		w.mkdir(dir)
	}
	for name, target := range c.links {
		w.mkdir(filepath.Dir(name))
		os.Remove(w.path(name))
		if err := os.Symlink(target, w.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	dir := c.dir
	if dir == "" {
		dir = "repo"
	}
	out, stderr, ok := w.git(dir, "rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--git-path", "objects",
		"--git-path", "shallow", "--git-path", "index", "--git-path", "info/grafts", "--is-bare-repository", "--show-toplevel")
	want := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if !ok && len(want) == 7 {
		ok, want = true, append(want, "") // there is all but a work tree
	}
	got, err := Discover(w.environment(dir), "")
	if !ok {
		if err == nil {
			t.Fatalf("git finds none, Discover finds %+v\n%s", got, stderr)
		}
		var none *NotARepository
		if strings.Contains(stderr, "not a git repository (or any") != (errors.As(err, &none) && !none.Named) {
			t.Errorf("git: %sDiscover: %v", stderr, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("git finds one, Discover says: %v", err)
	}
	mine := []string{realPath(got.GitDir), realPath(got.CommonDir), realPath(got.ObjectsDir), realPath(got.Shallow), realPath(got.Index), realPath(got.Grafts), fmt.Sprint(got.Bare), got.WorkTree}
	if diff := cmp.Diff(want, mine); diff != "" {
		t.Errorf("-git +Discover\n%s", diff)
	}
}

func TestShallowFileAsGit(t *testing.T) {
	for _, c := range []struct{ variable, dir string }{{"UNSET", "repo"}, {"$ROOT/there", "repo"}, {"$ROOT/gone", "repo"}, {"../there", "repo/sub"}, {"", "repo"}} {
		w := newWorld(t, map[string]string{"there": strings.Repeat("0a", 20) + "\n", "repo/sub/x": ""}, map[string]string{"GIT_SHALLOW_FILE": c.variable})
		out, stderr, ok := w.git(c.dir, "rev-parse", "--is-shallow-repository")
		if !ok {
			t.Fatal(stderr)
		}
		l, err := Discover(w.environment(c.dir), "")
		if err != nil || fmt.Sprintln(exists(l.Shallow)) != out {
			t.Errorf("%q: git %s; %q, %v", c.variable, out, l.Shallow, err)
		}
	}
}

// A directory reached through a link keeps the name the user gave it where git's conditions look.
func TestGitdirByPWDAsGit(t *testing.T) {
	for _, pwd := range []string{"$ROOT/link", "$ROOT/repo", "$ROOT/home", "$ROOT/nowhere"} {
		w := newWorld(t, map[string]string{"home/.gitconfig": "[includeIf \"gitdir:link/\"]\npath=$ROOT/inc\n[includeIf \"gitdir:repo/\"]\npath=$ROOT/inc\n", "inc": "[x]\ny=1\n"}, map[string]string{"PWD": pwd})
		if err := os.Symlink("repo", w.path("link")); err != nil {
			t.Fatal(err)
		}
		out, stderr, ok := w.git("link", "config", "--list", "-z", "--show-scope", "--show-origin")
		if !ok {
			t.Fatal(stderr)
		}
		c, err := w.load("link")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(gitEntries(w, out), ourEntries(c)); diff != "" {
			t.Errorf("PWD %s: -git +Load\n%s", pwd, diff)
		}
	}
}

// Discover takes any directory, not only the current one, as "git -C" does.
func TestDiscoverFrom(t *testing.T) {
	w := newWorld(t, map[string]string{"repo/a/b/x": ""}, nil)
	for _, c := range []struct{ base, dir string }{{"repo", ""}, {"repo", "a/b"}, {"", "repo/a"}, {"home", "../repo"}, {"home", w.path("repo/a")}} {
		l, err := Discover(w.environment(c.base), c.dir)
		if err != nil || l.WorkTree != w.path("repo") || l.GitDir != w.path("repo/.git") || l.CommonDir != l.GitDir || l.Bare || l.Linked {
			t.Errorf("%+v: %+v, %v", c, l, err)
		}
	}
	_, err := Discover(w.environment("home"), "gone")
	if err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("a directory that is not there: %v", err)
	}
	_, err = Discover(w.environment("home"), "")
	var none *NotARepository
	if !errors.As(err, &none) || none.Dir != w.path("home") || none.Stop == "" {
		t.Errorf("no repository: %v", err)
	}
}
