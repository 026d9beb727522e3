package audit

import (
	"context"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
)

// A Release is a version that a tag of a line marks.
type Release struct {
	Version string // as the ecosystem writes it
	Tag     string
	Commit  gitops.ID
}

// A Range is what one line has of what an advisory is about.
type Range struct {
	Line       string
	Introduced string    // the first version that is affected; "" where none is
	Fixed      string    // the first version that is not any more; "" where there is none
	Copies     []Carrier // by which the line has the fixes
	Planned    bool      // Fixed is not released yet
	Open       bool      // the line lives, lacks a fix, and nobody decided
	Note       string    // why the line is left out, or has no fix
}

// A Carrier is the commit by which a line has a fix.
type Carrier struct {
	Fix, Commit gitops.ID
	How         string // the strongest evidence; "ancestor" where it is main's commit
}

// A RangeRequest asks for the versions that lack fixes.
type RangeRequest struct {
	Fixes      []gitops.ID
	Introduced gitops.ID   // the commit that brought it; zero: every version has it
	From       string      // the first version that has it; "" for all
	Releases   [][]Release // of the lines, in their order, oldest first: final ones alone
	Next       []string    // of the lines: the version that an unreleased fix comes with
	Lives      []bool      // the line is supported
	Decided    []string    // of the lines: why one is not affected; "" where nobody said so
	Planned    bool
}

// Ranges returns what each line has of some fixes, in the order of the lines.
func Ranges(ctx context.Context, s *gitops.Session, held *Held, q RangeRequest) ([]Range, error) {
	out := make([]Range, len(held.Lines))
	for i := range held.Lines {
		r, err := rangeOf(ctx, s, held, &q, i)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

func rangeOf(ctx context.Context, s *gitops.Session, held *Held, q *RangeRequest, i int) (Range, error) {
	l := &held.Lines[i]
	var r Range
	if q.Decided[i] != "" {
		r.Note = q.Decided[i]
		return r, nil
	}
	releases := q.Releases[i]
	if len(releases) == 0 {
		r.Note = "nothing is released"
		return r, nil
	}
	first := 0
	if !q.Introduced.IsZero() {
		at, err := firstWith(ctx, s, l, releases, q.Introduced)
		if err != nil {
			return r, err
		}
		if first = at.index; first < 0 {
			r.Note = "it does not have what brought it"
			return r, nil
		}
	}
	fixed, lacks := -1, false
	for _, fix := range q.Fixes {
		at, err := firstWith(ctx, s, l, releases, fix)
		if err != nil {
			return r, err
		}
		if !at.carrier.Commit.IsZero() {
			r.Copies = append(r.Copies, at.carrier)
		}
		switch {
		case at.carrier.Commit.IsZero():
			lacks = true
		case at.index < 0: // it is on the line, and not released
			fixed = len(releases)
		default:
			fixed = max(fixed, at.index)
		}
	}
	if !lacks && fixed <= first && fixed == 0 {
		r.Note = "its first release has the fix"
		return r, nil
	}
	r.Introduced = releases[first].Version
	switch {
	case lacks && q.Lives[i]:
		r.Open, r.Note = true, "it lacks a fix"
	case lacks:
		r.Note = "it has ended without a fix"
	case fixed == len(releases) && q.Planned:
		r.Fixed, r.Planned = q.Next[i], true
	case fixed == len(releases):
		r.Open, r.Note = q.Lives[i], "the fix is on the branch and not released"
	default:
		r.Fixed = releases[fixed].Version
	}
	return r, nil
}

// A place is where a line has a fix first.
type place struct {
	index   int // of the releases; -1 where none has it
	carrier Carrier
}

// firstWith finds the first release of a line with a commit of main, by ancestry or as a copy.
func firstWith(ctx context.Context, s *gitops.Session, l *HeldLine, releases []Release, id gitops.ID) (place, error) {
	out := place{index: -1}
	in, err := s.Repo().IsAncestor(ctx, id, l.Tip)
	if err != nil {
		return out, err
	}
	candidates := []Carrier{}
	if _, undone := l.Branch.UndoneBy(id); in && !undone {
		candidates = append(candidates, Carrier{id, id, string(ledger.Ancestor)})
	}
	for _, c := range l.Copies(id) {
		if c.Stands() {
			candidates = append(candidates, Carrier{id, c.Commit, string(c.Evidence[0].Kind)})
		}
	}
	for _, c := range candidates {
		for j, rel := range releases {
			if out.index >= 0 && j >= out.index {
				break
			}
			has, err := s.Repo().IsAncestor(ctx, c.Commit, rel.Commit)
			if err != nil {
				return out, fmt.Errorf("tag %q: %w", rel.Tag, err)
			}
			if has {
				out.index, out.carrier = j, c
				break
			}
		}
	}
	if out.index < 0 && len(candidates) > 0 {
		out.carrier = candidates[0]
	}
	return out, nil
}

// An Event is where what is affected begins or ends, in the order of versions.
type Event struct{ Introduced, Fixed string }

// Events are the ranges of lines, given newest first, as events, oldest first. A line that ended without a
// fix stays open up to the next one; where that one is not affected, its first version ends it.
func Events(ranges []Range, firsts []string) []Event {
	var out []Event
	open := false
	for i := len(ranges) - 1; i >= 0; i-- {
		r := ranges[i]
		if r.Introduced == "" {
			if open && firsts[i] != "" {
				out = append(out, Event{Fixed: firsts[i]})
				open = false
			}
			continue
		}
		if !open {
			out = append(out, Event{Introduced: r.Introduced})
		}
		if open = r.Fixed == ""; !open {
			out = append(out, Event{Fixed: r.Fixed})
		}
	}
	return out
}

// Unsettled are the lines that live, lack a fix, and of which nobody decided.
func Unsettled(ranges []Range) []string {
	var out []string
	for _, r := range ranges {
		if r.Open {
			out = append(out, r.Line)
		}
	}
	return slices.Clip(out)
}
