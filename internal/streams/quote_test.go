package streams

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hostileArguments are words that mean something to some shell. A tab, which a shell that is typed into
// completes, is not among them: Clean shows controls as escapes.
func hostileArguments() []string {
	return []string{
		"", " ", "plain", "release-36.0.0", "a b", "it's", `back\slash`, `\`, `'`, `''`, `'\''`, "$(touch RAN)", "`touch RAN`", "$HOME", "${x}",
		"a;touch RAN", "a&touch RAN", "a|touch RAN", "a>RAN", "a<b", "(a)", "{a,b}", "*", "?", "[a]", "~", "~root", "HEAD~1", "HEAD^", "^a^b", "=ls", "a=b",
		"!", "!!", "!-1", "a!b", "it's !! here", `!"x`, `"!"`, "#a", "a#b", "%self", "%1", "@{u}", "-n", "--also=1", "naïve 東京", "a\nb", "x\\", `x\'y`, "<(touch RAN)", "&&touch RAN", "(touch RAN)", "$'a'", "`", "\"", "a:b", "[[", "]]", "if", "time", "{", "}",
	}
}

// TestQuoteShells lets each shell that is here, as a script and typed into, print what it takes the
// quoted words for.
func TestQuoteShells(t *testing.T) {
	args := hostileArguments()
	command := "printf '%s\\0' " + QuoteAll(args) + "\n"
	want := strings.Join(args, "\x00") + "\x00"
	tried := 0
	for _, shell := range [][]string{
		{"sh", "-s"}, {"dash", "-s"}, {"bash", "--norc", "--noprofile", "-s"}, {"bash", "--norc", "--noprofile", "-i"},
		{"zsh", "-f", "-s"}, {"zsh", "-f", "-i", "-o", "extendedglob", "-o", "nozle"}, {"fish", "--no-config"},
	} {
		path, err := exec.LookPath(shell[0])
		if err != nil {
			t.Logf("%s is not here: not tried", shell[0])
			continue
		}
		tried++
		t.Run(strings.Join(shell, "_"), func(t *testing.T) {
			dir := t.TempDir()
			c := exec.Command(path, shell[1:]...)
			c.Dir = dir
			c.Env = append(os.Environ(), "PS1=", "PS2=", "PROMPT=", "HISTFILE=", "HOME="+dir, "XDG_DATA_HOME="+dir, "TERM=dumb")
			c.Stdin = strings.NewReader("true\n" + command + "exit\n")
			out, err := c.Output()
			if err != nil {
				t.Logf("%v", err)
			}
			if !strings.Contains(string(out), want) {
				t.Errorf("%q\nwant %q", out, want)
			}
			if _, err := os.Stat(filepath.Join(dir, "RAN")); err == nil {
				t.Error("a word of an argument ran")
			}
		})
	}
	if tried == 0 {
		t.Skip("no shell is here")
	}
}

func TestQuotePlain(t *testing.T) {
	for in, want := range map[string]string{
		"release-36.0.0": "release-36.0.0", "a/b:c,d@e+f=g": "a/b:c,d@e+f=g", "": "''", "=x": "'=x'", "HEAD^": "'HEAD^'", "HEAD~2": "'HEAD~2'",
		"!x": "'!x'", `a'b\c`: `'a'\''b'\\'c'`, "東": "'東'",
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}
