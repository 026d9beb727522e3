package object

import (
	"bytes"
	"fmt"
)

// A Commit is a commit with everything kept as it was written, so that Encode gives the same bytes.
type Commit struct {
	Tree      ID
	Parents   []ID
	Author    []byte   // the line after "author ", without its newline; nil when there is none
	Committer []byte   // the line after "committer "; nil when it does not follow the author's
	Extra     []Header // the other headers, in order: encoding, gpgsig, mergetag, any
	Message   []byte   // after the blank line; nil when there is no blank line
}

// A Header is a header of a commit. Value is as it was written, continuation lines with their
// leading space included; nil for a line without a space.
type Header struct {
	Key   string
	Value []byte
}

// A CommitError says what is wrong with the bytes of a commit, and where.
type CommitError struct {
	Offset int
	Reason string
}

// Error says the reason and the place.
func (e *CommitError) Error() string {
	return fmt.Sprintf("malformed commit: %s at byte %d", e.Reason, e.Offset)
}

// ParseCommit reads a commit as tolerantly as git does where git reads: only the tree line must be
// there; what Encode could not give back byte for byte is a *CommitError. The result shares data.
func ParseCommit(data []byte) (*Commit, error) {
	c := &Commit{}
	rest := data
	fail := func(reason string) (*Commit, error) {
		return nil, &CommitError{Offset: len(data) - len(rest), Reason: reason}
	}
	var ok bool
	if c.Tree, rest, ok = idLine(rest, "tree "); !ok {
		return fail("want a tree line with a lower-case id")
	}
	for bytes.HasPrefix(rest, []byte("parent ")) {
		var id ID
		if id, rest, ok = idLine(rest, "parent "); !ok {
			return fail("want a parent line with a lower-case id")
		}
		c.Parents = append(c.Parents, id)
	}
	c.Author, rest = identLine(rest, "author ")
	if c.Author != nil {
		c.Committer, rest = identLine(rest, "committer ")
	}
	for len(rest) > 0 && rest[0] != '\n' {
		end := headerEnd(rest)
		if end < 0 {
			return fail("header without an end")
		}
		h := Header{}
		if line, value, found := bytes.Cut(rest[:end], []byte(" ")); found {
			h = Header{Key: string(line), Value: value}
		} else {
			h.Key = string(line)
		}
		c.Extra = append(c.Extra, h)
		rest = rest[end+1:]
	}
	if len(rest) > 0 {
		c.Message = rest[1:]
	}
	return c, nil
}

// headerEnd returns where the header that starts line ends: the newline that no space follows.
func headerEnd(rest []byte) int {
	for at := 0; ; {
		n := bytes.IndexByte(rest[at:], '\n')
		if n < 0 {
			return -1
		}
		at += n + 1
		if at == len(rest) || rest[at] != ' ' {
			return at - 1
		}
	}
}

func idLine(data []byte, key string) (id ID, rest []byte, ok bool) {
	n := len(key)
	if len(data) < n+41 || string(data[:n]) != key || data[n+40] != '\n' {
		return id, data, false
	}
	if !decodeLower(&id, data[n:n+40]) {
		return ID{}, data, false
	}
	return id, data[n+41:], true
}

// decodeLower reads 40 lower-case hexadecimal digits.
func decodeLower(id *ID, digits []byte) bool {
	for i := range id {
		hi, lo := nibble(digits[2*i]), nibble(digits[2*i+1])
		if hi|lo > 15 {
			return false
		}
		id[i] = hi<<4 | lo
	}
	return true
}

func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// identLine takes a line off data. A line that goes on on the next one is left to the headers.
func identLine(data []byte, key string) (value, rest []byte) {
	if !bytes.HasPrefix(data, []byte(key)) {
		return nil, data
	}
	end := bytes.IndexByte(data, '\n')
	if end < 0 || headerEnd(data) != end {
		return nil, data
	}
	return data[len(key):end:end], data[end+1:]
}

// Encode returns the bytes of the commit.
func (c *Commit) Encode() []byte {
	var b bytes.Buffer
	b.Grow(256 + 48*len(c.Parents) + len(c.Message))
	fmt.Fprintf(&b, "tree %s\n", c.Tree)
	for _, p := range c.Parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	if c.Author != nil {
		fmt.Fprintf(&b, "author %s\n", c.Author)
	}
	if c.Committer != nil {
		fmt.Fprintf(&b, "committer %s\n", c.Committer)
	}
	for _, h := range c.Extra {
		b.WriteString(h.Key)
		if h.Value != nil {
			b.WriteByte(' ')
			b.Write(h.Value)
		}
		b.WriteByte('\n')
	}
	if c.Message != nil {
		b.WriteByte('\n')
		b.Write(c.Message)
	}
	return b.Bytes()
}

// Header returns the first header named key and whether there is one.
func (c *Commit) Header(key string) (value []byte, ok bool) {
	for _, h := range c.Extra {
		if h.Key == key {
			return h.Value, true
		}
	}
	return nil, false
}
