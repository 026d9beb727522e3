package merge

import (
	"bytes"
	"strings"
)

// wildmatch reports whether text matches a pattern of gitattributes(5). In a path pattern "*" and "?"
// stop at slashes and only "**" between slashes goes over them; otherwise a slash is a byte like any.
// The time is bounded by the product of the lengths.
func wildmatch(pattern, text string, path bool) bool {
	g := globber{pattern: pattern, text: text, path: path}
	if strings.Count(pattern, "*") > 1 {
		g.seen = make([]bool, (len(pattern)+1)*(len(text)+1))
	}
	return g.match(0, 0)
}

type globber struct {
	pattern, text string
	path          bool
	seen          []bool // tried after a star without success: by place in pattern and text
}

// match reports whether pattern from p on matches text from t on.
func (g *globber) match(p, t int) bool {
	for ; p < len(g.pattern); p++ {
		c := g.pattern[p]
		if c == '*' {
			return g.star(p, t)
		}
		if t == len(g.text) {
			return false
		}
		switch c {
		case '?':
			if g.path && g.text[t] == '/' {
				return false
			}
		case '[':
			end, ok := g.set(p+1, g.text[t])
			if !ok || g.path && g.text[t] == '/' {
				return false
			}
			p = end
		case '\\':
			if p++; p == len(g.pattern) || g.pattern[p] != g.text[t] {
				return false
			}
		default:
			if c != g.text[t] {
				return false
			}
		}
		t++
	}
	return t == len(g.text)
}

// star matches from the star, or run of stars, at p on.
func (g *globber) star(p, t int) bool {
	end := p
	for end < len(g.pattern) && g.pattern[end] == '*' {
		end++
	}
	slashes := !g.path
	if rest := g.pattern[end:]; g.path && end-p > 1 && (p == 0 || g.pattern[p-1] == '/') {
		if rest == "" || rest[0] == '/' || strings.HasPrefix(rest, `\/`) {
			if rest != "" && rest[0] == '/' && g.try(end+1, t) { // the stars stand for no directory at all
				return true
			}
			slashes = true
		}
	}
	if end == len(g.pattern) {
		return slashes || !strings.Contains(g.text[t:], "/")
	}
	for ; t < len(g.text); t++ {
		if g.try(end, t) {
			return true
		}
		if !slashes && g.text[t] == '/' {
			return false
		}
	}
	return false
}

// try is match, remembering failures.
func (g *globber) try(p, t int) bool {
	at := p*(len(g.text)+1) + t
	if g.seen != nil && g.seen[at] {
		return false
	}
	if g.match(p, t) {
		return true
	}
	if g.seen != nil {
		g.seen[at] = true
	}
	return false
}

// set reports whether c is in the bracketed set whose first byte is at p, and where its "]" stands.
// A set without end, or with an unknown class, holds nothing.
func (g *globber) set(p int, c byte) (end int, ok bool) {
	s := g.pattern
	var in bool
	negated := p < len(s) && (s[p] == '!' || s[p] == '^')
	if negated {
		p++
	}
	var previous byte // 0 where no range can begin
	for first := true; ; first = false {
		if p >= len(s) {
			return 0, false
		}
		if s[p] == ']' && !first {
			return p, in != negated
		}
		b := s[p]
		switch {
		case b == '-' && previous != 0 && p+1 < len(s) && s[p+1] != ']':
			if p++; s[p] == '\\' {
				if p++; p == len(s) {
					return 0, false
				}
			}
			in = in || previous <= c && c <= s[p]
			b = 0
		case b == '\\':
			if p++; p == len(s) {
				return 0, false
			}
			b = s[p]
			in = in || b == c
		case b == '[' && p+1 < len(s) && s[p+1] == ':':
			n := strings.IndexByte(s[p+2:], ']')
			if n < 0 {
				return 0, false
			}
			if n == 0 || s[p+1+n] != ':' { // no ":]": an ordinary byte
				in = in || c == '['
				break
			}
			member, known := classMember(s[p+2:p+1+n], c)
			if !known {
				return 0, false
			}
			in = in || member
			p += n + 2
			b = 0
		default:
			in = in || b == c
		}
		previous = b
		p++
	}
}

// classMember reports whether c is in a class such as "digit", and whether there is such a class.
func classMember(class string, c byte) (member, known bool) {
	lower, upper, digit := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9'
	graph := '!' <= c && c <= '~'
	switch class {
	case "alnum":
		return lower || upper || digit, true
	case "alpha":
		return lower || upper, true
	case "blank":
		return c == ' ' || c == '\t', true
	case "cntrl":
		return c < ' ' || c == 0x7f, true
	case "digit":
		return digit, true
	case "graph":
		return graph, true
	case "lower":
		return lower, true
	case "print":
		return graph || c == ' ', true
	case "punct":
		return graph && !lower && !upper && !digit, true
	case "space":
		return bytes.IndexByte([]byte(" \t\n\v\f\r"), c) >= 0, true
	case "upper":
		return upper, true
	case "xdigit":
		return digit || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F', true
	}
	return false, false
}
