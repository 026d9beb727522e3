package backport

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/cargo"
	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/notes"
)

// OnConflict says what becomes of a path that conflicts.
type OnConflict string

// The values of [[path]] on_conflict.
const (
	ConflictOurs   OnConflict = "ours"   // the branch's file stays as it is
	ConflictTheirs OnConflict = "theirs" // the fix's file is taken as a whole
	ConflictUnion  OnConflict = "union"  // both sides' lines stay
	ConflictNotes  OnConflict = "notes"  // the fix's entries move under the section of the branch's next version
	ConflictLock   OnConflict = "lock"   // a lock file is merged entry by entry
	ConflictManual OnConflict = "manual" // a person settles it
)

// A PathRule settles conflicts of the paths that match. It is used after a pick conflicts, on the
// conflicted paths alone, and each use is shown.
type PathRule struct {
	Match      string
	OnConflict OnConflict
	Note       string // why; shown where the rule is used
}

// Settles reports whether the rule is for conflicts at a path, and leaves them to nobody.
func (r PathRule) Settles(name string) bool {
	return r.OnConflict != ConflictManual && matchPath(r.Match, name)
}

// A RuleUse is a conflicted path that a rule settled.
type RuleUse struct {
	Path string
	Rule OnConflict
	Note string
}

// String says what the rule did, and what a reviewer has to know about it.
func (u RuleUse) String() string {
	what := map[OnConflict]string{
		ConflictOurs:   "the branch's version stays, what the fix changes in it is left out",
		ConflictTheirs: "the fix's version is taken as a whole, what the branch has of its own in it is gone",
		ConflictUnion:  "the lines of both sides stay",
		ConflictNotes:  "the fix's entries are under the section of the branch's next version",
		ConflictLock:   "merged entry by entry",
	}[u.Rule]
	s := fmt.Sprintf("%s: conflict settled by the policy's rule %q: %s", u.Path, u.Rule, what)
	switch u.Rule {
	case notesDropped:
		s = fmt.Sprintf("%s: what the fix says in the notes is left out, by [notes] on_pick = %q", u.Path, u.Rule)
	case notesMoved:
		s = fmt.Sprintf("%s: the fix's entries are under the section of the branch's next version, by [notes] on_pick = %q", u.Path, u.Rule)
	}
	if u.Note != "" {
		s += " (" + u.Note + ")"
	}
	return s
}

// Drops reports whether the rule leaves out what one of the sides says: a person should look.
func (u RuleUse) Drops() bool {
	return u.Rule == ConflictOurs || u.Rule == ConflictTheirs || u.Rule == notesDropped
}

// errKind is a conflict that is not about the content of one file.
var errKind = errors.New("a conflict of this kind is not about the content of one file")

// settle applies the path rules to the conflicts of a pick. What no rule settles stays a conflict, with
// the markers and stages that git would leave.
func (r *runner) settle(t Target, tip gitops.ID, k *Pick) error {
	place := settling{runner: r, target: t, tip: tip, tree: k.Result.Tree}
	var left []gitops.Conflict
	stages := map[string]*gitops.Stage{}
	for _, c := range k.Result.Conflicts {
		rule, ok := r.ruleFor(c.Path)
		if !ok || rule.OnConflict == ConflictManual {
			left = append(left, c)
			continue
		}
		stage, err := place.settled(c, rule.OnConflict)
		if err != nil {
			if k.Unsettled == nil {
				k.Unsettled = map[string]string{}
			}
			k.Unsettled[c.Path] = fmt.Sprintf("the policy's rule %q does not settle it: %v", rule.OnConflict, err)
			left = append(left, c)
			continue
		}
		stages[c.Path] = stage
		used := rule.OnConflict
		if used == ConflictNotes && r.opts.Notes.OnPick == string(notesDropped) {
			used = notesDropped
		}
		k.Rules = append(k.Rules, RuleUse{Path: c.Path, Rule: used, Note: rule.Note})
	}
	if len(stages) == 0 {
		return nil
	}
	tree, err := r.session.SetStages(k.Result.Tree, stages)
	if err != nil {
		return fmt.Errorf("settling conflicts by the policy's rules: %w", err)
	}
	k.Result.Tree, k.Result.Conflicts = tree, left
	return nil
}

