package resolve

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
)

// look looks at a settled file for what people overlook.
func (r *Resolution) look(c operation.Conflict, data []byte) error {
	var sides [3][]byte // base, ours, theirs; nil where a side has no such file
	for i, st := range Stages(c) {
		if st == nil || !Regular(c) {
			continue
		}
		side, err := r.session.Blob(st.ID)
		if err != nil {
			return err
		}
		sides[i] = append([]byte{}, side...)
	}
	marked, err := r.marked(string(c.Path))
	if err != nil {
		return err
	}
	if n := leftover(data, marked, sides); n > 0 {
		r.never = append(r.never, fmt.Sprintf("%q:%d has a conflict marker", c.Path, n))
	}
	known, crlf, empty := false, false, false
	for _, side := range sides[1:] {
		known = known || side != nil
		crlf = crlf || bytes.Contains(side, []byte("\r\n"))
		empty = empty || side != nil && len(side) == 0
	}
	if known && !crlf && bytes.Contains(data, []byte("\r\n")) {
		r.doubtful = append(r.doubtful, fmt.Sprintf("%q has CRLF line ends, and no side has", c.Path))
	}
	if known && !empty && len(data) == 0 {
		r.doubtful = append(r.doubtful, fmt.Sprintf("%q is empty", c.Path))
	}
	return nil
}

// marked reads a file as the merge left it.
func (r *Resolution) marked(name string) ([]byte, error) {
	st, err := r.session.Entry(r.target.Markers, name)
	if err != nil || st == nil || !st.Regular() {
		return nil, err
	}
	return r.session.Blob(st.ID)
}

// leftover returns the line, counted from 1, of the first conflict marker; 0 when there is none. A line of
// the file that the merge left is one when no side has it; so is any that looks like one of the three
// kinds that are labelled, in the size of git's default or of this file's, unless a side has it.
func leftover(data, marked []byte, sides [3][]byte) int {
	own, written, sizes, marks := map[string]bool{}, map[string]bool{}, map[int]bool{7: true}, false
	for _, side := range sides {
		for line := range bytes.Lines(side) {
			own[lineText(line)] = true
		}
	}
	for line := range bytes.Lines(marked) {
		if text := lineText(line); !own[text] && text != "" {
			written[text] = true
			if rest := strings.TrimLeft(text, "<"); strings.HasPrefix(rest, " HEAD") {
				sizes[len(text)-len(rest)] = true
				marks = true
			}
		}
	}
	if !marks { // the merge wrote none there: what is in no side is the merge of both
		clear(written)
	}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		text := lineText(line)
		if own[text] || text == "" {
			continue
		}
		rest := strings.TrimLeft(text, text[:1])
		if written[text] || strings.Contains("<|>", text[:1]) && sizes[len(text)-len(rest)] && (rest == "" || rest[0] == ' ') {
			return n
		}
	}
	return 0
}

func lineText(line []byte) string { return strings.TrimRight(string(line), "\r\n") }

// lookDeleted doubts that a file is to go that both sides have.
func (r *Resolution) lookDeleted(c operation.Conflict) {
	if c.Ours != nil && c.Theirs != nil {
		r.doubtful = append(r.doubtful, fmt.Sprintf("%q is deleted, and both sides have it", c.Path))
	}
}

// lookType doubts that a path is to become a link or a submodule, or a program, which no side has there.
func (r *Resolution) lookType(c operation.Conflict, now *gitops.Stage) {
	sides := []*operation.Stage{c.Ours, c.Theirs}
	for _, st := range sides {
		if st != nil && st.Mode == now.Mode || st == nil && now.Mode == uint32(object.ModeRegular) {
			return
		}
	}
	what := map[object.Mode]string{
		object.ModeRegular: "a file that cannot be run", object.ModeExec: "a program", object.ModeSymlink: "a symbolic link", object.ModeGitlink: "a submodule",
	}[object.Mode(now.Mode)]
	r.doubtful = append(r.doubtful, fmt.Sprintf("%q becomes %s, which no side has there", c.Path, what))
}

// modeOf is the mode of a file of a directory. Where files have no such bit it is that of the tree.
func (r *Resolution) modeOf(f checkout.File) (uint32, error) {
	mode := uint32(object.ModeRegular)
	if f.Exec {
		mode = uint32(object.ModeExec)
	}
	was, err := r.session.Entry(r.target.Markers, f.Path)
	if err != nil || was == nil || !was.Regular() || was.Mode == mode {
		return mode, err
	}
	if runtime.GOOS == "windows" {
		return was.Mode, nil
	}
	c, _ := r.conflictAt(f.Path)
	c.Path = []byte(f.Path)
	r.lookType(c, &gitops.Stage{Mode: mode})
	return mode, nil
}

// lookNames doubts new names that differ from others by case alone: one of the two is lost on many systems.
func (r *Resolution) lookNames(changes []gitops.Change) error {
	tree := r.session.TreeFS(r.Made.Tree)
	for _, ch := range changes {
		if ch.Old != nil || ch.New == nil {
			continue
		}
		for p := ch.Path; p != "."; p = path.Dir(p) {
			list, err := fs.ReadDir(tree, path.Dir(p))
			if errors.Is(err, fs.ErrInvalid) {
				break // not UTF-8: no system folds its case
			}
			if err != nil {
				return err
			}
			for _, e := range list {
				if name := path.Base(p); e.Name() != name && strings.EqualFold(e.Name(), name) {
					r.doubtful = append(r.doubtful, fmt.Sprintf("%q and %q differ by case alone", p, path.Join(path.Dir(p), e.Name())))
				}
			}
		}
	}
	return nil
}
