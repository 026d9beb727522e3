package cmd_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/git-backport/git-backport/cmd"
	"github.com/git-backport/git-backport/internal/gittest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"git-backport": func() {
			host := cmd.System()
			// The clock of the tests: the same day for every run.
			host.Now = func() time.Time { return time.Date(2026, 7, 25, 16, 0, 0, 0, time.UTC) }
			os.Exit(int(cmd.Main(os.Args[1:], host)))
		},
	})
}

func TestScript(t *testing.T) {
	dir := filepath.Join("..", "testdata", "script")
	if names, err := filepath.Glob(filepath.Join(dir, "*.txtar")); err != nil || len(names) == 0 {
		t.Fatalf("no scripts in %s (%v)", dir, err)
	}
	_, gitErr := exec.LookPath("git")
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: dir, UpdateScripts: os.Getenv("UPDATE") != "", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			for _, kv := range gittest.Env(env.WorkDir) {
				key, value, _ := strings.Cut(kv, "=")
				if key != "PATH" && !strings.Contains(key, "_DATE") {
					env.Setenv(key, value)
				}
			}
			env.Setenv("GIT_AUTHOR_DATE", "1784000000 +0000")
			env.Setenv("COLUMNS", "")
			env.Setenv("REPO", root)
			// Newer gits start maintenance in the background after a commit: nothing may go on behind a snapshot.
			quiet := filepath.Join(env.WorkDir, ".quiet.gitconfig")
			if err := os.WriteFile(quiet, []byte("[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n"), 0o600); err != nil {
				return err
			}
			env.Setenv("GIT_CONFIG_GLOBAL", quiet)
			// Where there is a reference git it comes first on PATH.
			if oracle := os.Getenv("GIT_BACKPORT_ORACLE"); oracle != "" {
				env.Setenv("PATH", filepath.Dir(oracle)+string(os.PathListSeparator)+env.Getenv("PATH"))
			}
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "git":
				return gitErr == nil, nil
			case "oracle":
				return os.Getenv("GIT_BACKPORT_ORACLE") != "", nil
			case "gh":
				return works("gh", "--version"), nil
			case "root":
				return os.Geteuid() == 0, nil
			case "strace": // is there one, and may it trace here?
				return works("strace", "-o", os.DevNull, "true"), nil
			case "mount": // may a directory be mounted read-only here?
				dir := t.TempDir()
				return works("unshare", "-m", "sh", "-c", `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"`, dir), nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"snapshot": snapshot,
			"status":   status,
			"commit":   commit,
			"shape":    shape,
			"bytes":    writeBytes,
			"setid":    setID,
			"forge":    func(ts *testscript.TestScript, _ bool, args []string) { startForge(t, ts, args) },
		},
	})
}

// works reports whether a command is there and ends well.
func works(name string, args ...string) bool {
	return exec.CommandContext(context.Background(), name, args...).Run() == nil
}

// snapshot FILE DIR writes the names, modes and hashes of everything in DIR, .git included, to FILE.
func snapshot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: snapshot FILE DIR")
	}
	var lines []string
	root := ts.MkAbs(args[1])
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := strings.TrimPrefix(path, root) + " " + info.Mode().String()
		// The locks note who took them last; they are ours, and say nothing of the repository.
		if info.Mode().IsRegular() && !strings.HasSuffix(path, "/backport/lock") && !strings.HasSuffix(path, "/backport/ops/lock") {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %x", sha256.Sum256(data))
		}
		lines = append(lines, line)
		return nil
	})
	ts.Check(err)
	sort.Strings(lines)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
}

// status CODE COMMAND… runs a command and demands its exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE COMMAND [ARG…]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// commit DIR DAY MESSAGE commits everything in the work tree of DIR, on a day, and prints nothing.
func commit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: commit DIR DAY MESSAGE")
	}
	date := args[1] + "T12:00:00+0000"
	ts.Setenv("GIT_AUTHOR_DATE", date)
	ts.Setenv("GIT_COMMITTER_DATE", date)
	ts.Check(ts.Exec("git", "-C", args[0], "add", "-A"))
	ts.Check(ts.Exec("git", "-C", args[0], "commit", "-q", "--allow-empty", "-m", args[2]))
	ts.Setenv("GIT_COMMITTER_DATE", "")
}

var (
	anID  = regexp.MustCompile(`\b[0-9a-f]{40}\b`)
	short = regexp.MustCompile(`\b[0-9a-f]{7,12}\b`)
)

// shape FILE… replaces object ids in files and, where named so, in stdout, for comparison.
func shape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: shape IN OUT")
	}
	text := ts.ReadFile(args[0])
	text = anID.ReplaceAllString(text, "ID")
	text = short.ReplaceAllString(text, "id")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// writeBytes FILE N C writes a file of N times the character C.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: bytes FILE N C")
	}
	var n int
	_, err := fmt.Sscan(args[1], &n)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(args[2], n)), 0o600))
}

// setID VAR sets a variable to what the last command printed.
func setID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: setid VAR")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}
