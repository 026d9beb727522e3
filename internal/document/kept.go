package document

import (
	"crypto/sha256"
	"io/fs"
)

// A keeper is a file system that keeps what was made of its files, for all file systems of its kind:
// the trees of release branches hold the same files again and again. What is kept under a key is what
// the first call for it made; size is what that takes, in bytes, more or less.
type keeper interface {
	Keep(key any, size int, make func() (any, error)) (any, error)
}

// keptTOML is the key of a parsed TOML file: the checksum of its bytes.
type keptTOML [sha256.Size]byte

// TOMLOf is TOML for a file of tree, parsed once for all trees that hold it where tree can keep it.
func TOMLOf(tree fs.FS, data []byte) (*Document, error) {
	k, ok := tree.(keeper)
	if !ok {
		return TOML(data)
	}
	made, err := k.Keep(keptTOML(sha256.Sum256(data)), 8*len(data), func() (any, error) { return TOML(data) })
	if err != nil {
		return nil, err
	}
	return made.(*Document), nil
}

// A sharer is a file system that hands out bytes which it keeps.
type sharer interface {
	Shared(name string) ([]byte, error)
}

// ReadShared is fs.ReadFile for who does not change the bytes: they are not copied where tree shares them.
func ReadShared(tree fs.FS, name string) ([]byte, error) {
	if s, ok := tree.(sharer); ok {
		return s.Shared(name)
	}
	return fs.ReadFile(tree, name)
}
