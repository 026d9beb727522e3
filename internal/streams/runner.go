package streams

import (
	"io"
	"strings"
)

// runners are the variables by which a CI runner says that it reads what a step prints, and takes some
// lines of it as commands.
func runners() []string {
	return []string{"GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"}
}

// onRunner reports whether the output is read by a CI runner.
func onRunner(getenv func(string) string) bool {
	for _, key := range runners() {
		if v := getenv(key); v != "" && v != "false" {
			return true
		}
	}
	return false
}

// A Guard is the writer of everything that is printed for a CI runner. No line that goes through Write
// is a command there: not "::name ::text" after blanks, and not "##[name]text", "##vso[…]" or
// "##teamcity[…]" anywhere in a line. What would be one is printed with a visible escape, \u{3a} for the
// colon and \u{5b} for the bracket. Commands are written by Command alone.
type Guard struct {
	w    io.Writer
	line lineState
}

// A lineState is what a Guard knows of the line it is in.
type lineState struct {
	inside bool // something other than blanks and controls was printed
	colon  bool // one colon was printed after the blanks
	hashes int  // how many "#" were printed last, 2 at most
	name   bool // "##" and letters were printed last
	escape bool // in a colour sequence
}

// NewGuard returns a Guard over w.
func NewGuard(w io.Writer) *Guard { return &Guard{w: w} }

// Write writes p, and returns how much of p it took.
func (g *Guard) Write(p []byte) (int, error) {
	var b strings.Builder
	for _, c := range p {
		b.WriteString(g.line.next(c))
	}
	if _, err := io.WriteString(g.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// next returns what is printed for the byte c.
func (l *lineState) next(c byte) string {
	if c == '\n' || c == '\r' {
		*l = lineState{}
		return string(rune(c))
	}
	if l.escape { // the runner may or may not leave colours out before it looks
		l.escape = c != 'm' && (c == '[' || c == ';' || c >= '0' && c <= '9')
		return string([]byte{c})
	}
	if c == 0x1b {
		l.escape = true
		return string([]byte{c})
	}
	out := string([]byte{c})
	switch {
	case c == '[' && (l.hashes == 2 || l.name):
		out = `\u{5b}`
	case c == ':' && !l.inside && l.colon:
		out, l.inside = `\u{3a}`, true
	case c == ':' && !l.inside:
		l.colon = true
	case c > ' ' && c < 0x7f, l.colon: // ": :" is no command
		l.inside = true
	}
	letter := c|0x20 >= 'a' && c|0x20 <= 'z'
	l.name = letter && (l.hashes == 2 || l.name)
	if c == '#' {
		l.hashes = min(l.hashes+1, 2)
	} else {
		l.hashes = 0
	}
	return out
}

// Command writes a workflow command: "::name key=value,…::text". Properties come in pairs.
func (g *Guard) Command(name, text string, properties ...string) error {
	var b strings.Builder
	if g.line != (lineState{}) {
		b.WriteString("\n")
	}
	b.WriteString("::" + name)
	for i := 0; i+1 < len(properties); i += 2 {
		sep := ","
		if i == 0 {
			sep = " "
		}
		b.WriteString(sep + properties[i] + "=" + commandText(properties[i+1], ":", "%3A", ",", "%2C"))
	}
	b.WriteString("::" + commandText(text) + "\n")
	_, err := io.WriteString(g.w, b.String())
	g.line = lineState{}
	return err
}

// commandText escapes text for a workflow command, which ends at the end of the line. No other command
// may be found in it either.
func commandText(s string, more ...string) string {
	var inner strings.Builder
	state := lineState{inside: true}
	for _, c := range []byte(Clean(s)) {
		inner.WriteString(state.next(c))
	}
	pairs := append([]string{"%", "%25", "\r", "%0D", "\n", "%0A"}, more...)
	return strings.NewReplacer(pairs...).Replace(inner.String())
}

// Commands returns the Guard by which workflow commands are written to w.
func Commands(w io.Writer) *Guard {
	if g, is := w.(*Guard); is {
		return g
	}
	return NewGuard(w)
}
