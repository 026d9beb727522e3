package backport

import (
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/notes"
)

// Uses of [notes] on_pick, as a RuleUse names them.
const (
	notesDropped OnConflict = "drop" // what the fix says in the notes is left out
	notesMoved   OnConflict = "move" // its entries are under the section of the branch's next version
)

// notesFile returns the path of the notes that a pick onto a target is about; "" where none is known, or each
// release has a file of its own, which is picked as it is.
func (r *runner) notesFile() string {
	if name := r.opts.Notes.File; release.Fill(name, map[string]string{"version": "", "line": ""}) == name {
		return name
	}
	return ""
}

// notesOnPick does with the notes that a pick merged cleanly what [notes] on_pick says of every pick. What
// conflicts is the path rules' business. Without the setting, the notes are what git makes of them.
func (r *runner) notesOnPick(t Target, so *Picked, k *Pick) error {
	name, how := r.notesFile(), OnConflict(r.opts.Notes.OnPick)
	if name == "" || how != notesDropped && how != notesMoved {
		return nil
	}
	for _, c := range k.Result.Conflicts {
		if c.Path == name {
			return nil
		}
	}
	for _, u := range k.Rules {
		if u.Path == name {
			return nil
		}
	}
	ours, err := r.session.Entry(so.Tree, name)
	if err != nil {
		return err
	}
	merged, err := r.session.Entry(k.Result.Tree, name)
	if err != nil || sameStage(ours, merged) {
		return err
	}
	stage := ours
	if how == notesMoved {
		if stage, err = r.movedNotes(t, so, k, name, ours, merged); err != nil || sameStage(stage, merged) {
			return err
		}
	}
	tree, err := r.session.SetStages(k.Result.Tree, map[string]*gitops.Stage{name: stage})
	if err != nil {
		return err
	}
	k.Result.Tree, k.Result.Unchanged = tree, tree == so.Tree
	k.Rules = append(k.Rules, RuleUse{Path: name, Rule: how})
	return nil
}

// movedNotes is the notes of the branch with the entries of a fix under the section of its next version; what
// was merged where they cannot be moved, which is said.
func (r *runner) movedNotes(t Target, so *Picked, k *Pick, name string, ours, merged *gitops.Stage) (*gitops.Stage, error) {
	was, is, err := r.session.TreeOfBase(k.Source, r.opts.Mainline)
	if err != nil {
		return nil, err
	}
	base, err := r.session.Entry(was, name)
	if err != nil {
		return nil, err
	}
	theirs, err := r.session.Entry(is, name)
	if err != nil {
		return nil, err
	}
	var sides [3][]byte
	for i, stage := range []*gitops.Stage{base, ours, theirs} {
		if stage == nil || !stage.Regular() {
			return merged, nil
		}
		if sides[i], err = r.session.StageData(stage); err != nil {
			return nil, err
		}
	}
	next, err := r.maker().Next(t.Line, so.TipTree)
	if err == nil {
		var data []byte
		if data, err = notes.Move(sides[0], sides[1], sides[2], next.Version); err == nil {
			id, err := r.session.WriteBlob(data)
			return &gitops.Stage{Mode: merged.Mode, ID: id}, err
		}
	}
	k.Lines = append(k.Lines, name+": merged as any text, its entries are not moved: "+err.Error())
	return merged, nil
}

func sameStage(a, b *gitops.Stage) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
