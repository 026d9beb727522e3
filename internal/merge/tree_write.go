package merge

import (
	"fmt"
	"slices"
	"sort"
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
		if d.raw&(1<<side) == 0 && !d.trees[side].IsZero() && slices.Equal(entries, d.lists[side]) {
			return Version{Mode: ModeTree, ID: d.trees[side]}, nil
		}
	}
	id, err := m.st.WriteTree(entries)
	if err != nil {
		return Version{}, fmt.Errorf("storing the tree of directory %q: %w", d.path, err)
	}
	return Version{Mode: ModeTree, ID: id}, nil
}
