package merge

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A textCase is a case of testdata/merge/text: a sentence, options as "key: value", and the files base,
// ours, theirs and merged. The options: style, file (a name of textJudge.merge), crlf and unterminated (the
// texts that have it), since (the first git that merges so: 254 is 2.54).
type textCase struct {
	options                    map[string]string
	base, ours, theirs, merged []byte
}

func readTextCase(t *testing.T, path string) textCase {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ar := txtar.Parse(data)
	c := textCase{options: map[string]string{}}
	for _, l := range strings.Split(string(ar.Comment), "\n")[1:] {
		if k, v, ok := strings.Cut(l, ": "); ok {
			c.options[k] = v
		}
	}
	files := map[string]*[]byte{"base": &c.base, "ours": &c.ours, "theirs": &c.theirs, "merged": &c.merged}
	for _, f := range ar.Files {
		if files[f.Name] == nil {
			t.Fatalf("%s: unexpected file %q", path, f.Name)
		}
		d := f.Data
		if strings.Contains(c.options["crlf"], f.Name) {
			d = bytes.ReplaceAll(d, []byte("\n"), []byte("\r\n"))
		}
		if strings.Contains(c.options["unterminated"], f.Name) {
			d = bytes.TrimSuffix(d, []byte("\n"))
		}
		*files[f.Name] = d
	}
	return c
}

// TestTextCases merges each case here and by git.
func TestTextCases(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/merge/text/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases, error %v", err)
	}
	styles := map[string]Style{"merge": StyleMerge, "diff3": StyleDiff3, "zdiff3": StyleZdiff3}
	judges := map[string]*textJudge{}
	for style := range styles {
		if !withoutGit() {
			judges[style] = newTextJudge(t, style)
		}
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			c := readTextCase(t, path)
			style := c.options["style"]
			if style == "" {
				style = "merge"
			}
			o := TextOptions{Labels: Labels{Base: "base", Ours: "ours", Theirs: "theirs"}, Style: styles[style], Union: c.options["file"] == "union"}
			if c.options["file"] == "m10" {
				o.MarkerSize = 10
			}
			r, err := Text(c.base, c.ours, c.theirs, o)
			if err != nil {
				t.Fatal(err)
			}
			// A carriage return shows as "\r" in the case.
			if got := strings.ReplaceAll(string(r.Merged), "\r", `\r`); got != string(c.merged) && got+"\n" != string(c.merged) {
				t.Errorf("merged\n%s\nwant\n%s", got, c.merged)
			}
			if j := judges[style]; j != nil {
				j.confirm(t, c, styles[style])
			}
		})
	}
}

// confirm checks that git merges a case as this package does; a git older than the case says so must not.
func (j *textJudge) confirm(t *testing.T, c textCase, style Style) {
	t.Helper()
	k := *j
	k.t = t
	file := c.options["file"]
	if file == "" {
		file = "plain"
	}
	v := k.merge(file, c.base, c.ours, c.theirs)
	o := TextOptions{Labels: v.labels, Style: style, Union: file == "union"}
	if file == "m10" {
		o.MarkerSize = 10
	}
	r, err := Text(c.base, c.ours, c.theirs, o)
	if err != nil {
		t.Fatal(err)
	}
	same := v.clean == (r.Conflicts == 0) && bytes.Equal(v.merged, r.Merged)
	if since, err := strconv.Atoi(c.options["since"]); err == nil && j.version < since {
		if same {
			t.Errorf("git %d merges this like one from %d on", j.version, since)
		}
		return
	}
	if !same {
		t.Errorf("git makes\n%s\nhere it is\n%s", v.merged, r.Merged)
	}
}
