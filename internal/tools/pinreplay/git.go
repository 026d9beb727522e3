package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/git-backport/git-backport/msrv"
)

// A repo is a clone read through git; what merges write goes to a directory of our own.
type repo struct {
	git, dir, objects string
	env               []string
	cat               *exec.Cmd
	in                io.WriteCloser
	out               *bufio.Reader
}

func open(dir, git string) (*repo, error) {
	r := &repo{git: git, dir: dir}
	store, err := exec.Command(git, "-C", dir, "rev-parse", "--path-format=absolute", "--git-path", "objects").Output()
	if err != nil {
		return nil, fmt.Errorf("%s is no repository: %w", dir, err)
	}
	if r.objects, err = os.MkdirTemp("", "pinreplay-"); err != nil {
		return nil, err
	}
	r.env = append(os.Environ(), "GIT_OBJECT_DIRECTORY="+r.objects, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES="+strings.TrimSpace(string(store)))
	r.cat = r.command("cat-file", "--batch")
	if r.in, err = r.cat.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := r.cat.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r.out = bufio.NewReader(stdout)
	return r, r.cat.Start()
}

func (r *repo) close() {
	r.in.Close()
	_ = r.cat.Wait()
	_ = os.RemoveAll(r.objects)
}

func (r *repo) command(args ...string) *exec.Cmd {
	cmd := exec.Command(r.git, append([]string{"-C", r.dir}, args...)...)
	cmd.Env = r.env
	return cmd
}

// run returns git's output without the last newline, and its exit code.
func (r *repo) run(args ...string) (string, int, error) {
	var stdout, stderr bytes.Buffer
	cmd := r.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return strings.TrimSuffix(stdout.String(), "\n"), exit.ExitCode(), fmt.Errorf("git %s: %w: %s", args[0], err, stderr.String())
	}
	return strings.TrimSuffix(stdout.String(), "\n"), 0, err
}

func (r *repo) text(args ...string) (string, error) {
	out, _, err := r.run(args...)
	return out, err
}

// blob returns the bytes of the object with a name; fs.ErrNotExist is none.
func (r *repo) blob(id string) ([]byte, error) {
	if _, err := io.WriteString(r.in, id+"\n"); err != nil {
		return nil, err
	}
	head, err := r.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(head)
	if strings.HasSuffix(head, " missing\n") {
		return nil, fs.ErrNotExist
	}
	if len(fields) != 3 || fields[1] != "blob" && fields[1] != "commit" && fields[1] != "tree" {
		return nil, fmt.Errorf("%s: %s", id, strings.TrimSpace(head))
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil {
		return nil, err
	}
	data := make([]byte, size+1)
	if _, err := io.ReadFull(r.out, data); err != nil {
		return nil, err
	}
	if fields[1] != "blob" {
		return nil, fmt.Errorf("%s is a %s", id, fields[1])
	}
	return data[:size], nil
}

// changed lists the pin files that differ between two trees.
func (r *repo) changed(a, b string) ([]string, error) {
	out, err := r.text("diff-tree", "-r", "-z", "--no-renames", "--name-only", a, b)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(strings.Split(out, "\x00"), func(p string) bool { return p == "" || !msrv.IsPinFile(p) }), nil
}

// merge merges as cherry-pick does and returns the tree, with markers where it is not clean.
func (r *repo) merge(base, onto, source string) (tree string, clean bool, err error) {
	out, code, err := r.run("--attr-source="+onto, "merge-tree", "--write-tree", "--no-messages", "--merge-base="+base, onto, source)
	if err != nil && code != 1 {
		return "", false, err
	}
	tree, _, _ = strings.Cut(out, "\n")
	return tree, code == 0, nil
}

// A tree is a tree of the repository as a file system of regular files: what a name leads to is asked
// for when it is opened, and a symbolic link is the text it holds.
type tree struct {
	repo *repo
	rev  string
	dirs map[string]map[string]bool // names by directory, of the pin files; true is a directory
}

type entry struct {
	*bytes.Reader
	name string
	size int64
}

func (r *repo) tree(rev string) *tree { return &tree{repo: r, rev: rev} }

// ReadDir lists the pin files of a directory, and the directories that lead to some.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	if t.dirs == nil {
		list, err := t.repo.text("ls-tree", "-r", "-z", "--full-tree", "--name-only", t.rev)
		if err != nil {
			return nil, err
		}
		t.dirs = map[string]map[string]bool{}
		for p := range strings.SplitSeq(list, "\x00") {
			if !msrv.IsPinFile(p) || !fs.ValidPath(p) {
				continue
			}
			for isDir := false; p != "."; isDir = true {
				dir := path.Dir(p)
				if t.dirs[dir] == nil {
					t.dirs[dir] = map[string]bool{}
				}
				t.dirs[dir][path.Base(p)] = isDir
				p = dir
			}
		}
	}
	var out []fs.DirEntry
	for _, base := range slices.Sorted(maps.Keys(t.dirs[name])) {
		e := fs.FileInfo(&entry{name: base})
		if t.dirs[name][base] {
			e = directory{e}
		}
		out = append(out, fs.FileInfoToDirEntry(e))
	}
	return out, nil
}

// A directory is the entry of one.
type directory struct{ fs.FileInfo }

func (directory) Mode() fs.FileMode { return fs.ModeDir | 0o755 }
func (directory) IsDir() bool       { return true }

// Stat knows the directories, and opens what is a file.
func (t *tree) Stat(name string) (fs.FileInfo, error) {
	if name == "." {
		return directory{&entry{name: "."}}, nil
	}
	f, err := t.Open(name)
	if err != nil {
		return nil, err
	}
	return f.Stat()
}

func (t *tree) Open(name string) (fs.File, error) {
	if strings.Contains(name, "\n") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	data, err := t.repo.blob(t.rev + ":" + name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &entry{bytes.NewReader(data), filepath.Base(name), int64(len(data))}, nil
}

func (e *entry) Stat() (fs.FileInfo, error) { return e, nil }
func (e *entry) Close() error               { return nil }
func (e *entry) Name() string               { return e.name }
func (e *entry) Size() int64                { return e.size }
func (e *entry) Mode() fs.FileMode          { return 0o644 }
func (e *entry) ModTime() time.Time         { return time.Time{} }
func (e *entry) IsDir() bool                { return false }
func (e *entry) Sys() any                   { return nil }
