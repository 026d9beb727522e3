package refs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A transaction is one run of Commit. What recovery needs of it is in the journal, and only that.
type transaction struct {
	s        *Store
	tx       *Tx
	j        journal
	updates  map[string]Update
	verifies map[string]object.ID
	packed   txfs.File // the stage of packed-refs, open while its content is not written
}

// addRefs lists the refs to lock, sorted: the order in which git locks them too.
func (t *transaction) addRefs() {
	shared := t.j.OpID + ".lock.stage"
	for _, u := range t.tx.Updates {
		r := journalRef{Name: u.Name, Old: u.Old, New: u.New, Stage: shared}
		if t.j.Protocol == protocolLoose && !u.New.IsZero() {
			r.Stage = fmt.Sprintf("%s.%d.stage", t.j.OpID, len(t.j.Refs))
		}
		t.j.Refs = append(t.j.Refs, r)
	}
	for _, v := range t.tx.Verifies {
		if _, both := t.updates[v.Name]; !both {
			t.j.Refs = append(t.j.Refs, journalRef{Name: v.Name, Old: v.Old, Verify: true, Stage: shared})
		}
	}
	slices.SortFunc(t.j.Refs, func(a, b journalRef) int { return strings.Compare(a.Name, b.Name) })
	t.j.Refs = slices.CompactFunc(t.j.Refs, func(a, b journalRef) bool { return a.Name == b.Name && a.Verify && b.Verify })
	t.j.PackedStage = t.j.OpID + ".packed.stage"
}

func (t *transaction) run(ctx context.Context) error {
	s := t.s
	if err := t.prepare(ctx); err != nil {
		return t.takeBack(err)
	}
	if t.j.Protocol == protocolDelegated {
		return t.delegate(ctx)
	}
	// From here on the journal on disk may say committing, whatever the write returns.
	if err := s.commitJournal(&t.j); err != nil {
		return t.abort(err)
	}
	if t.j.Protocol == protocolPacked {
		if err := s.publishPacked(&t.j); err != nil {
			return t.abort(err)
		}
	}
	if err := s.conclude(&t.j); err != nil {
		return &UnfinishedError{Committed: true, Err: err}
	}
	return nil
}

// prepare does everything up to the commit point; all of it can be taken back.
func (t *transaction) prepare(ctx context.Context) error {
	if err := t.describePack(); err != nil {
		return err
	}
	if err := t.s.writeJournal(&t.j); err != nil {
		return err
	}
	steps := []func(context.Context) error{t.placePack, t.stage, t.lock, t.checkHeld, t.tryLogs, t.writePacked, t.placeIndex, t.checkConnected}
	if t.j.Protocol == protocolDelegated {
		steps = []func(context.Context) error{t.checkDelegated, t.placePack, t.placeIndex, t.checkConnected}
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// delegate lets git change the refs, for its hooks to run. The journal only guards the pack: what
// git did is for git to tell, and the pack stays.
func (t *transaction) delegate(ctx context.Context) error {
	if err := t.s.commitJournal(&t.j); err != nil {
		return t.abort(err)
	}
	err := t.tx.RefWriter(ctx, t.tx.Updates, t.tx.Verifies)
	if fin := t.s.conclude(&t.j); fin != nil {
		return &UnfinishedError{Committed: err == nil, Err: errors.Join(err, fin)}
	}
	return err
}

// abort takes a transaction back whose journal may say committing: that is overruled first.
func (t *transaction) abort(cause error) error {
	if err := t.s.abortJournal(&t.j); err != nil {
		return &UnfinishedError{Err: errors.Join(cause, err)}
	}
	return t.takeBack(cause)
}

// takeBack undoes what prepare did and returns cause.
func (t *transaction) takeBack(cause error) error {
	if t.packed != nil {
		cause = errors.Join(cause, t.packed.Close())
	}
	err := t.s.rollback(&t.j)
	if err != nil {
		err = t.s.rollback(&t.j)
	}
	if err != nil {
		return &UnfinishedError{Err: errors.Join(cause, err)}
	}
	return cause
}

// stage writes the files whose links will be the locks. They are durable before the first lock is
// taken: no lock outlives its proof.
func (t *transaction) stage(context.Context) error {
	s, done := t.s, map[string]bool{}
	for _, r := range t.j.Refs {
		if done[r.Stage] {
			continue
		}
		done[r.Stage] = true
		content := fmt.Sprintf("git-backport, pid %d, operation %s\n", os.Getpid(), t.j.OpID)
		if t.j.Protocol == protocolLoose && !r.Verify && !r.New.IsZero() {
			content = r.New.String() + "\n" // it becomes the ref
		}
		path := s.stagePath(r.Stage)
		if err := s.writeFile(path, 0o666, []byte(content)); err != nil {
			return err
		}
		if err := s.adjust(path, t.tx.Shared); err != nil {
			return err
		}
	}
	f, err := s.fs.Create(s.stagePath(t.j.PackedStage), 0o666)
	if err != nil {
		return err
	}
	t.packed = f
	return s.fs.SyncDir(s.stageDir())
}

// writePacked fills the held packed-refs lock with the new content.
func (t *transaction) writePacked(context.Context) error {
	f := t.packed
	t.packed = nil
	err := t.fillPacked(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		return err
	}
	path := t.s.stagePath(t.j.PackedStage)
	if info, err := os.Stat(t.s.packedPath()); err == nil {
		if err := t.s.chmod(path, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return t.s.adjust(path, t.tx.Shared)
}

// fillPacked writes the merged packed-refs: in the loose protocol only deleted refs leave it.
func (t *transaction) fillPacked(f txfs.File) error {
	var changes []packedChange
	for _, r := range t.j.Refs {
		if !r.Verify && (t.j.Protocol == protocolPacked || r.New.IsZero()) {
			changes = append(changes, packedChange{r.Name, r.New})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	data, err := os.ReadFile(t.s.packedPath())
	if err != nil && !missing(err) {
		return fmt.Errorf("reading packed refs: %w", err)
	}
	t.j.PackedWrite, err = mergePacked(f, t.s.packedPath(), data, changes)
	if err == nil && !t.j.PackedWrite && t.j.Protocol == protocolPacked {
		err = fmt.Errorf("packed refs %q: nothing to change in it", t.s.packedPath())
	}
	return err
}
