package mergetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// A Judge is a throw-away bare repository in which git merges cases.
type Judge struct {
	git, dir string
	env      []string
}

// NewJudge makes a judge of the git at path in the empty directory dir.
func NewJudge(git, dir string) (*Judge, error) {
	j := &Judge{git: git, dir: dir, env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull}}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	_, _, err := j.run(nil, "init", "-q", "--bare", "-b", "main", dir)
	return j, err
}

func (j *Judge) run(stdin []byte, args ...string) (out []byte, code int, err error) {
	args = append([]string{"-C", j.dir, "-c", "core.fsync=none", "-c", "fastimport.unpackLimit=0",
		"-c", "advice.submoduleMergeConflict=false"}, args...)
	cmd := exec.CommandContext(context.Background(), j.git, args...)
	cmd.Env, cmd.Stdin = j.env, bytes.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() >= 0 && exit.ExitCode() <= 128) {
		return nil, 0, fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	if cmd.ProcessState.ExitCode() > 1 {
		return stdout.Bytes(), cmd.ProcessState.ExitCode(), fmt.Errorf("git %s: %s", strings.Join(args, " "), stderr.Bytes())
	}
	return stdout.Bytes(), cmd.ProcessState.ExitCode(), nil
}

// Labels returns the labels that git uses for case i of a batch.
func Labels(i int) merge.Labels {
	return merge.Labels{Base: refName(i, 0), Ours: refName(i, 1), Theirs: refName(i, 2)}
}

func refName(i, side int) string {
	return fmt.Sprintf("%s-%d", [3]string{"base", "ours", "theirs"}[side], i)
}

// Merge has git merge all cases and returns its answers: in one process those without attributes, the
// others each in one of its own. It starts over in a new repository, so that batches do not add up.
func (j *Judge) Merge(cases []Case) ([]Answer, error) {
	if err := os.RemoveAll(filepath.Join(j.dir, "objects", "pack")); err != nil {
		return nil, err
	}
	var stream bytes.Buffer
	var together, alone []int
	for i, c := range cases {
		for side, files := range []Files{c.Base, c.Ours, c.Theirs} {
			writeCommit(&stream, i, side, files)
		}
		if c.hasAttributes() {
			alone = append(alone, i)
		} else {
			together = append(together, i)
		}
	}
	if _, _, err := j.run(stream.Bytes(), "fast-import", "--quiet", "--force", "--depth=0"); err != nil {
		return nil, err
	}
	answers := make([]Answer, len(cases))
	if err := j.mergeTogether(together, answers); err != nil {
		alone = append(alone, together...) // git died of one of them
	}
	for _, i := range alone {
		var options []string
		if cases[i].hasAttributes() { // git before 2.41 has no such option
			options = []string{"--attr-source=" + refName(i, 1)}
		}
		if err := j.mergeTogether([]int{i}, answers, options...); err != nil {
			answers[i] = Answer{Err: err.Error()}
		}
	}
	return answers, nil
}

// mergeTogether has one git process merge some cases.
func (j *Judge) mergeTogether(cases []int, answers []Answer, options ...string) error {
	var input bytes.Buffer
	for _, i := range cases {
		fmt.Fprintf(&input, "%s %s\n", refName(i, 1), refName(i, 2))
	}
	out, _, err := j.run(input.Bytes(), append(options, "merge-tree", "--stdin", "-z")...)
	if err != nil {
		return err
	}
	read, err := readAnswers(string(out), len(cases))
	if err != nil {
		return err
	}
	for n, i := range cases {
		answers[i] = read[n]
	}
	return nil
}

// writeCommit writes one side of case i. Ours and theirs are children of base: older versions of git
// know no other way to say what the base is.
func writeCommit(w *bytes.Buffer, i, side int, files Files) {
	fmt.Fprintf(w, "commit refs/heads/%s\ncommitter c <c@e> %d +0000\ndata 0\n", refName(i, side), side+1)
	if side > 0 {
		fmt.Fprintf(w, "from refs/heads/%s\n", refName(i, 0))
	}
	fmt.Fprintf(w, "deleteall\n")
	for _, path := range files.Paths() {
		f := files[path]
		if f.Mode == merge.ModeGitlink {
			fmt.Fprintf(w, "M 160000 %s %s\n", f.Data, path)
			continue
		}
		fmt.Fprintf(w, "M %06o inline %s\ndata %d\n%s\n", f.Mode, path, len(f.Data), f.Data)
	}
	w.WriteByte('\n')
}

