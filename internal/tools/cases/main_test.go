package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"good.sh":  `test -n "$GIT_BACKPORT" && "$GIT_BACKPORT"`,
		"wrong.sh": "echo seen; exit 1",
		"slow.sh":  "sleep 60",
		"note.txt": "exit 1",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := runner{program: "/bin/true", limit: 300 * time.Millisecond, jobs: 2}
	for _, c := range []struct {
		pattern, list string
		wrong         int
		fails         bool
	}{
		{pattern: "*", wrong: 2},
		{pattern: "good", wrong: 0},
		{pattern: "*", list: "good # as it should be\n\n", wrong: 0},
		{pattern: "*", list: "good\nwrong\n", wrong: 1},
		{pattern: "*", list: "good\nslow\n", wrong: 1},
		{pattern: "*", list: "gone\n", fails: true},
		{pattern: "gone", fails: true},
		{pattern: "[", fails: true},
	} {
		r.pattern = c.pattern
		expect := ""
		if c.list != "" {
			expect = filepath.Join(t.TempDir(), "list")
			if err := os.WriteFile(expect, []byte(c.list), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		wrong, err := run(r, dir, expect)
		if wrong != c.wrong || (err != nil) != c.fails {
			t.Errorf("pattern %q, list %q: %d wrong, error %v; want %d, %v", c.pattern, c.list, wrong, err, c.wrong, c.fails)
		}
	}
}
