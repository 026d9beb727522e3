package object

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// A decoder makes UTF-8 of text in one encoding; nil where the text is not in it.
type decoder interface{ decode(text []byte) []byte }

// A multibyte is an encoding whose characters take one to four bytes, as the iconv of GNU decodes it, by
// which git re-encodes on Linux. The tables of golang.org/x/text are those of browsers; where the two
// differ is listed, measured with iconv, one unit of bytes after the other.
type multibyte struct {
	table   encoding.Encoding
	low     map[byte]rune // bytes that stand alone, for a character of another number
	alone   string        // pairs of bounds: bytes from 0x80 on that stand alone, for the control of that number
	kana    bool          // bytes from 0xa1 to 0xdf stand alone, for half-width kana
	triple  byte          // the first byte of units of three, or 0
	four    bool          // a digit in the second place makes a unit of four
	trail   byte          // the least second byte
	differs []span
}

// A span is a run of units that are decoded otherwise than by the table: to one character after the
// other from to on, or to none where that is 0.
type span struct{ first, last, to uint32 }

const invalid rune = -1

func (m *multibyte) decode(text []byte) []byte {
	out := make([]byte, 0, len(text)+len(text)/2)
	table := m.table.NewDecoder()
	for len(text) > 0 {
		n := m.unit(text)
		if n == 0 {
			return nil
		}
		r, listed := m.listed(text[:n])
		if !listed {
			r = decodeOne(table, text[:n])
		}
		if r == invalid {
			return nil
		}
		out = utf8.AppendRune(out, r)
		text = text[n:]
	}
	return out
}

// decodeOne decodes a unit to its one character.
func decodeOne(table *encoding.Decoder, unit []byte) rune {
	decoded, err := table.Bytes(unit)
	r, n := utf8.DecodeRune(decoded)
	if err != nil || r == utf8.RuneError || n != len(decoded) {
		return invalid
	}
	return r
}

// unit returns how many bytes the first character of text takes; 0 where it is cut short.
func (m *multibyte) unit(text []byte) int {
	c, n := text[0], 2
	_, low := m.low[c]
	switch {
	case c < 0x80, low, m.control(c), m.kana && c >= 0xa1 && c <= 0xdf:
		return 1
	case c == m.triple:
		n = 3
	case m.four && len(text) > 1 && text[1] >= '0' && text[1] <= '9':
		n = 4
	}
	if n > len(text) {
		return 0
	}
	return n
}

func (m *multibyte) control(c byte) bool {
	for bounds := m.alone; bounds != ""; bounds = bounds[2:] {
		if c >= bounds[0] && c <= bounds[1] {
			return true
		}
	}
	return false
}

// listed decodes what the table does not, or otherwise.
func (m *multibyte) listed(unit []byte) (r rune, listed bool) {
	c := unit[0]
	if len(unit) == 1 {
		if r, ok := m.low[c]; ok {
			return r, true
		}
		return rune(c), c < 0x80 || m.control(c)
	}
	if len(unit) == 2 && unit[1] < m.trail {
		return invalid, true
	}
	key := uint32(0)
	for _, b := range unit {
		key = key<<8 | uint32(b)
	}
	for _, s := range m.differs {
		if key >= s.first && key <= s.last && (s.first > 0xffff) == (len(unit) == 4) {
			if s.to == 0 {
				return invalid, true
			}
			return rune(s.to + key - s.first), true
		}
	}
	return invalid, false
}

// multibytes are the encodings, by names as the iconv of GNU has them.
var multibytes = sync.OnceValue(func() map[string]decoder {
	eucJP := &multibyte{table: japanese.EUCJP, alone: "\x80\x8d\x90\x9f", triple: 0x8f, differs: eucJPDiffers()}
	by := map[string]decoder{}
	for _, e := range []struct {
		names string
		d     decoder
	}{
		{"euc-jp eucjp ujis cseucpkdfmtjapanese", eucJP},
		{"iso-2022-jp iso2022jp csiso2022jp", iso2022JP{eucJP}},
		{"shift_jis shift-jis sjis ms_kanji csshiftjis", &multibyte{
			table: japanese.ShiftJIS, low: map[byte]rune{0x5c: 0xa5, 0x7e: 0x203e}, kana: true, differs: shiftJISDiffers(),
		}},
		{"cp932 ms932 sjis-win sjis-open windows-31j", &multibyte{table: japanese.ShiftJIS, kana: true, differs: cp932Differs()}},
		{"big5 big-5 big-five bigfive cn-big5 cp950", &multibyte{table: traditionalchinese.Big5, alone: "\x80\x80", differs: big5Differs()}},
		{"gbk cp936 ms936 windows-936", &multibyte{table: simplifiedchinese.GBK, low: map[byte]rune{0x80: 0x20ac}, differs: gbkDiffers()}},
		{"gb2312 euc-cn euccn cn-gb csgb2312", &multibyte{table: simplifiedchinese.GBK, trail: 0xa1, differs: gb2312Differs()}},
		{"gb18030", &multibyte{table: simplifiedchinese.GB18030, four: true, differs: gb18030Differs()}},
		{"euc-kr euckr cseuckr", &multibyte{table: korean.EUCKR, alone: "\x80\x9f", trail: 0xa1, differs: eucKRDiffers()}},
		{"cp949 uhc mscp949", &multibyte{table: korean.EUCKR}},
	} {
		for _, name := range strings.Fields(e.names) {
			by[name] = e.d
		}
	}
	return by
})

// iso2022JP is ISO-2022-JP: the characters of EUC-JP of two bytes, with escape sequences in place of the
// high bits.
type iso2022JP struct{ eucJP *multibyte }

func (d iso2022JP) decode(text []byte) []byte {
	var out []byte
	table := d.eucJP.table.NewDecoder()
	for set := byte('B'); len(text) > 0; { // of one byte: 'B' is ASCII, 'J' its Japanese kin; 0 of two
		c := text[0]
		if c == 0x1b {
			n, to, short := escape(text)
			if short {
				return nil
			}
			if n > 0 {
				set, text = to, text[n:]
				continue
			}
		}
		r, n := rune(c), 1
		switch {
		case c >= 0x80:
			return nil
		case c <= ' ' || c == 0x7f || set == 'B':
		case set == 'J' && c == '\\':
			r = 0xa5
		case set == 'J' && c == '~':
			r = 0x203e
		case set == 'J':
		case len(text) < 2 || text[1] <= ' ' || text[1] >= 0x7f:
			return nil
		default:
			unit, listed := []byte{c | 0x80, text[1] | 0x80}, false
			if r, listed = d.eucJP.listed(unit); !listed {
				r = decodeOne(table, unit)
			}
			n = 2
		}
		if r == invalid {
			return nil
		}
		out, text = utf8.AppendRune(out, r), text[n:]
	}
	return out
}

// escape reads an escape sequence: its length, 0 where it is none, and the set that it begins. An escape
// so near the end that it cannot be told is short.
func escape(text []byte) (n int, set byte, short bool) {
	if len(text) < 3 {
		return 0, 0, true
	}
	switch string(text[1:3]) {
	case "(B", "(J":
		return 3, text[2], false
	case "$@", "$B":
		return 3, 0, false
	}
	return 0, 0, false
}
