package gitops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// Needs are objects that have to be there for as long as an operation is not over.
type Needs struct {
	Heads   []ID     // commits and trees, with all that they reach, and blobs; zero ids are left aside
	Sources []ID     // commits that heads were made from: those that last lend their trees to compare with
	Lasting []string // refs that stay by themselves; those that are not there are left aside
}

// An IncompleteError is an object that a commit or a tree would refer to and the repository does not have.
type IncompleteError struct {
	Path string // "" of a commit, or of a root tree
	ID   ID
	Err  error
}

func (e *IncompleteError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("the repository lacks object %s", e.ID)
	}
	return fmt.Sprintf("the repository lacks object %s, which is %q in the result", e.ID, e.Path)
}

// Unwrap returns what reading the object said.
func (e *IncompleteError) Unwrap() error { return e.Err }

// errUnkept says that an object is needed that was not needed when the pack was made.
var errUnkept = errors.New("an object that no lasting ref reaches is not in the pack made for it")

// maxLent bounds the commits that are kept because no lasting ref reaches them.
const maxLent = 20000

// A reach lists what heads reach and lasting refs do not: commits exactly, and of their trees what is not
// at the same place in a tree that lasts or is listed. So a file that moved may be listed without need.
type reach struct {
	repo    *Repo
	objects *odb.Overlay
	tips    []ID
	lasting []*ancestry
	lent    []ID        // trees to compare with
	packed  map[ID]bool // nothing else may be needed; nil: it may
	partial bool        // blobs may be lacking by design
	stands  bool        // commits that were there before are taken to be whole
	seen    map[ID]bool
	ids     []ID
}

// reach lists what has to be kept. With packed, nothing but that may have to be.
func (r *Repo) reach(ctx context.Context, objects *odb.Overlay, n Needs, packed map[ID]bool) ([]ID, error) {
	w := &reach{repo: r, objects: objects, packed: packed, partial: r.db.Promisor(), seen: map[ID]bool{}}
	if err := w.from(n.Lasting); err != nil {
		return nil, err
	}
	if err := w.lend(ctx, n.Sources); err != nil {
		return nil, err
	}
	for _, id := range n.Heads {
		if id.IsZero() {
			continue
		}
		if err := w.head(ctx, id); err != nil {
			return nil, err
		}
	}
	return w.ids, nil
}

// from takes the refs that last.
func (w *reach) from(names []string) error {
	for _, name := range names {
		id, err := w.repo.Ref(name)
		if errors.Is(err, ErrNoRef) {
			continue
		}
		if err != nil {
			return err
		}
		if slices.Contains(w.tips, id) {
			continue
		}
		a, err := w.repo.ancestryOf(id)
		if err != nil {
			return err
		}
		w.tips, w.lasting = append(w.tips, id), append(w.lasting, a)
	}
	return nil
}

// widen takes all branches and tags that are not ours.
func (w *reach) widen() {
	for ref, err := range w.repo.refs.All("refs/") {
		if err != nil || strings.HasPrefix(ref.Name, "refs/heads/backport/") || strings.HasPrefix(ref.Name, "refs/heads/bump/") {
			continue
		}
		if err := w.from([]string{ref.Name}); err != nil {
			continue // it names no commit
		}
	}
}

// lend takes the trees to compare with: those of tips, and of sources that last and their parents.
func (w *reach) lend(ctx context.Context, sources []ID) error {
	commits := slices.Clone(w.tips)
	for _, id := range sources {
		if w.objects.IsNew(id) {
			continue
		}
		info, err := w.repo.commitInfo(id)
		if err != nil {
			continue // gone since: there is nothing to compare with
		}
		in, err := w.lasts(ctx, id)
		if err != nil {
			return err
		}
		if in {
			commits = append(append(commits, id), info.parents...)
		}
	}
	for _, id := range commits {
		if c, err := w.objects.Commit(id); err == nil && !slices.Contains(w.lent, c.Tree) {
			w.lent = append(w.lent, c.Tree)
		}
	}
	return nil
}

func (w *reach) lasts(ctx context.Context, id ID) (bool, error) {
	if slices.Contains(w.tips, id) {
		return true, nil
	}
	for _, a := range w.lasting {
		if in, err := a.has(ctx, id); in || err != nil {
			return in, err
		}
	}
	return false, nil
}

