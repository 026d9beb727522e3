package backport

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitopstest"
	"github.com/git-backport/git-backport/internal/gittest"
)

// A chart is a history made of empty commits by real git, by name.
type chart struct {
	t    *testing.T
	r    *gittest.Repo
	tree string
	ids  map[string]string
}

func (c *chart) commit(name, message string, parents ...string) {
	c.t.Helper()
	args := []string{"commit-tree", c.tree, "-m", message}
	for _, p := range parents {
		args = append(args, "-p", c.ids[p])
	}
	c.ids[name] = strings.TrimSpace(c.r.Git(args...))
}

func TestFindPullRequest(t *testing.T) {
	c := &chart{t: t, r: gittest.New(t), ids: map[string]string{}}
	c.r.Write("f", "x\n")
	c.ids["start"] = c.r.Commit("Start\n")
	c.tree = strings.TrimSpace(c.r.Git("rev-parse", "HEAD^{tree}"))
	c.commit("squash", "Fix (#12)\n\nmore (#99)", "start")
	c.commit("twice", "Twice (#13)", "squash")
	c.commit("again", "Twice again (#13)", "twice")
	c.commit("t1", "One of them", "twice")
	c.commit("t2", "Merge branch 'main' into topic", "t1", "again")
	c.commit("t3", "The other (#8)", "t2")
	c.commit("github", "Merge pull request #14 from user/topic\n\nA title of #14", "again", "t3")
	c.commit("b1", "Change by bors", "squash")
	c.commit("bors", "Auto merge of #20 - user:topic, r=reviewer\n\nA title", "github", "b1")
	c.commit("old", "Merge #21\n\n21: a title r=x", "bors", "b1")
	c.commit("lab1", "Change in the lab", "squash")
	c.commit("lab", "Merge branch 'topic' into 'main'\n\nA title\n\nSee merge request group/project!22", "old", "lab1")
	c.commit("gh", "Fix it (GH-23)", "lab")
	c.commit("n1", "lib: one\n\nPR-URL: https://example.org/o/r/pull/24", "gh")
	c.commit("n2", "lib: two\n\nPR-URL: https://example.org/o/r/pull/24", "n1")
	c.commit("n3", "lib: else\n\nPR-URL: https://example.org/o/r/pull/25", "n2")
	c.commit("n4", "lib: late\n\nPR-URL: https://example.org/o/r/pull/24", "start")
	c.commit("q1", "A commit of the queue", "n3")
	c.commit("queue", "feat: by the queue (#26)", "n3", "q1")
	c.commit("side", "On another branch (#27)", "start")
	c.commit("forward", "Merge branch 'release-2'", "queue", "side")
	c.commit("r1", "In a rollup", "squash")
	c.commit("rollup", "Rollup merge of #28 - u:t, r=v", "squash", "r1")
	c.commit("roll", "Auto merge of #29 - v:rollup, r=v\n\nRollup of 1 pull request", "forward", "rollup")
	c.commit("revert", "Revert \"Fix (#12)\" (#30)", "roll")
	c.commit("empty", "Merge pull request #31 from u/nothing", "revert", "squash")
	s := gitopstest.Open(t, c.r)
	tip, err := gitops.ParseID(c.ids["empty"])
	if err != nil {
		t.Fatal(err)
	}
	main := gitops.Branch{Name: "main", Tip: tip}
	for number, want := range map[int]struct {
		merge, commits string
		left           int
	}{
		12: {"", "squash", 0}, 14: {"github", "t1 t3", 1}, 20: {"bors", "b1", 0}, 21: {"old", "", 0}, 22: {"lab", "lab1", 0}, 23: {"", "gh", 0},
		24: {"", "n1 n2", 0}, 25: {"", "n3", 0}, 26: {"queue", "q1", 0}, 27: {"", "side", 0}, 28: {"rollup", "r1", 0}, 29: {"roll", "r1", 1}, 30: {"", "revert", 0},
		31: {"empty", "", 0},
	} {
		m, err := FindPullRequest(t.Context(), s, main, number)
		if err != nil {
			t.Errorf("#%d: %v", number, err)
			continue
		}
		var commits []string
		for _, name := range strings.Fields(want.commits) {
			commits = append(commits, c.ids[name])
		}
		var got []string
		for _, id := range m.Commits {
			got = append(got, id.String())
		}
		merge := ""
		if !m.Merge.IsZero() {
			merge = m.Merge.String()
		}
		if merge != c.ids[want.merge] || !slices.Equal(got, commits) || len(m.Left) != want.left || m.Number != number {
			t.Errorf("#%d: %+v, want merge %s of %s, %d left", number, m, want.merge, want.commits, want.left)
		}
	}
	for number, candidates := range map[int]int{13: 2, 99: 0, 2: 0, 112: 0} {
		var pr *PullRequestError
		if m, err := FindPullRequest(t.Context(), s, main, number); !errors.As(err, &pr) || len(pr.Candidates) != candidates {
			t.Errorf("#%d: %+v, %v", number, m, err)
		}
	}
}
