package gitconfig

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func valueTexts() []string {
	return []string{
		"= true", "= yes", "= on", "= TRUE", "= false", "= no", "= off", "= Off", "=", "", "= 0", "= 1", "= 2", "= -1", "= 00", "= 1k", "= 0k", "= t", "= y", "= truE ", "= \" true\"", "= 0x0", "= 0x10", "= 010", "= 08", "= 09k", "= +5", "= - 5", "= \" 5\"", "= \"5 \"", "= 5 k",
		"= 1K", "= 1m", "= 1M", "= 1g", "= 1G", "= 1t", "= 1kb", "= k", "= -", "= +", "= 0x", "= 0xg", "= 0xk", "= -0x1f", "= 1.5", "= 9223372036854775807", "= 9223372036854775808", "= -9223372036854775807", "= -9223372036854775808", "= 8589934591g", "= 8589934592g", "= -8589934592g", "= 2147483647", "= 2147483648", "= -2147483648", "= -2147483649", "= 4g", "= 2g", "= 1e3", "= 1_000", "= \"\\t7\"", "= ~/x", "= ~", "= ~root/x", "= ~nobody-of-that-name/x", "= ~nobody-of-that-name", "= /a//b/../c", "= x/y", "= ~x~", "= \" ~/x\"",
		"= :(optional)~/there", "= :(optional)~/gone", "= :(optional)", "= :(optional)/gone", "= :(Optional)x",
	}
}

// TestValuesAsGit reads each text as a boolean, a number and a path.
func TestValuesAsGit(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("~root is looked up as any user")
	}
	w := newWorld(t, map[string]string{"home/there": ""}, nil)
	for i, text := range valueTexts() {
		t.Run(fmt.Sprintf("%d %s", i, text), func(t *testing.T) {
			if strings.Contains(text, "ptional)") || strings.HasPrefix(text, "= -9") || strings.HasPrefix(text, "= -8") || text == "= -2147483648" {
				needGit(t, 52)
			}
			w.write("repo/.git/config", plainCore+"[v]\n\tv "+text+"\n")
			c, err := w.load("repo")
			if err != nil {
				t.Fatal(err)
			}
			if text == "" || strings.ContainsAny(text, "~/(") {
				p, _, err := c.Path("v.v")
				compareValue(t, w, "path", p, err)
				if text != "" {
					return
				}
			}
			b, err := c.Bool("v.v", false)
			compareValue(t, w, "bool", fmt.Sprint(b), err)
			n, err := c.Int("v.v", 0)
			compareValue(t, w, "int", fmt.Sprint(n), err)
		})
	}
}

func compareValue(t *testing.T, w *world, kind, got string, err error) {
	t.Helper()
	want, stderr, ok := w.git("repo", "config", "--type="+kind, "--get", "v.v")
	// A path that is optional and missing is not there: git says nothing and fails.
	missing := kind == "path" && stderr == "" && !ok && got == "" && err == nil
	if ok != (err == nil) && !missing {
		t.Errorf("%s: git %q %s; got %q, %v", kind, want, stderr, got, err)
	} else if ok && got+"\n" != want {
		t.Errorf("%s: git %q; got %q", kind, want, got)
	}
}

func TestGet(t *testing.T) {
	w := newWorld(t, map[string]string{"home/.gitconfig": "[a \"B.c\"]\nk=1\n[A \"B.c\"]\nK=2\n[remote \"x\"]\nurl=u\n[remote \"Y\"]\nurl=v\n[remote]\nz\n"}, nil)
	c, err := w.load("home")
	if err != nil {
		t.Fatal(err)
	}
	if v, ok, err := c.String("A.B.c.K"); v != "2" || !ok || err != nil {
		t.Errorf("String: %q %v %v", v, ok, err)
	}
	if _, ok, _ := c.String("a.b.c.k"); ok {
		t.Error("subsections differ in case")
	}
	if all := c.All("a.B.c.k"); len(all) != 2 || all[1].Origin.Line != 4 || all[0].Scope != ScopeGlobal {
		t.Errorf("All: %+v", all)
	}
	if subs := c.Subsections("remote"); strings.Join(subs, " ") != "x Y" {
		t.Errorf("Subsections: %q", subs)
	}
	if _, _, err := c.String("remote.z"); err == nil || !strings.Contains(err.Error(), ".gitconfig:10") {
		t.Errorf("a key without value: %v", err)
	}
	if _, ok := c.Get("nodot"); ok {
		t.Error("a key without section")
	}
}

func TestCanonicalKeyAsGit(t *testing.T) {
	w := newWorld(t, nil, nil)
	for _, key := range []string{"a.b", "A.B", "a.X.B", "a.b c.d", "ab", "a.", ".a", ".", "", "a..b", "a._.b", "a_b.c", "a.b_c", "a.1", "a.b1", "a.-b", "1.b", "a.x\ny.b", "a.x=y.b", "a.\".b", "é.b", "a.é.b", "a.bé"} {
		_, stderr, ok := w.git("repo", "config", "--file", "out", key, "x")
		os.Remove(w.path("repo/out"))
		if canonical, err := CanonicalKey(key); ok != (err == nil) {
			t.Errorf("%q: git %s; %q, %v", key, stderr, canonical, err)
		}
	}
}

