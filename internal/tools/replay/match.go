package main

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// A match is a fix of main and the commits that brought it to release branches, newest branch first.
type match struct {
	source string
	landed []landing
	day    string // on which it first landed
	at     int64  // when, in seconds since 1970
}

// A landing is the commit by which the maintainers brought a fix to a branch.
type landing struct {
	branch, commit, onto string // onto is the parent of commit
	line                 policy.LineID
	by                   string   // what the match rests on
	conflicts            []string // paths that conflict from main
}

// What a match may rest on, the strongest first.
const (
	byTrailer = "trailer"
	byPatch   = "patch"
	byAuthor  = "author and time"
	byNumber  = "pull request"
	bySubject = "subject"
)

func ways() []string { return []string{byTrailer, byPatch, byAuthor, byNumber, bySubject} }

var (
	number = regexp.MustCompile(` \(#(\d+)\)$`)
	marker = regexp.MustCompile(`^(\[[^\]]*\]|release-[0-9.x]+:|\d+(\.\d+)*:) *([Bb]ackport:? +)?`)
	picked = regexp.MustCompile(`(?m)^\(cherry picked from commit ([0-9a-f]{40})\)$`)
)

// plain is a subject without pull request numbers and branch markers, in lower case.
func plain(subject string) string {
	for number.MatchString(subject) {
		subject = number.ReplaceAllString(subject, "")
	}
	return strings.ToLower(strings.TrimSpace(marker.ReplaceAllString(subject, "")))
}

// numbers are the pull requests that a subject names at its end, the last one first.
func numbers(subject string) []string {
	var out []string
	for {
		m := number.FindStringSubmatch(subject)
		if m == nil {
			return out
		}
		out = append(out, m[1])
		subject = number.ReplaceAllString(subject, "")
	}
}

// A logged commit is what matching needs of one; patch is empty where the commit changes nothing.
type logged struct{ id, author, subject, body, patch string }

// log reads the commits of a range, merges left out, oldest first.
func (r *replay) log(revs ...string) ([]logged, error) {
	const sep, end = "\x1f", "\x1e"
	out, err := r.gitOut(append([]string{"log", "--no-merges", "--reverse", "--topo-order", "--format=%H" + sep + "%an <%ae> %at" + sep + "%s" + sep + "%b" + end}, revs...)...)
	if err != nil {
		return nil, err
	}
	var list []logged
	for record := range strings.SplitSeq(out, end) {
		f := strings.SplitN(strings.TrimLeft(record, "\n"), sep, 4)
		if len(f) == 4 {
			list = append(list, logged{f[0], f[1], f[2], f[3], ""})
		}
	}
	patches, err := r.patchIDs(list)
	for i := range list {
		list[i].patch = patches[list[i].id]
	}
	return list, err
}

// patchIDs returns git's stable patch ids of commits. One that needs an object which the clone lacks
// has none.
func (r *replay) patchIDs(list []logged) (map[string]string, error) {
	var in bytes.Buffer
	for _, c := range list {
		in.WriteString(c.id + "\n")
	}
	show := exec.Command(r.git, "-C", r.clone, "diff-tree", "--stdin", "--root", "-p", "--no-textconv", "--no-ext-diff")
	show.Stdin = &in
	pipe, err := show.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	ids := exec.Command(r.git, "patch-id", "--stable")
	ids.Stdin, ids.Stdout = pipe, &out
	if err := show.Start(); err != nil {
		return nil, err
	}
	if err := ids.Run(); err != nil {
		return nil, fmt.Errorf("git patch-id: %w", err)
	}
	by := map[string]string{}
	if err := show.Wait(); err != nil {
		if len(list) == 1 {
			return by, nil
		}
		for _, half := range [][]logged{list[:len(list)/2], list[len(list)/2:]} {
			part, err := r.patchIDs(half)
			if err != nil {
				return nil, err
			}
			maps.Copy(by, part)
		}
		return by, nil
	}
	for s := bufio.NewScanner(&out); s.Scan(); {
		if f := strings.Fields(s.Text()); len(f) == 2 {
			by[f[1]] = f[0]
		}
	}
	return by, nil
}

// An index finds commits of main by what a backport may share with them.
type index map[string]map[string][]string

func (ix index) add(way, key, id string) {
	if key == "" {
		return
	}
	if ix[way] == nil {
		ix[way] = map[string][]string{}
	}
	ix[way][key] = append(ix[way][key], id)
}

// the returns the only commit under a key.
func (ix index) the(way, key string) (string, bool) {
	if ids := ix[way][key]; len(ids) == 1 {
		return ids[0], true
	}
	return "", false
}

func indexMain(list []logged) index {
	ix := index{}
	for _, c := range list {
		ix.add(byTrailer, c.id, c.id)
		ix.add(byPatch, c.patch, c.id)
		ix.add(byAuthor, c.author, c.id)
		ix.add(bySubject, plain(c.subject), c.id)
		for _, n := range numbers(c.subject) {
			ix.add(byNumber, n, c.id)
		}
	}
	return ix
}

// sourceOf finds the commit of main that a commit of a branch is a copy of.
func (ix index) sourceOf(c logged) (source, by string) {
	for _, m := range picked.FindAllStringSubmatch(c.body, -1) {
		if id, ok := ix.the(byTrailer, m[1]); ok {
			return id, byTrailer
		}
	}
	if id, ok := ix.the(byPatch, c.patch); ok {
		return id, byPatch
	}
	if id, ok := ix.the(byAuthor, c.author); ok {
		return id, byAuthor
	}
	for _, n := range numbers(c.subject) {
		if id, ok := ix.the(byNumber, n); ok {
			return id, byNumber
		}
	}
	id, _ := ix.the(bySubject, plain(c.subject))
	return id, bySubject
}

// A line of the clone is a release branch as the policy reads its name.
type line struct {
	branch string
	id     policy.LineID
}

// lines returns the release branches, newest first.
func (r *replay) lines() ([]line, error) {
	refs, err := r.gitOut("for-each-ref", "--format=%(refname:short)", "refs/heads")
	if err != nil {
		return nil, err
	}
	var out []line
	for _, b := range strings.Fields(refs) {
		if id, ok := r.config.Policy.ReadBranch(b); ok {
			out = append(out, line{b, id})
		}
	}
	slices.SortFunc(out, func(a, b line) int { return b.id.Compare(a.id) })
	return out, nil
}

// matches finds the fixes that are on main and on at least one release branch.
func (r *replay) matches() ([]match, error) {
	lines, err := r.lines()
	if err != nil {
		return nil, err
	}
	main, err := r.log("HEAD")
	if err != nil {
		return nil, err
	}
	ix := indexMain(main)
	found := map[string]*match{}
	var order []string
	for _, l := range lines {
		list, err := r.log("HEAD.." + l.branch)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			source, by := ix.sourceOf(c)
			if source == "" {
				continue
			}
			m := found[source]
			if m == nil {
				m = &match{source: source}
				found[source] = m
				order = append(order, source)
			}
			if !slices.ContainsFunc(m.landed, func(o landing) bool { return o.branch == l.branch }) {
				m.landed = append(m.landed, landing{branch: l.branch, commit: c.id, line: l.id, by: by})
			}
		}
	}
	out := make([]match, 0, len(order))
	for _, id := range order {
		out = append(out, *found[id])
	}
	return out, nil
}
