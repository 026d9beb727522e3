package txfs

import (
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Trace is what a Recorder saw: the files at the beginning, and the operations since.
//
// The model of a power cut: after some operation the power goes. What was written to a file is sure
// to be there only if the file was flushed since, and a name made, moved or removed only if its
// directory was. Of everything else any subset may be on the disk, and one write may be there by half.
type Trace struct {
	base *base
	ops  []op
}

// Len returns the number of operations.
func (t *Trace) Len() int { return len(t.ops) }

// A State is one outcome of a power cut.
type State struct {
	Cut  int   // operations before it
	Lost []int // of these, the ones that did not reach the disk, ascending
	Torn int   // a write of which the first half did, -1: none
}

func (s State) String() string {
	return fmt.Sprintf("power lost after operation %d, without %v, torn %d", s.Cut, s.Lost, s.Torn)
}

// States yields what a power cut after each operation can leave: all unflushed operations there,
// all lost, each one lost, each one kept alone, one write torn, and subsets at random, as many for
// each cut.
func (t *Trace) States(random int, rng *rand.Rand) iter.Seq[State] {
	return func(yield func(State) bool) {
		for cut := 0; cut <= len(t.ops); cut++ {
			if !t.statesAt(cut, random, rng, yield) {
				return
			}
		}
	}
}

func (t *Trace) statesAt(cut, random int, rng *rand.Rand, yield func(State) bool) bool {
	loose := t.unflushed(cut)
	seen := map[string]bool{}
	emit := func(lost []int, torn int) bool {
		key := fmt.Sprint(lost, torn)
		if seen[key] {
			return true
		}
		seen[key] = true
		return yield(State{Cut: cut, Lost: slices.Clone(lost), Torn: torn})
	}
	without := func(keep int) []int {
		return slices.DeleteFunc(slices.Clone(loose), func(i int) bool { return i == keep })
	}
	if !emit(nil, -1) || !emit(loose, -1) {
		return false
	}
	for _, i := range loose {
		if !emit([]int{i}, -1) || !emit(without(i), -1) {
			return false
		}
		if t.ops[i].kind == opWrite && (!emit(nil, i) || !emit(without(i), i)) {
			return false
		}
	}
	if len(loose) < 3 {
		return true // every subset was there
	}
	for range random {
		lost := slices.DeleteFunc(slices.Clone(loose), func(int) bool { return rng.IntN(2) == 0 })
		torn := -1
		if i := loose[rng.IntN(len(loose))]; t.ops[i].kind == opWrite && !slices.Contains(lost, i) {
			torn = i
		}
		if !emit(lost, torn) {
			return false
		}
	}
	return true
}

// unflushed lists the operations before cut that no later one before cut makes durable.
func (t *Trace) unflushed(cut int) []int {
	var loose []int
	for i, o := range t.ops[:cut] {
		if o.kind != opSync && o.kind != opSyncDir && !t.flushed(o, t.ops[i+1:cut]) {
			loose = append(loose, i)
		}
	}
	return loose
}

func (t *Trace) flushed(o op, later []op) bool {
	name := o.path
	if o.to != "" {
		name = o.to
	}
	for _, l := range later {
		switch {
		case o.kind == opWrite || o.kind == opChmod:
			if l.kind == opSync && l.file == o.file && o.file != 0 {
				return true
			}
		case l.kind == opSyncDir && l.path == filepath.Dir(name):
			return true
		}
	}
	return false
}

// A base is a directory tree: the state before a record.
type base struct {
	files []baseFile
	dirs  map[string]fs.FileMode
}

type baseFile struct {
	path string
	mode fs.FileMode
	size int64
}

func scanBase(root string) (*base, error) {
	b := &base{dirs: map[string]fs.FileMode{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			b.dirs[rel] = info.Mode().Perm()
		} else {
			b.files = append(b.files, baseFile{rel, info.Mode(), info.Size()})
		}
		return nil
	})
	return b, err
}

// A disk is a state being built.
type disk struct {
	names   map[string]int
	dirs    map[string]fs.FileMode
	content map[int][]byte // of files that were written to; others are as in the base
	modes   map[int]fs.FileMode
}

