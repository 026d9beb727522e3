package notes

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Each archive of testdata/notes has in "cmd" one of
//
//	move VERSION    base, ours, theirs → want
//	date VERSION DAY [FORM]    ours → want
//	check TREE LAST NEXT    ours ("-" is no version)
//
// and in "error" the error there is instead of want.
func TestNotesCases(t *testing.T) {
	files, err := filepath.Glob("../../testdata/notes/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in := map[string]string{}
			for _, f := range ar.Files {
				in[f.Name] = string(f.Data)
			}
			for _, crlf := range []bool{false, true} {
				notesCase(t, in, crlf)
			}
		})
	}
}

func notesCase(t *testing.T, in map[string]string, crlf bool) {
	t.Helper()
	file := func(name string) []byte {
		if crlf {
			return []byte(strings.ReplaceAll(in[name], "\n", "\r\n"))
		}
		return []byte(in[name])
	}
	f := strings.Fields(in["cmd"])
	var got []byte
	var err error
	switch f[0] {
	case "move":
		got, err = Move(file("base"), file("ours"), file("theirs"), f[1])
	case "date":
		got, err = Date(file("ours"), f[1], f[2], strings.Join(f[3:], " "))
	case "check":
		err = Check(file("ours"), strings.Trim(f[1], "-"), strings.Trim(f[2], "-"), f[3])
		got = file("want")
	default:
		t.Fatalf("unknown command %q", f[0])
	}
	if msg := errText(err); msg != strings.TrimSpace(in["error"]) {
		t.Fatalf("crlf %v: error\n%s\nwant\n%s", crlf, msg, in["error"])
	}
	if err != nil {
		return
	}
	if diff := cmp.Diff(string(file("want")), string(got)); diff != "" {
		t.Errorf("crlf %v (-want +got):\n%s", crlf, diff)
	}
	if f[0] == "move" { // again: nothing is left to move
		again, err := Move(file("base"), got, file("theirs"), f[1])
		if err != nil && !errors.Is(err, ErrOther) || err == nil && string(again) != string(got) {
			t.Errorf("crlf %v: moved again: %v\n%s", crlf, err, cmp.Diff(string(got), string(again)))
		}
	}
}

// FuzzNotes moves and dates whatever looks like notes; what was there stays there.
func FuzzNotes(f *testing.F) {
	f.Add([]byte("## 1.2.3\n\nReleased 2026-01-01.\n\n### Fixed\n\n* a\n\n----\n\n## 1.2.2\n"), "* b\n  c")
	f.Add([]byte("# Log\r\n\r\n## [Unreleased]\r\n- a\r\n## [1.2.3] - 2026-01-01\r\n[1.2.3]: x/v1.2.2...v1.2.3"), "- b")
	f.Add([]byte("## 1.2.4 (unreleased)\n```\n## 9.9.9\n```\n<!--\n## 8.8.8\n-->"), "text")
	f.Fuzz(func(t *testing.T, data []byte, entry string) {
		if strings.TrimSpace(entry) == "" || strings.ContainsAny(entry, "\r#`~<") {
			return
		}
		out, err := Add(data, "1.2.4", []Entry{{Group: "Fixed", Text: entry}})
		if err != nil {
			return
		}
		rest := string(out)
		for line := range strings.Lines(string(data)) {
			line = strings.TrimRight(line, "\r\n")
			i := strings.Index(rest, line)
			if i < 0 {
				t.Fatalf("%q lost or moved the line %q: %q", data, line, out)
			}
			rest = rest[i+len(line):]
		}
		dated, err := Date(out, "1.2.4", "2026-02-03", "")
		if err == nil && len(dated) > 0 && len(out) == 0 {
			t.Fatalf("dating %q", out)
		}
	})
}
