package refs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/gitops/refs/refstest"
	"github.com/git-backport/git-backport/internal/txfs"
)

// childVariable asks the test binary to be the process that is broken: "kill 17 DIR" and the like.
const childVariable = "GIT_BACKPORT_REFS_TEST_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childVariable); order != "" {
		os.Exit(child(strings.Fields(order)))
	}
	os.Exit(m.Run())
}

// child makes one change in the git directory it is given, under a limit or to be killed.
func child(order []string) int {
	var at int
	_, err := fmt.Sscan(order[1], &at)
	if err != nil {
		return 9
	}
	f := &txfs.Faulty{Under: txfs.Real{}, At: at, Kind: txfs.Kill, Die: func() {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}}
	switch order[0] {
	case "torn":
		f.Kind = txfs.TornKill
	case "files": // EMFILE: at is how many files may be open
		f.Kind = txfs.NoFault
		err = unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(at), Max: uint64(at)})
	case "size": // EFBIG: at is how long a file may be
		f.Kind = txfs.NoFault
		err = unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(at), Max: uint64(at)})
	case "user": // EACCES: as nobody
		f.Kind = txfs.NoFault
		err = syscall.Setuid(65534)
	}
	if err != nil {
		return 9
	}
	err = refs.OpenFS(order[2], order[2], f).Commit(context.Background(), childTx(order[3:]))
	var readOnly *refs.ReadOnlyError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &readOnly):
		fmt.Println(err)
		return 3
	}
	fmt.Println(err)
	return 1
}

func childTx(ids []string) refs.Tx {
	tx := refs.Tx{OpID: "op1", Committer: refstest.Ident}
	for i, hex := range ids {
		u := refs.Update{Name: fmt.Sprintf("refs/heads/backport/x/release-%d", i), Message: "backport: op1"}
		if err := u.New.UnmarshalText([]byte(hex)); err != nil {
			panic(err)
		}
		tx.Updates = append(tx.Updates, u)
	}
	return tx
}

func runChild(t *testing.T, order ...string) (out string, state *os.ProcessState) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+strings.Join(order, " "))
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState
}

// allOrNone recovers and demands none or both of the branches, and a repository without a trace else.
func allOrNone(t *testing.T, dir string, want ...string) (made bool) {
	t.Helper()
	s := refs.Open(dir, dir)
	count := func() int { return len(strings.Fields(listing(t, s, "refs/heads/backport/"))) / 2 }
	if n := count(); n != 0 && n != len(want) {
		t.Fatalf("before recovery %d of %d branches are there", n, len(want))
	}
	if err := s.Recover(context.Background()); err != nil {
		t.Fatal(err)
	}
	n := count()
	if n != 0 && n != len(want) {
		t.Fatalf("%d of %d branches are there", n, len(want))
	}
	left, err := s.Pending()
	if err != nil || len(left) != 0 {
		t.Fatalf("left behind: %v, %v", left, err)
	}
	for i := range want {
		log, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("logs/refs/heads/backport/x/release-%d", i)))
		if lines := strings.Count(string(log), "\n"); (n > 0) != (lines == 1) || n == 0 && !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%d branches and the reflog %q, %v", n, log, err)
		}
	}
	return n > 0
}

// TestRealKill kills a real process with SIGKILL, its lock with it.
func TestRealKill(t *testing.T) {
	w := world(t, refstest.Scenarios()[0])
	outcomes := map[bool]int{}
	for i, at := range []int{1, 7, 14, 20, 26, 31, 36, 40, 43, 46, 49, 52, 55, 58, 61, 64, 67, 70} {
		dir := filepath.Join(scratch(t), "git")
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(w.Base, "repo", ".git"))); err != nil {
			t.Fatal(err)
		}
		how := []string{"kill", "torn"}[i%2]
		_, state := runChild(t, how, fmt.Sprint(at), dir, w.Old[0].String(), w.Old[1].String())
		if status, ok := state.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
			t.Fatalf("%s at %d: %v", how, at, state)
		}
		outcomes[allOrNone(t, dir, w.Old[0].String(), w.Old[1].String())]++
	}
	if outcomes[true] == 0 || outcomes[false] == 0 {
		t.Errorf("%v: the kills do not reach over the commit point", outcomes)
	}
}

