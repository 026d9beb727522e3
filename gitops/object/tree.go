package object

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// IsTree reports whether m is the mode of a directory.
func (m Mode) IsTree() bool { return m&0o170000 == ModeTree }

// Canonical returns the mode that git reads for m: of the permissions only the owner's execute bit
// counts, and what is no file, link or directory is a gitlink.
func (m Mode) Canonical() Mode {
	switch m & 0o170000 {
	case 0o100000:
		return ModeRegular | m&0o100 | m&0o100>>3 | m&0o100>>6
	case ModeSymlink:
		return ModeSymlink
	case ModeTree:
		return ModeTree
	}
	return ModeGitlink
}

// String returns m in octal, as git writes it in a tree: 40000, 100644.
func (m Mode) String() string { return strconv.FormatUint(uint64(m), 8) }

// A TreeError says what is wrong with the bytes of a tree, and where.
type TreeError struct {
	Offset int    // in the bytes of the tree
	Name   string // of the entry; empty when it could not be read
	Reason string
}

// Error says the reason, the entry and the place.
func (e *TreeError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("malformed tree: %s at byte %d", e.Reason, e.Offset)
	}
	return fmt.Sprintf("malformed tree: entry %q: %s at byte %d", e.Name, e.Reason, e.Offset)
}

// ParseTree reads the entries of a tree, in git's order, which it demands. Modes are kept as they
// are, odd ones of old tools too (100664); a name that is empty, holds a slash or appears twice, as
// a file and a directory too, is a *TreeError.
func ParseTree(data []byte) ([]TreeEntry, error) {
	if len(data) == 0 {
		return nil, nil
	}
	names := string(data) // one copy; the names are slices of it
	entries := make([]TreeEntry, 0, len(data)/36+1)
	var order treeOrder
	for at := 0; at < len(data); {
		e, next, reason := treeEntry(data, names, at)
		if reason == "" {
			reason = order.next(e)
		}
		if reason != "" {
			return nil, &TreeError{Offset: at, Name: e.Name, Reason: reason}
		}
		entries = append(entries, e)
		at = next
	}
	return entries, nil
}

// treeEntry reads the entry at byte at and says where the next one starts, or what is wrong.
func treeEntry(data []byte, names string, at int) (e TreeEntry, next int, reason string) {
	digits := 0
	for ; ; at, digits = at+1, digits+1 {
		if at == len(data) {
			return e, 0, "ends within a mode"
		}
		c := data[at]
		if c == ' ' {
			break
		}
		if c < '0' || c > '7' || digits == 8 {
			return e, 0, "mode is not octal"
		}
		e.Mode = e.Mode<<3 | Mode(c-'0')
	}
	if digits == 0 || e.Mode > 0o177777 {
		return e, 0, "mode out of range"
	}
	end := bytes.IndexByte(data[at:], 0)
	if end < 0 {
		return e, 0, "ends within a name"
	}
	e.Name = names[at+1 : at+end]
	at += end + 1
	if at+len(e.ID) > len(data) {
		return e, 0, "ends within an id"
	}
	copy(e.ID[:], data[at:])
	return e, at + len(e.ID), nameProblem(e.Name)
}

func nameProblem(name string) string {
	switch {
	case name == "":
		return "empty name"
	case strings.IndexByte(name, '/') >= 0:
		return "slash in the name"
	case strings.IndexByte(name, 0) >= 0:
		return "NUL in the name"
	}
	return ""
}

// A treeOrder checks that entries come in git's order, each name once.
type treeOrder struct {
	last  TreeEntry
	any   bool
	files []string // earlier names, each a prefix of the next, that a directory may still repeat
}

func (o *treeOrder) next(e TreeEntry) (reason string) {
	if o.any {
		if o.last.Name == e.Name {
			return "name appears twice"
		}
		if Compare(o.last, e) >= 0 {
			return "not in git's order"
		}
	}
	for n := len(o.files); n > 0 && !strings.HasPrefix(e.Name, o.files[n-1]); n-- {
		o.files = o.files[:n-1]
	}
	if e.Mode.IsTree() {
		if n := len(o.files); n > 0 && o.files[n-1] == e.Name {
			return "name appears twice"
		}
	} else {
		o.files = append(o.files, e.Name)
	}
	o.last, o.any = e, true
	return ""
}

// Compare orders entries as git does: by name, a directory as if its name ended in a slash.
func Compare(a, b TreeEntry) int {
	return CompareNames(a.Name, a.Mode.IsTree(), b.Name, b.Mode.IsTree())
}

// CompareNames is Compare for names alone, each with whether it is a directory.
func CompareNames(a string, aTree bool, b string, bTree bool) int {
	n := min(len(a), len(b))
	if c := strings.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	return int(after(a, n, aTree)) - int(after(b, n, bTree))
}

func after(name string, n int, tree bool) byte {
	if n < len(name) {
		return name[n]
	}
	if tree {
		return '/'
	}
	return 0
}

// EncodeTree returns the bytes of a tree of entries, which must be in git's order with each name
// once: else a *TreeError whose Offset is where the entry would stand.
func EncodeTree(entries []TreeEntry) ([]byte, error) {
	size := 0
	for _, e := range entries {
		size += len(e.Name) + 28
	}
	data := make([]byte, 0, size)
	var order treeOrder
	for _, e := range entries {
		reason := nameProblem(e.Name)
		if reason == "" && e.Mode > 0o177777 {
			reason = "mode out of range"
		}
		if reason == "" {
			reason = order.next(e)
		}
		if reason != "" {
			return nil, &TreeError{Offset: len(data), Name: e.Name, Reason: reason}
		}
		data = strconv.AppendUint(data, uint64(e.Mode), 8)
		data = append(data, ' ')
		data = append(data, e.Name...)
		data = append(data, 0)
		data = append(data, e.ID[:]...)
	}
	return data, nil
}
