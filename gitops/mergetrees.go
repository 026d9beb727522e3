package gitops

import (
	"sync"

	"github.com/git-backport/git-backport/internal/merge"
)

// mergeTrees keeps trees as the merge engine takes them: picks onto branches of one repository meet
// the same trees again and again. The zero value is empty.
type mergeTrees struct {
	mu   sync.RWMutex
	by   map[merge.ID][]merge.Entry
	held int // entries
}

// maxHeldEntries bounds mergeTrees: some 8 MiB.
const maxHeldEntries = 1 << 17

func (t *mergeTrees) get(id merge.ID) ([]merge.Entry, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	entries, ok := t.by[id]
	return entries, ok
}

// keep keeps a tree. One that is full starts anew.
func (t *mergeTrees) keep(id merge.ID, entries []merge.Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil || t.held+len(entries) > maxHeldEntries {
		t.by, t.held = map[merge.ID][]merge.Entry{}, 0
	}
	t.by[id] = entries
	t.held += len(entries)
}