func TestAbbrevAsGit(t *testing.T) {
	needGit(t, 50) // too long was an error before
	w := newWorld(t, nil, map[string]string{"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a"})
	if _, stderr, ok := w.git("repo", "commit", "-q", "--allow-empty", "-m", "x"); !ok {
		t.Fatal(stderr)
	}
	for _, text := range []string{"= auto", "= AUTO", "= no", "= off", "= false", "= 0", "= 1", "= 3", "= 4", "= 7", "= 39", "= 40", "= 41", "= 1k", "=", "= true", "= junk", "= -1", ""} {
		w.write("home/.gitconfig", "[core]\nabbrev "+text+"\n")
		out, stderr, ok := w.git("repo", "rev-parse", "--short", "HEAD")
		c, err := w.load("repo")
		if err != nil {
			t.Fatal(err)
		}
		n, err := c.Abbrev()
		if n == 0 {
			n = 7 // git's choice in a small repository
		}
		if ok != (err == nil) || ok && len(strings.TrimSpace(out)) != n {
			t.Errorf("%q: git %q %s; %d, %v", text, out, stderr, n, err)
		}
	}
}

// TestSharedModeAsGit lets git make a repository's directories, a loose object and a reference.
func TestSharedModeAsGit(t *testing.T) {
	for i, value := range []string{"= umask", "= group", "= all", "= world", "= everybody", "= 0", "= 1", "= 2", "= 0600", "= 0640", "= 0660", "= 0666", "= 0644", "= 0400", "= 0777", "= true", "= false", "= yes", "", "=", "= junk", "= 4", "= -1", "= GROUP"} {
		for _, umask := range []string{[]string{"022", "077", "002"}[i%3]} {
			t.Run(value+" "+umask, func(t *testing.T) {
				w := newWorld(t, map[string]string{"repo/.git/config": plainCore + "[core]\nsharedrepository " + value + "\n", "repo/f": "content"}, nil)
				stderr, ok := withUmask(t, w, umask)
				c, err := w.load("repo")
				if err != nil {
					t.Fatal(err)
				}
				mode, err := c.Shared()
				if ok != (err == nil) {
					t.Fatalf("git %s; %v", stderr, err)
				}
				if !ok {
					return
				}
				var mask os.FileMode
				if _, err := fmt.Sscanf(umask, "%o", &mask); err != nil {
					t.Fatal(err)
				}
				objects, err := filepath.Glob(w.path("repo/.git/objects/??/*"))
				if err != nil || len(objects) != 1 {
					t.Fatal(objects, err)
				}
				for path, want := range map[string]os.FileMode{
					objects[0]:               mode.File(0o444 &^ mask),
					filepath.Dir(objects[0]): mode.Dir(0o777&^mask | os.ModeDir),
					w.path("repo/.git/HEAD"): mode.File(0o666 &^ mask),
				} {
					info, err := os.Stat(path)
					if err != nil {
						t.Fatal(err)
					}
					if info.Mode() != want {
						t.Errorf("%s: git %v, here %v", path, info.Mode(), want)
					}
				}
			})
		}
	}
}

func withUmask(t *testing.T, w *world, umask string) (stderr string, ok bool) {
	t.Helper()
	git := os.Getenv("GIT_BACKPORT_ORACLE")
	if git == "" {
		git = "git"
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "umask "+umask+"; "+git+" hash-object -w f && "+git+" symbolic-ref HEAD refs/heads/x")
	cmd.Dir = w.path("repo")
	for name, value := range w.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func TestGlobAsGit(t *testing.T) {
	patterns := []string{
		"a", "*", "**", "a*", "*a", "a/*", "a/**", "**/a", "**/a/**", "a/**/b", "a**b", "a/**b", "**b", "a?b", "a[bc]d", "a[!b]d", "a[^b]d", "a[b-d]e", "a[]]b", "a[]b", "a[", "a[b", "[a-]", "[-a]", "[!-a]", "[[:alpha:]]b", "[[:digit:]]", "[[:bad:]]", "[[:alpha:]", "[[a]", "[[:a]", "[\\]]", "[a\\-c]",
		"\\*", "a\\", "\\a", "a\\/b", "***", "***/b", "a/***/b", "**/**/b", "*/b", "*/*", "?", "[/]", "a[/]b", "a[!x]b", "", "/", "a/", "/a", "**/", "/**", "a/**/", "*.c", "[b-a]", "[a-", "[a-]b", "[[:upper:][:digit:]]", "**\\/b", "a/**\\/b", "[[:space:]]", "[]-a]", "[!]a]", "x**", "**x", "/**/", "{a,b}", "a\x80*", "*\xff", "[\x80-\xff]b",
	}
	texts := []string{"a", "b", "ab", "aab", "a/b", "a/x/b", "a/x/y/b", "a/a", "b/a", "x/a/y", "a/", "/a", "/", "", "abd", "acd", "ad", "aBd", "a]b", "a[", "a[b", "-", "*", "a\\", "\\", "1", "A", " ", "]", "[", ":", "a.c", "d/a.c", "^", "!", "{a,b}", "a\x80b", "\xff", "\x90b", "a/bx/c", "x/b", "x/y/b", "axb"}
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace
	w, conditions := newWorld(t, nil, nil), ""
	for i, p := range patterns {
		w.write(fmt.Sprintf("repo/.git/hit%d", i), fmt.Sprintf("[hit]\nx%d\n", i))
		conditions += fmt.Sprintf("[includeIf \"hasconfig:remote.*.url:%s\"]\npath=hit%d\n", escape(p), i)
	}
	for _, text := range texts {
		w.write("repo/.git/config", plainCore+fmt.Sprintf("[remote \"r\"]\nurl=\"%s\"\n", escape(text))+conditions)
		out, stderr, ok := w.git("repo", "config", "--list", "--name-only")
		if !ok {
			t.Fatal(stderr)
		}
		for i, p := range patterns {
			want := strings.Contains(out, fmt.Sprintf("hit.x%d\n", i))
			if got := compileGlob(p, false).match(text); got != want {
				t.Errorf("pattern %q, text %q: git %v, here %v", p, text, want, got)
			}
		}
	}
}
