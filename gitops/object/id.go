package object

import (
	"encoding/hex"
	"fmt"
)

// An ID names an object: the SHA-1 of its type, size and bytes. The zero value names nothing.
type ID [20]byte

// ParseID reads a full id: 40 hexadecimal digits of either case.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 2*len(id) {
		return ID{}, fmt.Errorf("object id %q: want 40 hexadecimal digits", s)
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return ID{}, fmt.Errorf("object id %q: want 40 hexadecimal digits", s)
	}
	return id, nil
}

// String returns the 40 lower-case hexadecimal digits of id.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText returns the digits of id, so that JSON shows it as a string.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// A Kind is the type of an object, by its name in git.
type Kind string

// The four kinds of object.
const (
	KindCommit Kind = "commit"
	KindTree   Kind = "tree"
	KindBlob   Kind = "blob"
	KindTag    Kind = "tag"
)

// A Mode is the mode of a tree entry as git stores it, in octal.
type Mode uint32

// The modes git writes.
const (
	ModeTree    Mode = 0o040000
	ModeRegular Mode = 0o100644
	ModeExec    Mode = 0o100755
	ModeSymlink Mode = 0o120000
	ModeGitlink Mode = 0o160000
)

// A TreeEntry is one entry of a tree: a single path component, its mode and its object.
type TreeEntry struct {
	Name string
	Mode Mode
	ID   ID
}
