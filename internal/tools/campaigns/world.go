//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	policyFile = `schema = 1
[repo]
branch = ["release-{major}.0.0"]
tag = ["v{version}"]
[class.normal]
phases = [{ name = "current", until = "9 releases" }]
`
	numbers = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"
)

// cargo is the version file of a line.
func cargo(n int) string {
	return fmt.Sprintf("[package]\nname = \"it\"\nversion = \"%d.0.0\"\n", n)
}

// A step of the making of a world: a branch, and files with what they hold.
type commit struct {
	branch, from, message, date string
	files                       map[string]string
	tag                         string
}

// history is a project with four lines: a fix that is clean on all, one that conflicts on two, one on all,
// and two that are on a topic branch alone.
func history() []commit {
	line := func(n int, date string) commit {
		return commit{
			branch: fmt.Sprintf("release-%d.0.0", n), from: "main", message: fmt.Sprintf("Release %d.0.0", n), date: date, tag: fmt.Sprintf("v%d.0.0", n),
			files: map[string]string{"Cargo.toml": cargo(n), "own/" + fmt.Sprint(n): "own\n"},
		}
	}
	one, two := line(1, "2026-01-20"), line(2, "2026-03-20")
	one.files["d/app.txt"] = strings.Replace(numbers, "five", "five of one", 1)
	two.files["d/app.txt"] = strings.Replace(numbers, "five", "five of two", 1)
	three, four := line(3, "2026-05-20"), line(4, "2026-06-20")
	main := func(date, message string, files map[string]string) commit {
		return commit{branch: "main", message: message, date: date, files: files}
	}
	return []commit{
		main("2026-01-05", "begin", map[string]string{"backport.toml": policyFile, "d/app.txt": numbers, "d/lib.txt": numbers, "Cargo.toml": cargo(0), "all.txt": numbers}),
		one, two, three, four,
		main("2026-07-01", "fix: clean everywhere", map[string]string{"d/lib.txt": strings.Replace(numbers, "two", "two, fixed", 1)}),
		main("2026-07-02", "fix: conflicts on two lines", map[string]string{"d/app.txt": strings.Replace(numbers, "five", "five, fixed", 1)}),
		main("2026-07-03", "all changes", map[string]string{"all.txt": strings.Replace(numbers, "nine", "nine of main", 1)}),
		main("2026-07-04", "fix: conflicts on all lines", map[string]string{"all.txt": strings.Replace(numbers, "nine", "nine, fixed", 1), "new/file.txt": "new\n"}),
		{branch: "topic", from: "main", message: "fix: on a topic branch, clean", date: "2026-07-05", files: map[string]string{"d/lib.txt": strings.Replace(numbers, "ten", "ten, fixed on topic", 1), "topic/new.txt": "topic\n"}},
		{branch: "topic2", from: "main", message: "fix: on a topic branch, conflicts", date: "2026-07-06", files: map[string]string{"all.txt": strings.Replace(numbers, "one", "one, fixed on topic", 1), "d/app.txt": strings.Replace(numbers, "five", "five, fixed on topic", 1), "topic/two.txt": "two\n"}},
	}
}

// prepare makes the template: a store whose objects a clone borrows.
func (b *bench) prepare() error {
	b.template = filepath.Join(b.dir, "template")
	store, clone := filepath.Join(b.template, "store"), filepath.Join(b.template, "r")
	if err := os.MkdirAll(b.template, 0o755); err != nil {
		return err
	}
	if _, err := b.runGit(b.template, "init", "-q", "-b", "main", "store"); err != nil {
		return err
	}
	made := map[string]bool{"main": true}
	for _, c := range history() {
		if err := b.commit(store, c, !made[c.branch]); err != nil {
			return err
		}
		made[c.branch] = true
	}
	for _, args := range [][]string{
		{"-C", "store", "checkout", "-q", "main"}, {"clone", "-q", "-s", "store", "r"}, {"-C", "r", "config", "gc.auto", "0"},
		{"-C", "r", "config", "maintenance.auto", "false"}, {"-C", "r", "config", "gc.writeCommitGraph", "false"}, {"-C", "store", "config", "gc.writeCommitGraph", "false"},
	} {
		if _, err := b.runGit(b.template, args...); err != nil {
			return err
		}
	}
	for branch := range made {
		if branch == "main" {
			continue
		}
		if _, err := b.runGit(clone, "branch", "-q", "--no-track", branch, "origin/"+branch); err != nil {
			return err
		}
	}
	if _, err := b.runGit(clone, "remote", "remove", "origin"); err != nil {
		return err
	}
	for _, dir := range []string{store, clone} {
		if err := os.RemoveAll(filepath.Join(dir, ".git", "hooks")); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(clone, ".git", "objects", "info", "alternates"), []byte("../../../store/.git/objects\n"), 0o644)
}

func (b *bench) commit(dir string, c commit, create bool) error {
	if create {
		if _, err := b.runGit(dir, "checkout", "-q", "-b", c.branch, c.from); err != nil {
			return err
		}
	} else if _, err := b.start(dir, b.git, "checkout", "-q", c.branch); err != nil {
		return err
	}
	for name, text := range c.files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if _, err := b.runGit(dir, "add", "-A"); err != nil {
		return err
	}
	cmd, cancel := b.command(dir, b.git, "commit", "-q", "-m", c.message)
	defer cancel()
	cmd.Env = append(cmd.Env, "GIT_COMMITTER_DATE="+c.date+"T12:00:00Z", "GIT_AUTHOR_DATE="+c.date+"T12:00:00Z")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	if c.tag == "" {
		return nil
	}
	_, err := b.runGit(dir, "tag", c.tag)
	return err
}
