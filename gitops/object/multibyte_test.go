package object_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/git-backport/git-backport/gitops/object"
)

// units returns what may stand for one character in an encoding: all pairs of bytes with the first one
// high, and some longer ones.
func units(name string) []string {
	var out []string
	for a := 0x80; a < 0x100; a++ {
		out = append(out, string([]byte{byte(a)}))
		for b := 0x21; b < 0x100; b++ {
			out = append(out, string([]byte{byte(a), byte(b)}))
		}
	}
	rng := rand.New(rand.NewPCG(26, 0))
	for range 2000 {
		out = append(out, string([]byte{0x8f, 0xa1 + byte(rng.IntN(94)), 0xa1 + byte(rng.IntN(94))}),
			string([]byte{0x81 + byte(rng.IntN(126)), '0' + byte(rng.IntN(10)), 0x81 + byte(rng.IntN(126)), '0' + byte(rng.IntN(10))}))
	}
	if name != "ISO-2022-JP" {
		return out
	}
	for i := range out { // the same pairs, without their high bits
		if low := strings.Map(func(r rune) rune { return r & 0x7f }, latin(out[i])); len(low) == 2 && low[0] > ' ' && low[1] > ' ' {
			out[i] = "\x1b$" + []string{"@", "B"}[i%2] + low + "\x1b(" + []string{"B", "J"}[i%2]
		}
	}
	return append(out, "\x1b", "\x1b(", "\x1b(I1", "\x1b$B$\"", "\x1b$B$\n\"\x1b(B", "\x1b(J\\~\x7f \x1b(B", "\x1b[0m", "\x1b$(D\"/\x1b(B")
}

func latin(s string) string {
	r := make([]rune, len(s))
	for i := range len(s) {
		r[i] = rune(s[i])
	}
	return string(r)
}

// multibyteMessages are messages with a header that names an encoding: all characters that we take for
// valid, many to a message, and a sample of what we take for invalid, one to a message.
func multibyteMessages(t *testing.T, name string) (sources []source, characters, broken int) {
	header := []object.Header{{Key: "encoding", Value: []byte(name)}}
	decodes := func(text string) bool {
		c := &object.Commit{Author: []byte(author), Committer: []byte(written), Extra: header, Message: []byte(text)}
		return string(object.MessageText(c)) != text
	}
	var line strings.Builder
	add := func(text string) { sources = append(sources, source{author: author, extra: header, message: text}) }
	for i, unit := range units(name) {
		switch {
		case decodes(unit + " x\n"):
			characters++
			if fmt.Fprintf(&line, "%s.", unit); line.Len() > 2000 {
				add("s: " + line.String() + "\n")
				line.Reset()
			}
		case i%301 == 0:
			broken++
			add("s: " + unit + " x\n")
		}
	}
	add("s: " + line.String() + "\n")
	return sources, characters, broken
}

// Git re-encodes messages and authors by iconv. Whatever is decoded here is decoded so by git, and what is
// left as it is here is left by git.
func TestMultibyteEncodingsAsGit(t *testing.T) {
	p := newPicker(t)
	for _, name := range []string{"EUC-JP", "Shift_JIS", "ISO-2022-JP", "Big5", "GB18030", "GBK", "EUC-KR", "CP932", "CP949", "GB2312"} {
		sources, characters, broken := multibyteMessages(t, name)
		sources = append(sources,
			source{author: "\xa5\xc6\xb0\xa1 <j@b> 1 +0000", extra: sources[0].extra, message: "an author\n"},
			source{author: author, extra: sources[0].extra, message: "a \\ ~ | and no more\n"},
			source{author: author, extra: sources[0].extra, message: "cut short \xb0"})
		n, refused := p.compare(sources, object.PickOptions{}, "-x")
		t.Logf("%s: %d characters and %d that are none, in %d commits", name, characters, broken, n)
		if len(refused) > 0 || characters < 6000 {
			t.Errorf("%s: %d refused, %d characters: %v", name, len(refused), characters, refused[:min(len(refused), 3)])
		}
	}
}

func FuzzMultibyte(f *testing.F) {
	names := []string{"EUC-JP", "Shift_JIS", "ISO-2022-JP", "Big5", "GB18030", "GBK", "EUC-KR", "CP932", "CP949", "GB2312"}
	for i, text := range []string{"\xa5\xc6\x8e\xb1\x8f\xb0\xa1", "\x83\x65\\~\xb1", "\x1b$B$\"\x1b(J\\\x1b(B", "\xa7\x41\x80", "\x81\x30\x81\x30\x84\x31\xa4\x37", "\xc4\xe3\x80", "\xb0\xa1\x9f", "\xf0\x40", "\x81A", "\xa1\xa4"} {
		f.Add(uint8(i), text)
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		header := []object.Header{{Key: "encoding", Value: []byte(names[int(which)%len(names)])}}
		c := &object.Commit{Author: []byte(author), Committer: []byte(written), Extra: header, Message: []byte(text)}
		got := string(object.MessageText(c))
		if got != text && !utf8.ValidString(got) {
			t.Errorf("%s %q gives %q", header[0].Value, text, got)
		}
		whole := &object.Commit{Author: c.Author, Committer: c.Committer, Extra: header, Message: []byte(text + text)}
		if got != text && string(object.MessageText(whole)) == text+text && names[int(which)%len(names)] != "ISO-2022-JP" && !asciiOnly(text) {
			t.Errorf("%s %q is decoded once and not twice", header[0].Value, text)
		}
	})
}

func asciiOnly(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}
