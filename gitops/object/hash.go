package object

import (
	"crypto/sha1"
	"strconv"
)

// Hash returns the id that git gives to an object of this kind with these bytes.
func Hash(kind Kind, data []byte) ID {
	var head [32]byte
	h := sha1.New()
	h.Write(AppendHeader(head[:0], kind, int64(len(data))))
	h.Write(data)
	var id ID
	h.Sum(id[:0])
	return id
}

// AppendHeader appends what precedes the bytes of an object when it is hashed or stored loose: its
// kind, its size in bytes, and a NUL.
func AppendHeader(dst []byte, kind Kind, size int64) []byte {
	dst = append(dst, kind...)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, size, 10)
	return append(dst, 0)
}

// Valid reports whether k is one of the four kinds.
func (k Kind) Valid() bool {
	return k == KindCommit || k == KindTree || k == KindBlob || k == KindTag
}
