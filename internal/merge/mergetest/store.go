// Package mergetest is for tests and tools only: an in-memory object store, merge cases made of files,
// random ones too, and git's answer to them.
package mergetest

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/merge"
)

// A Store is a merge.Store in memory.
type Store struct {
	mu      sync.RWMutex
	objects map[merge.ID]object
}

type object struct {
	kind string
	data []byte
}

// NewStore returns an empty store.
func NewStore() *Store { return &Store{objects: make(map[merge.ID]object)} }

func (s *Store) get(kind string, id merge.ID) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, ok := s.objects[id]
	if !ok || o.kind != kind {
		return nil, fmt.Errorf("%s %s is not in the store", kind, id)
	}
	return o.data, nil
}

func (s *Store) put(kind string, data []byte) merge.ID {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	id := merge.ID(h.Sum(nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[id] = object{kind, data}
	return id
}

// Tree returns the entries of a tree.
func (s *Store) Tree(id merge.ID) ([]merge.Entry, error) {
	data, err := s.get("tree", id)
	if err != nil {
		return nil, err
	}
	return ParseTree(data)
}

// ParseTree reads the bytes of a tree.
func ParseTree(data []byte) ([]merge.Entry, error) {
	var entries []merge.Entry
	for len(data) > 0 {
		mode, rest, _ := bytes.Cut(data, []byte{' '})
		name, rest, ok := bytes.Cut(rest, []byte{0})
		bits, err := strconv.ParseUint(string(mode), 8, 32)
		if !ok || err != nil || len(rest) < 20 {
			return nil, fmt.Errorf("a tree is cut short")
		}
		entries = append(entries, merge.Entry{Name: string(name), Mode: merge.Mode(bits), ID: merge.ID(rest[:20])})
		data = rest[20:]
	}
	return entries, nil
}

// Blob returns the bytes of a blob.
func (s *Store) Blob(id merge.ID) ([]byte, error) { return s.get("blob", id) }

// BlobSize returns the size of a blob.
func (s *Store) BlobSize(id merge.ID) (int64, error) {
	data, err := s.get("blob", id)
	return int64(len(data)), err
}

// WriteBlob stores a blob.
func (s *Store) WriteBlob(data []byte) (merge.ID, error) { return s.put("blob", data), nil }

// WriteTree stores a tree.
func (s *Store) WriteTree(entries []merge.Entry) (merge.ID, error) {
	var data []byte
	for _, e := range entries {
		data = append(data, strconv.FormatUint(uint64(e.Mode), 8)+" "+e.Name+"\x00"...)
		data = append(data, e.ID[:]...)
	}
	return s.put("tree", data), nil
}

// A File is what a path holds: bytes, or for a gitlink the id of a commit in hexadecimal digits.
type File struct {
	Mode merge.Mode
	Data string
}

// Files are the files of a tree by path.
type Files map[string]File

// Paths returns the paths of f, sorted.
func (f Files) Paths() []string {
	paths := make([]string, 0, len(f))
	for path := range f {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return paths
}

// AddTree stores files as a tree.
func (s *Store) AddTree(files Files) merge.ID {
	dirs := map[string]Files{}
	var entries []merge.Entry
	for _, path := range files.Paths() {
		f := files[path]
		name, rest, deep := strings.Cut(path, "/")
		if deep {
			if dirs[name] == nil {
				dirs[name] = Files{}
			}
			dirs[name][rest] = f
			continue
		}
		entries = append(entries, merge.Entry{Name: name, Mode: f.Mode, ID: s.addFile(f)})
	}
	for name, sub := range dirs {
		entries = append(entries, merge.Entry{Name: name, Mode: merge.ModeTree, ID: s.AddTree(sub)})
	}
	sort.Slice(entries, func(i, j int) bool { return sortName(entries[i]) < sortName(entries[j]) })
	id, _ := s.WriteTree(entries)
	return id
}

func (s *Store) addFile(f File) merge.ID {
	if f.Mode == merge.ModeGitlink {
		var id merge.ID
		for i := range id {
			b, _ := strconv.ParseUint(f.Data[2*i:2*i+2], 16, 8)
			id[i] = byte(b)
		}
		return id
	}
	return s.put("blob", []byte(f.Data))
}

func sortName(e merge.Entry) string {
	if e.Mode == merge.ModeTree {
		return e.Name + "/"
	}
	return e.Name
}

// List returns the files of a tree.
func (s *Store) List(id merge.ID) (Files, error) {
	files := Files{}
	return files, s.list(id, "", files)
}

func (s *Store) list(id merge.ID, prefix string, files Files) error {
	entries, err := s.Tree(id)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch e.Mode {
		case merge.ModeTree:
			if err := s.list(e.ID, prefix+e.Name+"/", files); err != nil {
				return err
			}
		case merge.ModeGitlink:
			files[prefix+e.Name] = File{e.Mode, e.ID.String()}
		default:
			data, err := s.Blob(e.ID)
			if err != nil {
				return err
			}
			files[prefix+e.Name] = File{e.Mode, string(data)}
		}
	}
	return nil
}
