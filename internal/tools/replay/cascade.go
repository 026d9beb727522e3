package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"

	"github.com/git-backport/git-backport/cmd"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
)

// A match is a fix of main and the commits that brought it to release branches, newest branch first.
type match struct {
	source  string
	landed  []backported
	subject string
}

var (
	number   = regexp.MustCompile(` \(#\d+\)$`)
	marker   = regexp.MustCompile(`^(\[[^\]]*\]|release-[0-9.x]+:|\d+(\.\d+)*:) *([Bb]ackport:? +)?`)
	released = regexp.MustCompile(`^release-(\d+)\.0\.0$`)
)

// plain is a subject without pull request numbers and branch markers, in lower case.
func plain(subject string) string {
	for number.MatchString(subject) {
		subject = number.ReplaceAllString(subject, "")
	}
	return strings.ToLower(strings.TrimSpace(marker.ReplaceAllString(subject, "")))
}

// matches finds the fixes that are on main and on at least one release branch under the same subject.
func (r *replay) matches() ([]match, error) {
	refs, err := r.gitOut("for-each-ref", "--format=%(refname:short)", "refs/heads")
	if err != nil {
		return nil, err
	}
	var branches []string
	for _, b := range strings.Fields(refs) {
		if released.MatchString(b) {
			branches = append(branches, b)
		}
	}
	sort.Slice(branches, func(i, j int) bool {
		var a, b int
		fmt.Sscan(released.FindStringSubmatch(branches[i])[1], &a)
		fmt.Sscan(released.FindStringSubmatch(branches[j])[1], &b)
		return a > b
	})
	mainLog, err := r.gitOut("log", "--first-parent", "--format=%H %s", "main")
	if err != nil {
		return nil, err
	}
	bySubject := map[string][]string{}
	for line := range strings.Lines(mainLog) {
		id, subject, _ := strings.Cut(strings.TrimSpace(line), " ")
		bySubject[plain(subject)] = append(bySubject[plain(subject)], id)
	}
	found := map[string]*match{}
	var order []string
	for _, b := range branches {
		log, err := r.gitOut("log", "--first-parent", "--no-merges", "--reverse", "--format=%H %s", "main.."+b)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(log) {
			id, subject, _ := strings.Cut(strings.TrimSpace(line), " ")
			sources := bySubject[plain(subject)]
			if len(sources) != 1 || plain(subject) == "" {
				continue
			}
			m := found[sources[0]]
			if m == nil {
				m = &match{source: sources[0], subject: subject}
				found[sources[0]] = m
				order = append(order, sources[0])
			}
			if len(m.landed) == 0 || m.landed[len(m.landed)-1].branch != b {
				m.landed = append(m.landed, backported{b, id})
			}
		}
	}
	out := make([]match, 0, len(order))
	for _, id := range order {
		out = append(out, *found[id])
	}
	return out, nil
}

// A tally counts picks.
type tally struct{ pairs, clean, same, conflicted int }

func (t *tally) add(clean, same bool) {
	t.pairs++
	switch {
	case !clean:
		t.conflicted++
	case same:
		t.clean++
		t.same++
	default:
		t.clean++
	}
}

// conflicts measures what the path rules and the cascade make of real backports that conflict.
func (r *replay) conflicts() error {
	matches, err := r.matches()
	if err != nil {
		return err
	}
	repo, err := gitops.Open(gitconfig.Environment{Lookup: os.LookupEnv, Dir: r.clone, UID: os.Geteuid()})
	if err != nil {
		return err
	}
	var all, rules, cascade, both tally
	multi, later := 0, 0
	for _, m := range matches {
		if len(m.landed) > 1 {
			multi++
		}
		for i, b := range m.landed {
			s := repo.NewSession()
			p, err := r.pickPair(s, m, b)
			if err != nil {
				continue // an object that the clone lacks
			}
			all.add(p.clean, p.same)
			if p.clean {
				continue
			}
			ruled := r.byRules(m, b)
			rules.add(ruled, false)
			if i == 0 {
				both.add(ruled, false)
				continue
			}
			later++
			c, err := r.fromNewer(s, m.landed[i-1], b)
			if err != nil {
				continue
			}
			cascade.add(c.clean, c.same)
			both.add(c.clean || ruled, c.same)
		}
	}
	r.printf("\n## Fewer conflicts\n\nFixes of main whose subject, without numbers and branch markers, one commit of a release branch has too: %d, of which %d went to\nmore than one branch. Each is picked onto the parent of the maintainers' commit on each branch.\n\n", len(matches), multi)
	r.printf("| what | pairs | clean | of these, the maintainers' tree | conflicted |\n|---|--:|--:|--:|--:|\n")
	for _, row := range []struct {
		name string
		t    tally
	}{
		{"from main", all}, {"conflicted from main, with preset wasmtime's path rules", rules},
		{"conflicted from main on a later branch, from the next newer branch's commit", cascade},
		{"conflicted from main, path rules or cascade", both},
	} {
		same := fmt.Sprint(row.t.same)
		if row.name == "conflicted from main, with preset wasmtime's path rules" || strings.HasSuffix(row.name, "or cascade") {
			same = "-"
		}
		r.printf("| %s | %d | %d | %s | %d |\n", row.name, row.t.pairs, row.t.clean, same, row.t.conflicted)
	}
	r.printf("\nA result that differs from the maintainers' tree differs where their commit holds more than the fix, or where they chose\notherwise; the report names the rule or the branch that it came from.\n")
	return nil
}

type picked struct{ clean, same bool }

// pickPair picks a fix from main onto the parent of its landed commit.
func (r *replay) pickPair(s *gitops.Session, m match, b backported) (picked, error) {
	source, onto, theirs, err := sides(s, m.source, b.commit)
	if err != nil {
		return picked{}, err
	}
	res, err := s.PickOnto(context.Background(), onto, source, 0)
	if err != nil {
		return picked{}, err
	}
	return picked{clean: len(res.Conflicts) == 0, same: res.Tree == theirs}, nil
}

func sides(s *gitops.Session, source, landed string) (src, onto, theirs gitops.ID, err error) {
	if src, err = gitops.ParseID(source); err != nil {
		return
	}
	id, err := gitops.ParseID(landed)
	if err != nil {
		return
	}
	c, err := s.Commit(id)
	if err != nil {
		return
	}
	onto, err = s.TreeOf(c.Parents[0])
	return src, onto, c.Tree, err
}

// fromNewer takes the fix as the next newer branch has it.
func (r *replay) fromNewer(s *gitops.Session, newer, b backported) (picked, error) {
	source, onto, theirs, err := sides(s, newer.commit, b.commit)
	if err != nil {
		return picked{}, err
	}
	res, err := s.PickOnto(context.Background(), onto, source, 0)
	if err != nil {
		return picked{}, err
	}
	return picked{clean: len(res.Conflicts) == 0, same: res.Tree == theirs}, nil
}

// byRules tells whether the preset's path rules make a pick clean.
func (r *replay) byRules(m match, b backported) bool {
	var out bytes.Buffer
	host := cmd.System()
	host.Out, host.Err = &out, &out
	code := cmd.Main([]string{"-C", r.clone, "plan", m.source, "--onto", b.commit + "^", "--config", "preset:wasmtime", "--no-bump", "-q", "--json"}, host)
	return code == cmd.ExitOK
}
