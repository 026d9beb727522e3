package cmd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/cmd"
)

// TestReadme demands that the transcript in the README is what the demonstration prints. UPDATE=1 rewrites it.
func TestReadme(t *testing.T) {
	var out bytes.Buffer
	host := cmd.System()
	host.Out, host.Err = &out, &out
	if code := cmd.Main([]string{"demo", filepath.Join(t.TempDir(), "demo")}, host); code != cmd.ExitOK {
		t.Fatalf("demo: exit %d\n%s", code, out.String())
	}
	name := filepath.Join("..", "README.md")
	readme, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const open, end = "```console\n", "```\n"
	before, rest, ok := strings.Cut(string(readme), open)
	block, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has no ```console block")
	}
	first, _, _ := strings.Cut(block, "\n")
	_, shown, ok := strings.Cut(out.String(), first+"\n")
	if !ok {
		t.Fatalf("the demonstration does not run %q", first)
	}
	shown, _, _ = strings.Cut(shown, "\n# ")
	want := first + "\n" + strings.TrimRight(shown, "\n") + "\n"
	if block == want {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Fatalf("the transcript in README.md is stale (UPDATE=1 rewrites it); want\n%s", want)
	}
	if err := os.WriteFile(name, []byte(before+open+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
