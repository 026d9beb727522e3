package streams

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
)

// runnerTakes is what the runner of GitHub Actions does with a line, by its documentation and by the
// public description of its two forms: it returns the command that it finds, and "" for none.
func runnerTakes(line string) string {
	if s := strings.TrimLeftFunc(line, unicode.IsSpace); strings.HasPrefix(s, "::") {
		if name, _, ok := strings.Cut(s[2:], "::"); ok {
			return name
		}
	}
	for _, open := range []string{"##[", "##vso[", "##teamcity["} {
		if _, rest, ok := strings.Cut(line, open); ok {
			return open + rest
		}
	}
	return ""
}

// lines splits output as the runner reads it.
func lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
}

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"plain\n":                          "plain\n",
		"::add-mask::x\n":                  ":\\u{3a}add-mask::x\n",
		"  \t::error::x\n":                 "  \t:\\u{3a}error::x\n",
		"a\r::error::x":                    "a\r:\\u{3a}error::x",
		"\u00a0\u2003::error::x":           "\u00a0\u2003:\\u{3a}error::x",
		"\x1b[2m::error::x\x1b[0m":         "\x1b[2m:\\u{3a}error::x\x1b[0m",
		"std::string::npos\n::x\n":         "std::string::npos\n:\\u{3a}x\n",
		"fix ##[error]x":                   `fix ##\u{5b}error]x`,
		"###[group]x ##[warning]":          `###\u{5b}group]x ##\u{5b}warning]`,
		"##vso[task.setvariable]x":         `##vso\u{5b}task.setvariable]x`,
		"##teamcity[x]":                    `##teamcity\u{5b}x]`,
		"# [x] #[derive] ## [x] a[1]: b":   "# [x] #[derive] ## [x] a[1]: b",
		": :not one":                       ": :not one",
		"##\x1b[2m[error]x":                "##\x1b[2m" + `\u{5b}error]x`,
		"::stop-commands::a\n\n\n::a::\n.": ":\\u{3a}stop-commands::a\n\n\n:\\u{3a}a::\n.",
	} {
		for _, chunk := range []int{1, 2, 3, len(in)} { // the state is kept between writes
			var b strings.Builder
			g := NewGuard(&b)
			for rest := in; rest != ""; rest = rest[min(chunk, len(rest)):] {
				fmt.Fprint(g, rest[:min(chunk, len(rest))])
			}
			if b.String() != want {
				t.Errorf("%q in writes of %d: %q, want %q", in, chunk, b.String(), want)
			}
		}
	}
}

func TestGuardCommand(t *testing.T) {
	var b strings.Builder
	g := NewGuard(&b)
	if err := g.Command("error", "50% of a\n::x::##[y]", "file", "a,b:c\n/##[x]", "line", "3"); err != nil {
		t.Fatal(err)
	}
	want := `::error file=a%2Cb%3Ac\n/##\u{5b}x],line=3::50%25 of a\n::x::##\u{5b}y]` + "\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	b.Reset()
	fmt.Fprint(g, "half a line")
	if err := g.Command("notice", "x"); err != nil {
		t.Fatal(err)
	}
	if want := "half a line\n::notice::x\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestOnRunner(t *testing.T) {
	for set, want := range map[string]bool{"GITHUB_ACTIONS=true": true, "GITHUB_ACTIONS=1": true, "GITHUB_ACTIONS=": false,
		"GITHUB_ACTIONS=false": false, "TF_BUILD=True": true, "CI=true": false} {
		name, value, _ := strings.Cut(set, "=")
		s := New(nil, nil, nil, func(key string) string {
			if key == name {
				return value
			}
			return ""
		})
		if _, guarded := s.Err.(*Guard); s.Runner != want || guarded != want {
			t.Errorf("%s: runner %v, guarded %v, want %v", set, s.Runner, guarded, want)
		}
	}
}

func FuzzGuard(f *testing.F) {
	f.Add("::error::x", "  ##[x]", "name")
	f.Add("a\r::x", "::", "##")
	f.Add("##", "[", ":\u0085:")
	f.Fuzz(func(t *testing.T, a, b, text string) {
		var out strings.Builder
		g := NewGuard(&out)
		fmt.Fprint(g, a)
		fmt.Fprint(g, b)
		for _, line := range lines(out.String()) {
			if got := runnerTakes(line); got != "" {
				t.Fatalf("%q, %q: the runner takes %q of the line %q", a, b, got, line)
			}
		}
		out.Reset()
		if err := g.Command("error", text, "file", a, "title", b); err != nil {
			t.Fatal(err)
		}
		all := lines(strings.TrimPrefix(out.String(), "\n"))
		if len(all) != 1 || !strings.HasPrefix(all[0], "::error file=") {
			t.Fatalf("%q, %q, %q: the command is %q", a, b, text, out.String())
		}
		if props, _, ok := strings.Cut(all[0][2:], "::"); !ok || strings.Count(props, ",") != 1 {
			t.Fatalf("%q, %q: the properties are %q", a, b, props)
		}
	})
}

func TestLine(t *testing.T) {
	if got := Line("short\x1b"); got != `short\u{1b}` {
		t.Errorf("%q", got)
	}
	got := Line(strings.Repeat("é", MaxLine+7))
	if want := strings.Repeat("é", MaxLine) + "… (7 more characters)"; got != want {
		t.Errorf("%q", got)
	}
	if s := strings.Repeat("é", MaxLine); Line(s) != s {
		t.Error("a line of the greatest length is cut")
	}
	if got := Line(strings.Repeat("\xff", 1<<20)); len(got) > 4*MaxLine+40 {
		t.Errorf("%d bytes of a line without UTF-8", len(got))
	}
}
