package gitops

import (
	"sync"

	"github.com/git-backport/git-backport/gitops/odb"
)

// kept are files of a session's trees, and what was made of them. The zero value is empty. It is safe for
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

// A blobKey is the key of a file's bytes.
type blobKey ID

// maxKeptBlob bounds the files whose bytes are kept, in bytes.
const maxKeptBlob = 1 << 20

// blob reads a blob of mem. What a fix changes is read again for each branch that it goes to.
func (k *kept) blob(mem *odb.Overlay, id ID) ([]byte, error) {
	if made, ok := k.get(blobKey(id)); ok {
		return made.([]byte), nil //nolint:forcetypeassert // its key has a type of its own
	}
	data, err := mem.Blob(id)
	if err == nil && len(data) <= maxKeptBlob && !mem.IsNew(id) {
		k.put(blobKey(id), data, len(data))
	}
	return data, err
}
