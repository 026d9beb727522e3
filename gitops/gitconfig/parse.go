package gitconfig

import (
	"bytes"
	"strings"
)

// A SyntaxError is a line git cannot read in a configuration file; git stops there too.
type SyntaxError struct {
	File   string
	Line   int // counted from 1, as git counts: an unfinished last line is counted as ended
	Reason string
}

func (e *SyntaxError) Error() string {
	return quotePlace(e.File, e.Line) + ": bad configuration line: " + e.Reason
}

// A variable is one assignment of a file, before its scope is known.
type variable struct {
	key   string
	value string
	bare  bool // written without "=": true as a boolean, an error as a string
	line  int
}

const (
	// maxFile bounds one configuration file; the largest real ones have a few hundred kilobytes.
	maxFile = 64 << 20
)

// parser reads one file byte by byte, in git's way: the end of the file counts as a line end.
type parser struct {
	src  []byte
	pos  int
	line int
	eof  bool
	file string
}

// parseFile calls emit for each variable of src in order, up to the first error, emit's or its own.
func parseFile(src []byte, file string, emit func(variable) error) error {
	p := &parser{src: src, line: 1, file: file}
	if err := p.skipMark(); err != nil {
		return err
	}
	section := ""
	for {
		c := p.next()
		switch {
		case c == '\n' && p.eof:
			return nil
		case isSpace(c):
		case c == '#' || c == ';':
			p.skipLine()
		case c == '[':
			name, err := p.section()
			if err != nil {
				return err
			}
			section = name + "."
		case isAlpha(c):
			v, err := p.variable(section, c)
			if err != nil {
				return err
			}
			if err := emit(v); err != nil {
				return err
			}
		default:
			return p.fail("a section or a variable has to start here")
		}
	}
}

// next returns the next byte, CRLF as one line feed, and a line feed at the end of the file.
func (p *parser) next() int {
	if p.pos >= len(p.src) {
		p.eof = true
		p.line++
		return '\n'
	}
	c := p.src[p.pos]
	p.pos++
	if c == '\r' && p.pos < len(p.src) && p.src[p.pos] == '\n' {
		p.pos++
		c = '\n'
	}
	if c == '\n' {
		p.line++
	}
	return int(c)
}

// skipMark skips a UTF-8 byte order mark; a part of one is an error.
func (p *parser) skipMark() error {
	const mark = "\xef\xbb\xbf"
	if len(p.src) == 0 || p.src[0] != mark[0] {
		return nil
	}
	for i := range len(mark) {
		if p.next() != int(mark[i]) {
			return p.fail("incomplete byte order mark")
		}
	}
	return nil
}

func (p *parser) skipLine() {
	for p.next() != '\n' {
	}
}

func (p *parser) fail(reason string) error {
	return &SyntaxError{File: p.file, Line: p.line, Reason: reason}
}

// failBefore reports the line that the line feed just read has ended.
func (p *parser) failBefore(reason string) error {
	p.line--
	return p.fail(reason)
}

// section reads the rest of a header, "[" being read already.
func (p *parser) section() (string, error) {
	var name strings.Builder
	for {
		c := p.next()
		switch {
		case p.eof:
			return "", p.fail("section header without \"]\"")
		case c == ']' && name.Len() == 0:
			return "", p.fail("section header without a name")
		case c == ']':
			return name.String(), nil
		case isSpace(c):
			return p.subsection(&name, c)
		case isKeyByte(c) || c == '.':
			name.WriteByte(lower(c))
		default:
			return "", p.fail("section names have letters, digits, \"-\" and \".\" only")
		}
	}
}

// subsection reads a quoted subsection and the "]" behind it; c is the space before it.
func (p *parser) subsection(name *strings.Builder, c int) (string, error) {
	for isSpace(c) {
		if c == '\n' {
			return "", p.failBefore("section header without \"]\"")
		}
		c = p.next()
	}
	if c != '"' {
		return "", p.fail("a subsection has to be in double quotes")
	}
	name.WriteByte('.')
	for {
		c = p.next()
		if c == '"' {
			break
		}
		if c == '\\' {
			c = p.next()
		}
		if c == '\n' {
			return "", p.failBefore("subsection without closing quote")
		}
		name.WriteByte(byte(c))
	}
	if p.next() != ']' {
		return "", p.fail("only \"]\" may follow a subsection")
	}
	return name.String(), nil
}

// variable reads an assignment whose first byte is c.
func (p *parser) variable(section string, c int) (variable, error) {
	line, start := p.line, p.pos
	var name strings.Builder
	name.WriteString(section)
	for {
		name.WriteByte(lower(c))
		if c = p.next(); p.eof || !isKeyByte(c) {
			break
		}
	}
	for c == ' ' || c == '\t' {
		c = p.next()
	}
	v := variable{key: cString(name.String()), bare: c == '\n'}
	if !v.bare {
		if c != '=' {
			return v, p.fail("\"=\" has to follow the name of a variable")
		}
		value, err := p.value()
		if err != nil {
			return v, err
		}
		v.value = cString(value)
	}
	v.line = line + bytes.Count(bytes.TrimSuffix(p.src[start:p.pos], []byte("\n")), []byte("\n"))
	return v, nil
}

// value reads what follows "=", up to and with the line end.
func (p *parser) value() (string, error) {
	var out []byte
	quoted, trim := false, 0 // trim: length before the blanks now at the end, 0 without any
	for {
		c := p.next()
		switch {
		case c == '\n':
			if quoted {
				return "", p.failBefore("value without closing quote")
			}
			if trim > 0 {
				out = out[:trim]
			}
			return string(out), nil
		case quoted:
		case isSpace(c):
			if trim == 0 {
				trim = len(out)
			}
			if len(out) > 0 {
				out = append(out, byte(c))
			}
			continue
		case c == ';' || c == '#':
			p.skipLine()
			if trim > 0 {
				out = out[:trim]
			}
			return string(out), nil
		}
		trim = 0
		switch c {
		case '"':
			quoted = !quoted
		case '\\':
			var err error
			if out, err = p.escape(out); err != nil {
				return "", err
			}
		default:
			out = append(out, byte(c))
		}
	}
}

// escape appends what the byte after a backslash stands for; before a line end that is nothing.
func (p *parser) escape(out []byte) ([]byte, error) {
	switch c := p.next(); c {
	case '\n':
		return out, nil
	case 't':
		return append(out, '\t'), nil
	case 'b':
		return append(out, '\b'), nil
	case 'n':
		return append(out, '\n'), nil
	case '\\', '"':
		return append(out, byte(c)), nil
	}
	return nil, p.fail("unknown escape; \\t, \\b, \\n, \\\\ and \\\" are known")
}

// cString cuts s at its first NUL, as git does with names and values.
func cString(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}

func isSpace(c int) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isAlpha(c int) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isKeyByte(c int) bool { return isAlpha(c) || '0' <= c && c <= '9' || c == '-' }

func lower(c int) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return byte(c)
}