// readAnswers reads the output of merge-tree --stdin -z.
func readAnswers(out string, n int) ([]Answer, error) {
	fields := strings.Split(out, "\x00")
	take := func() string {
		if len(fields) == 0 {
			return ""
		}
		f := fields[0]
		fields = fields[1:]
		return f
	}
	var answers []Answer
	for range n {
		status := take()
		if status != "0" && status != "1" {
			return nil, fmt.Errorf("cannot read git's answer %d: status %q", len(answers), status)
		}
		a := Answer{Clean: status == "1", Tree: take()}
		for f := take(); f != ""; f = take() {
			a.Stages = append(a.Stages, f)
		}
		for f := ""; !a.Clean; { // a clean merge has no messages
			if f = take(); f == "" {
				break
			}
			var paths int
			if n, err := fmt.Sscan(f, &paths); n != 1 || err != nil {
				break // git before 2.43 puts advice about submodules at the end
			}
			path := take()
			for range paths - 1 {
				take()
			}
			kind, message := take(), take()
			if strings.HasPrefix(kind, "CONFLICT") && !a.idle(kind, path) { // "CONFLICT(directory rename unclear split)" too
				a.Messages = append(a.Messages, strings.TrimSuffix(message, "\n"))
			}
		}
		answers = append(answers, a)
	}
	return answers, nil
}

// idle reports whether git's message is about a file that it moves out of the way of a directory and
// then drops, since only the other side had a wish for it. We do not call that a conflict.
func (a Answer) idle(kind, path string) bool {
	if kind != "CONFLICT (file/directory)" || a.lists(path) {
		return false
	}
	for _, stage := range a.Stages { // moved once more, for the type of what the other side has
		if strings.Contains(stage, "\t"+path+"~") {
			return false
		}
	}
	return true
}

// Broken tells in what way git's own conflicted tree is broken, where a directory rename put a file
// below a file, or into a directory whose content git had not looked at. It is empty when it is not.
// ours are the files of our result.
func (j *Judge) Broken(c Case, git Answer, ours Files) (string, error) {
	for _, stage := range git.Stages {
		if strings.HasPrefix(stage, "000000 ") {
			return "git lists a stage without a file", nil
		}
	}
	out, _, err := j.run(nil, "ls-tree", "-r", "-t", "-z", git.Tree)
	if err != nil {
		return "", err
	}
	seen, trees := map[string]bool{}, map[string]bool{}
	for _, line := range strings.Split(string(out), "\x00") {
		meta, path, _ := strings.Cut(line, "\t")
		if strings.Contains(meta, " tree ") {
			trees[path] = true
		} else {
			seen[path] = true
		}
		if seen[path] && trees[path] {
			return "git writes a tree with a name twice", nil
		}
	}
	for _, stage := range git.Stages {
		meta, path, _ := strings.Cut(stage, "\t")
		if !seen[path] && !strings.HasSuffix(meta, " 1") {
			return "git's tree lacks a conflicted file", nil
		}
	}
	for _, path := range c.Ours.Paths() {
		f, both := c.Theirs[path]
		switch {
		case !both:
		case !seen[path] && !git.lists(path):
			return "git's tree lacks a file that both sides have", nil
		case f == c.Ours[path] && git.lists(path):
			return "git has a conflict about a file that is the same on both sides", nil
		}
	}
	for _, path := range ours.Paths() {
		kept := c.Ours[path] == ours[path] || c.Theirs[path] == ours[path]
		if kept && !seen[path] && !git.lists(path) && git.movesBeside(path, seen) {
			return "git's tree lacks a file of the directory that it moves another file to", nil
		}
	}
	return "", nil
}

// lists reports whether a stage of path is among those of a.
func (a Answer) lists(path string) bool {
	for _, stage := range a.Stages {
		if strings.HasSuffix(stage, "\t"+path) {
			return true
		}
	}
	return false
}

// movesBeside reports whether a directory rename takes a file to a directory above path of which nothing
// else is left; seen are the files of a's tree.
func (a Answer) movesBeside(path string, seen map[string]bool) bool {
	for _, message := range a.Messages {
		_, to, ok := strings.Cut(message, "suggesting it should perhaps be moved to ")
		if !ok {
			continue
		}
		for dir := parent(to); dir != ""; dir = parent(dir) {
			if strings.HasPrefix(path, dir+"/") && a.holdsOnlyConflicts(dir, seen) {
				return true
			}
		}
	}
	return false
}

func (a Answer) holdsOnlyConflicts(dir string, seen map[string]bool) bool {
	for path := range seen {
		if strings.HasPrefix(path, dir+"/") && !a.lists(path) {
			return false
		}
	}
	return true
}
