package child

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func shell(t *testing.T) Program {
	t.Helper()
	p, err := Find("sh")
	if err != nil {
		t.Skip("no sh on PATH")
	}
	return p
}

func TestRun(t *testing.T) {
	p := shell(t)
	res, err := p.Run(t.Context(), Call{Args: []string{"-c", `cat; echo "$A" >&2; exit 3`}, Env: []string{"A=b c"}, Stdin: []byte("in")})
	if err != nil || res.Code != 3 || string(res.Stdout) != "in" || string(res.Stderr) != "b c\n" {
		t.Errorf("got %q, %q, %d, %v", res.Stdout, res.Stderr, res.Code, err)
	}
}

func TestEnvironmentIsWhatIsAskedFor(t *testing.T) {
	t.Setenv("SECRET_TOKEN", "x")
	env, err := Find("env")
	if err != nil {
		t.Skip("no env on PATH")
	}
	res, err := env.Run(t.Context(), Call{Env: []string{"ONLY=this"}})
	if err != nil || string(res.Stdout) != "ONLY=this\n" {
		t.Errorf("got %q, %v", res.Stdout, err)
	}
}

func TestTimeoutEndsTheWholeGroup(t *testing.T) {
	p := shell(t)
	mark := filepath.Join(t.TempDir(), "mark")
	_, err := p.Run(t.Context(), Call{Args: []string{"-c", `(sleep 2; echo late >"$0") & wait`, mark}, Env: []string{"PATH=" + os.Getenv("PATH")}, Timeout: 200 * time.Millisecond})
	if !errors.Is(err, ErrTimeout) {
		t.Fatalf("got %v", err)
	}
	time.Sleep(2500 * time.Millisecond)
	if _, err := os.Stat(mark); err == nil {
		t.Error("a grandchild went on after the timeout")
	}
}

func TestCancel(t *testing.T) {
	p := shell(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Run(ctx, Call{Args: []string{"-c", "sleep 5"}}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

func TestFindRefusesTheCurrentDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "prog"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("PATH", ".")
	if _, err := Find("prog"); err == nil || !strings.Contains(err.Error(), "finding prog") {
		t.Errorf("got %v", err)
	}
}
