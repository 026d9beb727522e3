package why

import (
	"bytes"
	"context"
	"path"
	"sync"

	"github.com/git-backport/git-backport/gitops"
)

// A lineage follows files back through the history of main. What it has seen it keeps, because the
// questions of a report are about the same files. It is safe for concurrent use.
type lineage struct {
	session *gitops.Session
	bare    bool // white space is left aside

	mu    sync.Mutex
	heads map[gitops.ID]head
	steps map[fileAt]step
	diffs map[[2]gitops.ID]diff
}

// A step goes from a file in a commit to the parent that has the same file, or finds that the commit changed
// it. Both are zero where the file is not in the commit.
type step struct {
	next  fileAt
	found *edition
	work  int
}

// A diff is the changes from one blob to another.
type diff struct {
	changes []gitops.LineChange
	lines   [2]int // of the two
}

// work is what it costs to compare them.
func (d diff) work() int { return 1 + (d.lines[0]+d.lines[1])/lineWork }

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

// maxKept bounds the pairs of blobs whose difference is kept.
const maxKept = 4000

func newLineage(s *gitops.Session) *lineage {
	return &lineage{session: s, heads: map[gitops.ID]head{}, steps: map[fileAt]step{}, diffs: map[[2]gitops.ID]diff{}}
}

// before returns the changes that made an edition of a file in a parent of its commit.
func (l *lineage) before(from fileAt, e *edition, b *budget) ([]gitops.LineChange, error) {
	parent, err := l.head(from.commit)
	if err != nil {
		return nil, err
	}
	old, err := l.session.Entry(parent.tree, from.path)
	if err != nil || old == nil {
		return nil, err
	}
	d, err := l.diff(old.ID, e.blob)
	if err != nil {
		return nil, err
	}
	return d.changes, b.spend(d.work())
}

func (l *lineage) head(id gitops.ID) (head, error) {
	l.mu.Lock()
	h, ok := l.heads[id]
	l.mu.Unlock()
	if ok {
		return h, nil
	}
	c, err := l.session.Commit(id)
	if err != nil {
		return head{}, err
	}
	h = head{tree: c.Tree, parents: c.Parents}
	l.mu.Lock()
	l.heads[id] = h
	l.mu.Unlock()
	return h, nil
}

// edition returns the youngest edition of a file among the ancestors of a commit, itself included; nil
// where the file is not there, or was last changed by a commit that known reports.
func (l *lineage) edition(ctx context.Context, at fileAt, known func(gitops.ID) bool, b *budget) (*edition, error) {
	for at != (fileAt{}) && !known(at.commit) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l.mu.Lock()
		st, again := l.steps[at]
		l.mu.Unlock()
		if !again {
			var err error
			if st, err = l.step(ctx, at); err != nil {
				return nil, err
			}
			l.mu.Lock()
			l.steps[at] = st
			l.mu.Unlock()
		}
		if err := b.spend(st.work); err != nil || st.found != nil {
			return st.found, err
		}
		at = st.next
	}
	return nil, nil //nolint:nilnil // that there is none is an answer
}

func (l *lineage) step(ctx context.Context, at fileAt) (step, error) {
	out := step{work: stepWork}
	c, err := l.head(at.commit)
	if err != nil {
		return out, err
	}
	st, err := l.session.Entry(c.tree, at.path)
	if err != nil || st == nil || !st.Regular() {
		return out, err
	}
	e := &edition{commit: at.commit, path: at.path, blob: st.ID}
	for _, parent := range c.parents {
		p, err := l.head(parent)
		if err != nil {
			return out, err
		}
		before, err := l.session.Entry(p.tree, at.path)
		if err != nil {
			return out, err
		}
		name := at.path
		if before == nil && len(c.parents) == 1 {
			var work int
			if name, work, err = l.renamed(ctx, p.tree, c.tree, e); err != nil {
				return out, err
			}
			out.work += work
		}
		switch {
		case before != nil && before.Regular() && before.ID == st.ID:
			out.next = fileAt{commit: parent, path: at.path}
			return out, nil
		case before != nil && before.Regular(), before == nil && name != "" && len(c.parents) == 1:
			e.from = append(e.from, fileAt{commit: parent, path: name})
		}
	}
	out.found = e
	return out, nil
}

// maxRenameSources bounds the deleted files that a new one is compared with.
const maxRenameSources = 30

// renamed returns the file that a commit renamed to the edition, "" where it added it: the one that is
// the same, or else the most alike of those that have the same name or ending and half of its lines.
func (l *lineage) renamed(ctx context.Context, before, after gitops.ID, e *edition) (name string, work int, err error) {
	all, err := l.session.Changes(ctx, before, after, nil)
	if err != nil {
		return "", 0, err
	}
	work = len(all) / pathWork
	var gone []gitops.Change
	for _, ch := range all {
		if ch.New != nil || !ch.Old.Regular() {
			continue
		}
		if ch.Old.ID == e.blob {
			return ch.Path, work, nil
		}
		if path.Ext(ch.Path) == path.Ext(e.path) && len(gone) < maxRenameSources {
			gone = append(gone, ch)
		}
	}
	best, most := "", 0
	for _, ch := range gone {
		d, err := l.diff(ch.Old.ID, e.blob)
		if err != nil {
			return "", work, err
		}
		work += d.work()
		if same := d.shared(); 2*same >= max(d.lines[0], d.lines[1]) && same > most {
			best, most = ch.Path, same
		}
	}
	return best, work, nil
}

// shared counts the lines that two texts share.
func (d diff) shared() int {
	same := d.lines[0]
	for _, c := range d.changes {
		same -= c.Old.Count
	}
	return same
}

// diff compares two blobs.
func (l *lineage) diff(old, now gitops.ID) (diff, error) {
	key := [2]gitops.ID{old, now}
	l.mu.Lock()
	d, ok := l.diffs[key]
	l.mu.Unlock()
	if ok {
		return d, nil
	}
	var texts [2][]byte
	for i, id := range key {
		data, err := l.session.Blob(id)
		if err != nil {
			return diff{}, err
		}
		texts[i], d.lines[i] = data, bytes.Count(data, []byte("\n"))
	}
	var err error
	compare := gitops.DiffLines
	if l.bare {
		compare = gitops.DiffWithoutSpace
	}
	if d.changes, err = compare(texts[0], texts[1]); err != nil {
		return diff{}, err
	}
	l.mu.Lock()
	if len(l.diffs) < maxKept {
		l.diffs[key] = d
	}
	l.mu.Unlock()
	return d, nil
}
