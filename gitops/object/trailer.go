package object

import (
	"bytes"
	"strings"
)

// What git itself writes at the end of messages.
const (
	signoffPrefix = "Signed-off-by: "
	originPrefix  = "(cherry picked from commit "
)

// TrailerRules are what git's configuration says about trailers. The zero value is git's default.
type TrailerRules struct {
	Separators string   // trailer.separators; empty: a colon
	Keys       []string // for each trailer.<name>.*: the name, and its key if it has one
	Comment    string   // core.commentString or core.commentChar; empty: "#"
}

func (r TrailerRules) comment() []byte {
	if r.Comment == "" {
		return []byte("#")
	}
	return []byte(r.Comment)
}

// separator returns where the separator of a trailer stands in line, or -1 when it is no trailer.
func (r TrailerRules) separator(line []byte) int {
	separators := r.Separators
	if separators == "" {
		separators = ":"
	}
	spaced := false
	for i, c := range line {
		switch {
		case strings.IndexByte(separators, c) >= 0:
			if i == 0 {
				return -1
			}
			return i
		case !spaced && (c == '-' || c >= '0' && c <= '9' || lower(c) >= 'a' && lower(c) <= 'z'):
		case i > 0 && (c == ' ' || c == '\t'):
			spaced = true
		default:
			return -1
		}
	}
	return -1
}

// configured reports whether the token before a separator is one the configuration knows.
func (r TrailerRules) configured(token []byte) bool {
	token = bytes.TrimRight(token, space)
	for _, key := range r.Keys {
		if len(token) <= len(key) && equalFold(key[:len(token)], string(token)) {
			return true
		}
	}
	return false
}

func generated(line []byte) bool {
	return bytes.HasPrefix(line, []byte(signoffPrefix)) || bytes.HasPrefix(line, []byte(originPrefix))
}

// trailerBlock returns where the trailers of message start and end; the two are equal when there are
// none. It is the last paragraph, never the first: all of it trailers, or a quarter of it with at
// least one line that git wrote or the configuration knows. Comments do not count, nor do
// comments, blank lines and an old list of conflicts after it.
func trailerBlock(message []byte, r TrailerRules) (start, end int) {
	end = len(message) - ignoredTail(message, r)
	title := titleEnd(message[:end], r)
	var trailers, others, continued int
	known, any := false, false
	for at := end; at > title; {
		begin := bytes.LastIndexByte(message[:at-1], '\n') + 1
		line := message[begin:at]
		at = begin
		if bytes.HasPrefix(line, r.comment()) {
			others, continued = others+continued, 0
			continue
		}
		if isBlank(line) {
			if !any {
				continue
			}
			others += continued
			if (known && trailers*3 >= others) || (trailers > 0 && others == 0) {
				return begin + len(line), end
			}
			return end, end
		}
		any = true
		sep := r.separator(line)
		switch {
		case generated(line):
			trailers, continued, known = trailers+1, 0, true
		case sep > 0:
			trailers, continued = trailers+1, 0
			known = known || r.configured(line[:sep])
		case bytes.IndexByte([]byte(space), line[0]) >= 0:
			continued++
		default:
			others, continued = others+1+continued, 0
		}
	}
	return end, end
}

// titleEnd returns where the first paragraph ends.
func titleEnd(message []byte, r TrailerRules) int {
	rest := message
	for len(rest) > 0 {
		line, after := firstLine(rest)
		if !bytes.HasPrefix(line, r.comment()) && isBlank(line) {
			break
		}
		rest = after
	}
	return len(message) - len(rest)
}

const scissors = " ------------------------ >8 ------------------------\n"

// ignoredTail returns how many bytes at the end of message are comments, blank lines or the list of
// conflicts that git used to leave; everything from a scissors line on is ignored too.
func ignoredTail(message []byte, r TrailerRules) int {
	whole := len(message)
	cut := append(bytes.Clone(r.comment()), scissors...)
	if bytes.HasPrefix(message, cut) {
		message = nil
	} else if n := bytes.Index(message, append([]byte{'\n'}, cut...)); n >= 0 {
		message = message[:n+1]
	}
	tail, conflicts := 0, false // a tail that starts the message is none, and does not end the conflicts
	for at := 0; at < len(message); {
		line, _ := firstLine(message[at:])
		switch {
		case bytes.HasPrefix(line, r.comment()) || line[0] == '\n':
			if tail == 0 {
				tail = at
			}
		case bytes.HasPrefix(line, []byte("Conflicts:\n")):
			conflicts = true
			if tail == 0 {
				tail = at
			}
		case conflicts && line[0] == '\t':
		case tail != 0:
			tail, conflicts = 0, false
		}
		at += len(line)
	}
	if tail == 0 {
		tail = len(message)
	}
	return whole - tail
}

// lastTrailer returns the last line of a block of trailers, with what continues it.
func lastTrailer(block []byte, r TrailerRules) []byte {
	start, trailer := 0, false
	for at := 0; at < len(block); {
		line, _ := firstLine(block[at:])
		if !trailer || bytes.IndexByte([]byte(space), line[0]) < 0 {
			start, trailer = at, r.separator(line) > 0
		}
		at += len(line)
	}
	return block[start:]
}
