package gitops

// queued is a commit waiting in a walk.
type queued struct {
	id    ID
	info  commitInfo
	level uint32
	met   int
}

func (q *queued) before(other *queued) bool {
	if q.level != other.level {
		return q.level > other.level
	}
	if q.info.date != other.info.date {
		return q.info.date > other.info.date
	}
	return q.met < other.met
}

// A dateQueue is a heap of commits: of the highest level the youngest comes first.
type dateQueue []queued

func (q *dateQueue) push(c queued) {
	*q = append(*q, c)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(&h[up]) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// pop takes the first commit off a queue that is not empty.
func (q *dateQueue) pop() queued {
	h := *q
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h[last] = queued{}
	h = h[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			break
		}
		if right := down + 1; right < last && h[right].before(&h[down]) {
			down = right
		}
		if !h[down].before(&h[i]) {
			break
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
	*q = h
	return first
}
