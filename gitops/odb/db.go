package odb

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// The defaults of Options.
const (
	DefaultCacheBytes = 32 << 20
	DefaultLimit      = 512 << 20
)

// Options say where objects are and how much memory reading them may take.
type Options struct {
	ObjectsDir string       // the repository's "objects" directory
	Alternates []string     // further object directories, from GIT_ALTERNATE_OBJECT_DIRECTORIES
	CacheBytes int64        // for bases of deltas; 0 is DefaultCacheBytes, below 0 none
	Limit      int64        // an object of more bytes is a *TooLargeError; 0 is DefaultLimit
	Unverified bool         // do not hash what is read and compare it with its name
	Warn       func(string) // called with what git would warn about; nil: nobody is told
}

// A DB reads the objects of a repository and its alternates. It is safe for concurrent use.
type DB struct {
	dirs       []string // the repository's own first
	limit      int64
	unverified bool
	unmapped   bool // read without mmap
	cache      *baseCache
	zlib       inflaters
	scratch    sync.Pool

	packs  atomic.Pointer[[]*pack]
	recent atomic.Pointer[pack] // where the last object was found

	mu      sync.Mutex // held while packs are looked up
	known   map[string]bool
	broken  []error // of packs that could not be opened
	promise bool
}

// Open opens the objects below o.ObjectsDir. Packs are looked up when an object is first asked for.
func Open(o Options) (*DB, error) {
	info, err := os.Stat(o.ObjectsDir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: o.ObjectsDir, Err: errors.New("not a directory")}
	}
	warn := o.Warn
	if warn == nil {
		warn = func(string) {}
	}
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = DefaultCacheBytes
	}
	return &DB{
		dirs: objectDirs(o.ObjectsDir, o.Alternates, warn), limit: o.Limit, unverified: o.Unverified,
		cache: newBaseCache(max(0, o.CacheBytes)), known: map[string]bool{},
	}, nil
}

// Dirs returns the object directories that are read, the repository's own first.
func (db *DB) Dirs() []string { return slices.Clone(db.dirs) }

// Close unmaps everything. Nothing may be reading.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var err error
	if packs := db.packs.Swap(nil); packs != nil {
		for _, p := range *packs {
			err = errors.Join(err, p.close())
		}
	}
	db.recent.Store(nil)
	db.known = map[string]bool{}
	return err
}

func (p *pack) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.idx.r.close()
	if p.data != nil {
		err = errors.Join(err, p.data.close())
		p.data = nil
	}
	return err
}

// list returns the packs known, looking them up the first time.
func (db *DB) list() []*pack {
	if packs := db.packs.Load(); packs != nil {
		return *packs
	}
	return db.rescan()
}

// rescan looks for packs that were not there before. Those that have gone stay mapped.
func (db *DB) rescan() []*pack {
	db.mu.Lock()
	defer db.mu.Unlock()
	var packs []*pack
	if old := db.packs.Load(); old != nil {
		packs = slices.Clone(*old)
	}
	db.broken = nil
	for _, dir := range db.dirs {
		packs = append(packs, db.newPacks(filepath.Join(dir, "pack"))...)
	}
	db.packs.Store(&packs)
	return packs
}

func (db *DB) newPacks(dir string) []*pack {
	entries, err := os.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			db.broken = append(db.broken, err)
		}
		return nil
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
	}
	var packs []*pack
	for _, e := range entries {
		name, isIdx := strings.CutSuffix(e.Name(), ".idx")
		if strings.HasSuffix(e.Name(), ".promisor") {
			db.promise = true
		}
		path := filepath.Join(dir, name+".pack")
		if !isIdx || !there[name+".pack"] || db.known[path] {
			continue
		}
		p, err := db.openPack(filepath.Join(dir, e.Name()), path)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				db.broken = append(db.broken, err)
			}
			continue
		}
		db.known[path] = true
		packs = append(packs, p)
	}
	return packs
}

func (db *DB) openPack(idxPath, path string) (p *pack, err error) {
	r, err := openRegion(idxPath, !db.unmapped)
	if err != nil {
		return nil, err
	}
	restore := catchFaults()
	defer func() {
		if f := restore(recover()); f != nil {
			err = damaged(-1, "%s", faultReason)
		}
		if err != nil {
			err = errors.Join(placed(err, idxPath), r.close())
		}
	}()
	idx, err := openIndex(r)
	if err != nil {
		return nil, err
	}
	return &pack{path: path, idx: idx}, nil
}

// Promisor tells whether a pack came from a promisor remote: objects may be missing by design.
func (db *DB) Promisor() bool {
	db.list()
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.promise
}