// Materialize writes the state to the new directory dest. from holds the tree as it was when the
// record began. Files below a directory called objects that did not change are linked, not copied.
func (t *Trace) Materialize(s State, from, dest string) error {
	d := &disk{names: map[string]int{}, dirs: map[string]fs.FileMode{}, content: map[int][]byte{}, modes: map[int]fs.FileMode{}}
	for i, f := range t.base.files {
		d.names[f.path] = i + 1
	}
	for dir, mode := range t.base.dirs {
		d.dirs[dir] = mode
	}
	lost := map[int]bool{}
	for _, i := range s.Lost {
		lost[i] = true
	}
	for i, o := range t.ops[:s.Cut] {
		if lost[i] {
			continue
		}
		if i == s.Torn {
			o.data = o.data[:len(o.data)/2]
		}
		if err := t.apply(d, o, from); err != nil {
			return err
		}
	}
	return t.write(d, from, dest)
}

// apply does one operation on the disk.
func (t *Trace) apply(d *disk, o op, from string) error {
	switch o.kind {
	case opCreate:
		d.names[o.path] = o.file
		d.modes[o.file] = o.mode
		if d.content[o.file] == nil {
			d.content[o.file] = []byte{}
		}
	case opWrite:
		return t.applyWrite(d, o, from)
	case opLink:
		d.names[o.to] = o.file
	case opRename:
		if d.names[o.path] == o.file {
			delete(d.names, o.path)
		}
		d.names[o.to] = o.file
	case opUnlink:
		if d.names[o.path] == o.file {
			delete(d.names, o.path)
		}
	case opMkdir:
		d.dirs[o.path] = o.mode
	case opRmdir:
		delete(d.dirs, o.path)
	case opChmod:
		if o.file != 0 {
			d.modes[o.file] = o.mode
		}
	case opSync, opSyncDir:
	}
	return nil
}

func (t *Trace) applyWrite(d *disk, o op, from string) error {
	content, known := d.content[o.file]
	if !known && o.file <= len(t.base.files) {
		var err error
		if content, err = os.ReadFile(filepath.Join(from, t.base.files[o.file-1].path)); err != nil {
			return err
		}
	}
	if grow := o.off + int64(len(o.data)) - int64(len(content)); grow > 0 {
		content = append(slices.Clone(content), make([]byte, grow)...) // a lost write before it is zeros
	}
	copy(content[o.off:], o.data)
	d.content[o.file] = content
	return nil
}

func (t *Trace) write(d *disk, from, dest string) error {
	dirs := make([]string, 0, len(d.dirs))
	for dir := range d.dirs {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	there := map[string]bool{}
	for _, dir := range dirs {
		if dir != "." && !there[filepath.Dir(dir)] {
			continue // its parent's name was lost
		}
		if err := os.Mkdir(filepath.Join(dest, dir), d.dirs[dir]|0o700); err != nil && dir != "." {
			return err
		}
		there[dir] = true
	}
	names := make([]string, 0, len(d.names))
	for name := range d.names {
		names = append(names, name)
	}
	slices.Sort(names)
	first := map[int]string{}
	for _, name := range names {
		if !there[filepath.Dir(name)] {
			continue
		}
		file, target := d.names[name], filepath.Join(dest, name)
		if other := first[file]; other != "" {
			if err := os.Link(other, target); err != nil {
				return err
			}
			continue
		}
		first[file] = target
		if err := t.writeOne(d, file, from, name, target); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trace) writeOne(d *disk, file int, from, name, target string) error {
	mode, content := d.modes[file], d.content[file]
	if file > len(t.base.files) && mode == 0 {
		mode = 0o644 // its creation was lost, another name of it was not
	}
	if content == nil && file <= len(t.base.files) {
		b := t.base.files[file-1]
		source := filepath.Join(from, b.path)
		if strings.Contains(name, "objects/") && b.mode.IsRegular() {
			return os.Link(source, target)
		}
		if b.mode&fs.ModeSymlink != 0 {
			to, err := os.Readlink(source)
			if err != nil {
				return err
			}
			return os.Symlink(to, target)
		}
		var err error
		if content, err = os.ReadFile(source); err != nil {
			return err
		}
		if mode == 0 {
			mode = b.mode.Perm()
		}
	}
	if mode == 0 && file <= len(t.base.files) {
		mode = t.base.files[file-1].mode.Perm()
	}
	return os.WriteFile(target, content, mode.Perm()|0o600)
}
