package object

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
)

// An EncodingError says that a message cannot be re-encoded as git would do it.
type EncodingError struct{ Name string }

// Error names the encoding.
func (e *EncodingError) Error() string {
	return fmt.Sprintf("commit message in encoding %q: it cannot be turned into UTF-8 exactly as git does", e.Name)
}

// recoded returns source in UTF-8, as its encoding header says. An encoding nobody knows, or text that
// is not in it, leaves source as it is: so does git.
func recoded(source *Commit) (*Commit, error) {
	value, ok := source.Header("encoding")
	if !ok {
		return source, nil
	}
	value, _, _ = bytes.Cut(value, []byte("\n"))
	name := string(value)
	data := source.Encode()
	if isASCII(data) && !notASCII().MatchString(strings.ToLower(name)) {
		return source, nil
	}
	if d := multibytes()[strings.ToLower(name)]; d != nil {
		text := d.decode(data)
		if text == nil {
			return source, nil
		}
		return ParseCommit(text)
	}
	text, err := toUTF8(name, data)
	if err != nil || text == nil {
		return source, err
	}
	return ParseCommit(text)
}

// toUTF8 decodes data; nil when git would leave it as it is.
func toUTF8(name string, data []byte) ([]byte, error) {
	enc, err := lookup(name)
	if err != nil || enc == nil {
		return nil, err
	}
	if table, ok := enc.(*charmap.Charmap); ok {
		return decodeBytes(name, table, data)
	}
	return nil, &EncodingError{Name: name}
}

// decodeBytes decodes byte by byte; nil when a byte means nothing.
func decodeBytes(name string, table *charmap.Charmap, data []byte) ([]byte, error) {
	iso := strings.HasPrefix(table.String(), "ISO 8859-")
	out := make([]byte, 0, len(data)+16)
	for _, c := range data {
		if strings.IndexByte(doubtfulBytes[table], c) >= 0 {
			return nil, &EncodingError{Name: name}
		}
		r := table.DecodeByte(c)
		if r == utf8.RuneError && iso && c < 0xa0 {
			r = rune(c) // the C1 controls, which the standard's table leaves out
		}
		if r == utf8.RuneError {
			return nil, nil
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

// lookup returns the encoding of a name, nil for UTF-8 and for a name that nobody knows.
func lookup(name string) (encoding.Encoding, error) {
	folded := strings.ToLower(name)
	switch folded {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return nil, nil
	}
	if enc, ok := aliases[folded]; ok {
		return enc, nil
	}
	if part, ok := strings.CutPrefix(folded, "iso8859-"); ok {
		name = "ISO-8859-" + part
	}
	enc, err := ianaindex.IANA.Encoding(name)
	if err == nil && enc != nil && !notASCII().MatchString(folded) {
		return enc, nil
	}
	if err == nil || families().MatchString(folded) {
		return nil, &EncodingError{Name: name}
	}
	return nil, nil
}

// families are beginnings of the names of encodings: one of them that is not known here may well be
// known to iconv, and so to git.
var families = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\d|cp|ibm|win|ms|iso|euc|mac|koi|big|gb|utf|ucs|hz|cs|latin|l\d|viscii|tcvn|armscii|georgian|tis|jis|johab|uhc|ks|shift|sjis|greek|arabic|cyrillic|hebrew|hp|dec|ebcdic|unicode|chinese|korean)`)
})

// notASCII are names of encodings in which the bytes of ASCII are not, or not all, what they are in ASCII.
var notASCII = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(utf-?(16|32|7)|ucs|iso-?(10646|2022)|hz|unicode|ebcdic)|jis|932|943|31j|johab|646|636|viscii|tcvn|` +
		`^(ibm|cp|csibm)?-?0*(37|38|27\d|28\d|29\d|42\d|500|833|87\d|88\d|9[0123]\d|1025|1026|1047|11[1-6]\d)$`)
})

// aliases are names that iconv knows and IANA does not.
var aliases = map[string]encoding.Encoding{
	"latin-1": charmap.ISO8859_1, "iso88591": charmap.ISO8859_1, "iso_8859_1": charmap.ISO8859_1,
	"cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251, "cp1252": charmap.Windows1252,
	"cp1253": charmap.Windows1253, "cp1254": charmap.Windows1254, "cp1256": charmap.Windows1256, "cp1257": charmap.Windows1257,
}

// Where tables differ between systems, git's answer depends on the system: such text is refused.
var (
	high          = string(allHigh())
	doubtfulBytes = map[*charmap.Charmap]string{
		charmap.Windows1255: high, charmap.Windows1258: high, charmap.KOI8U: "\xae\xbe", charmap.Macintosh: "\xc6\xdb\xf0",
	}
)

func allHigh() []byte {
	b := make([]byte, 128)
	for i := range b {
		b[i] = byte(i + 128)
	}
	return b
}

func isASCII(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fixUTF8 takes every byte that is not part of proper UTF-8 for Latin-1, as git does when it writes a
// commit. Noncharacters are not proper for git.
func fixUTF8(text []byte) []byte {
	if isASCII(text) {
		return text
	}
	out := make([]byte, 0, len(text)+16)
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if (r == utf8.RuneError && n == 1) || isNoncharacter(r) {
			r, n = rune(text[0]), 1
		}
		out = utf8.AppendRune(out, r)
		text = text[n:]
	}
	return out
}

func isNoncharacter(r rune) bool { return r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef }

// MessageText returns the message of a commit in UTF-8, as its encoding header says; as it is where
// the encoding is not known or the message is not in it.
func MessageText(c *Commit) []byte {
	text, err := recoded(c)
	if err != nil {
		return c.Message
	}
	return text.Message
}