// ruleFor returns the first rule that matches a path.
func (r *runner) ruleFor(name string) (PathRule, bool) {
	for _, rule := range r.opts.Paths {
		if matchPath(rule.Match, name) {
			return rule, true
		}
	}
	return PathRule{}, false
}

// A settling is one pick whose conflicts the rules look at.
type settling struct {
	*runner
	target Target
	tip    gitops.ID // the tree of the branch's tip
	tree   gitops.ID // what the pick made, with markers
}

// settled returns what a conflicted path becomes by a rule; nil takes it out of the tree. A path that is
// in more than one conflict at once, or in one about names, is not settled.
func (s settling) settled(c gitops.Conflict, rule OnConflict) (*gitops.Stage, error) {
	for _, st := range []*gitops.Stage{c.Base, c.Ours, c.Theirs} {
		if st != nil && !st.Regular() {
			return nil, errKind
		}
	}
	if rule == ConflictNotes && s.opts.Notes.OnPick == "drop" {
		rule = ConflictOurs
	}
	if !aboutContent(c.Kinds) {
		return nil, errKind
	}
	switch rule {
	case ConflictOurs:
		return c.Ours, nil
	case ConflictTheirs:
		return c.Theirs, nil
	case ConflictUnion, ConflictNotes, ConflictLock:
		if slices.Contains(c.Kinds, "binary") || c.Ours == nil || c.Theirs == nil || (c.Base == nil && (rule != ConflictUnion || c.Ours.Mode != c.Theirs.Mode)) {
			return nil, errKind
		}
	case ConflictManual:
		return nil, errors.New("a person settles it")
	}
	return s.merged(c, rule)
}

// aboutContent reports whether conflicts are about what one file holds, or whether it is there at all.
func aboutContent(kinds []string) bool {
	for _, k := range kinds {
		switch k {
		case "content", "add/add", "binary", "modify/delete", "merge driver":
		default:
			return false
		}
	}
	return len(kinds) > 0
}

// merged settles a conflict from the bytes of its three stages. The mode is what the merge made of it.
func (s settling) merged(c gitops.Conflict, rule OnConflict) (*gitops.Stage, error) {
	var sides [3][]byte
	for i, st := range []*gitops.Stage{c.Base, c.Ours, c.Theirs} {
		data, err := s.session.StageData(st)
		if err != nil {
			return nil, err
		}
		sides[i] = data
	}
	data, err := s.mergeSides(c.Path, rule, sides)
	if err != nil {
		return nil, err
	}
	if newMarkers(data, sides[1], sides[2]) {
		return nil, errors.New("the result would hold conflict markers")
	}
	at, err := s.session.Entry(s.tree, c.Path)
	if err != nil {
		return nil, err
	}
	if at == nil || !at.Regular() {
		return nil, errKind
	}
	id, err := s.session.WriteBlob(data)
	return &gitops.Stage{Mode: at.Mode, ID: id}, err
}

func (s settling) mergeSides(name string, rule OnConflict, sides [3][]byte) ([]byte, error) {
	switch {
	case rule == ConflictUnion:
		return gitops.Union(sides[0], sides[1], sides[2])
	case rule == ConflictLock && path.Base(name) == "Cargo.lock":
		return cargo.MergeLock(sides[0], sides[1], sides[2])
	case rule == ConflictLock && path.Base(name) == "go.sum":
		return manifest.MergeGoSum(sides[0], sides[1], sides[2])
	case rule == ConflictLock:
		return nil, errors.New("only Cargo.lock and go.sum are merged entry by entry")
	case s.opts.Notes.OnPick == "keep":
		return nil, errors.New(`[notes] on_pick = "keep" leaves it to the merge of the text`)
	}
	next, err := s.maker().Next(s.target.Line, s.tip)
	if err != nil {
		return nil, err
	}
	if next.Version == "" {
		return nil, errors.New("the branch's next version is not known")
	}
	return notes.Move(sides[0], sides[1], sides[2], next.Version)
}

// newMarkers reports whether a merged text has lines of conflict markers that neither side has.
func newMarkers(merged, ours, theirs []byte) bool {
	for line := range bytes.Lines(merged) {
		marker := bytes.HasPrefix(line, []byte("<<<<<<< ")) || bytes.HasPrefix(line, []byte(">>>>>>> "))
		if marker && !bytes.Contains(ours, line) && !bytes.Contains(theirs, line) {
			return true
		}
	}
	return false
}
