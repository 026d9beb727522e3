package gitconfig

import "strings"

// A glob is a pattern in git's path syntax: "*" and "?" stop at a slash, "**" as a whole component
// does not, classes in brackets, "\" before a byte takes it literally.
//
// It runs as a set of states, so its cost is bounded by pattern length times text length.
type glob struct {
	tokens  []token
	invalid bool // a class without end or with an unknown name: matches nothing
	fold    bool // letters match in either case
}

type tokenKind uint8

const (
	literal    tokenKind = iota
	anyByte              // one byte but a slash
	class                // one byte of set, never a slash
	star                 // any number of bytes but slashes
	everything           // any number of bytes
	skipTwo              // nothing, or what the next two tokens match
)

type token struct {
	kind tokenKind
	c    byte
	set  *[256]bool
}

// compileGlob never fails: a pattern git gives up on matches nothing.
func compileGlob(pattern string, fold bool) glob {
	g := glob{fold: fold}
	for i := 0; i < len(pattern) && !g.invalid; {
		c := pattern[i]
		switch c {
		case '*':
			i = g.stars(pattern, i)
			continue
		case '?':
			g.tokens = append(g.tokens, token{kind: anyByte})
		case '[':
			i = g.class(pattern, i+1)
			continue
		case '\\':
			i++
			if i == len(pattern) {
				g.invalid = true
				continue
			}
			c = pattern[i]
			fallthrough
		default:
			g.tokens = append(g.tokens, token{kind: literal, c: c})
		}
		i++
	}
	return g
}

// stars compiles the run of stars at i and returns the index behind it.
func (g *glob) stars(pattern string, i int) int {
	end := i
	for end < len(pattern) && pattern[end] == '*' {
		end++
	}
	rest := pattern[end:]
	whole := (i == 0 || pattern[i-1] == '/') && (rest == "" || rest[0] == '/' || strings.HasPrefix(rest, `\/`))
	switch {
	case end-i == 1 || !whole:
		g.tokens = append(g.tokens, token{kind: star})
	case strings.HasPrefix(rest, "/"):
		g.tokens = append(g.tokens, token{kind: skipTwo}, token{kind: everything}, token{kind: literal, c: '/'})
		end++
	default:
		g.tokens = append(g.tokens, token{kind: everything})
	}
	return end
}

// class compiles the class whose content starts at i and returns the index behind its "]".
func (g *glob) class(pattern string, i int) int {
	set, negated := new([256]bool), false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		negated = true
		i++
	}
	for first := true; ; first = false {
		if i >= len(pattern) {
			g.invalid = true
			return i
		}
		if pattern[i] == ']' && !first {
			break
		}
		next, ok := classItem(set, pattern, i)
		if !ok {
			g.invalid = true
			return len(pattern)
		}
		i = next
	}
	if g.fold {
		for c := byte('a'); c <= 'z'; c++ {
			either := set[c] || set[c-'a'+'A']
			set[c], set[c-'a'+'A'] = either, either
		}
	}
	for c := range set {
		set[c] = set[c] != negated
	}
	set['/'] = false
	g.tokens = append(g.tokens, token{kind: class, set: set})
	return i + 1
}

// classItem adds the byte, range or named class at i to set.
func classItem(set *[256]bool, pattern string, i int) (next int, ok bool) {
	if strings.HasPrefix(pattern[i:], "[:") {
		end := strings.IndexByte(pattern[i+2:], ']')
		if end < 0 {
			return i, false
		}
		if name, named := strings.CutSuffix(pattern[i+2:i+2+end], ":"); named {
			return i + 2 + end + 1, addNamed(set, name)
		}
	}
	low, i, ok := classByte(pattern, i)
	if !ok {
		return i, false
	}
	set[low] = true // also where the range is empty
	if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
		high, next, ok := classByte(pattern, i+1)
		if !ok {
			return i, false
		}
		for c := int(low); c <= int(high); c++ {
			set[c] = true
		}
		return next, true
	}
	return i, true
}

func classByte(pattern string, i int) (c byte, next int, ok bool) {
	if pattern[i] == '\\' {
		i++
	}
	if i >= len(pattern) {
		return 0, i, false
	}
	return pattern[i], i + 1, true
}

func addNamed(set *[256]bool, name string) bool {
	in := func(lo, hi byte) func(byte) bool { return func(c byte) bool { return lo <= c && c <= hi } }
	lowerCase, upper, digit, graph := in('a', 'z'), in('A', 'Z'), in('0', '9'), in('!', '~')
	alpha := func(c byte) bool { return lowerCase(c) || upper(c) }
	alnum := func(c byte) bool { return alpha(c) || digit(c) }
	member, ok := map[string]func(byte) bool{
		"alpha": alpha, "alnum": alnum, "digit": digit, "lower": lowerCase, "upper": upper, "graph": graph,
		"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
		"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
		"print":  in(' ', '~'),
		"punct":  func(c byte) bool { return graph(c) && !alnum(c) },
		"space":  func(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' },
		"xdigit": func(c byte) bool { return digit(c) || in('a', 'f')(c) || in('A', 'F')(c) },
	}[name]
	for c := 0; ok && c < 256; c++ {
		if member(byte(c)) {
			set[c] = true
		}
	}
	return ok
}

// match reports whether the whole of text matches.
func (g glob) match(text string) bool {
	if g.invalid {
		return false
	}
	now, next := make([]bool, len(g.tokens)+1), make([]bool, len(g.tokens)+1)
	g.enter(now, 0)
	for i := range len(text) {
		clear(next)
		alive := false
		for state, token := range g.tokens {
			if now[state] && g.step(token, text[i]) {
				alive = true
				if token.kind == star || token.kind == everything {
					g.enter(next, state)
				} else {
					g.enter(next, state+1)
				}
			}
		}
		if !alive {
			return false
		}
		now, next = next, now
	}
	return now[len(g.tokens)]
}

// enter adds state to set, and what it reaches without reading.
func (g glob) enter(set []bool, state int) {
	for !set[state] {
		set[state] = true
		if state == len(g.tokens) {
			return
		}
		switch g.tokens[state].kind {
		case skipTwo:
			g.enter(set, state+3)
			state++
		case star, everything:
			state++
		default:
			return
		}
	}
}

func (g glob) step(t token, c byte) bool {
	switch t.kind {
	case literal:
		return t.c == c || g.fold && lower(int(t.c)) == lower(int(c))
	case anyByte, star:
		return c != '/'
	case class:
		return t.set[c]
	case everything:
		return true
	}
	return false
}
