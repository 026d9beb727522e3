package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/object"
)

// judge makes a state, picks in it with git and here, and counts.
func (w *world) judge(ctx context.Context, s state, t *tally) error {
	at, err := w.build(ctx, s)
	if err != nil {
		return err
	}
	defer os.RemoveAll(at.root)
	t.states++
	differs := false
	ours, warnings := w.pickHere(ctx, at)
	for _, fix := range w.fixes {
		git, err := w.pickByGit(ctx, at, fix)
		if err != nil {
			return err
		}
		if s.group == "" { // the one without a state
			if w.plain[fix] = git; ours[fix] != git {
				return fmt.Errorf("%s: without any state\nhere: %s\ngit:  %s", fix, ours[fix], git)
			}
		}
		t.picks++
		plain, here := w.plain[fix], ours[fix]
		named := len(warnings) > 0
		differs = differs || git != plain
		switch {
		case strings.HasPrefix(here, "refused"):
			t.refused++
			t.refusals = append(t.refusals, s.name+": "+fix+": "+here)
		case here != plain && strings.Contains(here, "names a program or a conversion"):
			t.conflicts++
			differs = true
		case here != plain:
			t.no = append(t.no, fmt.Sprintf("%s: %s: the result depends on the state:\n%s\nwithout it:\n%s", s.name, fix, here, plain))
		case strings.HasPrefix(git, "refused"):
			t.gitRefuses++
		case git == plain:
			t.same++
		case named:
			t.named++
		default:
			t.no = append(t.no, fmt.Sprintf("%s: %s: git makes another and nothing says so:\n%s\nhere:\n%s", s.name, fix, git, here))
		}
	}
	if len(warnings) > 0 && !differs {
		t.idle = append(t.idle, s.name)
	}
	return nil
}

// pickHere returns what we make of each fix, and what we warn about.
func (w *world) pickHere(ctx context.Context, at place) (results map[string]string, warnings []string) {
	results = map[string]string{}
	vars := map[string]string{}
	for _, kv := range at.env {
		k, v, _ := strings.Cut(kv, "=")
		vars[k] = v
	}
	env, err := gitconfig.Host(func(k string) (string, bool) { v, ok := vars[k]; return v, ok }, at.dir)
	var repo *gitops.Repo
	if err == nil {
		repo, err = gitops.Open(env)
	}
	if err != nil {
		for _, fix := range w.fixes {
			results[fix] = "refused: " + err.Error()
		}
		return results, nil
	}
	for _, s := range gitconfig.PickSettings(repo.Config) {
		warnings = append(warnings, s.Key+"="+s.Value)
	}
	warnings = append(warnings, repo.LeftAside()...)
	session := repo.NewSession()
	for _, fix := range w.fixes {
		text, err := pickOne(ctx, repo, session, fix)
		if err != nil {
			text = "refused: " + err.Error()
		}
		results[fix] = text
	}
	return results, warnings
}

func pickOne(ctx context.Context, repo *gitops.Repo, session *gitops.Session, fix string) (string, error) {
	onto, err := repo.Resolve(ctx, "onto")
	if err != nil {
		return "", err
	}
	source, err := repo.Resolve(ctx, fix)
	if err != nil {
		return "", err
	}
	tree, err := session.TreeOf(onto)
	if err != nil {
		return "", err
	}
	res, err := session.PickOnto(ctx, tree, source, 0)
	if err != nil {
		return "", err
	}
	lines := []string{}
	if len(res.Conflicts) == 0 {
		commit, err := session.Commit(source)
		if err != nil {
			return "", err
		}
		made, err := object.PickCommit(commit, res.Tree, []gitops.ID{onto}, "C <c@d> 1 +0000", object.PickOptions{Origin: source})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("clean\ntree %s\nauthor %s\n\n%s", made.Tree, made.Author, made.Message), nil
	}
	conflicted := map[string]bool{}
	for _, c := range res.Conflicts {
		conflicted[c.Path] = true
		for i, st := range []*gitops.Stage{c.Base, c.Ours, c.Theirs} {
			if st != nil {
				lines = append(lines, fmt.Sprintf("%s %d\t%s", st.ID, i+1, c.Path))
			}
		}
		if c.Kind == "merge driver" || c.Kind == "renormalize" {
			lines = append(lines, "names a program or a conversion: "+c.Message)
		}
	}
	files := session.TreeFS(res.Tree)
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(path)
		if conflicted[path] {
			lines = append(lines, content(path, data))
		} else {
			lines = append(lines, fmt.Sprintf("%s 0\t%s", object.Hash(object.KindBlob, data), path))
		}
		return err
	})
	sort.Strings(lines)
	return "conflict\n" + strings.Join(slices.Compact(lines), "\n"), err
}

// content is a conflicted file as it is shown: line ends are left aside, they are the work tree's.
func content(path string, data []byte) string {
	return path + ": " + strings.ReplaceAll(string(data), "\r\n", "\n")
}

// pickByGit returns what git cherry-pick -x makes of a fix.
func (w *world) pickByGit(ctx context.Context, at place, fix string) (string, error) {
	for _, args := range [][]string{{"cherry-pick", "--quit"}, {"reset", "-q", "--hard", "onto"}} {
		if _, complaints, code, err := w.try(ctx, at.tree, at.env, "", args...); err != nil || code != 0 && args[0] == "reset" {
			return "refused: git " + args[0] + ": " + firstLine(complaints), err
		}
	}
	_, complaints, code, err := w.try(ctx, at.tree, at.env, "", "cherry-pick", "-x", fix)
	if err != nil {
		return "", err
	}
	if code == 0 {
		out, _, _, err := w.try(ctx, at.tree, at.env, "", "cat-file", "commit", "HEAD")
		head, message, _ := strings.Cut(out, "\n\n")
		var kept []string
		for _, line := range strings.Split(head, "\n") {
			if !strings.HasPrefix(line, "parent ") && !strings.HasPrefix(line, "committer ") {
				kept = append(kept, line)
			}
		}
		return "clean\n" + strings.Join(kept, "\n") + "\n\n" + message, err
	}
	out, _, _, err := w.try(ctx, at.tree, at.env, "", "ls-files", "-s", "-z")
	if err != nil {
		return "", err
	}
	var lines []string
	unmerged := false
	for _, entry := range strings.Split(strings.TrimSuffix(out, "\x00"), "\x00") {
		_, rest, _ := strings.Cut(entry, " ")
		lines = append(lines, rest)
		ids, path, _ := strings.Cut(rest, "\t")
		if !strings.HasSuffix(ids, " 0") {
			unmerged = true
			if data, err := os.ReadFile(filepath.Join(at.tree, path)); err == nil {
				lines = append(lines, content(path, data))
			}
		}
	}
	if !unmerged {
		return "refused: git cherry-pick: " + firstLine(complaints), nil
	}
	sort.Strings(lines)
	return "conflict\n" + strings.Join(slices.Compact(lines), "\n"), nil
}

func firstLine(s string) string { line, _, _ := strings.Cut(s, "\n"); return line }
