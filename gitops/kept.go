package gitops

import "sync"

// kept is what was made of files of a session's trees. The zero value is empty. It is safe for
// concurrent use.
type kept struct {
	mu   sync.Mutex
	by   map[any]any
	held int // bytes
}

// maxKept bounds what is kept, in bytes.
const maxKept = 24 << 20

func (k *kept) get(key any) (any, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	made, ok := k.by[key]
	return made, ok
}

func (k *kept) put(key, made any, size int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil {
		k.by = map[any]any{}
	}
	if _, ok := k.by[key]; !ok && k.held+size <= maxKept {
		k.by[key] = made
		k.held += size
	}
}

// Keep returns what make made for key, in this tree or in another one of the session, which has to be
// fit to be shared. An error is not kept. size is what is made takes, in bytes, more or less.
func (t *TreeFS) Keep(key any, size int, make func() (any, error)) (any, error) {
	if t.kept == nil {
		return make()
	}
	if made, ok := t.kept.get(key); ok {
		return made, nil
	}
	made, err := make()
	if err == nil {
		t.kept.put(key, made, size)
	}
	return made, err
}
