package gitconfig

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// configOf is a Config of one user's file and no repository.
func configOf(t *testing.T, content string) *Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Environment{Lookup: func(name string) (string, bool) {
		v, ok := map[string]string{"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": path}[name]
		return v, ok
	}}, Layout{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestReflogAsGit lets git make references of each kind and looks for their reflogs.
func TestReflogAsGit(t *testing.T) {
	refs := []string{"refs/heads/x", "refs/remotes/o/x", "refs/notes/x", "refs/other/x", "HEAD"}
	for _, bare := range []bool{false, true} {
		for _, value := range []string{"", "logAllRefUpdates", "logAllRefUpdates=true", "logAllRefUpdates=false", "logAllRefUpdates=always", "logAllRefUpdates=ALWAYS", "logAllRefUpdates=", "logAllRefUpdates=1", "logAllRefUpdates=junk"} {
			t.Run(fmt.Sprint(bare, value), func(t *testing.T) {
				t.Parallel()
				if value == "logAllRefUpdates" {
					needGit(t, 55) // was true before
				}
				w := newWorld(t, nil, map[string]string{"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a"})
				tree, _, _ := w.git("repo", "hash-object", "-t", "tree", "-w", "/dev/null")
				id, stderr, ok := w.git("repo", "commit-tree", "-m", "x", strings.TrimSpace(tree))
				if !ok {
					t.Fatal(stderr)
				}
				w.write("repo/.git/config", fmt.Sprintf("[core]\nrepositoryformatversion=0\nbare=%v\n%s\n", bare, value))
				c, err := w.load("repo")
				if err != nil {
					t.Fatal(err)
				}
				mode, err := c.Reflog()
				_, stderr, ok = w.git("repo", "for-each-ref")
				if ok != (err == nil) {
					t.Fatalf("git %s; %v", stderr, err)
				}
				if err != nil {
					return
				}
				for _, ref := range refs {
					if _, stderr, ok := w.git("repo", "update-ref", "--no-deref", ref, strings.TrimSpace(id)); !ok {
						t.Fatal(stderr)
					}
					if logged := exists(w.path("repo/.git/logs/" + ref)); logged != mode.LogsRef(ref) {
						t.Errorf("%s: git logs %v, here %v", ref, logged, mode.LogsRef(ref))
					}
				}
			})
		}
	}
}

func TestTimeouts(t *testing.T) {
	for _, c := range []struct {
		content       string
		files, packed time.Duration
	}{
		{"", 100 * time.Millisecond, time.Second},
		{"[core]\nfilesRefLockTimeout=0\npackedRefsTimeout=-1\n", 0, -time.Millisecond},
		{"[core]\nfilesRefLockTimeout=1k\npackedRefsTimeout=5\n", 1024 * time.Millisecond, 5 * time.Millisecond},
	} {
		config := configOf(t, c.content)
		files, err := config.FilesRefLockTimeout()
		packed, err2 := config.PackedRefsTimeout()
		if files != c.files || packed != c.packed || err != nil || err2 != nil {
			t.Errorf("%q: %v %v, %v %v", c.content, files, err, packed, err2)
		}
	}
	if _, err := configOf(t, "[core]\nfilesRefLockTimeout=3g\n").FilesRefLockTimeout(); err == nil {
		t.Error("three thousand million milliseconds are more than git's int")
	}
}

// TestSigningAsGit puts a program in the place of each signer and looks which one git starts.
func TestSigningAsGit(t *testing.T) {
	for _, config := range []string{
		"", "[gpg]\nprogram=P1\n", "[gpg \"openpgp\"]\nprogram=P1\n", "[gpg]\nprogram=P1\n[gpg \"openpgp\"]\nprogram=P2\n", "[gpg \"openpgp\"]\nprogram=P2\n[gpg]\nprogram=P1\n",
		"[gpg]\nformat=x509\n", "[gpg]\nformat=x509\nprogram=P1\n", "[gpg]\nformat=x509\n[gpg \"x509\"]\nprogram=P2\n", "[gpg]\nformat=openpgp\n[gpg \"x509\"]\nprogram=P2\n", "[gpg]\nformat=X509\n", "[gpg]\nformat=junk\n",
		"[gpg]\nformat=ssh\n", "[gpg]\nformat=ssh\n[gpg \"ssh\"]\nprogram=P2\n", "[gpg]\nformat=ssh\nprogram=P1\n", "[gpg]\nformat\n", "[gpg]\nprogram\n", "[commit]\ngpgSign=junk\n",
	} {
		w := newWorld(t, nil, map[string]string{"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a"})
		for _, name := range []string{"P1", "P2", "gpg", "gpgsm", "ssh-keygen"} {
			w.write("bin/"+name, "#!/bin/sh\necho "+name+" >$ROOT/started\nexit 1\n")
			if err := os.Chmod(w.path("bin/"+name), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		w.env["PATH"] = w.path("bin") + ":" + w.env["PATH"]
		w.write("home/.gitconfig", "[commit]\ngpgSign\n[user]\nsigningKey=/k\n"+strings.ReplaceAll(config, "=P", "="+w.path("bin/P")))
		_, stderr, _ := w.git("repo", "commit", "-q", "--allow-empty", "-m", "x")
		started, _ := os.ReadFile(w.path("started"))
		c, err := w.load("repo")
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Signing()
		if (len(started) == 0) != (err != nil) {
			t.Errorf("%q: git started %q: %s; %+v, %v", config, started, stderr, got, err)
		} else if err == nil && filepath.Base(got.Program)+"\n" != string(started) || err == nil && (!got.Commits || got.Key != "/k" || got.KeyScope != ScopeGlobal) {
			t.Errorf("%q: git started %q; %+v", config, started, got)
		}
	}
}

// TestAlternatesAsGit asks git for an object that is in the alternate repository only.
func TestAlternatesAsGit(t *testing.T) {
	for _, c := range []struct{ value, dir string }{
		{"$ROOT/alt", "repo"}, {"../alt", "repo"}, {"../alt", "repo/sub"}, {"../../alt", "repo/sub"}, {"/nowhere:$ROOT/alt", "repo"}, {":$ROOT/alt:", "repo"}, {"#x:$ROOT/alt", "repo"}, {"#$ROOT/alt", "repo"},
		{`"$ROOT/alt"`, "repo"}, {`/nowhere:"$ROOT/\141lt":/x`, "repo"}, {`"$ROOT/alt`, "repo"}, {`"$ROOT/a\qlt"`, "repo"}, {`"/x""$ROOT/alt"`, "repo"}, {`x"$ROOT/alt"`, "repo"}, {"", "repo"}, {`"$ROOT/alt"x`, "repo"},
		{"$ROOT/alt", "b.git"}, {"../alt", "b.git/refs"}, {"../../alt", "b.git/refs"},
	} {
		t.Run(c.value, func(t *testing.T) {
			w := newWorld(t, merge(bareAt("b.git", plainCore), map[string]string{"repo/sub/x": "", "f": "in the alternate\n"}), nil)
			w.mkdir("alt")
			id, stderr, ok := w.git("repo", "hash-object", "../f")
			if !ok {
				t.Fatal(stderr)
			}
			w.env["GIT_OBJECT_DIRECTORY"] = w.path("alt")
			if _, stderr, ok := w.git("repo", "hash-object", "-w", "../f"); !ok {
				t.Fatal(stderr)
			}
			delete(w.env, "GIT_OBJECT_DIRECTORY")
			w.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = w.expand(c.value)
			_, stderr, ok = w.git(c.dir, "cat-file", "-e", strings.TrimSpace(id))
			layout, err := Discover(w.environment(c.dir), "")
			found := false
			for _, dir := range layout.AlternateDirs {
				found = found || exists(filepath.Join(dir, id[:2], strings.TrimSpace(id[2:])))
			}
			if found != ok {
				t.Errorf("git finds it: %v %s; here %q, %v", ok, stderr, layout.AlternateDirs, err)
			}
		})
	}
}