// TestLimits runs into the limits of a process on open files and on the length of a file.
func TestLimits(t *testing.T) {
	w := world(t, refstest.Scenarios()[1]) // has packed refs: several hundred bytes
	for _, c := range []struct{ what, limit, says string }{{"files", "8", "too many open files"}, {"files", "9", "too many open files"}, {"files", "10", "too many open files"}, {"files", "11", "too many open files"}, {"size", "300", "file too large"}} {
		dir := filepath.Join(scratch(t), "git")
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(w.Base, "repo", ".git"))); err != nil {
			t.Fatal(err)
		}
		before := listing(t, refs.Open(dir, dir), "")
		out, state := runChild(t, c.what, c.limit, dir, w.Old[0].String(), w.Old[1].String())
		made := allOrNone(t, dir, w.Old[0].String(), w.Old[1].String())
		if made != state.Success() || !made && !strings.Contains(out, c.says) {
			t.Errorf("%s %s: %v, made %v, said %q", c.what, c.limit, state, made, out)
		}
		if got := listing(t, refs.Open(dir, dir), ""); !made && got != before {
			t.Errorf("%s: refs are\n%s\nwere\n%s", c.what, got, before)
		}
	}
}

func mount(t *testing.T, source, kind string, flags uintptr, data string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount(source, dir, kind, flags, data); err != nil {
		t.Skipf("mounting a %s is not permitted here: %v", kind, err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk fills a small file system to the last block and less, at every step of a block.
func TestFullDisk(t *testing.T) {
	w := world(t, refstest.Scenarios()[1])
	disk := mount(t, "tmpfs", "tmpfs", 0, "size=1m")
	outcomes := map[bool]int{}
	for free := range 24 {
		dir := filepath.Join(disk, "git")
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(w.Base, "repo", ".git"))); err != nil {
			t.Fatal(err)
		}
		fill(t, filepath.Join(disk, "fill"), int64(free)*4096)
		before := listing(t, refs.Open(dir, dir), "")
		tx := childTx([]string{w.Fresh[0].String(), w.Fresh[1].String()})
		p := *w.Pack
		tx.Pack = &p
		err := refs.Open(dir, dir).Commit(context.Background(), tx)
		var unfinished *refs.UnfinishedError
		if err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%d blocks free: %v", free, err)
		}
		if err != nil && !errors.As(err, &unfinished) && listing(t, refs.Open(dir, dir), "") != before {
			t.Errorf("%d blocks free: a clean error changed refs", free)
		}
		if err := os.Remove(filepath.Join(disk, "fill")); err != nil {
			t.Fatal(err)
		}
		made := allOrNone(t, dir, tx.Updates[0].New.String(), tx.Updates[1].New.String())
		outcomes[made]++
		if err == nil && !made {
			t.Errorf("%d blocks free: said to be done, and is not", free)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if outcomes[true] == 0 || outcomes[false] == 0 {
		t.Errorf("%v: the disk was never full, or always", outcomes)
	}
}

// fill takes all the space of a file system but so many bytes.
func fill(t *testing.T, path string, leave int64) {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(path), &st); err != nil {
		t.Fatal(err)
	}
	size := int64(st.Bavail)*st.Bsize - leave
	if err := os.WriteFile(path, make([]byte, max(0, size)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadOnlyMount(t *testing.T) {
	w := world(t, refstest.Scenarios()[1])
	source := filepath.Join(w.Base, "repo", ".git")
	dir := mount(t, source, "bind", unix.MS_BIND, "")
	if err := unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Skipf("mounting read-only is not permitted here: %v", err)
	}
	var readOnly *refs.ReadOnlyError
	err := refs.Open(dir, dir).Commit(context.Background(), childTx([]string{w.Old[0].String()}))
	if !errors.As(err, &readOnly) || !errors.Is(err, syscall.EROFS) {
		t.Errorf("%v", err)
	}
	if err := refs.Open(dir, dir).Recover(context.Background()); err != nil {
		t.Errorf("recovery with nothing to do: %v", err)
	}
	if got := listing(t, refs.Open(dir, dir), "refs/heads/release-1"); got == "" {
		t.Error("reading does not work")
	}
}

// TestNoPermission is another user's repository.
func TestNoPermission(t *testing.T) {
	w := world(t, refstest.Scenarios()[0])
	if os.Getuid() != 0 {
		t.Skip("needs root, to become somebody else")
	}
	dir := filepath.Join(scratch(t), "git")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(w.Base, "repo", ".git"))); err != nil {
		t.Fatal(err)
	}
	for d := dir; d != "/dev/shm" && d != "/tmp" && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	out, state := runChild(t, "user", "0", dir, w.Old[0].String())
	if state.ExitCode() == -1 || state.ExitCode() == 9 {
		t.Skipf("the test binary cannot be run as another user here: %v", state)
	}
	if state.ExitCode() != 3 || !strings.Contains(out, "permission denied") {
		t.Errorf("%v, %q", state, out)
	}
	if left, err := refs.Open(dir, dir).Pending(); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}
