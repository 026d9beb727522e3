package merge

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"sort"
	"strconv"
)

// writeDir writes the directory's tree, unless it is the one that a side has.
func (m *merger) writeDir(d *dir) (Version, error) {
	entries := d.whole
	for _, n := range d.nodes {
		if n.result != (Version{}) {
			entries = append(entries, Entry{Name: n.name, Mode: n.result.Mode, ID: n.result.ID})
		}
	}
	if len(entries) == 0 {
		return Version{}, nil
	}
	sort.Slice(entries, func(i, j int) bool { return treeLess(&entries[i], &entries[j]) })
	for side := sideOurs; side <= sideTheirs; side++ {
		// A side's tree may write the same entries in an odd way, which git does not keep.
		if slices.Equal(entries, d.lists[side]) && treeID(entries) == d.trees[side] {
			return Version{Mode: ModeTree, ID: d.trees[side]}, nil
		}
	}
	id, err := m.st.WriteTree(entries)
	if err != nil {
		return Version{}, fmt.Errorf("storing the tree of directory %q: %w", d.path, err)
	}
	return Version{Mode: ModeTree, ID: id}, nil
}

// treeID returns the id of a tree of entries as git writes it.
func treeID(entries []Entry) ID {
	data := make([]byte, 0, 40*len(entries))
	for i := range entries {
		e := &entries[i]
		data = strconv.AppendUint(data, uint64(e.Mode), 8)
		data = append(append(append(data, ' '), e.Name...), 0)
		data = append(data, e.ID[:]...)
	}
	h := sha1.New()
	fmt.Fprintf(h, "tree %d\x00", len(data))
	h.Write(data)
	return ID(h.Sum(nil))
}
