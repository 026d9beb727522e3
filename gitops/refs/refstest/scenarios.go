package refstest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
)

// A Scenario is a repository and a change of its refs.
type Scenario struct {
	Name     string
	Bare     bool
	Worktree bool // the change comes from a linked work tree called linked
	Mixed    bool // a reader may see a part of the change: a loose ref changes
	Setup    func(b *Builder)
	Tx       func(w *World) refs.Tx
}

// A Builder makes the template of a scenario. The first failure stays.
type Builder struct {
	*World
	Dir string
	err error
}

// Git runs git in the template.
func (b *Builder) Git(args ...string) {
	if b.err == nil {
		_, b.err = b.World.Git.Run(b.Dir, args...)
	}
}

// Ref makes a loose ref at one of the old commits.
func (b *Builder) Ref(name string, commit int) { b.Git("update-ref", name, b.Old[commit].String()) }

// Pack packs all refs.
func (b *Builder) Pack() { b.Git("pack-refs", "--all", "--prune") }

func create(names []string, ids []object.ID) (list []refs.Update) {
	for i, n := range names {
		list = append(list, refs.Update{Name: "refs/heads/" + n, New: ids[i%len(ids)]})
	}
	return list
}

// Scenarios returns the scenarios of the campaigns, small ones first.
func Scenarios() []Scenario {
	return append(packedScenarios(), looseScenarios()...)
}

func packedScenarios() []Scenario {
	nothing := func(*Builder) {}
	tags := func(b *Builder) {
		b.Ref("refs/heads/release-1", 0)
		b.Ref("refs/remotes/origin/release-2", 1)
		b.Git("tag", "-a", "-m", "a tag", "v1", b.Old[0].String())
		b.Pack()
		b.Ref("refs/heads/other", 2)
	}
	return []Scenario{
		{Name: "one new branch, nothing packed", Setup: nothing, Tx: func(w *World) refs.Tx {
			return refs.Tx{Updates: create([]string{"backport/x/release-1"}, w.Old)}
		}},
		{Name: "two new branches with their objects", Setup: tags, Tx: func(w *World) refs.Tx {
			return refs.Tx{Updates: create([]string{"backport/x/release-1", "backport/x/release-2"}, w.Fresh), Pack: w.Pack,
				Verifies: []refs.Verify{{Name: "refs/heads/release-1", Old: w.Old[0]}, {Name: "refs/remotes/origin/release-2", Old: w.Old[1]}}}
		}},
		{Name: "five new branches, nested names, objects", Setup: tags, Tx: func(w *World) refs.Tx {
			return refs.Tx{Updates: create([]string{"backport/x/a", "backport/x/bump/a", "backport/x/stable/1/2", "backport/y", "bump/1.2.3"}, w.Fresh), Pack: w.Pack,
				Verifies: []refs.Verify{{Name: "refs/heads/other", Old: w.Old[2]}}}
		}},
		{Name: "two new branches from a linked work tree", Worktree: true, Setup: func(b *Builder) {
			b.Git("worktree", "add", "-q", "-b", "side", "../linked")
			b.err = relativeWorktree(b)
			b.Pack()
		}, Tx: func(w *World) refs.Tx {
			return refs.Tx{Updates: create([]string{"backport/x/release-1", "backport/x/release-2"}, w.Fresh), Pack: w.Pack}
		}},
		{Name: "two packed branches moved, one deleted", Setup: func(b *Builder) {
			b.Ref("refs/heads/backport/a", 0)
			b.Ref("refs/heads/backport/b", 0)
			b.Ref("refs/heads/backport/c", 0)
			b.Pack()
		}, Tx: func(w *World) refs.Tx {
			return refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/a", Old: w.Old[0], New: w.Old[1]},
				{Name: "refs/heads/backport/b", Old: w.Old[0], New: w.Old[2]}, {Name: "refs/heads/backport/c", Old: w.Old[0]}}}
		}},
		{Name: "bare, all logged, shared with the group", Bare: true, Setup: func(b *Builder) {
			b.Ref("refs/heads/release-1", 0)
			b.Pack()
		}, Tx: func(w *World) refs.Tx {
			return refs.Tx{Updates: create([]string{"backport/x/release-1", "backport/x/release-2"}, w.Fresh), Pack: w.Pack,
				Log: refs.LogAll, Shared: refs.Shared{Bits: 0o660}}
		}},
		{Name: "objects alone, held", Setup: nothing, Tx: func(w *World) refs.Tx {
			p := *w.Pack
			p.Hold = true
			return refs.Tx{Pack: &p}
		}},
	}
}

