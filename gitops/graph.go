package gitops

import (
	"fmt"
	"slices"
)

// openGraph opens the commit-graph where git would use it.
func (r *Repo) openGraph() {
	if use, err := r.Config.Bool("core.commitGraph", true); err != nil || !use || r.IsShallow() {
		return
	}
	r.commits.graph, r.commits.fault = r.db.CommitGraph()
}

// GraphProblem says what is wrong with the commit-graph, as far as it was read, "" for nothing. Commits
// are read themselves where it is damaged.
func (r *Repo) GraphProblem() string {
	r.commits.open.Do(r.openGraph)
	err := r.commits.fault
	if err == nil && r.commits.graph != nil {
		err = r.commits.graph.Fault()
	}
	switch {
	case err != nil:
		return fmt.Sprintf("the commit-graph is corrupt and left aside: %v; 'git commit-graph write --reachable' writes it anew", err)
	case r.commits.distrusted.Load():
		return "the commit-graph is corrupt and left aside: it says what the commits do not; 'git commit-graph write --reachable' writes it anew"
	}
	return ""
}

// distrust compares what the commit-graph says of a commit, a parent of which cannot be read, with the
// commit. Where they differ the graph is left aside from now on, and the commit's own word is returned.
func (r *Repo) distrust(id ID) (commitInfo, bool) {
	graph := r.commits.graph
	if graph == nil || r.commits.distrusted.Load() {
		return commitInfo{}, false
	}
	said, known := graph.Commit(id)
	head, err := r.readCommitHead(id)
	if !known || err != nil || slices.Equal(said.Parents, head.Parents) {
		return commitInfo{}, false
	}
	r.commits.distrusted.Store(true)
	r.commits.mu.Lock()
	r.commits.by = map[ID]commitInfo{}
	r.commits.mu.Unlock()
	info, err := r.commitInfo(id)
	return info, err == nil
}
