package gitops

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// commitInfo is what a walk needs of a commit.
type commitInfo struct {
	parents []ID
	date    int64  // committer date, seconds since 1970
	level   uint32 // above those of all its ancestors; odb.LevelUnknown when no commit-graph says it
}

// commitCache keeps what walks have read of commits.
type commitCache struct {
	open  sync.Once
	graph *odb.CommitGraph // nil when there is none that counts
	heads sync.Pool        // of *[]byte

	distrusted atomic.Bool // the graph was found to say what commits do not
	fault      error       // why the graph could not be opened

	mu sync.RWMutex
	by map[ID]commitInfo
}

// commitHead is how many bytes of a commit are read for its parents and its date, before the whole is.
const commitHead = 336

// commitInfo returns what a walk needs of a commit: from the commit-graph, else from the head of the
// commit. Neither is checked against the commit's name, which is done when a commit is read for what
// it says. A parent beyond the boundary of a shallow clone is cut off, as git cuts it.
func (r *Repo) commitInfo(id ID) (commitInfo, error) {
	r.commits.mu.RLock()
	info, ok := r.commits.by[id]
	r.commits.mu.RUnlock()
	if ok {
		return info, nil
	}
	info, err := r.readCommitInfo(id)
	if err != nil {
		return info, err
	}
	r.commits.mu.Lock()
	r.commits.by[id] = info
	r.commits.mu.Unlock()
	return info, nil
}

func (r *Repo) readCommitInfo(id ID) (commitInfo, error) {
	r.commits.open.Do(r.openGraph)
	if graph := r.commits.graph; graph != nil && !r.commits.distrusted.Load() {
		if c, known := graph.Commit(id); known {
			return commitInfo{parents: c.Parents, date: c.Time, level: c.Level}, nil
		}
	}
	h, err := r.readCommitHead(id)
	if err != nil {
		return commitInfo{}, err
	}
	info := commitInfo{parents: h.Parents, date: h.Time, level: odb.LevelUnknown}
	if r.isShallow(id) {
		info.parents = nil
	}
	return info, nil
}

// readCommitHead reads the headers of a commit, and no more of it than needed.
func (r *Repo) readCommitHead(id ID) (object.CommitHeader, error) {
	buf, _ := r.commits.heads.Get().(*[]byte)
	if buf == nil {
		b := make([]byte, commitHead)
		buf = &b
	}
	defer r.commits.heads.Put(buf)
	kind, data, err := r.db.ReadHead(id, commitHead, *buf)
	if err == nil && kind == object.KindCommit && len(data) == commitHead && !hasCommitter(data) {
		kind, data, err = r.readSmall(id)
	}
	if err != nil {
		return object.CommitHeader{}, err
	}
	if kind != object.KindCommit {
		return object.CommitHeader{}, fmt.Errorf("object %s is a %s, not a commit", id, kind)
	}
	h, err := object.ParseCommitHeader(data)
	if err != nil {
		return h, fmt.Errorf("commit %s: %w", id, err)
	}
	return h, nil
}

// hasCommitter reports whether the head of a commit reaches beyond the line of the committer.
func hasCommitter(head []byte) bool {
	at := bytes.Index(head, []byte("\ncommitter "))
	return at >= 0 && bytes.IndexByte(head[at+1:], '\n') >= 0
}
