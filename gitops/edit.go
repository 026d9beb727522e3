package gitops

import (
	"sort"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/merge"
)

func mergeID(id ID) merge.ID { return merge.ID(id) }

// An editDir is what changes below one directory.
type editDir struct {
	dirs  map[string]*editDir
	files map[string]fileEdit
}

// A fileEdit is what a file becomes: new bytes in its mode, or what a stage holds. The zero fileEdit
// deletes it.
type fileEdit struct {
	data  []byte
	stage *Stage
}

func (d *editDir) put(path string, data fileEdit) {
	first, rest, deeper := strings.Cut(path, "/")
	if !deeper {
		if d.files == nil {
			d.files = map[string]fileEdit{}
		}
		d.files[first] = data
		return
	}
	if d.dirs == nil {
		d.dirs = map[string]*editDir{}
	}
	if d.dirs[first] == nil {
		d.dirs[first] = &editDir{}
	}
	d.dirs[first].put(rest, data)
}

// applyEdit writes the trees that an edit changes, deepest first. A directory that becomes empty goes: its
// id is zero.
func (s *Session) applyEdit(tree ID, d *editDir) (ID, error) {
	old, err := s.entries(tree)
	if err != nil {
		return ID{}, err
	}
	byName := make(map[string]object.TreeEntry, len(old)+len(d.files))
	for _, e := range old {
		byName[e.Name] = e
	}
	for name, edit := range d.files { // first: a directory may come in the place of a file
		if edit.stage == nil && edit.data == nil && byName[name].Mode != object.ModeTree {
			delete(byName, name)
		}
	}
	for name, sub := range d.dirs {
		var below ID
		if e := byName[name]; e.Mode == object.ModeTree {
			below = e.ID
		}
		id, err := s.applyEdit(below, sub)
		if err != nil {
			return ID{}, err
		}
		if id.IsZero() {
			delete(byName, name)
			continue
		}
		byName[name] = object.TreeEntry{Name: name, Mode: object.ModeTree, ID: id}
	}
	for name, edit := range d.files {
		if edit.stage != nil {
			byName[name] = object.TreeEntry{Name: name, Mode: object.Mode(edit.stage.Mode), ID: edit.stage.ID}
			continue
		}
		if edit.data == nil {
			continue
		}
		id, err := s.mem.Write(object.KindBlob, edit.data)
		if err != nil {
			return ID{}, err
		}
		mode := object.ModeRegular
		if e, had := byName[name]; had && e.Mode == object.ModeExec {
			mode = object.ModeExec
		}
		byName[name] = object.TreeEntry{Name: name, Mode: mode, ID: id}
	}
	if len(byName) == 0 {
		return ID{}, nil
	}
	entries := make([]object.TreeEntry, 0, len(byName))
	for _, e := range byName {
		entries = append(entries, e)
	}
	sort.Slice(entries, func(i, j int) bool { return object.Compare(entries[i], entries[j]) < 0 })
	return s.writeTree(entries)
}
