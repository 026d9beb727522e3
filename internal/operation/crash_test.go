package operation_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/txfs"
)

const who = "C O Mitter <c@example.com> 1784990000 +0000"

// A world is a copy of a small repository, opened with a file system of the test's.
type world struct {
	t       *testing.T
	dir     string
	repo    *gitops.Repo
	session *gitops.Session
	store   *operation.Store
}

// template makes a repository with one commit.
func template(t *testing.T) string {
	r := gittest.New(t)
	r.Git("commit", "-q", "--allow-empty", "-m", "base")
	if err := os.RemoveAll(filepath.Join(r.Dir, ".git", "hooks")); err != nil { // samples, copied often
		t.Fatal(err)
	}
	return r.Dir
}

func copyOf(t *testing.T, dir string) string {
	to := filepath.Join(t.TempDir(), "r")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func open(t *testing.T, dir string, fsys txfs.FS) *world {
	env, err := gitconfig.Host(func(key string) (string, bool) {
		if key == "GIT_CONFIG_NOSYSTEM" {
			return "1", true
		}
		return "", key == "HOME"
	}, dir)
	if err != nil {
		t.Fatal(err)
	}
	repo, err := gitops.OpenFS(env, fsys)
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, dir: dir, repo: repo, session: repo.NewSession(), store: operation.Open(repo)}
}

// commit makes a commit on main's tip in memory.
func (w *world) commit(message string) gitops.ID {
	tip, err := w.repo.Ref("refs/heads/main")
	if err != nil {
		w.t.Fatal(err)
	}
	tree, err := w.session.TreeOf(tip)
	if err != nil {
		w.t.Fatal(err)
	}
	if tree, err = w.session.ReplaceFiles(tree, map[string][]byte{"f": []byte(message)}); err != nil {
		w.t.Fatal(err)
	}
	id, err := w.session.WriteCommit(&gitops.Commit{Tree: tree, Parents: []gitops.ID{tip}, Author: []byte(who), Committer: []byte(who), Message: []byte(message + "\n")})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// plan makes an operation on two branches, whose commits say text.
func (w *world) plan(text string, open bool) (*operation.Operation, []gitops.RefUpdate) {
	id, err := operation.NewID()
	if err != nil {
		w.t.Fatal(err)
	}
	op := &operation.Operation{ID: id, Kind: operation.KindApply, Name: "n", Sources: []gitops.ID{}, Committer: who, Targets: []operation.Target{}, Changes: []operation.Change{}}
	var updates []gitops.RefUpdate
	for _, line := range []string{"a", "b"} {
		head := w.commit(text + line)
		ref := "refs/heads/backport/n/" + line
		op.Targets = append(op.Targets, operation.Target{Line: line, Branch: "release-" + line, Status: operation.TargetReady, Ref: ref, Head: head, Commits: []gitops.ID{head}})
		updates = append(updates, gitops.RefUpdate{Name: ref, New: head})
	}
	if open {
		op.Targets = append(op.Targets, operation.Target{Line: "c", Branch: "release-c", Status: "conflicted", Commits: []gitops.ID{}, Conflicts: []operation.Conflict{{Path: []byte("f"), Kind: "content"}}})
	}
	return op, updates
}

func (w *world) apply(text string) error {
	op, updates := w.plan(text, false)
	return w.store.Apply(context.Background(), w.session, op, updates, operation.Run{Committer: who, Now: 10, Replace: true})
}

func (w *world) undo() error {
	_, err := w.store.Undo(context.Background(), w.session, "", operation.Run{Committer: who, Now: 20})
	return err
}

// redo takes the last undo back, by its name.
func (w *world) redo() error {
	log, err := w.store.Load()
	if err != nil {
		return err
	}
	_, err = w.store.Undo(context.Background(), w.session, log.Latest().ID, operation.Run{Committer: who, Now: 20})
	return err
}

func (w *world) record() error {
	op, _ := w.plan("x", true)
	_, err := w.store.Record(context.Background(), w.session, op, 10)
	return err
}

func (w *world) drop() error {
	_, err := w.store.Drop(context.Background(), w.session, "", "c", "", operation.Run{Committer: who, Now: 20})
	return err
}

// settle puts a person's result in the place of the conflict on c.
func (w *world) settle() error {
	log, err := w.store.Load()
	if err != nil {
		return err
	}
	op, t, err := log.Waiting("", "c")
	if err != nil {
		return err
	}
	now := *t
	now.Status, now.Conflicts, now.Ref, now.Head = operation.TargetReady, nil, "refs/heads/backport/n/c", w.commit("settled")
	now.Commits = []gitops.ID{now.Head}
	_, err = w.store.Settle(context.Background(), w.session, op.ID, []operation.Settlement{{Was: *t, Now: now}}, operation.Run{Committer: who, Now: 20})
	return err
}

// refs returns what the branches hold, "-" for nothing.
func (w *world) refs() string {
	var out []string
	for _, line := range []string{"a", "b", "c"} {
		id, err := w.repo.Ref("refs/heads/backport/n/" + line)
		switch {
		case errors.Is(err, gitops.ErrNoRef):
			out = append(out, "-")
		case err != nil:
			w.t.Fatal(err)
		default:
			out = append(out, id.String())
		}
	}
	return strings.Join(out, " ")
}

// said returns what the records say that the branches hold.
func (w *world) said() string {
	log, err := w.store.Load()
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, line := range []string{"a", "b", "c"} {
		id, _ := log.Left("refs/heads/backport/n/" + line)
		if id.IsZero() {
			out = append(out, "-")
		} else {
			out = append(out, id.String())
		}
	}
	for _, op := range log.All() {
		if op.State == operation.StateLanding {
			w.t.Errorf("operation %d is still landing after recovery", op.Seq)
		}
	}
	return strings.Join(out, " ")
}

type scenario struct {
	name   string
	before []func(*world) error
	act    func(*world) error
}

func scenarios() []scenario {
	apply := func(text string) func(*world) error { return func(w *world) error { return w.apply(text) } }
	part := func(w *world) error {
		op, updates := w.plan("x", true)
		return w.store.Apply(context.Background(), w.session, op, updates, operation.Run{Committer: who, Now: 10})
	}
	return []scenario{
		{"apply", nil, apply("x")},
		{"replace", []func(*world) error{apply("x")}, apply("y")},
		{"undo", []func(*world) error{apply("x")}, (*world).undo},
		{"redo", []func(*world) error{apply("x"), (*world).undo}, (*world).redo},
		{"undo of replace", []func(*world) error{apply("x"), apply("y")}, (*world).undo},
		{"record", nil, (*world).record},
		{"drop", []func(*world) error{(*world).record}, (*world).drop},
		{"in part", nil, part},
		{"settle after part", []func(*world) error{part}, (*world).settle},
		{"settle", []func(*world) error{(*world).record}, (*world).settle},
	}
}

// TestCrashes dies, or meets an error, at each step of each verb. After recovery the branches are as
// before or as after, all of them, the records say the same, and the verb can be run again.
func TestCrashes(t *testing.T) {
	base, points := template(t), 0
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			start := copyOf(t, base)
			for _, do := range sc.before {
				if err := do(open(t, start, gittest.Unflushed{})); err != nil {
					t.Fatal(err)
				}
			}
			before := open(t, start, gittest.Unflushed{}).refs()
			counter := &txfs.Faulty{Under: gittest.Unflushed{}}
			end := open(t, copyOf(t, start), counter)
			if err := sc.act(end); err != nil {
				t.Fatal(err)
			}
			after := end.refs()
			if sc.name != "record" && before == after {
				t.Fatal("the scenario changes nothing")
			}
			for i, kind := range []txfs.FaultKind{txfs.Kill, txfs.TornKill, txfs.ErrOnce, txfs.ErrAlways} {
				for at := 1; at <= counter.Count(); at++ {
					if (at+i)%8 != 0 && os.Getenv("GIT_BACKPORT_CAMPAIGN") == "" {
						continue // the campaign strikes everywhere
					}
					points++
					strike(t, sc, copyOf(t, start), &txfs.Faulty{Under: gittest.Unflushed{}, At: at, Kind: kind, Err: syscall.ENOSPC}, before, after)
				}
			}
		})
	}
	t.Logf("%d faults", points)
}

