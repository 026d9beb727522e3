package verify_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/verify"
)

// TestMain lets the test's own program be the guard of a command.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == verify.GuardVerb {
		entries, keep := "", false
		for i, arg := range os.Args[3:] {
			switch arg {
			case "--entries":
				entries = os.Args[i+4]
			case "--keep":
				keep = true
			}
		}
		if err := verify.Serve(os.Stdin, os.Stdout, os.Args[2], entries, keep); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A bench is a repository with one commit, and a plan to run something on it.
type bench struct {
	*verify.Plan
	dir string
}

func newBench(t *testing.T, files map[string]string) bench {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends what has left its process group")
	}
	r := gittest.New(t)
	for path, content := range files {
		r.Write(path, content)
	}
	r.Commit("one")
	env, err := gitconfig.Host(os.LookupEnv, r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	repo, err := gitops.Open(env)
	if err != nil {
		t.Fatal(err)
	}
	s := repo.NewSession()
	head, err := repo.Resolve(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := s.TreeOf(head)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	return bench{dir: r.Dir, Plan: &verify.Plan{
		Session: s, Targets: []verify.Target{{Line: "1", Branch: "release/1.x", Head: head, Tree: tree}}, Toolchains: []string{verify.Selected},
		Self: self, Environ: os.Environ(), Temp: temp, Logs: filepath.Join(t.TempDir(), "logs"), Now: time.Now, Grace: 300 * time.Millisecond,
	}}
}

// one runs the command, and demands that nothing of it is left.
func (b bench) one(t *testing.T, argv ...string) verify.Result {
	t.Helper()
	b.Argv = argv
	results, err := b.Run(t.Context())
	if err != nil || len(results) == 0 {
		t.Fatalf("%v: %v", results, err)
	}
	b.empty(t)
	return results[0]
}

func (b bench) empty(t *testing.T) {
	t.Helper()
	list, err := os.ReadDir(b.Temp)
	if err != nil || len(list) > 0 {
		t.Errorf("left in the temporary directory: %v, %v", list, err)
	}
}

// marked counts the processes whose environment has a mark.
func marked(t *testing.T, mark string) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil && bytes.Contains(data, []byte("VERIFY_MARK="+mark)) {
			n++
		}
	}
	return n
}

func TestTreeIsWritten(t *testing.T) {
	b := newBench(t, map[string]string{"a/b.txt": "hello\n", "c d": "x", "run.sh": "#!/bin/sh\ncat a/b.txt; echo; ls -a\n"})
	r := b.one(t, "sh", "./run.sh")
	log, err := os.ReadFile(r.Log)
	if err != nil || r.Status != verify.Passed || r.Exit != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := string(log); !strings.HasPrefix(got, "hello\n") || !strings.Contains(got, "\nc d\n") || strings.Contains(got, ".git\n") {
		t.Errorf("it saw %q", got)
	}
	if info, err := os.Stat(r.Log); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the log: %v, %v", info, err)
	}
}

func TestCommandsThatMisbehave(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		status verify.Status
	}{
		"never ends":            {`sleep 1000`, verify.Timeout},
		"ignores SIGTERM":       {`trap '' TERM; while :; do sleep 1; done`, verify.Timeout},
		"forks twice":           {`(setsid sh -c '(sleep 1000 &) ; sleep 1000' &) ; exit 0`, verify.Passed},
		"leaves a daemon":       {`setsid nohup sh -c 'while :; do sleep 1; done' >/dev/null 2>&1 & exit 3`, verify.Failed},
		"holds the output open": {`sleep 1000 & exit 0`, verify.Passed},
		"leaves it read-only":   {`mkdir -p x/y; echo 1 >x/y/z; chmod 400 x/y/z; chmod 500 x/y; chmod 100 x; exit 0`, verify.Passed},
		"links to outside":      {`ln -s / root; ln -s "$HOME" home; exit 0`, verify.Passed},
		"is killed":             {`kill -9 $$`, verify.Failed},
		"removes its directory": {`rm -rf "$PWD"`, verify.Passed},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, map[string]string{"f": "1"})
			mark := strings.ReplaceAll(name, " ", "-")
			b.Environ = append(b.Environ, "VERIFY_MARK="+mark)
			b.Timeout = 1500 * time.Millisecond
			if r := b.one(t, "sh", "-c", c.script); r.Status != c.status {
				t.Errorf("got %s (%s), want %s", r.Status, r.Reason, c.status)
			}
			if n := marked(t, mark); n > 0 {
				t.Errorf("%d processes are left", n)
			}
		})
	}
}

