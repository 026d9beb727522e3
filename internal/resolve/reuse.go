package resolve

import (
	"errors"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
)

// A Reuse is what a person made of a conflict before, and what it makes of the branch's file.
type Reuse struct {
	*operation.Offer
	Diff []string // as git diff has it; nil when nobody wants to see it
}

// Reuses finds what was made before of conflicts with the same three versions as those of a target, as
// far as the repository still has it; with what each makes of the branch's file where diff is set.
func Reuses(s *gitops.Session, log *operation.Log, t *operation.Target, diff bool) ([]Reuse, error) {
	var out []Reuse
	if !t.Open() {
		return nil, nil
	}
	for _, o := range log.Offers(t) {
		if o == nil {
			continue
		}
		r := Reuse{Offer: o}
		now, err := stageBytes(s, o.Result)
		var missing *odb.MissingError
		if errors.As(err, &missing) {
			continue // git has pruned it
		}
		if err != nil {
			return nil, err
		}
		if diff {
			was, err := stageBytes(s, o.Ours)
			if err != nil {
				return nil, err
			}
			r.Diff = gitops.HunkLines(was, now, 3)
		}
		out = append(out, r)
	}
	return out, nil
}

// stageBytes reads what a stage of a recorded conflict holds; nothing where there is none.
func stageBytes(s *gitops.Session, st *operation.Stage) ([]byte, error) {
	if st == nil || st.Mode == uint32(object.ModeGitlink) {
		return nil, nil
	}
	return s.Blob(st.ID)
}

// Covered reports whether there is something for each conflict of a target.
func Covered(t *operation.Target, list []Reuse) bool {
	return len(list) > 0 && len(list) == len(t.Conflicts)
}

// reuseAt finds what there is for a path.
func reuseAt(list []Reuse, path string) *Reuse {
	for i := range list {
		if string(list[i].Path) == path {
			return &list[i]
		}
	}
	return nil
}

// readReuse takes for each conflict what was made of it before, there being something for each.
func (r *Resolution) readReuse() error {
	stages := map[string]*gitops.Stage{}
	for _, c := range r.target.Conflicts {
		o := reuseAt(r.reuses, string(c.Path))
		stages[string(c.Path)] = o.Result.Git()
		if len(o.Beside) > 0 {
			r.doubtful = append(r.doubtful, fmt.Sprintf("%q was settled along with changes of other paths, which are not taken", c.Path))
		}
		if o.Result == nil {
			continue
		}
		data, err := stageBytes(r.session, o.Result)
		if err != nil {
			return err
		}
		if _, err := r.session.WriteBlob(data); err != nil { // what git may prune is kept anew
			return err
		}
		if err := r.look(c, data); err != nil {
			return err
		}
	}
	var err error
	r.Made.Tree, err = r.session.SetStages(r.target.Markers, stages)
	return err
}

// NothingBefore says which conflicts of the target nobody has settled before.
func (r *Resolution) NothingBefore() error {
	var without []string
	for _, c := range r.target.Conflicts {
		if reuseAt(r.reuses, string(c.Path)) == nil {
			without = append(without, string(c.Path))
		}
	}
	return &RefusedError{Reasons: []string{"nothing was made before of the conflict in " + checkout.Some(without)}, Missing: true}
}

// note records of each conflicted path what was made of it, so that it can be used again, and which other
// paths are not as the pick left them.
func (r *Resolution) note(changes []gitops.Change) error {
	conflicted := map[string]bool{}
	for _, c := range r.target.Conflicts {
		conflicted[string(c.Path)] = true
		at, err := r.session.Entry(r.Made.Tree, string(c.Path))
		if err != nil {
			return err
		}
		if !Regular(c) || at != nil && !at.Regular() {
			continue
		}
		f := operation.Settled{Path: c.Path, Base: c.Base, Ours: c.Ours, Theirs: c.Theirs, Result: operation.StageOf(at)}
		if o := reuseAt(r.reuses, string(c.Path)); o != nil && o.Gives(f.Result) {
			from := o.Origin
			f.From = &from
		}
		r.Made.Files = append(r.Made.Files, f)
	}
	for _, ch := range changes {
		if !conflicted[ch.Path] {
			r.Made.Beside = append(r.Made.Beside, []byte(ch.Path))
		}
	}
	return nil
}
