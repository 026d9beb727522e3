package merge

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A MalformedTreeError reports a tree that no merge can read one way only: entries out of order, a
// name twice, or a name that is not one path component.
type MalformedTreeError struct {
	Tree ID
	Path string // directory of the tree, "" for the root
	Name string // the entry
	What string // what is wrong with it
}

func (e *MalformedTreeError) Error() string {
	return fmt.Sprintf("tree %s of directory %q is malformed: entry %q %s", e.Tree, e.Path, e.Name, e.What)
}

// A TreeLimitError reports a merge that would need more than the engine grants it.
type TreeLimitError struct {
	Path string // where the limit was hit
	What string // the limit, with its value
}

func (e *TreeLimitError) Error() string { return fmt.Sprintf("merging %q: %s", e.Path, e.What) }

const (
	maxDepth   = 2048      // git's default for core.maxTreeDepth
	maxNodes   = 1_000_000 // open paths, about 600 MB of memory
	maxPathSum = 1 << 30   // bytes of all their paths
)

func itoa(i int) string { return strconv.Itoa(i) }

// canonical returns mode as git writes it: only five modes exist.
func canonical(mode Mode) Mode {
	switch mode & 0o170000 {
	case 0o100000:
		if mode&0o100 != 0 {
			return ModeExec
		}
		return ModeRegular
	case ModeSymlink:
		return ModeSymlink
	case ModeTree:
		return ModeTree
	}
	return ModeGitlink
}

// readTree reads a tree, checked and with canonical modes.
func (m *merger) readTree(id ID, path string) ([]Entry, error) {
	if id.IsZero() {
		return nil, nil
	}
	entries, err := m.st.Tree(id)
	if err != nil {
		return nil, fmt.Errorf("reading tree %s of directory %q: %w", id, path, err)
	}
	if i, what := malformed(entries); what != "" {
		return nil, &MalformedTreeError{Tree: id, Path: path, Name: entries[i].Name, What: what}
	}
	odd := func(e Entry) bool { return e.Mode != canonical(e.Mode) }
	if slices.ContainsFunc(entries, odd) {
		entries = slices.Clone(entries)
		for i := range entries {
			entries[i].Mode = canonical(entries[i].Mode)
		}
	}
	return entries, nil
}

// malformed returns the first entry that is wrong, and what is wrong with it.
func malformed(entries []Entry) (int, string) {
	for i := range entries {
		name := entries[i].Name
		if name == "" || strings.IndexByte(name, '/') >= 0 || strings.IndexByte(name, 0) >= 0 {
			return i, "is not a path component"
		}
		if entries[i].ID.IsZero() {
			return i, "names no object"
		}
		if i == 0 {
			continue
		}
		before := entries[i-1].Name
		if name == before {
			return i, "is there twice"
		}
		if !treeLess(&entries[i-1], &entries[i]) {
			return i, "is out of order"
		}
		if !isTree(entries[i-1].Mode) && hidesTree(name, before) && findTree(entries, i, before) >= 0 {
			return i - 1, "is there twice"
		}
	}
	return 0, ""
}

func isTree(mode Mode) bool { return mode&0o170000 == ModeTree }

// treeLess is git's order of tree entries: a directory compares as if its name ended in a slash.
func treeLess(a, b *Entry) bool {
	return compareNames(a.Name, isTree(a.Mode), b.Name, isTree(b.Mode)) < 0
}

func compareNames(a string, aTree bool, b string, bTree bool) int {
	n := min(len(a), len(b))
	if c := strings.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	return int(byteAt(a, n, aTree)) - int(byteAt(b, n, bTree))
}

func byteAt(name string, i int, tree bool) byte {
	if i < len(name) {
		return name[i]
	}
	if tree {
		return '/'
	}
	return 0
}

// hidesTree reports whether a directory called first may come after head in a tree, although first
// is the lesser name.
func hidesTree(head, first string) bool {
	return len(head) > len(first) && head[len(first)] < '/' && head[:len(first)] == first
}

// findTree returns the index of the directory called name at or after start, or -1.
func findTree(entries []Entry, start int, name string) int {
	rest := entries[start:]
	i := sort.Search(len(rest), func(i int) bool {
		return compareNames(rest[i].Name, isTree(rest[i].Mode), name, true) >= 0
	})
	if i < len(rest) && rest[i].Name == name && isTree(rest[i].Mode) {
		return start + i
	}
	return -1
}
