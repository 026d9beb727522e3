package manifest

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Each archive of testdata/manifest/notes has in "cmd" one of
//
//	move VERSION    base, ours, theirs → want
//	date VERSION DAY    ours → want
//	check TREE LAST NEXT    ours ("-" is no version)
//
// and in "error" the error there is instead of want.
func TestNotesCases(t *testing.T) {
	files, err := filepath.Glob("../../testdata/manifest/notes/*.txtar")
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
		got, err = MoveNotes(file("base"), file("ours"), file("theirs"), f[1])
	case "date":
		got, err = DateNotes(file("ours"), f[1], f[2])
	case "check":
		err = CheckNotes(file("ours"), strings.Trim(f[1], "-"), strings.Trim(f[2], "-"), f[3])
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
		again, err := MoveNotes(file("base"), got, file("theirs"), f[1])
		if err != nil && !errors.Is(err, ErrNotesOther) || err == nil && string(again) != string(got) {
			t.Errorf("crlf %v: moved again: %v\n%s", crlf, err, cmp.Diff(string(got), string(again)))
		}
	}
}
