package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// repo reads a clone through the git command.
type repo struct {
	dir string
	cat *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func openRepo(dir string) (*repo, error) {
	r := &repo{dir: dir, cat: exec.Command("git", "-C", dir, "cat-file", "--batch")}
	r.cat.Stderr = os.Stderr
	var err error
	if r.in, err = r.cat.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := r.cat.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r.out = bufio.NewReader(out)
	return r, r.cat.Start()
}

func (r *repo) close() error {
	r.in.Close()
	return r.cat.Wait()
}

// git runs a git command and returns its output.
func (r *repo) git(args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", r.dir}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}

// object returns the bytes of an object; fs.ErrNotExist when there is none.
func (r *repo) object(rev string) ([]byte, error) {
	if _, err := fmt.Fprintln(r.in, rev); err != nil {
		return nil, err
	}
	head, err := r.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(head)
	if len(fields) < 3 || fields[len(fields)-1] == "missing" {
		return nil, fmt.Errorf("%s: %w", rev, fs.ErrNotExist)
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil {
		return nil, fmt.Errorf("%q: %w", head, err)
	}
	data := make([]byte, size+1)
	if _, err := io.ReadFull(r.out, data); err != nil {
		return nil, err
	}
	return data[:size], nil
}

// tree returns the files of a commit.
func (r *repo) tree(commit string) (*gitFS, error) {
	list, err := r.git("ls-tree", "-r", "-l", "-z", commit)
	if err != nil {
		return nil, err
	}
	t := &gitFS{repo: r, files: map[string]gitFile{}, dirs: map[string]map[string]bool{".": {}}}
	for _, line := range strings.Split(strings.TrimSuffix(list, "\x00"), "\x00") {
		meta, name, _ := strings.Cut(line, "\t")
		f := strings.Fields(meta)
		if len(f) != 4 {
			continue
		}
		size, _ := strconv.ParseInt(f[3], 10, 64)
		t.files[name] = gitFile{name: path.Base(name), mode: f[0], id: f[2], size: size}
		for kid, dir := name, path.Dir(name); ; kid, dir = dir, path.Dir(dir) {
			if t.dirs[dir] == nil {
				t.dirs[dir] = map[string]bool{}
			}
			t.dirs[dir][path.Base(kid)] = true
			if dir == "." {
				break
			}
		}
	}
	return t, nil
}

// gitFS is the tree of a commit as a file system.
type gitFS struct {
	repo   *repo
	files  map[string]gitFile
	dirs   map[string]map[string]bool
	opened int // how many files were read
}

type gitFile struct {
	name, mode, id string
	size           int64
}

func (f gitFile) Name() string       { return f.name }
func (f gitFile) Size() int64        { return f.size }
func (f gitFile) ModTime() time.Time { return time.Time{} }
func (f gitFile) IsDir() bool        { return f.mode == "040000" }
func (f gitFile) Sys() any           { return nil }
func (f gitFile) Mode() fs.FileMode {
	switch f.mode {
	case "040000":
		return fs.ModeDir | 0o755
	case "120000":
		return fs.ModeSymlink | 0o777
	case "160000":
		return fs.ModeIrregular
	case "100755":
		return 0o755
	}
	return 0o644
}

func (t *gitFS) Lstat(name string) (fs.FileInfo, error) {
	if f, ok := t.files[name]; ok {
		return f, nil
	}
	if t.dirs[name] != nil {
		return gitFile{name: path.Base(name), mode: "040000"}, nil
	}
	return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
}

func (t *gitFS) ReadLink(name string) (string, error) {
	data, err := t.ReadFile(name)
	return string(data), err
}

func (t *gitFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

func (t *gitFS) ReadFile(name string) ([]byte, error) {
	f, ok := t.files[name]
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	t.opened++
	return t.repo.object(f.id)
}

func (t *gitFS) ReadDir(name string) ([]fs.DirEntry, error) {
	kids, ok := t.dirs[name]
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	var out []fs.DirEntry
	for kid := range kids {
		info, err := t.Lstat(path.Join(name, kid))
		if err != nil {
			return nil, err
		}
		out = append(out, fs.FileInfoToDirEntry(info))
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}
