package config

import "bytes"

const (
	maxBrackets = 64 // arrays and inline tables inside one another
	maxDots     = 32 // parts of a dotted key
	maxKeys     = 20_000
)

// tooDeep returns where a TOML document nests deeper, or has more keys, than a policy file has any
// reason to, -1 if nowhere. The parsers behind it take time that is not linear in the depth, or recurse.
func tooDeep(data []byte) int {
	depth, dots, keys := 0, 0, 0
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '#':
			end := bytes.IndexByte(data[i:], '\n')
			if end < 0 {
				return -1
			}
			i += end - 1 // the line feed is next
		case '"', '\'':
			i = endOfString(data, i)
		case '[', '{':
			depth++
			keys++
			dots = 0
		case ']', '}':
			depth--
			dots = 0
		case '=':
			keys++
			dots = 0
		case ',', '\n':
			dots = 0
		case '.':
			dots++
		}
		if depth > maxBrackets || dots > maxDots || keys > maxKeys {
			return min(i, len(data)-1)
		}
	}
	return -1
}

// endOfString returns the index of the last byte of the string that starts at i, or that of the
// document when it is never closed.
func endOfString(data []byte, i int) int {
	quote := data[i : i+1]
	triple := bytes.Repeat(quote, 3)
	basic := quote[0] == '"'
	long := bytes.HasPrefix(data[i:], triple)
	n := 1
	if long {
		n = 3
	}
	for j := i + n; j < len(data); j++ {
		switch {
		case basic && data[j] == '\\':
			j++
		case long && bytes.HasPrefix(data[j:], triple):
			j += 2
			for k := 0; k < 2 && j+1 < len(data) && data[j+1] == quote[0]; k++ { // up to two quotes belong to the text
				j++
			}
			return j
		case !long && data[j] == quote[0]:
			return j
		case !long && data[j] == '\n':
			return j - 1 // an error, which the parser names
		}
	}
	return len(data) - 1
}
