package object

import (
	"bytes"
	"encoding/hex"
	"math"
)

// A CommitHeader is what a walk over history needs of a commit.
type CommitHeader struct {
	Tree    ID
	Parents []ID
	Time    int64 // of the committer, in seconds since 1970; 0 when it cannot be read, as for git
}

// ParseCommitHeader reads the tree, the parents and the committer's time without looking at the
// message. It copies nothing of data. Ids in upper case are read, as git reads them.
func ParseCommitHeader(data []byte) (CommitHeader, error) {
	var h CommitHeader
	rest := data
	fail := func(reason string) (CommitHeader, error) {
		return CommitHeader{}, &CommitError{Offset: len(data) - len(rest), Reason: reason}
	}
	if !walkID(&h.Tree, &rest, "tree ") {
		return fail("want a tree line with an id")
	}
	if n := countParents(rest); n > 0 {
		h.Parents = make([]ID, n)
	}
	for i := range h.Parents {
		if !walkID(&h.Parents[i], &rest, "parent ") {
			return fail("want a parent line with an id")
		}
	}
	h.Time = committerTime(rest)
	return h, nil
}

func countParents(data []byte) int {
	n := 0
	for bytes.HasPrefix(data, []byte("parent ")) {
		n++
		data = data[min(len(data), len("parent ")+41):]
	}
	return n
}

func walkID(id *ID, rest *[]byte, key string) bool {
	data, n := *rest, len(key)
	if len(data) < n+41 || string(data[:n]) != key || data[n+40] != '\n' {
		return false
	}
	if !decodeLower(id, data[n:n+40]) {
		if _, err := hex.Decode(id[:], data[n:n+40]); err != nil {
			return false
		}
	}
	*rest = data[n+41:]
	return true
}

// committerTime reads the time of the committer line that follows the author's.
func committerTime(data []byte) int64 {
	if !bytes.HasPrefix(data, []byte("author ")) {
		return 0
	}
	end := bytes.IndexByte(data, '\n')
	if end < 0 || !bytes.HasPrefix(data[end+1:], []byte("committer ")) {
		return 0
	}
	line := data[end+1:]
	if end = bytes.IndexByte(line, '\n'); end < 0 {
		return 0
	}
	line = line[:end]
	line = bytes.TrimLeft(line[bytes.LastIndexByte(line, '>')+1:], " \t")
	var t int64
	for _, c := range line {
		if c < '0' || c > '9' {
			break
		}
		if t > (math.MaxInt64-9)/10 {
			return 0
		}
		t = t*10 + int64(c-'0')
	}
	return t
}