func strike(t *testing.T, sc scenario, dir string, faulty *txfs.Faulty, before, after string) {
	t.Helper()
	failed := sc.act(open(t, dir, faulty))
	w := open(t, dir, gittest.Unflushed{})
	if err := w.store.Recover(context.Background(), 30); err != nil {
		t.Errorf("%s at %s: recovery: %v", faulty.Kind, faulty.Hit(), err)
		return
	}
	got := w.refs()
	if got != before && got != after {
		t.Errorf("%s at %s: the branches hold %s, neither %s nor %s", faulty.Kind, faulty.Hit(), got, before, after)
	}
	if failed == nil && got != after {
		t.Errorf("%s at %s: no error, and the branches hold %s", faulty.Kind, faulty.Hit(), got)
	}
	if said := w.said(); said != got {
		t.Errorf("%s at %s: the records say %s, and the branches hold %s (%v)", faulty.Kind, faulty.Hit(), said, got, failed)
	}
	if sc.name == "record" {
		if err := w.record(); err != nil {
			t.Errorf("%s at %s: again: %v", faulty.Kind, faulty.Hit(), err)
		}
		if err := w.drop(); err != nil {
			t.Errorf("%s at %s: drop: %v", faulty.Kind, faulty.Hit(), err)
		}
		return
	}
	if got == before {
		if err := again(sc, w); err != nil {
			t.Errorf("%s at %s: again: %v", faulty.Kind, faulty.Hit(), err)
		}
		if now := open(t, dir, gittest.Unflushed{}).refs(); now != after {
			t.Errorf("%s at %s: again, and the branches hold %s, not %s", faulty.Kind, faulty.Hit(), now, after)
		}
	}
}

// again runs the verb a second time. What was recorded before the landing failed is gone on
// with by continue.
func again(sc scenario, w *world) error {
	err := sc.act(w)
	if (sc.name == "drop" || strings.HasPrefix(sc.name, "settle")) && err != nil {
		_, err = w.store.Continue(context.Background(), w.session, "", operation.Run{Committer: who, Now: 40})
	}
	return err
}
