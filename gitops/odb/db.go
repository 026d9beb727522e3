package odb

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	PacksAlone bool         // leave multi-pack-indexes aside, as git does with core.multiPackIndex=false
	Warn       func(string) // called by Open with what git would warn about; nil: nobody is told

	unmapped bool // read without mmap
}

// A DB reads the objects of a repository and its alternates. It is safe for concurrent use.
type DB struct {
	dirs       []string // the repository's own first
	limit      int64
	unverified bool
	packsAlone bool
	unmapped   bool // read without mmap
	cache      *baseCache
	zlib       inflaters
	scratch    sync.Pool

	packs  atomic.Pointer[packSet]
	recent atomic.Pointer[finder] // what the last object was found with

	mu      sync.Mutex // held while packs are looked up
	multis  []*multiIndex
	seen    map[string]fs.FileInfo // multi-pack-indexes, by path
	order   []*pack
	known   map[string]*pack // the same, by path
	broken  []error          // of packs that could not be opened
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
	db := &DB{
		dirs: objectDirs(o.ObjectsDir, o.Alternates, warn), limit: o.Limit, unverified: o.Unverified, packsAlone: o.PacksAlone,
		unmapped: o.unmapped, cache: newBaseCache(max(0, o.CacheBytes)), seen: map[string]fs.FileInfo{}, known: map[string]*pack{},
	}
	for _, dir := range db.dirs {
		db.openMultis(filepath.Join(dir, "pack"), warn)
	}
	return db, nil
}

// Dirs returns the object directories that are read, the repository's own first.
func (db *DB) Dirs() []string { return slices.Clone(db.dirs) }

// Close unmaps everything. Nothing may be reading.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var err error
	for _, p := range db.order {
		err = errors.Join(err, p.close())
	}
	for _, m := range db.multis {
		err = errors.Join(err, m.r.close())
	}
	db.packs.Store(nil)
	db.recent.Store(nil)
	db.multis, db.order, db.seen, db.known = nil, nil, map[string]fs.FileInfo{}, map[string]*pack{}
	return err
}

// Promisor reports whether a pack came from a promisor remote: objects may be missing by design.
func (db *DB) Promisor() bool {
	db.list()
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.promise
}
