package streams

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns a JSON document in which text cannot act on whoever shows it: controls, bidirectional
// controls and zero-width characters, and the bracket of what a CI runner would take as a command, are
// written as JSON's own escapes. The values stay the same.
func JSON(document []byte) string {
	var b strings.Builder
	var line lineState
	for i := 0; i < len(document); {
		r, n := utf8.DecodeRune(document[i:])
		switch {
		case r == 0x7f: // the only control of ASCII that encoding/json leaves as it is
			b.WriteString(`\u007f`)
		case r < utf8.RuneSelf:
			if out := line.next(byte(r)); r == '[' && out != "[" {
				b.WriteString(`\u005b`)
			} else {
				b.WriteByte(byte(r))
			}
		case shown(r) || r == utf8.RuneError && n == 1:
			b.Write(document[i : i+n])
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
		i += n
	}
	return b.String()
}