func TestFlood(t *testing.T) {
	b := newBench(t, map[string]string{"f": "1"})
	r := b.one(t, "sh", "-c", "yes flooding | head -c 100000000; echo the end; exit 7")
	if r.Status != verify.Failed || r.Exit != 7 || !strings.HasSuffix(string(r.Tail), "the end\n") || len(r.Tail) > 1<<17 {
		t.Errorf("%s, %d, %d bytes", r.Status, r.Exit, len(r.Tail))
	}
	if info, err := os.Stat(r.Log); err != nil || info.Size() > 65<<20 || info.Size() < 64<<20 {
		t.Errorf("the log: %v, %v", info, err)
	}
}

func TestEnvironmentOfTheCommand(t *testing.T) {
	b := newBench(t, map[string]string{"f": "1"})
	b.Environ = append(b.Environ, "GITHUB_TOKEN=a", "NPM_TOKEN=b", "GIT_DIR=/c", "SSH_AUTH_SOCK=/d", "MINE_TOKEN=e", "PLAIN=f")
	b.Allow = []string{"MINE_TOKEN"}
	r := b.one(t, "sh", "-c", "env | grep -E '^(GITHUB_TOKEN|NPM_TOKEN|GIT_DIR|SSH_AUTH_SOCK|MINE_TOKEN|PLAIN)=' | sort")
	log, err := os.ReadFile(r.Log)
	if err != nil || string(log) != "MINE_TOKEN=e\nPLAIN=f\n" {
		t.Errorf("%q, %v", log, err)
	}
}

func TestInterrupt(t *testing.T) {
	b := newBench(t, map[string]string{"f": "1"})
	b.Environ = append(b.Environ, "VERIFY_MARK=interrupt")
	started := filepath.Join(t.TempDir(), "started")
	b.Argv = []string{"sh", "-c", `(setsid sleep 1000 &); : >"$0"; sleep 1000`, started}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for range 1000 {
			if _, err := os.Stat(started); err == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	if _, err := b.Run(ctx); err == nil || ctx.Err() == nil {
		t.Errorf("got %v", err)
	}
	b.empty(t)
	if n := marked(t, "interrupt"); n > 0 {
		t.Errorf("%d processes are left", n)
	}
}

// A guard that is killed leaves its work to the process that started it.
func TestGuardIsKilled(t *testing.T) {
	b := newBench(t, map[string]string{"f": "1"})
	b.Environ = append(b.Environ, "VERIFY_MARK=guardless")
	b.Argv = []string{"sh", "-c", `setsid sleep 1000 & kill -9 $PPID; sleep 1000`}
	if _, err := b.Run(t.Context()); err == nil {
		t.Error("a guard that was killed is not said")
	}
	b.empty(t)
	for range 100 { // the kernel ends what the guard had started
		if marked(t, "guardless") == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d processes are left", marked(t, "guardless"))
}

func TestSweep(t *testing.T) {
	temp := t.TempDir()
	for _, name := range []string{"git-backport-verify-dead", "git-backport-verify-other", "another"} {
		if err := os.MkdirAll(filepath.Join(temp, name, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"git-backport-verify-dead", "another"} {
		if err := os.WriteFile(filepath.Join(temp, name, "lock"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := verify.Sweep(temp, ""); n != 1 {
		t.Errorf("%d removed", n)
	}
	for name, want := range map[string]bool{"git-backport-verify-dead": false, "git-backport-verify-other": true, "another": true} {
		if _, err := os.Stat(filepath.Join(temp, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServeRefusesOtherDirectories(t *testing.T) {
	dir := t.TempDir()
	if err := verify.Serve(strings.NewReader(""), &bytes.Buffer{}, dir, "", false); err == nil {
		t.Error("a directory that is not verify's was taken")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error("it was removed")
	}
}

// need skips a test where a program is not there.
func need(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("there is no %s here", name)
	}
}
