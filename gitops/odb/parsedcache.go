package odb

import (
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
)

// A parsedCache keeps parsed trees or commits, up to a size; a shard that is full starts anew.
type parsedCache[T any] struct{ shards [cacheShards]parsedShard[T] }

type parsedShard[T any] struct {
	mu     sync.RWMutex
	held   int // bytes of the objects, encoded
	parsed map[object.ID]T
}

const maxParsedShard = 1 << 20

func (c *parsedCache[T]) get(id object.ID) (T, bool) {
	s := &c.shards[id[0]%cacheShards]
	s.mu.RLock()
	defer s.mu.RUnlock()
	parsed, ok := s.parsed[id]
	return parsed, ok
}

func (c *parsedCache[T]) put(id object.ID, parsed T, size int) {
	if size > maxParsedShard {
		return
	}
	s := &c.shards[id[0]%cacheShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.parsed == nil || s.held+size > maxParsedShard {
		s.parsed, s.held = map[object.ID]T{}, 0
	}
	if _, ok := s.parsed[id]; !ok {
		s.parsed[id] = parsed
		s.held += size
	}
}
