package odb

import (
	"reflect"
	"sync"
)

// A slab hands out buffers for what is inflated, cut from a few large pages of memory where the system has
// such: a short run spends a third of its time on touching memory for the first time, which costs much less
// by the large page. What is cut is not cut again, and keeps the slab alive; when it is used up, and for what
// is large, buffers are allocated one by one. The nil slab has nothing to cut from.
type slab struct {
	mu   sync.Mutex
	made bool
	free []byte
}

const (
	largePage = 2 << 20 // bytes
	slabSize  = 3 * largePage
	maxCut    = largePage / 8
)

// buffer returns n bytes, all zero.
func (s *slab) buffer(n int64) []byte {
	if s == nil || n > maxCut {
		return make([]byte, n)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.made {
		s.made = true
		block := make([]byte, slabSize+largePage) // what is never touched takes no memory
		at := -reflect.ValueOf(block).Pointer() & (largePage - 1)
		s.free = block[at:][:slabSize]
		preferLarge(s.free)
	}
	if int64(len(s.free)) < n {
		return make([]byte, n)
	}
	b := s.free[:n:n]
	s.free = s.free[n:]
	return b
}
