package odb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// A finder knows which objects are where: a pack by its own index, or a multi-pack-index.
type finder interface {
	// find returns the pack that has an object, nil when none has, and where in it that starts.
	find(id object.ID) (*pack, int64, error)
	// table returns the ids of all its objects.
	table() (*idTable, error)
	// file is the path of where it is read from.
	file() string
}

// A packSet is what is known of the packs at a time. It does not change.
type packSet struct {
	finders []finder // of all objects in packs: multi-pack-indexes, the newest first, then the packs they do not name
	named   []finder // the packs that multi-pack-indexes name, for what these do not have right
}

// all returns whatever may know an object.
func (s *packSet) all() []finder { return slices.Concat(s.finders, s.named) }

// list returns the packs known, looking them up the first time.
func (db *DB) list() *packSet {
	if packs := db.packs.Load(); packs != nil {
		return packs
	}
	return db.rescan()
}

// rescan looks for packs that were not there before, and returns the same set when there are none. Those
// that have gone stay mapped.
func (db *DB) rescan() *packSet {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.broken = nil
	for _, dir := range db.dirs {
		dir = filepath.Join(dir, "pack")
		db.openMultis(dir, func(string) {})
		db.scan(dir)
	}
	s := &packSet{}
	for _, m := range db.multis {
		if m.packs != nil {
			s.finders = append(s.finders, m)
		}
	}
	for _, p := range db.order {
		if p.named {
			s.named = append(s.named, p)
		} else {
			s.finders = append(s.finders, p)
		}
	}
	if old := db.packs.Load(); old != nil && len(old.finders) == len(s.finders) && len(old.named) == len(s.named) {
		return old
	}
	db.packs.Store(s)
	return s
}

// openMultis opens the multi-pack-index of a pack directory unless it is open already. One that is of
// no use is left aside with a warning: each pack has an index of its own.
func (db *DB) openMultis(dir string, warn func(string)) {
	if db.packsAlone {
		return
	}
	files, err := multiFiles(dir)
	if err != nil {
		warn(fmt.Sprintf("the multi-pack-index in %q is left aside: %v", dir, err))
		return
	}
	for _, path := range files {
		info, err := os.Stat(path)
		if err == nil {
			if old := db.seen[path]; old != nil && os.SameFile(old, info) && old.Size() == info.Size() && old.ModTime().Equal(info.ModTime()) {
				continue
			}
			db.seen[path] = info
			var m *multiIndex
			if m, err = openMulti(dir, path, !db.unmapped); err == nil {
				db.multis = slices.Insert(db.multis, 0, m)
			}
		}
		if err != nil {
			warn(fmt.Sprintf("%q is left aside: %v", path, err))
		}
	}
}

// scan looks for packs in a directory. Those that a multi-pack-index names are opened when needed, the
// others at once.
func (db *DB) scan(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			db.broken = append(db.broken, err)
		}
		return
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
		if strings.HasSuffix(e.Name(), ".promisor") {
			db.promise = true
		}
	}
	for _, m := range db.multis {
		if m.dir == dir && m.packs == nil {
			db.resolve(m, there)
		}
	}
	for _, e := range entries {
		path := packPath(dir, e.Name(), there)
		if path == "" || db.known[path] != nil {
			continue
		}
		p := &pack{path: path, mapped: !db.unmapped}
		if _, err := p.index(); err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				db.broken = append(db.broken, err)
			}
			continue
		}
		db.keep(p)
	}
}

// resolve finds the packs that a multi-pack-index names among the files that are there.
func (db *DB) resolve(m *multiIndex, there map[string]bool) {
	m.packs = make([]*pack, len(m.names))
	for i, name := range m.names {
		path := packPath(m.dir, name, there)
		if path == "" {
			continue
		}
		p := db.known[path]
		if p == nil {
			p = &pack{path: path, mapped: !db.unmapped}
			db.keep(p)
		}
		p.named = true
		m.packs[i] = p
	}
}

func (db *DB) keep(p *pack) {
	db.known[p.path] = p
	db.order = append(db.order, p)
}

// packPath returns the path of the pack with the index name; "" when the two are not both there.
func packPath(dir, name string, there map[string]bool) string {
	stem, isIdx := strings.CutSuffix(name, ".idx")
	if !isIdx || !there[name] || !there[stem+".pack"] {
		return ""
	}
	return filepath.Join(dir, stem+".pack")
}
