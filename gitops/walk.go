package gitops

import (
	"container/heap"
	"context"
	"slices"
	"sync"
)

// commitInfo is what a walk needs of a commit.
type commitInfo struct {
	tree    ID
	parents []ID
	date    int64 // committer date, seconds since 1970
}

// A walk goes from a commit back through its ancestors, youngest first.
type walk struct {
	repo  *Repo
	queue dateQueue
	seen  map[ID]bool // the commits met; true once their parents are met too
	met   int         // how many were pushed: among commits of one second the first met goes first
}

func (r *Repo) startWalk(start ID) (*walk, error) {
	w := &walk{repo: r, seen: map[ID]bool{}}
	info, err := r.commitInfo(start)
	if err != nil {
		return nil, err
	}
	w.push(start, info)
	return w, nil
}

func (w *walk) push(id ID, info commitInfo) {
	w.seen[id] = false
	heap.Push(&w.queue, queued{id, info, w.met})
	w.met++
}

func (w *walk) knows(id ID) bool {
	_, in := w.seen[id]
	return in
}

// step takes the youngest waiting commit and meets its parents; it returns those that are new. After an
// error the walk is where it was.
func (w *walk) step() (from ID, added []ID, err error) {
	next := w.queue[0]
	infos := make([]commitInfo, len(next.info.parents))
	for i, p := range next.info.parents {
		if infos[i], err = w.repo.commitInfo(p); err != nil {
			return next.id, nil, err
		}
	}
	w.drop()
	for i, p := range next.info.parents {
		if !w.knows(p) {
			w.push(p, infos[i])
			added = append(added, p)
		}
	}
	return next.id, added, nil
}

// drop takes the youngest waiting commit off without going on to its parents.
func (w *walk) drop() { w.seen[heap.Pop(&w.queue).(queued).id] = true }

// An ancestry answers whether commits are ancestors of its start, walking from there only as far back
// as it is asked, and never twice. Dates steer the walk and decide nothing: clocks have been wrong in
// many histories. It is safe for concurrent use.
type ancestry struct {
	mu sync.Mutex
	*walk
}

// ancestryOf returns the ancestry of a commit, the same one whenever it is asked for.
func (r *Repo) ancestryOf(start ID) (*ancestry, error) {
	r.ancestries.mu.Lock()
	defer r.ancestries.mu.Unlock()
	if a := r.ancestries.by[start]; a != nil {
		return a, nil
	}
	w, err := r.startWalk(start)
	if err != nil {
		return nil, err
	}
	a := &ancestry{walk: w}
	r.ancestries.by[start] = a
	return a, nil
}

// ancestryCache keeps the walks of a Repo.
type ancestryCache struct {
	mu sync.Mutex
	by map[ID]*ancestry
}

// has tells whether id is the start or an ancestor of it. It is not, once every commit that the walk
// still has to go on from is itself an ancestor of id.
func (a *ancestry) has(ctx context.Context, id ID) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.knows(id) {
		return true, nil
	}
	below, err := a.repo.startWalk(id)
	if err != nil {
		return false, err
	}
	open := len(a.queue) // waiting, and not known to be below id
	for open > 0 {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if len(below.queue) > 0 && below.queue[0].info.date >= a.queue[0].info.date {
			_, added, err := below.step()
			if err != nil {
				return false, err
			}
			for _, p := range added {
				if done, in := a.seen[p]; in && !done {
					open--
				}
			}
			continue
		}
		from, added, err := a.step()
		if err != nil {
			return false, err
		}
		if !below.knows(from) {
			open--
		}
		for _, p := range added {
			if !below.knows(p) {
				open++
			}
		}
		if a.knows(id) {
			return true, nil
		}
	}
	return false, nil
}

// passed walks on to commits of a date, and tells whether id was met by then. It may have been missed.
func (a *ancestry) passed(ctx context.Context, id ID, date int64) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.knows(id) && len(a.queue) > 0 && a.queue[0].info.date >= date {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if _, _, err := a.step(); err != nil {
			return false, err
		}
	}
	return a.knows(id), nil
}

// queued is a commit waiting in a walk; the queue pops the youngest first.
type queued struct {
	id   ID
	info commitInfo
	met  int
}

type dateQueue []queued

func (q dateQueue) Len() int { return len(q) }
func (q dateQueue) Less(i, j int) bool {
	if q[i].info.date != q[j].info.date {
		return q[i].info.date > q[j].info.date
	}
	return q[i].met < q[j].met
}
func (q dateQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *dateQueue) Push(x any)   { *q = append(*q, x.(queued)) }
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

// missing returns the commits reachable from tip and not from the ancestry's start, youngest first, at
// most limit of them.
func (a *ancestry) missing(ctx context.Context, tip ID, limit int) ([]ID, error) {
	w, err := a.repo.startWalk(tip)
	if err != nil {
		return nil, err
	}
	var found []ID
	for len(w.queue) > 0 && len(found) < limit {
		next := w.queue[0]
		in, err := a.passed(ctx, next.id, next.info.date)
		if err != nil {
			return nil, err
		}
		if in {
			w.drop()
			continue
		}
		if _, _, err := w.step(); err != nil {
			return nil, err
		}
		found = append(found, next.id)
	}
	return a.sift(ctx, found)
}

// sift keeps those of ids that the ancestry does not have. A commit with a parent that it has not is
// none it has, so only the lowest have to be asked for.
func (a *ancestry) sift(ctx context.Context, ids []ID) ([]ID, error) {
	ordered, err := a.repo.parentsFirst(ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ID]bool, len(ids))
	for _, id := range ordered {
		info, err := a.repo.commitInfo(id)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(info.parents, func(p ID) bool { return out[p] }) {
			out[id] = true
			continue
		}
		in, err := a.has(ctx, id)
		if err != nil {
			return nil, err
		}
		out[id] = !in
	}
	return slices.DeleteFunc(ids, func(id ID) bool { return !out[id] }), nil
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
		commits, err := onMain.missing(ctx, tip, maxBranchCommits)
		if err != nil {
			return nil, err
		}
		point, err := r.branchPoint(ctx, onMain, tip, commits)
		if err != nil {
			return nil, err
		}
		out[i] = History{Point: point, Commits: commits}
	}
	return out, nil
}

// branchPoint goes along the first parents of tip to the first commit that main has; missing are
// commits that it has not.
func (r *Repo) branchPoint(ctx context.Context, onMain *ancestry, tip ID, missing []ID) (ID, error) {
	own := make(map[ID]bool, len(missing))
	for _, id := range missing {
		own[id] = true
	}
	for point := tip; ; {
		if !own[point] {
			if in, err := onMain.has(ctx, point); in || err != nil {
				return point, err
			}
		}
		info, err := r.commitInfo(point)
		if err != nil || len(info.parents) == 0 {
			return ID{}, err
		}
		point = info.parents[0]
	}
}
