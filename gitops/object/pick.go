package object

import (
	"bytes"
	"errors"
	"fmt"
)

// PickOptions say what cherry-pick adds to a message. The zero value adds nothing: the message stays as
// it is from its first line that is not blank.
type PickOptions struct {
	Notes    []string // trailers of our own, "Key: value", put before the line of -x
	Origin   ID       // the source's id: adds the line "(cherry picked from commit …)", as -x; zero: none
	Signoff  string   // "Name <email>": adds a Signed-off-by line, as -s; empty: none
	Trailers TrailerRules
}

// PickCommit returns the commit that git cherry-pick makes of source: on parents, with tree, the author
// line byte for byte, the committer line given, and the message as git writes it. No other header is
// copied: the encoding header goes, what it was for is UTF-8 now. An author line that could be read as
// something else, or a NUL, is a *FsckError.
func PickCommit(source *Commit, tree ID, parents []ID, committer string, o PickOptions) (*Commit, error) {
	text, err := recoded(source)
	if err != nil {
		return nil, err
	}
	if text.Author == nil {
		return nil, &FsckError{Rule: "missingAuthor", Detail: "the source has no author line"}
	}
	message, err := pickMessage(text, o)
	if err != nil {
		return nil, err
	}
	c := &Commit{
		Tree: tree, Parents: parents, Author: fixUTF8(text.Author),
		Committer: fixUTF8([]byte(committer)), Message: fixUTF8(message),
	}
	if err := CheckPicked(c.Encode()); err != nil {
		return nil, fmt.Errorf("commit to be made: %w", err)
	}
	return c, nil
}

// pickMessage returns the message that git cherry-pick makes of source's, which is in UTF-8.
func pickMessage(source *Commit, o PickOptions) ([]byte, error) {
	message := bytes.Clone(skipBlank(source.Message))
	if bytes.IndexByte(message, 0) >= 0 {
		return nil, &FsckError{Rule: "nulInCommit", Detail: "NUL in the message of the source"}
	}
	if bytes.ContainsAny([]byte(o.Signoff), "\n\x00") {
		return nil, errors.New("sign-off: control character in the identity")
	}
	if o.Origin.IsZero() && o.Signoff == "" && len(o.Notes) == 0 {
		return message, nil
	}
	for _, note := range o.Notes {
		if bytes.ContainsAny([]byte(note), "\n\x00") {
			return nil, fmt.Errorf("note %q: control character", note)
		}
		message = addTrailer(message, note, o.Trailers)
	}
	if !o.Origin.IsZero() {
		message = addTrailer(message, originPrefix+o.Origin.String()+")", o.Trailers)
	}
	if o.Signoff != "" {
		message = signOff(message, o)
	}
	return Cleanup(message), nil
}

// AddTrailer adds a line to the block of trailers of a message, or begins one; a line that is there is not
// added again.
func AddTrailer(message []byte, line string, r TrailerRules) []byte {
	message = completeLine(bytes.Clone(message))
	if start, end := trailerBlock(message, r); bytes.Contains(message[start:end], []byte(line+"\n")) {
		return message
	}
	return addTrailer(message, line, r)
}

// addTrailer adds a line to the block of trailers, or begins one.
func addTrailer(message []byte, line string, r TrailerRules) []byte {
	message = completeLine(message)
	if start, end := trailerBlock(message, r); start == end {
		message = append(message, '\n')
	}
	return append(append(message, line...), '\n')
}

// signOff adds the line of -s. Only where the last trailer is the same line is it left out.
func signOff(message []byte, o PickOptions) []byte {
	line := []byte(signoffPrefix + o.Signoff + "\n")
	message = completeLine(message)
	if bytes.Equal(message, line) {
		return message
	}
	start, end := trailerBlock(message, o.Trailers)
	if start == end {
		switch n := len(message); {
		case n == 0:
			message = append(message, "\n\n"...)
		case n == 1 || message[n-2] != '\n':
			message = append(message, '\n')
		}
		return append(message, line...)
	}
	if bytes.HasPrefix(lastTrailer(message[start:end], o.Trailers), line) {
		return message
	}
	return append(message, line...)
}

// completeLine ends the last line of message, if there is one.
func completeLine(message []byte) []byte {
	if n := len(message); n > 0 && message[n-1] != '\n' {
		return append(message, '\n')
	}
	return message
}

// skipBlank drops the blank lines at the front.
func skipBlank(message []byte) []byte {
	for len(message) > 0 {
		line, rest := firstLine(message)
		if !isBlank(line) {
			break
		}
		message = rest
	}
	return message
}

// firstLine splits off the first line, its newline included.
func firstLine(b []byte) (line, rest []byte) {
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 {
		n = len(b)
	}
	return b[:n], b[n:]
}

const space = " \t\r\n" // what git takes for white space

func isBlank(line []byte) bool { return len(bytes.TrimLeft(line, space)) == 0 }

// Cleanup does what git's cleanup mode "whitespace" does: no white space at the end of lines, no blank
// lines at either end, never two together, and a newline at the end unless nothing is left.
func Cleanup(message []byte) []byte {
	out := make([]byte, 0, len(message)+1)
	blank := false
	for len(message) > 0 {
		var line []byte
		line, message = firstLine(message)
		line = bytes.TrimRight(line, space)
		if len(line) == 0 {
			blank = len(out) > 0
			continue
		}
		if blank {
			out = append(out, '\n')
		}
		blank = false
		out = append(append(out, line...), '\n')
	}
	return out
}
