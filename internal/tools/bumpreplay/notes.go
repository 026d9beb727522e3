package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/notes"
)

// notesTally counts, for one kind of change to the notes, how often ours is the commit's to the byte.
type notesTally struct {
	same, all int
	differing []string
}

// replayNotes makes again each change of the release notes on the branches: dating a section, opening
// one, adding entries to one.
func replayNotes(r *repo, o options, bumps []bump) error {
	refs, err := r.git(append([]string{"for-each-ref", "--format=%(refname)"}, strings.Fields(o.refs)...)...)
	if err != nil {
		return err
	}
	kinds := map[string]*notesTally{}
	var main []string // what is on main before the branches is main's business
	if _, err := r.object("refs/heads/main"); err == nil {
		main = []string{"^refs/heads/main"}
	}
	seen := map[string]bool{}
	for _, ref := range strings.Fields(refs) {
		log, err := r.git(slices.Concat([]string{"log", "--no-merges", "--format=%H %P", ref}, main, []string{"--", o.notes})...)
		if err != nil {
			return err
		}
		for _, line := range strings.Split(strings.TrimSpace(log), "\n") {
			id, parent, _ := strings.Cut(line, " ")
			if seen[id] || parent == "" {
				continue
			}
			seen[id] = true
			was, err1 := r.object(parent + ":" + o.notes)
			is, err2 := r.object(id + ":" + o.notes)
			if err1 != nil || err2 != nil {
				continue
			}
			kind, ours := remake(was, is)
			t := kinds[kind]
			if t == nil {
				t = &notesTally{}
				kinds[kind] = t
			}
			t.all++
			if bytes.Equal(ours, is) {
				t.same++
			} else {
				t.differing = append(t.differing, fmt.Sprintf("%.10s", id))
				if o.dump != "" {
					if err := dump(o.dump, fmt.Sprintf("%.10s:%s", id, o.notes), ours, is); err != nil {
						return err
					}
				}
			}
		}
	}
	fmt.Printf("\n| change of %s | to the byte | of |\n|---|--:|--:|\n", o.notes)
	for _, kind := range sorted(kinds) {
		fmt.Printf("| %s | %d | %d |\n", kind, kinds[kind].same, kinds[kind].all)
	}
	for _, kind := range sorted(kinds) {
		if o.verbose && len(kinds[kind].differing) > 0 {
			fmt.Printf("%s, differing: %s\n", kind, strings.Join(kinds[kind].differing, " "))
		}
	}
	return checkBumps(r, o, bumps)
}

// remake classifies a change and makes it again.
func remake(was, is []byte) (kind string, ours []byte) {
	old, err := notes.Parse(was)
	if err != nil {
		return "not recognised", nil
	}
	now, err := notes.Parse(is)
	if err != nil {
		return "not recognised", nil
	}
	a, b := old.Top(), now.Top()
	added := slices.DeleteFunc(slices.Clone(b.Entries), func(e notes.Entry) bool {
		return slices.ContainsFunc(a.Entries, func(o notes.Entry) bool { return o.Text == e.Text })
	})
	switch {
	case a.Version != b.Version && len(now.Sections) == len(old.Sections)+1:
		kind = "opens a section"
		ours, err = notes.Move(was, was, is, b.Version)
	case a.Version == b.Version && len(added) > 0 && len(b.Entries) == len(a.Entries)+len(added):
		kind = "adds entries"
		ours, err = notes.Move(was, was, is, b.Version)
	case a.Version == b.Version && len(added) == 0 && a.Unreleased && !b.Unreleased:
		kind, ours = "dates a section", was
	default:
		return "other", nil
	}
	if err != nil {
		return kind, nil
	}
	if !b.Unreleased && b.Date != "" {
		if dated, err := notes.Date(ours, b.Version, strings.TrimSuffix(b.Date, "."), ""); err == nil {
			ours = dated
		}
	}
	return kind, ours
}

// checkBumps lists the bump commits whose notes are not about the version they release.
func checkBumps(r *repo, o options, bumps []bump) error {
	failed := 0
	for _, b := range bumps {
		data, err := r.object(b.id + ":" + o.notes)
		if err != nil {
			continue
		}
		if err := notes.Check(data, b.to, b.from, b.to); err != nil {
			failed++
			if o.verbose {
				fmt.Printf("%.10s %s: %v\n", b.id, b.to, document.InFile(o.notes, err))
			}
		}
	}
	fmt.Printf("\nrelease commits whose notes disagree: %d of %d\n", failed, len(bumps))
	return nil
}
