package gitops

import (
	"context"
	"slices"
	"sync"

	"github.com/git-backport/git-backport/gitops/odb"
)

// A walk goes from a commit back through its ancestors: those of the highest level first, which are
// those that no commit-graph knows, and of one level the youngest first.
type walk struct {
	repo   *Repo
	byDate bool // levels are left aside
	queue  dateQueue
	seen   map[ID]bool // the commits met; true once their parents are met too
	met    int         // how many were pushed: among commits of one second the first met goes first
	added  []queued
}

func (r *Repo) startWalk(start ID) (*walk, error) {
	w := &walk{repo: r, seen: map[ID]bool{}}
	return w, w.begin(start)
}

func (w *walk) begin(start ID) error {
	info, err := w.repo.commitInfo(start)
	if err == nil {
		w.push(start, info)
	}
	return err
}

func (w *walk) push(id ID, info commitInfo) {
	w.seen[id] = false
	level := info.level
	if w.byDate {
		level = 0
	}
	w.queue.push(queued{id: id, info: info, level: level, met: w.met})
	w.met++
}

func (w *walk) knows(id ID) bool {
	_, in := w.seen[id]
	return in
}

// step takes the first waiting commit and meets its parents; it returns those that are new, which holds
// until the next step. After an error the walk is where it was.
func (w *walk) step() (from ID, added []queued, err error) {
	next := w.queue[0]
	w.added = w.added[:0]
	for _, p := range next.info.parents {
		if w.knows(p) || slices.ContainsFunc(w.added, func(q queued) bool { return q.id == p }) {
			continue
		}
		info, err := w.repo.commitInfo(p)
		if err != nil {
			if real, ok := w.repo.distrust(next.id); ok {
				w.queue[0].info = real
				return w.step()
			}
			return next.id, nil, err
		}
		w.added = append(w.added, queued{id: p, info: info})
	}
	w.drop()
	for _, p := range w.added {
		w.push(p.id, p.info)
	}
	return next.id, w.added, nil
}

// drop takes the first waiting commit off without going on to its parents.
func (w *walk) drop() { w.seen[w.queue.pop().id] = true }

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

// has reports whether id is the start or an ancestor of it. It is not, once every commit that the walk
// still has to go on from is itself an ancestor of id, or on no higher level than id is.
func (a *ancestry) has(ctx context.Context, id ID) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.knows(id) {
		return true, nil
	}
	info, err := a.repo.commitInfo(id)
	if err != nil {
		return false, err
	}
	if info.level == odb.LevelUnknown {
		return a.meet(ctx, id)
	}
	for !a.knows(id) && len(a.queue) > 0 && a.queue[0].level > info.level {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if _, _, err := a.step(); err != nil {
			return false, err
		}
	}
	return a.knows(id), nil
}

// meet walks back from id and from the start, both among commits without a level, until they meet or
// cannot any more.
func (a *ancestry) meet(ctx context.Context, id ID) (bool, error) {
	below, err := a.repo.startWalk(id)
	if err != nil {
		return false, err
	}
	open := 0 // commits without a level that are waiting, and not known to be below id
	for _, q := range a.queue {
		if q.level == odb.LevelUnknown {
			open++
		}
	}
	for open > 0 {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if len(below.queue) > 0 && below.queue[0].level == odb.LevelUnknown && below.queue[0].info.date >= a.queue[0].info.date {
			_, added, err := below.step()
			if err != nil {
				return false, err
			}
			for _, p := range added {
				if done, in := a.seen[p.id]; in && !done && p.info.level == odb.LevelUnknown {
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
			if p.info.level == odb.LevelUnknown && !below.knows(p.id) {
				open++
			}
		}
		if a.knows(id) {
			return true, nil
		}
	}
	return false, nil
}

// passed walks on to the level of a commit, or among those without one to its date, and reports whether
// it was met by then. It may have been missed.
func (a *ancestry) passed(ctx context.Context, id ID, info commitInfo) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.knows(id) && len(a.queue) > 0 {
		next := &a.queue[0]
		if next.level < info.level || next.level == info.level && (info.level != odb.LevelUnknown || next.info.date < info.date) {
			break
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if _, _, err := a.step(); err != nil {
			return false, err
		}
	}
	return a.knows(id), nil
}

// IsAncestor reports whether ancestor is commit or can be reached from it.
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
	w := &walk{repo: a.repo, byDate: true, seen: map[ID]bool{}}
	if err := w.begin(tip); err != nil {
		return nil, err
	}
	var found []ID
	for len(w.queue) > 0 && len(found) < limit {
		next := w.queue[0]
		in, err := a.passed(ctx, next.id, next.info)
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

// History is what a branch has that main does not have.
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
// commits that it does not have.
func (r *Repo) branchPoint(ctx context.Context, onMain *ancestry, tip ID, missing []ID) (ID, error) {
	own := make(map[ID]bool, len(missing))
	for _, id := range missing {
		own[id] = true
	}
	for point := tip; ; {
		if err := ctx.Err(); err != nil {
			return ID{}, err
		}
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
