package main

import (
	"regexp"
	"strings"

	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/internal/merge"
)

// classLost is the one class of differences that is wanted: git's conflicted tree drops or overwrites a
// file that nobody touched, below a directory that a directory rename leads to.
const classLost = "git drops or overwrites a file that nobody touched"

// A listing is the files of a tree.
type listing map[string]merge.Version

func (l listing) read(s store, id merge.ID, dir string) error {
	entries, err := s.Tree(id)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Mode == merge.ModeTree {
			if err := l.read(s, e.ID, dir+e.Name+"/"); err != nil {
				return err
			}
			continue
		}
		l[dir+e.Name] = merge.Version{Mode: e.Mode, ID: e.ID}
	}
	return nil
}

// classify returns the named class that a difference belongs to, "" for none. What git wrote is in scratch.
func classify(c config, s store, r row, ours, git answer, scratch string) (string, error) {
	if ours.status != "conflict" || git.status != "conflict" {
		return "", nil
	}
	written, err := odb.Open(odb.Options{ObjectsDir: scratch, Alternates: []string{objectsOf(c.repo)}})
	if err != nil {
		return "", err
	}
	defer written.Close()
	var lists [5]listing // base, onto, source, ours, git
	for i, from := range []string{r.base, r.onto, r.source, ours.tree, git.tree} {
		st, read := s, s.treeOf
		if i > 2 {
			read = parseTree
		}
		if i == 4 {
			st = openStore(written)
		}
		id, err := read(from)
		lists[i] = listing{}
		if err == nil {
			err = lists[i].read(st, id, "")
		}
		if err != nil {
			return "", err
		}
	}
	lost := lostFiles(lists, git.messages)
	if len(lost) == 0 || !explained(lists, lost, ours, git) {
		return "", nil
	}
	return classLost, nil
}

// lostFiles returns the paths that one side has and the other did not touch, that we leave so, and that
// git's tree does not have, or has otherwise. What git says it moved is not lost.
func lostFiles(lists [5]listing, messages []string) map[string]bool {
	lost := map[string]bool{}
	base, our, their := lists[0], lists[3], lists[4]
	for side, rest := range map[int]listing{1: lists[2], 2: lists[1]} {
		for path, v := range lists[side] {
			if rest[path] == base[path] && our[path] == v && their[path] != v {
				lost[path] = true
			}
		}
	}
	for _, message := range messages {
		if m := suggested.FindStringSubmatch(message); m != nil {
			delete(lost, m[1])
		}
	}
	return lost
}

var (
	suggested = regexp.MustCompile(`^CONFLICT \(file location\): (?:\S.* renamed to )?(.+?) (?:added )?in [0-9a-f]{40},? inside a directory .* moved to (.+)\.$`)
	inTheWay  = regexp.MustCompile(`^CONFLICT \(implicit dir rename\): Existing file/dir at (.+) in the way of .* there: (.+)\.$`)
)

// explained reports whether everything that differs is about a lost file, or about a file that directory
// renames lead to a place near one.
func explained(lists [5]listing, lost map[string]bool, ours, git answer) bool {
	about := map[string]bool{}
	for path := range lost {
		about[path] = true
	}
	for _, message := range append(differing(ours.messages, git.messages), differing(git.messages, ours.messages)...) {
		var paths []string
		if m := suggested.FindStringSubmatch(message); m != nil {
			paths = m[1:]
		} else if m := inTheWay.FindStringSubmatch(message); m != nil {
			paths = append(m[1:2], strings.Split(m[2], ", ")...)
		}
		if len(paths) == 0 {
			return false
		}
		for _, path := range paths {
			about[path] = true
		}
	}
	for _, stage := range append(differing(ours.stages, git.stages), differing(git.stages, ours.stages)...) {
		if _, path, _ := strings.Cut(stage, "\t"); !about[path] {
			return false
		}
	}
	for _, one := range [][2]listing{{lists[3], lists[4]}, {lists[4], lists[3]}} {
		for path, v := range one[0] {
			if one[1][path] != v && !about[path] {
				return false
			}
		}
	}
	return true
}

// differing returns what is in a and not in b.
func differing(a, b []string) []string {
	in := map[string]bool{}
	for _, s := range b {
		in[s] = true
	}
	var out []string
	for _, s := range a {
		if !in[s] {
			out = append(out, s)
		}
	}
	return out
}
