package report

import (
	"slices"
	"strings"
	"testing"
)

func TestTelling(t *testing.T) {
	for _, c := range []struct {
		message string
		want    string // words, joined by a comma
	}{
		{"Fix a typo in the docs", ""},
		{"Bump to 36.0.1", ""},
		{"Make the cache 20 % smaller", ""},
		{"Use a &#38; where it belongs", ""},
		{"Colour #fff is white, and C# is a language", ""},
		{"Fix (#12435)", "#12435"},
		{"Fixes GH-12 and !77", "!77,GH-12"},
		{"CVE-2026-12345: check the length", "CVE-2026-12345"},
		{"see GHSA-2c4f-6h8j-9m3p", "GHSA-2c4f-6h8j-9m3p"},
		{"RUSTSEC-2026-0001, GO-2026-1234", "GO-2026-1234,RUSTSEC-2026-0001"},
		{"cwe-787", "cwe-787"},
		{"Prevent out-of-bounds read\n\nA use after free too.", "out-of-bounds,use after free"},
		{"An attacker could bypass the sandbox", "attacker,bypass,sandbox"},
		{"Vulnerability: privilege escalation", "Vulnerability,escalation,privilege"},
		{"See https://github.com/o/r/issues/77.", "https://github.com/o/r/issues/77"},
		{"Security fix; security again", "Security"},
		{"no DoS", "DoS"},
	} {
		want := []string{}
		if c.want != "" {
			want = strings.Split(c.want, ",")
		}
		got := Telling([]byte(c.message))
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q: %q, want %q", c.message, got, want)
		}
	}
}

func FuzzTelling(f *testing.F) {
	f.Add([]byte("CVE-2026-1 (#1)"))
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, w := range Telling(message) {
			if w == "" || !strings.Contains(string(message), w) {
				t.Errorf("%q is not in %q", w, message)
			}
		}
	})
}
