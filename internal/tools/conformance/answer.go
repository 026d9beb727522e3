package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// An answer is what a merge came to, ours or git's.
type answer struct {
	status   string // clean, conflict, error
	tree     string
	stages   []string // "100644 <id> 1\tpath", in the index's order
	messages []string // of conflicts, by path
	kinds    map[string]bool
	reason   string // of an error
}

func ourAnswer(r merge.Result, err error) answer {
	if err != nil {
		return answer{status: "error", reason: err.Error()}
	}
	a := answer{status: "clean", tree: r.Tree.String(), kinds: map[string]bool{}}
	if !r.Clean() {
		a.status = "conflict"
	}
	for _, u := range r.Unmerged {
		for i, v := range []merge.Version{u.Base, u.Ours, u.Theirs} {
			if v != (merge.Version{}) {
				a.stages = append(a.stages, fmt.Sprintf("%06o %s %d\t%s", v.Mode, v.ID, i+1, u.Path))
			}
		}
	}
	for _, c := range r.Conflicts {
		a.messages = append(a.messages, c.Message)
		a.kinds[string(c.Kind)] = true
	}
	return a
}

// gitAnswer reads the output of merge-tree -z.
func gitAnswer(out string, code int) (answer, error) {
	if code != 0 && code != 1 {
		return answer{status: "error", reason: fmt.Sprintf("git exited with %d", code)}, nil
	}
	status := "clean"
	if code == 1 {
		status = "conflict"
	}
	a, _, err := readAnswer(status, strings.Split(out, "\x00"))
	return a, err
}

// readAnswer reads an answer off the front of what merge-tree -z wrote, its status being known.
func readAnswer(status string, fields []string) (answer, []string, error) {
	a := answer{status: status, kinds: map[string]bool{}}
	a.tree, fields = fields[0], fields[1:]
	for len(fields) > 0 && fields[0] != "" {
		a.stages, fields = append(a.stages, fields[0]), fields[1:]
	}
	if len(fields) > 0 {
		fields = fields[1:]
	}
	for len(fields) > 1 && fields[0] != "" && status == "conflict" {
		var n int
		if _, err := fmt.Sscan(fields[0], &n); err != nil || len(fields) < n+3 {
			return answer{}, nil, fmt.Errorf("cannot read the messages of git merge-tree at %q", fields[0])
		}
		kind, message := fields[n+1], strings.TrimSuffix(fields[n+2], "\n")
		fields = fields[n+3:]
		if word, ok := strings.CutPrefix(kind, "CONFLICT"); ok { // there may be a space, or none
			a.messages = append(a.messages, message)
			a.kinds[strings.Trim(word, " ()")] = true
		}
	}
	if len(fields) > 0 && status == "conflict" {
		fields = fields[1:]
	}
	return a, fields, nil
}

// against compares ours with git's live answer and names what differs, "" when nothing does.
func (a answer) against(git answer) string {
	switch {
	case a.status != git.status:
		return "status"
	case a.status == "error":
		return ""
	case a.tree != git.tree && a.status == "clean":
		return "clean tree"
	case !slices.Equal(a.stages, git.stages):
		return "stages"
	case a.tree != git.tree:
		return "conflicted tree"
	case !slices.Equal(a.messages, git.messages):
		return "messages"
	}
	return ""
}

// againstRecord compares ours with what a row records.
func (a answer) againstRecord(r row) string {
	switch {
	case a.status != r.status:
		return "status"
	case r.tree != "" && a.status == "clean" && a.tree != r.tree:
		return "clean tree"
	case r.hasKinds && r.hasPaths && !slices.Equal(a.recordable(), r.kinds):
		return "kinds"
	case r.hasPaths && !slices.Equal(a.paths(), r.paths):
		return "paths"
	}
	return ""
}

// recordable returns the kinds as coarse as a table may have them.
func (a answer) recordable() []string {
	seen := make(map[string]bool)
	for kind := range a.kinds {
		seen[coarseKind(kind)] = true
	}
	return sortedKeys(seen)
}

func (a answer) paths() []string {
	seen := make(map[string]bool)
	for _, s := range a.stages {
		_, path, _ := strings.Cut(s, "\t")
		seen[path] = true
	}
	return sortedKeys(seen)
}

// wronglyClean reports whether a is clean where git is not, or clean with another tree.
func wronglyClean(a answer, status, tree string) bool {
	return a.status == "clean" && (status == "conflict" || status == "clean" && tree != "" && tree != a.tree)
}
