package merge

// A hashOrder maps strings to integers and visits them in the order in which git's hash maps do:
// 32-bit FNV-1, a power of four of buckets from 64 upwards, growth above 80 percent, newest first
// within a bucket. The order shows: git pairs identical files in the order in which it meets them,
// and directories it put off are met in this order.
type hashOrder struct {
	heads   []int32 // index of the first item of each bucket, -1 when empty
	items   []hashItem
	present map[string]int32
}

type hashItem struct {
	key   string
	hash  uint32
	next  int32
	value int
}

const hashOrderSize = 64

func newHashOrder() *hashOrder {
	h := &hashOrder{present: make(map[string]int32)}
	h.reset(hashOrderSize)
	return h
}

func (h *hashOrder) reset(size int) {
	h.heads = make([]int32, size)
	for i := range h.heads {
		h.heads[i] = -1
	}
}

func fnv1(s string) uint32 {
	hash := uint32(0x811c9dc5)
	for i := 0; i < len(s); i++ {
		hash = hash*0x01000193 ^ uint32(s[i])
	}
	return hash
}

// add adds n to the value of key, which starts at 0.
func (h *hashOrder) add(key string, n int) {
	if i, ok := h.present[key]; ok {
		h.items[i].value += n
		return
	}
	i := int32(len(h.items))
	h.items = append(h.items, hashItem{key: key, hash: fnv1(key), value: n})
	h.present[key] = i
	h.link(i)
	if len(h.items) > len(h.heads)*80/100 {
		h.grow()
	}
}

func (h *hashOrder) link(i int32) {
	b := h.items[i].hash & uint32(len(h.heads)-1)
	h.items[i].next = h.heads[b]
	h.heads[b] = i
}

func (h *hashOrder) grow() {
	old := h.heads
	h.reset(len(old) * 4)
	for _, i := range old {
		for i >= 0 {
			next := h.items[i].next
			h.link(i)
			i = next
		}
	}
}

// each calls f for every key, in git's order.
func (h *hashOrder) each(f func(key string, value int)) {
	for _, i := range h.heads {
		for ; i >= 0; i = h.items[i].next {
			f(h.items[i].key, h.items[i].value)
		}
	}
}
