package refstest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

// An Opponent is another process that works on the same repository meanwhile.
type Opponent struct {
	Name string
	Args []string // of git, run in Dir below the root; nil: another Commit
	Dir  string
	// Objects says that it removes objects: git fsck looks after every round, else after every tenth.
	Objects bool
	// Setup prepares one round's copy of the template.
	Setup func(w *World, repo string) error
	// Check looks whether what the opponent did is still there; ok reports whether it succeeded.
	Check func(w *World, repo string, ok bool) error
}

// RaceResult counts what happened in the rounds against one opponent.
type RaceResult struct {
	Rounds, Commits int
	Refused         int // changes of ours refused because of the opponent
	Lost            int // rounds in which the opponent failed, at a lock of ours or at the value
	Bad             []error
}

// Opponents lists them.
func Opponents() []Opponent {
	contested, other := "refs/heads/backport/x/release-1", "refs/heads/other"
	return []Opponent{
		{Name: "git update-ref, same branch", Args: []string{"update-ref", contested, "OLD0", strings.Repeat("0", 40)},
			Check: func(w *World, repo string, ok bool) error { return nil }},
		{Name: "git update-ref, other branch", Args: []string{"update-ref", other, "OLD0", "OLD2"}, Check: holds(other, 0)},
		{Name: "git branch -D", Args: []string{"branch", "-q", "-D", "release-1"}, Check: gone("refs/heads/release-1")},
		{Name: "git pack-refs --all --prune", Args: []string{"pack-refs", "--all", "--prune"}, Check: must},
		{Name: "git gc --prune=now", Args: []string{"gc", "-q", "--prune=now"}, Objects: true, Check: must},
		{Name: "git repack -ad", Args: []string{"repack", "-q", "-ad"}, Objects: true, Check: must},
		{Name: "git fetch --prune", Args: []string{"-c", "maintenance.auto=false", "fetch", "-q", "--prune", "../remote", "+refs/heads/*:refs/remotes/origin/*"},
			Setup: setupRemote, Check: checkRemote},
		{Name: "git rebase in a linked work tree", Args: []string{"-c", "maintenance.auto=false", "rebase", "-q", "main"}, Dir: "linked", Setup: setupRebase, Check: checkRebase},
		{Name: "another git-backport", Check: func(*World, string, bool) error { return nil }},
	}
}

func must(_ *World, _ string, ok bool) error {
	if !ok {
		return errors.New("git failed")
	}
	return nil
}

func holds(name string, commit int) func(*World, string, bool) error {
	return func(w *World, repo string, ok bool) error {
		got, err := w.Git.Run(repo, "rev-parse", "--verify", name)
		if err != nil || ok && got != w.Old[commit].String() {
			return fmt.Errorf("lost update: %q holds %s, %w", name, got, err)
		}
		return nil
	}
}

func gone(name string) func(*World, string, bool) error {
	return func(w *World, repo string, ok bool) error {
		if _, err := w.Git.Run(repo, "rev-parse", "--verify", "-q", name); ok && err == nil {
			return fmt.Errorf("%q was deleted and is back", name)
		}
		return nil
	}
}

func setupRemote(w *World, repo string) error {
	remote := filepath.Join(filepath.Dir(repo), "remote")
	if err := copyTree(repo, remote, true); err != nil {
		return err
	}
	_, err := w.Git.Run(remote, "update-ref", "refs/heads/release-2", w.Old[2].String())
	return err
}

func checkRemote(w *World, repo string, ok bool) error {
	if !ok {
		return errors.New("git fetch failed")
	}
	return errors.Join(holds("refs/remotes/origin/release-2", 2)(w, repo, ok), holds("refs/remotes/origin/release-1", 0)(w, repo, ok))
}

func setupRebase(w *World, repo string) error {
	linked := filepath.Join(filepath.Dir(repo), "linked")
	if _, err := w.Git.Run(repo, "worktree", "add", "-q", "-b", "side", linked, w.Old[0].String()); err != nil {
		return err
	}
	_, err := w.Git.Run(linked, "-c", "maintenance.auto=false", "commit", "-q", "--allow-empty", "-m", "side")
	return err
}

func checkRebase(w *World, repo string, ok bool) error {
	if !ok {
		return errors.New("git rebase failed")
	}
	if _, err := w.Git.Run(repo, "merge-base", "--is-ancestor", "main", "side"); err != nil {
		return fmt.Errorf("the rebase is lost: %w", err)
	}
	out, err := w.Git.Run(filepath.Join(filepath.Dir(repo), "linked"), "status", "--porcelain", "--untracked-files=no")
	if err == nil && out != "" {
		err = fmt.Errorf("the work tree differs: %s", out)
	}
	return err
}

// Race runs rounds against one opponent: while it works, two branches are made and deleted again and
// again, and after each step the state is compared with what Commit said.
func (w *World) Race(o Opponent, rounds int, seed uint64) (res RaceResult) {
	rng := rand.New(rand.NewPCG(seed, 3))
	for range rounds {
		res.Rounds++
		if err := w.raceRound(o, rng, &res); err != nil {
			res.Bad = append(res.Bad, fmt.Errorf("%s, round %d: %w", o.Name, res.Rounds, err))
			if len(res.Bad) >= 5 {
				return res
			}
		}
	}
	return res
}

