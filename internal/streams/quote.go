package streams

import "strings"

// Quote writes an argument so that sh, bash, zsh and fish, typed into or reading a script, take it as
// that argument: unquoted where no character means anything to one of them, else in single quotes.
// Quotes and backslashes stand outside of the quotes, because fish reads them inside too.
func Quote(s string) string {
	if unquoted(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('\'')
	for _, c := range []byte(s) {
		if c == '\'' || c == '\\' {
			b.Write([]byte{'\'', '\\', c, '\''})
			continue
		}
		b.WriteByte(c)
	}
	b.WriteByte('\'')
	return b.String()
}

// QuoteAll quotes arguments and joins them by blanks.
func QuoteAll(args []string) string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = Quote(arg)
	}
	return strings.Join(out, " ")
}

// unquoted reports whether a word means itself to every shell.
func unquoted(s string) bool {
	if s == "" || s[0] == '=' { // zsh puts the path of a command for "=name"
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.IndexByte("-_./:@,=+", c) >= 0:
		default:
			return false
		}
	}
	return true
}
