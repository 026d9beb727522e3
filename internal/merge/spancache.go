package merge

import "sync"

// A SpanCache keeps what rename detection has read of files, for further merges in the same
// repository: the same additions stand against each deletion again. It is bounded, and safe for
// concurrent use. The zero value is empty.
type SpanCache struct {
	mu    sync.RWMutex
	sizes map[ID]int64
	spans map[ID][]span
	held  int // chunks in spans
}

// The bounds of a SpanCache: 16 MiB of chunks, and the sizes of as many files as rename detection may
// compare in a few merges.
const (
	maxHeldSpans = 2 << 20
	maxHeldSizes = 1 << 17
)

func (c *SpanCache) size(id ID) (int64, bool) {
	if c == nil {
		return 0, false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	size, ok := c.sizes[id]
	return size, ok
}

func (c *SpanCache) keepSize(id ID, size int64) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sizes == nil {
		c.sizes = make(map[ID]int64)
	}
	if len(c.sizes) < maxHeldSizes {
		c.sizes[id] = size
	}
}

func (c *SpanCache) get(id ID) ([]span, bool) {
	if c == nil {
		return nil, false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	spans, ok := c.spans[id]
	return spans, ok
}

// keep keeps the chunks of a file whose chunks do not depend on its being text.
func (c *SpanCache) keep(id ID, spans []span) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.spans == nil {
		c.spans = make(map[ID][]span)
	}
	if _, ok := c.spans[id]; !ok && c.held+len(spans) <= maxHeldSpans {
		c.spans[id] = spans
		c.held += len(spans)
	}
}
