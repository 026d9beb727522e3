package streams

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		"plain 東京 naïve":         `"plain 東京 naïve"`,
		"c1 \u009b2J":            `"c1 \u009b2J"`,
		"bidi \u202e\u2066":      `"bidi \u202e\u2066"`,
		"zero\u200b\ufeff":       `"zero\u200b\ufeff"`,
		"tag \U000e0041 del\x7f": `"tag \udb40\udc41 del\u007f"`,
		"##[error]x ##vso[y":     `"##\u005berror]x ##vso\u005by"`,
		"#[derive] ## [x]":       `"#[derive] ## [x]"`,
		"\x1b[31m":               `"\u001b[31m"`,
	} {
		data, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		got := JSON(data)
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != in {
			t.Errorf("%s is read as %q, %v; want %q", got, back, err, in)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add("a\u009b", "##[x]")
	f.Add("::error::x", "\\##\\[")
	f.Fuzz(func(t *testing.T, key, value string) {
		key, value = strings.ToValidUTF8(key, "?"), strings.ToValidUTF8(value, "?")
		data, err := json.MarshalIndent(map[string][]string{key: {value, key}}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got := JSON(data)
		for _, line := range lines(got) {
			if command := runnerTakes(line); command != "" {
				t.Fatalf("the runner takes %q of %q", command, line)
			}
		}
		for _, r := range got {
			if r != '\n' && !shown(r) {
				t.Fatalf("%U is kept in %s", r, got)
			}
		}
		var back map[string][]string
		if err := json.Unmarshal([]byte(got), &back); err != nil || len(back[key]) != 2 || back[key][0] != value {
			t.Fatalf("%s is read as %q, %v", got, back, err)
		}
	})
}
