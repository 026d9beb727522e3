package odb

import (
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
)

const cacheShards = 16

// A baseCache keeps what has served as a base of deltas, up to a number of bytes; of each shard the
// oldest goes first. What it holds is shared and never modified.
type baseCache struct {
	limit  int64 // in bytes, of each shard
	shards [cacheShards]cacheShard
}

type cacheShard struct {
	mu    sync.Mutex
	held  int64
	bases map[cacheKey]base
	queue []cacheKey // in order of age; the first gone of them are not in bases any more
	gone  int
}

type cacheKey struct {
	pack *pack
	off  int64
}

type base struct {
	kind object.Kind
	data []byte
}

func newBaseCache(limit int64) *baseCache { return &baseCache{limit: limit / cacheShards} }

func (c *baseCache) shard(off int64) *cacheShard {
	return &c.shards[uint64(off)*0x9e3779b97f4a7c15>>60]
}

func (c *baseCache) get(p *pack, off int64) (object.Kind, []byte, bool) {
	s := c.shard(off)
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.bases[cacheKey{p, off}]
	return b.kind, b.data, ok
}

func (c *baseCache) put(p *pack, off int64, kind object.Kind, data []byte) {
	size := int64(cap(data)) + 64
	if size > c.limit/2 {
		return
	}
	s, key := c.shard(off), cacheKey{p, off}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.bases[key]; ok {
		return
	}
	if s.bases == nil {
		s.bases = map[cacheKey]base{}
	}
	for ; s.held+size > c.limit && s.gone < len(s.queue); s.gone++ {
		old := s.queue[s.gone]
		s.held -= int64(cap(s.bases[old].data)) + 64
		delete(s.bases, old)
	}
	if s.gone > len(s.queue)/2 {
		s.queue = append(s.queue[:0], s.queue[s.gone:]...)
		s.gone = 0
	}
	s.bases[key] = base{kind, data}
	s.queue = append(s.queue, key)
	s.held += size
}
