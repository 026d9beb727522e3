package gitops

import (
	"container/heap"
	"context"
	"sync"
)

// commitInfo is what a walk needs of a commit.
type commitInfo struct {
	tree    ID
	parents []ID
	date    int64 // committer date, seconds since 1970
}

// clockSlop is how far, in seconds, a commit may be older than its parent says before a walk by date
// misses it. git's own limited walks have a similar allowance.
const clockSlop = 7 * 24 * 3600

// An ancestry answers whether commits are ancestors of its start, walking from there only as far back
// as it is asked, and never twice. It is safe for concurrent use.
type ancestry struct {
	repo *Repo

	mu    sync.Mutex
	queue dateQueue
	seen  map[ID]bool
}

// ancestryOf returns the ancestry of a commit, the same one whenever it is asked for.
func (r *Repo) ancestryOf(start ID) (*ancestry, error) {
	r.ancestries.mu.Lock()
	defer r.ancestries.mu.Unlock()
	if a := r.ancestries.by[start]; a != nil {
		return a, nil
	}
	a := &ancestry{repo: r, seen: map[ID]bool{}}
	if err := a.push(start); err != nil {
		return nil, err
	}
	r.ancestries.by[start] = a
	return a, nil
}

// ancestryCache keeps the walks of a Repo.
type ancestryCache struct {
	mu sync.Mutex
	by map[ID]*ancestry
}

func (a *ancestry) push(id ID) error {
	if a.seen[id] {
		return nil
	}
	info, err := a.repo.commitInfo(id)
	if err != nil {
		return err
	}
	a.seen[id] = true
	heap.Push(&a.queue, queued{id, info})
	return nil
}

// has tells whether id is the start or an ancestor of it.
func (a *ancestry) has(ctx context.Context, id ID) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen[id] {
		return true, nil
	}
	info, err := a.repo.commitInfo(id)
	if err != nil {
		return false, err
	}
	for len(a.queue) > 0 && a.queue[0].info.date >= info.date-clockSlop {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		next := heap.Pop(&a.queue).(queued)
		for _, p := range next.info.parents {
			if err := a.push(p); err != nil {
				return false, err
			}
		}
		if a.seen[id] {
			return true, nil
		}
	}
	return false, nil
}

// queued is a commit waiting in a walk; the queue pops the youngest first.
type queued struct {
	id   ID
	info commitInfo
}

type dateQueue []queued

func (q dateQueue) Len() int           { return len(q) }
func (q dateQueue) Less(i, j int) bool { return q[i].info.date > q[j].info.date }
func (q dateQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *dateQueue) Push(x any)        { *q = append(*q, x.(queued)) }
func (q *dateQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// IsAncestor tells whether ancestor is commit or can be reached from it.
func (r *Repo) IsAncestor(ctx context.Context, ancestor, commit ID) (bool, error) {
	a, err := r.ancestryOf(commit)
	if err != nil {
		return false, err
	}
	return a.has(ctx, ancestor)
}

// Missing returns the commits reachable from tip and not from the ancestry's start, youngest first.
func (a *ancestry) missing(ctx context.Context, tip ID, limit int) ([]ID, error) {
	var out []ID
	seen := map[ID]bool{tip: true}
	info, err := a.repo.commitInfo(tip)
	if err != nil {
		return nil, err
	}
	queue := dateQueue{{tip, info}}
	for len(queue) > 0 && len(out) < limit {
		next := heap.Pop(&queue).(queued)
		in, err := a.has(ctx, next.id)
		if err != nil {
			return nil, err
		}
		if in {
			continue
		}
		out = append(out, next.id)
		for _, p := range next.info.parents {
			if seen[p] {
				continue
			}
			seen[p] = true
			info, err := a.repo.commitInfo(p)
			if err != nil {
				return nil, err
			}
			heap.Push(&queue, queued{p, info})
		}
	}
	return out, nil
}

// History is what a branch has that main has not.
type History struct {
	Point   ID   // the branch point: the commit of main the branch was cut from; zero when unrelated
	Commits []ID // on the branch and not on main, youngest first
}

// maxBranchCommits bounds how many commits of a release branch are looked at for what it already has.
const maxBranchCommits = 20000

// Histories compares branches with main in one walk of main. The branch point is the first parent of
// the oldest commit that is on the branch's first-parent line and not on main, which stays put when
// main is merged into the branch later.
func (r *Repo) Histories(ctx context.Context, main ID, tips []ID) ([]History, error) {
	onMain, err := r.ancestryOf(main)
	if err != nil {
		return nil, err
	}
	out := make([]History, len(tips))
	for i, tip := range tips {
		point := tip
		for {
			in, err := onMain.has(ctx, point)
			if err != nil {
				return nil, err
			}
			if in {
				break
			}
			info, err := r.commitInfo(point)
			if err != nil {
				return nil, err
			}
			if len(info.parents) == 0 {
				point = ID{}
				break
			}
			point = info.parents[0]
		}
		commits, err := onMain.missing(ctx, tip, maxBranchCommits)
		if err != nil {
			return nil, err
		}
		out[i] = History{Point: point, Commits: commits}
	}
	return out, nil
}
