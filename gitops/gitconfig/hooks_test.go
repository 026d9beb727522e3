package gitconfig

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// TestHook compares with what git does: whether a ref changes without a hook having its say.
func TestHook(t *testing.T) {
	const command = "command = touch RAN\n"
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"plain":           {"[hook \"a\"]\nevent = reference-transaction\n" + command, true},
		"no command":      {"[hook \"a\"]\nevent = reference-transaction\n", true},
		"empty command":   {"[hook \"a\"]\nevent = reference-transaction\ncommand =\n", true},
		"taken back":      {"[hook \"a\"]\nevent = reference-transaction\nevent =\n" + command, false},
		"and again":       {"[hook \"a\"]\nevent = reference-transaction\nevent =\nevent = reference-transaction\n" + command, true},
		"two events":      {"[hook \"a\"]\nevent = reference-transaction\nevent = post-commit\n" + command, true},
		"another event":   {"[hook \"a\"]\nevent = post-commit\n" + command, false},
		"off":             {"[hook \"a\"]\nevent = reference-transaction\nenabled = false\n" + command, false},
		"not a boolean":   {"[hook \"a\"]\nevent = reference-transaction\nenabled = maybe\n" + command, true},
		"event off":       {"[hook \"a\"]\nevent = reference-transaction\n" + command + "[hook \"reference-transaction\"]\nenabled = 0\n", false},
		"case":            {"[hook \"a\"]\nevent = Reference-Transaction\n" + command, false},
		"no value":        {"[hook \"a\"]\nevent\n" + command, true},
		"other's reset":   {"[hook \"a\"]\nevent = reference-transaction\n" + command + "[hook \"b\"]\nevent =\n", true},
		"no name":         {"[hook]\nevent = reference-transaction\n" + command, false},
		"an empty name":   {"[hook \"\"]\nevent = reference-transaction\n" + command, true},
		"a dot in a name": {"[hook \"a.b\"]\nevent = reference-transaction\n" + command, true},
		"none":            {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := gittest.New(t)
			r.Write("f", "1")
			r.Commit("one")
			config := filepath.Join(r.Dir, ".git", "config")
			f, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteString(c.text); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if major, minor := gittest.OracleVersion(t); major > 2 || major == 2 && minor >= 54 {
				_, _, code := r.Try(nil, "update-ref", "refs/heads/new", "HEAD")
				_, err := os.Stat(filepath.Join(r.Dir, "RAN"))
				if asked := code != 0 || err == nil; asked != c.want {
					t.Errorf("git asks: %v, want %v", asked, c.want)
				}
			} else {
				t.Log("this git has no hooks in the configuration: not judged")
			}
			env := Environment{Dir: r.Dir, Lookup: func(key string) (string, bool) { return "", key == "GIT_CONFIG_NOSYSTEM" }}
			layout, err := Discover(env, "")
			if err != nil {
				t.Fatal(err)
			}
			loaded, err := Load(env, layout)
			if err != nil {
				t.Fatal(err)
			}
			if e, got := loaded.Hook("reference-transaction"); got != c.want || got && e.Origin.File == "" {
				t.Errorf("got %v (%s), want %v", got, e.Origin, c.want)
			}
		})
	}
}