func looseScenarios() []Scenario {
	return []Scenario{
		{Name: "a loose branch moved, one created", Mixed: true, Setup: func(b *Builder) {
			b.Pack()
			b.Ref("refs/heads/backport/a", 0)
		}, Tx: func(w *World) refs.Tx {
			return refs.Tx{Pack: w.Pack, Updates: append(create([]string{"backport/b/c"}, w.Fresh),
				refs.Update{Name: "refs/heads/backport/a", Old: w.Old[0], New: w.Fresh[1]})}
		}},
		{Name: "branches deleted: loose, packed, both", Mixed: true, Setup: func(b *Builder) {
			b.Ref("refs/heads/backport/x/both", 0)
			b.Ref("refs/heads/backport/x/packed", 1)
			b.Pack()
			b.Ref("refs/heads/backport/x/both", 1)
			b.Ref("refs/heads/backport/x/loose", 2)
		}, Tx: func(w *World) refs.Tx {
			return refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/x/both", Old: w.Old[1]},
				{Name: "refs/heads/backport/x/loose", Old: w.Old[2]}, {Name: "refs/heads/backport/x/packed", Old: w.Old[1]}}}
		}},
		{Name: "five loose: moved, deleted, created", Mixed: true, Setup: func(b *Builder) {
			for i, n := range []string{"a", "b", "c"} {
				b.Ref("refs/heads/backport/"+n, i)
			}
			b.Ref("refs/heads/release-1", 0)
		}, Tx: func(w *World) refs.Tx {
			return refs.Tx{Verifies: []refs.Verify{{Name: "refs/heads/release-1", Old: w.Old[0]}},
				Updates: append(create([]string{"backport/d", "backport/e/f"}, w.Old),
					refs.Update{Name: "refs/heads/backport/a", Old: w.Old[0], New: w.Old[2]},
					refs.Update{Name: "refs/heads/backport/b", Old: w.Old[1]},
					refs.Update{Name: "refs/heads/backport/c", Old: w.Old[2], New: w.Old[0]})}
		}},
		{Name: "tags created loose beside a branch", Mixed: true, Setup: func(b *Builder) { b.Pack() }, Tx: func(w *World) refs.Tx {
			return refs.Tx{Log: refs.LogAll, Updates: append(create([]string{"backport/a"}, w.Old),
				refs.Update{Name: "refs/tags/v1", New: w.Old[0]}, refs.Update{Name: "refs/tags/v2", New: w.Old[1]})}
		}},
		{Name: "a loose branch moved from a linked work tree", Mixed: true, Worktree: true, Setup: func(b *Builder) {
			b.Git("worktree", "add", "-q", "-b", "side", "../linked")
			b.err = relativeWorktree(b)
			b.Ref("refs/heads/backport/a", 0)
			b.Ref("refs/heads/backport/b", 0)
		}, Tx: func(w *World) refs.Tx {
			return refs.Tx{Updates: []refs.Update{{Name: "refs/heads/backport/a", Old: w.Old[0], New: w.Old[1]},
				{Name: "refs/heads/backport/b", Old: w.Old[0], New: w.Old[1]}}}
		}},
	}
}

// Large returns fifty new branches beside so many packed refs.
func Large(packed int) Scenario {
	return Scenario{Name: fmt.Sprintf("fifty new branches beside %d packed refs", packed), Setup: func(b *Builder) {
		var text strings.Builder
		text.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
		for i := range packed {
			fmt.Fprintf(&text, "%s refs/heads/many/%07d\n", b.Old[i%3], i)
		}
		if b.err == nil {
			b.err = os.WriteFile(filepath.Join(b.Dir, ".git", "packed-refs"), []byte(text.String()), 0o644)
		}
	}, Tx: func(w *World) refs.Tx {
		var names []string
		for i := range 50 {
			names = append(names, fmt.Sprintf("backport/x/release-%d", i))
		}
		return refs.Tx{Updates: create(names, w.Fresh), Pack: w.Pack}
	}}
}

// relativeWorktree makes the links between a work tree and its repository relative, so that copies
// of the template keep to themselves.
func relativeWorktree(b *Builder) error {
	if b.err != nil {
		return b.err
	}
	if err := os.WriteFile(filepath.Join(b.Base, "linked", ".git"), []byte("gitdir: ../repo/.git/worktrees/linked\n"), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.Dir, ".git", "worktrees", "linked", "gitdir"), []byte("../../../../linked/.git\n"), 0o644)
}
