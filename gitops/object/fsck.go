package object

import "fmt"

// EmptyTree is the id of the tree without entries, which git knows without storing it.
var EmptyTree = ID{
	0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60,
	0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04,
}

// A FsckError says why an object must not be stored: what git fsck --strict refuses, and more.
type FsckError struct {
	Rule   string // the message id of git fsck, "hasDotgit"; where git has none, one in its manner
	Name   string // of the tree entry, if it is about one
	Detail string
}

// Error says the rule and what broke it.
func (e *FsckError) Error() string {
	if e.Name != "" {
		return fmt.Sprintf("refused by fsck rule %s: entry %q: %s", e.Rule, e.Name, e.Detail)
	}
	return fmt.Sprintf("refused by fsck rule %s: %s", e.Rule, e.Detail)
}

// Check is what every object must pass before it is stored: CheckTree for a tree, CheckPicked for a
// commit. Blobs and tags pass.
func Check(kind Kind, data []byte) error {
	switch kind {
	case KindTree:
		entries, err := ParseTree(data)
		if err != nil {
			return &FsckError{Rule: "badTree", Detail: err.Error()}
		}
		return CheckTree(entries)
	case KindCommit:
		return CheckPicked(data)
	case KindBlob, KindTag:
	}
	return nil
}
