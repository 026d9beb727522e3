package odb

import (
	"bytes"
	"sync"
	"testing"
)

// TestSlab takes buffers from several goroutines, more than there is to cut from: all are zero, none
// overlaps another, and growing one leaves its neighbours alone.
func TestSlab(t *testing.T) {
	t.Parallel()
	var s slab
	var none *slab
	if b := none.buffer(3); len(b) != 3 {
		t.Fatal(len(b))
	}
	const each, takers = 400, 4
	buffers := make([][][]byte, takers)
	var wait sync.WaitGroup
	for k := range takers {
		wait.Go(func() {
			for i := range each {
				size := int64(i * 37)
				if i%100 == 99 {
					size = maxCut + 1
				}
				b := s.buffer(size)
				if int64(len(b)) != size || len(bytes.Trim(b, "\x00")) > 0 {
					t.Errorf("asked for %d zeros: %d bytes", size, len(b))
				}
				for j := range b {
					b[j] = byte(1 + k)
				}
				_ = append(b, 99)
				buffers[k] = append(buffers[k], b)
			}
		})
	}
	wait.Wait()
	for k, list := range buffers {
		for _, b := range list {
			if len(bytes.Trim(b, string(rune(1+k)))) > 0 {
				t.Fatalf("a buffer of taker %d was written by another", k)
			}
		}
	}
	if len(s.free) == slabSize || len(s.free) > maxCut {
		t.Errorf("%d bytes are left to cut", len(s.free))
	}
}