func (w *World) raceRound(o Opponent, rng *rand.Rand, res *RaceResult) error {
	root, err := w.fresh()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(root) }()
	repo := filepath.Join(root, "repo")
	if o.Setup != nil {
		if err := o.Setup(w, repo); err != nil {
			return err
		}
	}
	var done atomic.Bool
	said := make(chan error, 1)
	go func() {
		said <- w.oppose(o, root, repo)
		done.Store(true)
	}()
	ours, err := w.back(root, rng, res, done.Load)
	theirs := <-said
	if err != nil {
		return err
	}
	if theirs != nil {
		res.Lost++
	}
	// git does not wait for every lock of ours, as it does not for those of other git processes.
	if theirs == nil || !strings.Contains(theirs.Error(), ".lock': File exists") {
		if err := o.Check(w, repo, theirs == nil); err != nil {
			return fmt.Errorf("%w (the opponent said %v)", err, theirs)
		}
	}
	if o.Args == nil {
		ours = "" // either may have had the last word
	}
	return w.afterRace(root, repo, ours, o.Objects || res.Rounds%10 == 0)
}

// oppose runs the opponent once.
func (w *World) oppose(o Opponent, root, repo string) error {
	if o.Args == nil {
		tx := w.Tx()
		tx.OpID = "op2"
		err := w.store(root, txfs.Real{}).Commit(context.Background(), tx)
		if allowed(err) {
			return nil
		}
		return err
	}
	args := make([]string, len(o.Args))
	for i, a := range o.Args {
		args[i] = strings.NewReplacer("OLD0", w.Old[0].String(), "OLD2", w.Old[2].String()).Replace(a)
	}
	dir := repo
	if o.Dir != "" {
		dir = filepath.Join(root, o.Dir)
	}
	_, stderr, err := w.Git.Try(dir, nil, args...)
	if err != nil {
		return fmt.Errorf("%w: %s", err, stderr)
	}
	return nil
}

// allowed reports whether an error is one that an opponent may cause.
func allowed(err error) bool {
	var (
		moved  *refs.MovedError
		exists *refs.ExistsError
		locked *refs.LockedError
		busy   *refs.BusyError
	)
	return err == nil || errors.As(err, &moved) || errors.As(err, &exists) || errors.As(err, &locked) || errors.As(err, &busy)
}

// back makes and deletes the branches until done, and returns what they must be at the end.
func (w *World) back(root string, rng *rand.Rand, res *RaceResult, done func() bool) (outcome, error) {
	s := w.store(root, txfs.Real{})
	state := allOld
	for i := 0; i == 0 || !done(); i++ {
		tx := w.Tx()
		tx.OpID = fmt.Sprintf("race%d", i)
		tx.Verifies = nil // the opponents change the bases
		if state == allNew {
			tx.Pack = nil
			for j := range tx.Updates {
				tx.Updates[j].Old, tx.Updates[j].New = tx.Updates[j].New, object.ID{}
			}
		}
		err := s.Commit(context.Background(), tx)
		res.Commits++
		switch {
		case err == nil && state == allOld:
			state = allNew
		case err == nil:
			state = allOld
		case allowed(err):
			res.Refused++
		default:
			return state, fmt.Errorf("%s, change %d: %w", root, i, err)
		}
		if state == allNew && rng.IntN(4) == 0 {
			for !done() { // leave them there for the opponent to trip over
				if _, err := s.Read(tx.Updates[0].Name); err != nil {
					return state, fmt.Errorf("a published branch: %w", err)
				}
			}
		}
	}
	return state, nil
}

// afterRace compares the branches with what was said last; deep asks git about the objects.
func (w *World) afterRace(root, repo string, want outcome, deep bool) error {
	tx := w.Tx()
	s := w.store(root, txfs.Real{})
	got := make([]object.ID, len(tx.Updates))
	for i, u := range tx.Updates {
		ref, err := s.Read(u.Name)
		if err != nil && !errors.Is(err, refs.ErrNotFound) {
			return err
		}
		got[i] = ref.ID
	}
	for i, u := range tx.Updates {
		theirs := i == 0 && got[0] == w.Old[0] && want == allOld // the contested one
		switch {
		case theirs:
		case want == allOld && !got[i].IsZero(), want == allNew && got[i] != u.New:
			return fmt.Errorf("%q holds %s, the refs should be %s", u.Name, got[i], want)
		case want == "" && got[i].IsZero() != got[0].IsZero():
			return errors.New("a part of the branches is there")
		}
	}
	if left, err := s.Pending(); err != nil || len(left) > 0 {
		return fmt.Errorf("left behind: %v, %w", left, err)
	}
	if err := w.noLocks(root); err != nil {
		return err
	}
	if !deep {
		return nil
	}
	out, stderr, err := w.Git.Try(repo, nil, "fsck", "--connectivity-only", "--no-dangling")
	if err != nil || strings.Contains(out+stderr, "error") || strings.Contains(out+stderr, "missing") {
		return fmt.Errorf("git fsck: %w %s%s", err, out, stderr)
	}
	return nil
}
