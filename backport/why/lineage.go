package why

import (
	"bytes"
	"context"
	"errors"
	"path"
	"sync"

	"github.com/git-backport/git-backport/gitops"
)

// A lineage follows files back through the history of main. What it has seen it keeps, because the
// targets of a report ask for the same files. It is safe for concurrent use.
type lineage struct {
	session *gitops.Session

	mu      sync.Mutex
	steps   int // commits looked at
	heads   map[gitops.ID]head
	walked  map[fileAt]walked
	changes map[[2]gitops.ID][]gitops.LineChange
}

// A head is what the walk needs of a commit.
type head struct {
	tree    gitops.ID
	parents []gitops.ID
}

// A fileAt is a path in a commit.
type fileAt struct {
	commit gitops.ID
	path   string
}

// An edition is a file as one commit made it, and the editions it was made from: none where the commit
// added the file, more than one where it is a merge that none of its sides explains.
type edition struct {
	commit gitops.ID
	path   string
	blob   gitops.ID
	from   []fileAt
}

// A walked is how far back a file is known not to have changed, and the edition found there, if any.
type walked struct {
	at    fileAt
	found *edition
}

// The bounds of a lineage: commits looked at, and pairs of blobs whose difference is kept.
const (
	maxLineageSteps = 40000
	maxKeptDiffs    = 4000
)

// errLineage is a lineage that met its bound.
var errLineage = errors.New("the history is too long to be followed")

func newLineage(s *gitops.Session) *lineage {
	return &lineage{session: s, heads: map[gitops.ID]head{}, walked: map[fileAt]walked{}, changes: map[[2]gitops.ID][]gitops.LineChange{}}
}

// before returns the changes that made an edition of a file in a parent of its commit.
func (l *lineage) before(from fileAt, e *edition) ([]gitops.LineChange, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	parent, err := l.head(from.commit)
	if err != nil {
		return nil, err
	}
	old, err := l.session.Entry(parent.tree, from.path)
	if err != nil || old == nil {
		return nil, err
	}
	return l.diff(old.ID, e.blob)
}

func (l *lineage) head(id gitops.ID) (head, error) {
	if h, ok := l.heads[id]; ok {
		return h, nil
	}
	c, err := l.session.Commit(id)
	if err != nil {
		return head{}, err
	}
	h := head{tree: c.Tree, parents: c.Parents}
	l.heads[id] = h
	return h, nil
}

// edition returns the youngest edition of a file among the ancestors of a commit, itself included; nil
// where the file is not there, or was last changed by a commit that known tells of.
func (l *lineage) edition(ctx context.Context, at fileAt, known func(gitops.ID) bool) (*edition, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, again := l.walked[at]
	if !again {
		w.at = at
	}
	for w.found == nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if known(w.at.commit) {
			l.walked[at] = w
			return nil, nil //nolint:nilnil // that there is none is an answer
		}
		if l.steps++; l.steps > maxLineageSteps {
			return nil, errLineage
		}
		next, found, err := l.step(ctx, w.at)
		if err != nil || (found == nil && next == (fileAt{})) {
			return nil, err //nolint:nilnil // likewise
		}
		w.at, w.found = next, found
	}
	l.walked[at] = w
	if known(w.found.commit) {
		return nil, nil //nolint:nilnil // likewise
	}
	return w.found, nil
}

// step goes from a commit to the parent that has the same file, or finds that the commit changed it.
// Both are zero where the file is not in the commit.
func (l *lineage) step(ctx context.Context, at fileAt) (fileAt, *edition, error) {
	c, err := l.head(at.commit)
	if err != nil {
		return at, nil, err
	}
	st, err := l.session.Entry(c.tree, at.path)
	if err != nil || st == nil || !st.Regular() {
		return fileAt{}, nil, err
	}
	e := &edition{commit: at.commit, path: at.path, blob: st.ID}
	for _, parent := range c.parents {
		p, err := l.head(parent)
		if err != nil {
			return at, nil, err
		}
		before, err := l.session.Entry(p.tree, at.path)
		if err != nil {
			return at, nil, err
		}
		name := at.path
		if before == nil && len(c.parents) == 1 {
			if name, err = l.renamed(ctx, p.tree, c.tree, e); err != nil {
				return at, nil, err
			}
		}
		switch {
		case before != nil && before.Regular() && before.ID == st.ID:
			return fileAt{commit: parent, path: at.path}, nil, nil
		case before != nil && before.Regular(), before == nil && name != "" && len(c.parents) == 1:
			e.from = append(e.from, fileAt{commit: parent, path: name})
		}
	}
	return at, e, nil
}

// maxRenameSources bounds the deleted files that a new one is compared with.
const maxRenameSources = 30

// renamed returns the file that a commit renamed to the edition, "" where it added it: the one that is
// the same, or else the most alike of those that have the same name or ending and half of its lines.
func (l *lineage) renamed(ctx context.Context, before, after gitops.ID, e *edition) (string, error) {
	all, err := l.session.Changes(ctx, before, after, nil)
	if err != nil {
		return "", err
	}
	var gone []gitops.Change
	for _, ch := range all {
		if ch.New != nil || !ch.Old.Regular() {
			continue
		}
		if ch.Old.ID == e.blob {
			return ch.Path, nil
		}
		if path.Ext(ch.Path) == path.Ext(e.path) && len(gone) < maxRenameSources {
			gone = append(gone, ch)
		}
	}
	best, most := "", 0
	for _, ch := range gone {
		same, lines, err := l.alike(ch.Old.ID, e.blob)
		if err != nil {
			return "", err
		}
		if 2*same >= lines && same > most {
			best, most = ch.Path, same
		}
	}
	return best, nil
}

// alike counts the lines that two files share, and those of the longer one.
func (l *lineage) alike(old, now gitops.ID) (same, lines int, err error) {
	changes, err := l.diff(old, now)
	if err != nil {
		return 0, 0, err
	}
	var counts [2]int
	for i, id := range []gitops.ID{old, now} {
		data, err := l.session.Blob(id)
		if err != nil {
			return 0, 0, err
		}
		counts[i] = bytes.Count(data, []byte("\n"))
	}
	same = counts[0]
	for _, c := range changes {
		same -= c.Old.Count
	}
	return same, max(counts[0], counts[1]), nil
}

// diff returns the changes from one blob to another.
func (l *lineage) diff(old, now gitops.ID) ([]gitops.LineChange, error) {
	key := [2]gitops.ID{old, now}
	if c, ok := l.changes[key]; ok {
		return c, nil
	}
	a, err := l.session.Blob(old)
	if err != nil {
		return nil, err
	}
	b, err := l.session.Blob(now)
	if err != nil {
		return nil, err
	}
	c, err := gitops.DiffLines(a, b)
	if err == nil && len(l.changes) < maxKeptDiffs {
		l.changes[key] = c
	}
	return c, err
}
