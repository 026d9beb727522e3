package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A world is the commits that all states hold, and where git and the results without any state are.
type world struct {
	git, dir string
	source   string // the repository that the states are made of: a work tree on the branch onto
	fixes    []string
	plain    map[string]string // the result without a state, by fix
}

// env is the environment of git in a state: nothing of this machine but what is added.
func (w *world) env(home string, extra ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "TZ=UTC", "LC_ALL=C", "GIT_EDITOR=true",
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=author@example.com", "GIT_AUTHOR_DATE=1700000000 +0100",
		"GIT_COMMITTER_NAME=C O Mitter", "GIT_COMMITTER_EMAIL=committer@example.com", "GIT_COMMITTER_DATE=1700000100 +0000",
	}, extra...)
}

// try runs git and returns its output, what it complained of, and its exit code.
func (w *world) try(ctx context.Context, dir string, env []string, stdin string, args ...string) (string, string, int, error) {
	cmd := exec.CommandContext(ctx, w.git, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, env, strings.NewReader(stdin)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return "", "", 0, err
	}
	return out.String(), complaints.String(), cmd.ProcessState.ExitCode(), nil
}

// must runs git commands, each a line of words, in a directory.
func (w *world) must(ctx context.Context, dir string, env []string, lines ...string) error {
	for _, line := range lines {
		_, complaints, code, err := w.try(ctx, dir, env, "", strings.Fields(line)...)
		if err != nil || code != 0 {
			return fmt.Errorf("git %s: exit %d %w\n%s", line, code, err, complaints)
		}
	}
	return nil
}

func numbered(prefix string, n int, end string, change ...string) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		line := fmt.Sprintf("%s line %d", prefix, i)
		if len(change) == 2 && change[0] == fmt.Sprint(i) {
			line = change[1]
		}
		b.WriteString(line + end)
	}
	return b.String()
}

func letters(text string) string { return strings.Join(strings.Split(text, ""), "\n") + "\n" }

// newWorld makes the source: a base, the branch onto, and the fixes.
func newWorld(ctx context.Context, git, dir string) (*world, error) {
	w := &world{git: git, dir: dir, source: filepath.Join(dir, "source"), plain: map[string]string{}}
	env := w.env(dir)
	base := map[string]string{
		"old": numbered("a", 20, "\n"), "dir/one": numbered("x", 10, "\n"), "dir/two": numbered("y", 10, "\n"), "text": numbered("z", 30, "\n"),
		"crlf": "a\r\nb\r\nc\r\n", "letters": letters("ab{c}bd"), "named": numbered("n", 12, "\r\n"), "drv": numbered("d", 9, "\n"), "safe": numbered("s", 9, "\n"),
	}
	onto := map[string]string{
		"old": "", "dir/one": "", "dir/two": "", "named": "", "new": "ours\n" + base["old"], "moved/one": base["dir/one"], "moved/two": base["dir/two"],
		"text": numbered("z", 30, "\n", "15", "ours"), "crlf": "a\nb\nc\n", "letters": letters("ab{cbd}bd"), "renamed": numbered("n", 12, "\n"),
		"drv": numbered("d", 9, "\n", "4", "ours"), ".gitattributes": "crlf text\ndrv merge=foo\nnamed diff=foo\nrenamed diff=foo\n",
	}
	everything := map[string]string{
		"old": numbered("a", 20, "\n", "10", "theirs"), "dir/three": "new\n", "text": numbered("z", 30, "\n", "15", "theirs"), "crlf": "a\r\nB\r\nc\r\n",
		"letters": letters("ab{}abc}{cc}{bd"), "named": numbered("n", 12, "\r\n", "3", "theirs"), "drv": numbered("d", 9, "\n", "7", "theirs"),
	}
	renamed := map[string]string{"old": numbered("a", 20, "\n", "10", "theirs"), "safe": numbered("s", 9, "\n", "2", "theirs"), "dir/one": numbered("x", 10, "\n", "4", "theirs")}
	if err := w.must(ctx, dir, env, "init -q -b start source", "-C source config gc.auto 0"); err != nil {
		return nil, err
	}
	for _, c := range []struct {
		name, message string
		files         map[string]string
	}{
		{"base", "base\n", base},
		{"everything", "all at once\n", everything},
		{"renamed", "renamed files\n\nSigned-off-by: X <x@y>\n", renamed},
		{"message", "m\n\n# comment\n\n\n; x \n\nkey=val\n", map[string]string{"note": "n\n"}},
		{"block", "m \xc3\xa9\n\nmykey: bar\nnot one\nnor this\nnor this\n", map[string]string{"note": "n\n"}},
		{"onto", "onto\n", onto},
	} {
		if c.name != "base" {
			if err := w.must(ctx, w.source, env, "checkout -q --detach base"); err != nil {
				return nil, err
			}
			if c.name != "onto" {
				w.fixes = append(w.fixes, c.name)
			}
		}
		if err := w.commit(ctx, env, c.name, c.message, c.files); err != nil {
			return nil, err
		}
	}
	return w, w.must(ctx, w.source, env, "branch -f main onto", "checkout -q main", "branch keep-everything everything", "branch keep-renamed renamed", "branch keep-message message", "branch keep-block block")
}

// commit commits files, an empty one being removed, and tags it.
func (w *world) commit(ctx context.Context, env []string, name, message string, files map[string]string) error {
	for path, text := range files {
		file := filepath.Join(w.source, path)
		if text == "" {
			if err := os.Remove(file); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := w.must(ctx, w.source, env, "-c core.autocrlf=false add -A"); err != nil {
		return err
	}
	if _, complaints, code, err := w.try(ctx, w.source, env, message, "commit", "-q", "--cleanup=verbatim", "-F", "-"); err != nil || code != 0 {
		return fmt.Errorf("commit %s: exit %d %w: %s", name, code, err, complaints)
	}
	return w.must(ctx, w.source, env, "tag "+name)
}
