package odb

import (
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
)

// A treeCache keeps parsed trees, up to a size; a shard that is full starts anew.
type treeCache struct{ shards [cacheShards]treeShard }

type treeShard struct {
	mu    sync.RWMutex
	held  int // bytes of the trees, encoded
	trees map[object.ID][]object.TreeEntry
}

const maxTreeShard = 1 << 20

func (c *treeCache) get(id object.ID) ([]object.TreeEntry, bool) {
	s := &c.shards[id[0]%cacheShards]
	s.mu.RLock()
	defer s.mu.RUnlock()
	entries, ok := s.trees[id]
	return entries, ok
}

func (c *treeCache) put(id object.ID, entries []object.TreeEntry, size int) {
	s := &c.shards[id[0]%cacheShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trees == nil || s.held+size > maxTreeShard {
		s.trees, s.held = map[object.ID][]object.TreeEntry{}, 0
	}
	if _, ok := s.trees[id]; !ok {
		s.trees[id] = entries
		s.held += size
	}
}
