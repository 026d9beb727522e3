// Package merge merges three trees into one, as git cherry-pick (2.55, default configuration) does.
//
// It sees ids and bytes through a Store and knows neither repositories nor files. A conflict is a
// value of the Result, not an error: an error means that an object could not be read or stored, that
// a tree is malformed, or that a limit was hit.
package merge

import "encoding/hex"

// An ID names an object: a SHA-1. The zero value names nothing.
type ID [20]byte

// String returns the 40 hexadecimal digits of id.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// A Mode is the mode of a tree entry as git stores it.
type Mode uint32

// The modes a merge distinguishes.
const (
	ModeTree    Mode = 0o040000
	ModeRegular Mode = 0o100644
	ModeExec    Mode = 0o100755
	ModeSymlink Mode = 0o120000
	ModeGitlink Mode = 0o160000
)

// An Entry is one entry of a tree: a single path component, its mode and its object.
type Entry struct {
	Name string
	Mode Mode
	ID   ID
}

// A Version is what a path holds on one side. The zero Version is an absent path.
type Version struct {
	Mode Mode
	ID   ID
}

// A Store holds the objects a merge reads and writes. Its methods are safe for concurrent use;
// what they return is not modified by the merge.
type Store interface {
	// Tree returns the entries of a tree in git's order. A malformed tree is an error.
	Tree(id ID) ([]Entry, error)
	// Blob returns the bytes of a blob.
	Blob(id ID) ([]byte, error)
	// BlobSize returns the size of a blob in bytes, without inflating it where that can be avoided.
	BlobSize(id ID) (int64, error)
	// WriteBlob stores data and returns its id. The Store keeps data.
	WriteBlob(data []byte) (ID, error)
	// WriteTree stores a tree of entries, given in git's order, and returns its id.
	WriteTree(entries []Entry) (ID, error)
}

// Labels name the three sides in conflict markers and in the names of files moved aside.
// git cherry-pick says "HEAD", "<abbrev> (<subject>)" and "parent of <abbrev> (<subject>)".
type Labels struct{ Base, Ours, Theirs string }

// A Style is how a text conflict is shown. It never decides whether there is one.
type Style int

// The styles of merge.conflictStyle.
const (
	StyleMerge Style = iota
	StyleDiff3
	StyleZdiff3
)

// Options steer Trees. The zero value merges without attributes and with empty labels.
type Options struct {
	Labels     Labels
	Style      Style
	Attributes AttributeSource
	Spans      *SpanCache // kept from merge to merge; nil keeps nothing
}

// An AttributeSource says where gitattributes are read from, as git cherry-pick reads them when the
// target branch is checked out: the .gitattributes files of Tree, then Info ($GIT_DIR/info/attributes)
// over them, and Global (core.attributesFile) and System below them. The zero value has no attributes.
type AttributeSource struct {
	Tree         ID
	Info         []byte
	Global       []byte
	System       []byte
	MergeDefault string          // config merge.default
	Drivers      map[string]bool // names for which merge.<name>.driver is configured
	Renormalize  bool            // config merge.renormalize
}

// A Kind is a kind of conflict, in git's words ("content", "modify/delete", "rename/rename", …).
type Kind string

// A Conflict is one thing the merge could not settle. Paths are those git reports for it, the first
// being the one the conflict is named after. Message is git's line for it, without the newline.
type Conflict struct {
	Kind    Kind
	Paths   []string
	Message string
}

// An Unmerged is a path that git's index would hold unmerged, with its stages; a zero Version is a
// stage that is not there.
type Unmerged struct {
	Path               string
	Base, Ours, Theirs Version
}

// A Rename is a rename that was followed on one side.
type Rename struct {
	From, To string
	Ours     bool // on our side; else on theirs
	Score    int  // similarity, 0 to 100
}

// Facts tell what decided the merge, for the report; nothing of it steers anything.
type Facts struct {
	Renames []Rename
	// RenameLimit is the limit that would have been needed where inexact rename detection was
	// skipped for its size; 0 when nothing was skipped.
	RenameLimit int
	// Attributes lists, sorted, each attribute that was used: "path: merge=union".
	Attributes []string
}

// A Result is what a merge made. Tree is always whole: with conflicts it holds the files with
// markers, as git would leave them. It is clean when Conflicts is empty.
type Result struct {
	Tree      ID
	Conflicts []Conflict    // in git's order: by path
	Unmerged  []Unmerged    // sorted by path
	Hunks     map[ID][]Hunk // where the files with markers hold them, by blob
	Facts     Facts
}

// Clean reports whether nothing is left to settle.
func (r Result) Clean() bool { return len(r.Conflicts) == 0 && len(r.Unmerged) == 0 }