func (w *reach) head(ctx context.Context, id ID) error {
	kind, _, err := w.objects.Header(id)
	if err != nil {
		if err = w.incomplete("", id, err); w.partial && w.packed == nil && errors.As(err, new(*IncompleteError)) {
			return nil // a side of a conflict, which nobody had to read
		}
		return err
	}
	switch kind {
	case object.KindCommit:
		return w.commit(ctx, id)
	case object.KindTree:
		return w.tree("", id, place{edge: w.lent}, true)
	case object.KindBlob:
		return w.blob("", id)
	case object.KindTag:
	}
	return fmt.Errorf("object %s is a %s, and no result refers to one", id, kind)
}

// commit lists a commit and those of its ancestors that do not last.
func (w *reach) commit(ctx context.Context, head ID) error {
	todo := []ID{head}
	for len(todo) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if w.seen[id] || slices.Contains(w.tips, id) {
			continue
		}
		if !w.objects.IsNew(id) && !w.packed[id] {
			if err := w.old(ctx, id); err != nil {
				return err
			}
			continue
		}
		parents, err := w.parents(id)
		if err == nil {
			err = w.one(id, parents)
		}
		if err != nil {
			return err
		}
		todo = append(todo, parents...)
	}
	return nil
}

// old lists what does not last of the history of a commit that is in the repository.
func (w *reach) old(ctx context.Context, id ID) error {
	if w.stands {
		return w.there("", id)
	}
	found, err := missingOfAll(ctx, w.repo, w.lasting, id, maxLent)
	if err == nil && len(found) >= maxLent { // too much to copy: whatever ref reaches it is taken to last
		w.widen()
		found, err = missingOfAll(ctx, w.repo, w.lasting, id, maxLent)
	}
	if err != nil {
		return w.incomplete("", id, err)
	}
	if len(found) >= maxLent {
		return &LimitError{What: fmt.Sprintf("commit %s stands on more than %d commits that no lasting branch has", id, maxLent)}
	}
	for _, c := range found {
		info, err := w.repo.commitInfo(c)
		if err == nil {
			err = w.one(c, info.parents)
		}
		if err != nil {
			return w.incomplete("", c, err)
		}
	}
	return nil
}

// parents are those of a commit of the session, or of one that was written from it since.
func (w *reach) parents(id ID) ([]ID, error) {
	if !w.objects.IsNew(id) {
		info, err := w.repo.commitInfo(id)
		return info.parents, w.incomplete("", id, err)
	}
	c, err := w.objects.Commit(id)
	if err != nil {
		return nil, err
	}
	return c.Parents, nil
}

// incomplete names what is lacking. A partial clone may lack what it was cloned without.
func (w *reach) incomplete(path string, id ID, err error) error {
	var missing *odb.MissingError
	if !errors.As(err, &missing) {
		return err
	}
	if w.partial && path != "" {
		return nil
	}
	var known *IncompleteError
	if errors.As(err, &known) {
		return err
	}
	return &IncompleteError{Path: path, ID: id, Err: err}
}

// missingOfAll returns the commits reachable from a commit and from the start of none of the ancestries.
func missingOfAll(ctx context.Context, r *Repo, all []*ancestry, id ID, limit int) ([]ID, error) {
	w := &walk{repo: r, byDate: true, seen: map[ID]bool{}}
	if err := w.begin(id); err != nil {
		return nil, err
	}
	var found []ID
	for len(w.queue) > 0 && len(found) < limit {
		next := w.queue[0]
		in := false
		for _, a := range all {
			var err error
			if in, err = a.passed(ctx, next.id, next.info); err != nil {
				return nil, err
			}
			if in {
				break
			}
		}
		if in {
			w.drop()
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, _, err := w.step(); err != nil {
			return nil, err
		}
		found = append(found, next.id)
	}
	var err error
	for _, a := range all {
		if found, err = a.sift(ctx, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Whole demands that the repository has everything that a commit or a tree made by the session refers to,
// as far as it is not at the same place in the tree of a commit that was there before.
func (s *Session) Whole(ctx context.Context, made ID, before ...ID) error {
	w := &reach{repo: s.repo, objects: s.mem, partial: s.repo.db.Promisor(), seen: map[ID]bool{}, tips: before, stands: true}
	if made.IsZero() {
		return nil
	}
	if err := w.lend(ctx, nil); err != nil {
		return err
	}
	return w.head(ctx, made)
}
