package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// scratch returns an empty object directory for what git writes, and what clears it.
func (b *bench) scratch() (dir string, clear func() error) {
	dir = filepath.Join(b.work, "scratch")
	return dir, func() error {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		return os.MkdirAll(dir, 0o755)
	}
}

func objects(dir string) string { return filepath.Join(dir, "objects") }

// mergeTree is git doing one pick. It writes what it makes to an empty directory.
func (b *bench) mergeTree(dir, name, source, onto string) command {
	scratch, clear := b.scratch()
	return command{
		name: name, before: clear,
		args: []string{b.git, "-C", dir, "merge-tree", "--write-tree", "--merge-base=" + source + "^", onto, source},
		env:  []string{"GIT_OBJECT_DIRECTORY=" + scratch, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + objects(dir)},
	}
}

// mergeTreeAgain is git doing a pick whose objects are there since the first turn: it has nothing to write.
func (b *bench) mergeTreeAgain(dir, name, source, onto string) command {
	c := b.mergeTree(dir, name, source, onto)
	kept := filepath.Join(b.work, "kept")
	c.before = func() error { return os.MkdirAll(kept, 0o755) }
	c.env[0] = "GIT_OBJECT_DIRECTORY=" + kept
	return c
}

// plan is the program planning a fix.
func (b *bench) plan(dir, name, source string, more ...string) command {
	return command{name: name, args: append([]string{b.ours, "-C", dir, "plan", source, "--json", "--no-why"}, more...)}
}

func onto(branches []string) []string {
	var args []string
	for _, ref := range branches {
		args = append(args, "--onto", ref)
	}
	return args
}

// borrow makes a bare repository at dir with the refs of another one, whose objects it borrows.
func (b *bench) borrow(from, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for _, sub := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	real, err := filepath.Abs(objects(from))
	if err != nil {
		return err
	}
	refs, err := b.run(from, "for-each-ref", "--format=%(objectname) %(refname)%(if)%(*objectname)%(then)%0a^%(*objectname)%(end)")
	if err != nil {
		return err
	}
	head, err := b.run(from, "symbolic-ref", "HEAD")
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"HEAD": "ref: " + head + "\n", "config": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
		"objects/info/alternates": real + "\n",
		"packed-refs":             "# pack-refs with: peeled fully-peeled sorted \n" + refs + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// crowd gives a borrowed repository as many refs as wanted, as a mirror of pull requests has them.
func (b *bench) crowd(dir string, count int) error {
	path := filepath.Join(dir, "packed-refs")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	ids, err := b.run(dir, "log", "--first-parent", "-n", "5000", "--format=%H", "HEAD")
	if err != nil {
		return err
	}
	commits := strings.Fields(ids)
	var pulls strings.Builder
	have := strings.Count(string(text), " refs/")
	for i := range max(0, count-have) {
		fmt.Fprintf(&pulls, "%s refs/pull/%06d/head\n", commits[i%len(commits)], i)
	}
	before, after := string(text), ""
	if i := strings.Index(before, " refs/tags/"); i >= 0 {
		line := strings.LastIndexByte(before[:i], '\n') + 1
		before, after = before[:line], before[line:]
	}
	return os.WriteFile(path, []byte(before+pulls.String()+after), 0o644)
}
