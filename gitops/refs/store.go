package refs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A Store reads and changes the refs of one repository as one of its work trees sees them. Between calls
// it keeps packed-refs alone, and looks each time whether that is still the file. It is safe for
// concurrent use.
type Store struct {
	// Warn is told what went wrong after a change was made, when nothing is left to be done about it; nil:
	// nobody is. Set it before the Store is used.
	Warn func(string)
	// Shared is whom our own directory is open to: core.sharedRepository.
	Shared Shared

	gitDir    string // of the work tree: HEAD and the per-worktree refs
	commonDir string // everything shared
	fs        txfs.FS
	packed    packedCache
	forgive   bool // reflogs that cannot be written; only under the operation lock
}

// Open returns the refs of a repository. Both directories are the same but in a linked work tree.
// Nothing is read yet.
func Open(gitDir, commonDir string) *Store { return OpenFS(gitDir, commonDir, txfs.Real{}) }

// OpenFS is Open with the file system that changes go through.
func OpenFS(gitDir, commonDir string, fsys txfs.FS) *Store {
	return &Store{gitDir: gitDir, commonDir: commonDir, fs: fsys}
}

// A Ref is a reference and its value.
type Ref struct {
	Name     string
	Symbolic string    // the ref it points to, empty for a direct one
	ID       object.ID // the value, through symbolic refs; zero for one that dangles
	Peeled   object.ID // what the annotated tag at ID leads to, where packed-refs says so
	// PeelKnown says that packed-refs tells about peeling: then a zero Peeled means no annotated tag.
	PeelKnown bool
	Packed    bool // the value comes from packed-refs
}

// maxSymbolic is how many symbolic refs are followed in a row, as in git.
const maxSymbolic = 5

// Read returns the ref called name, a full name or one such as HEAD. A missing ref is ErrNotFound,
// and so is a symbolic one whose target is missing; the Ref returned with it then has Symbolic set.
func (s *Store) Read(name string) (Ref, error) {
	ref, err := s.readOne(name)
	if err != nil || ref.Symbolic == "" {
		return ref, err
	}
	target := ref
	for range maxSymbolic {
		target, err = s.readOne(target.Symbolic)
		if err != nil {
			return ref, err
		}
		if target.Symbolic == "" {
			ref.ID, ref.Peeled, ref.PeelKnown = target.ID, target.Peeled, target.PeelKnown
			return ref, nil
		}
	}
	return ref, &BrokenError{Name: name, Path: s.path(name), Reason: "too many symbolic refs in a row"}
}

// readOne reads a ref without following it.
func (s *Store) readOne(name string) (Ref, error) {
	if !isPseudoRef(name) {
		if err := CheckName(name); err != nil || !strings.HasPrefix(name, "refs/") {
			return Ref{Name: name}, fmt.Errorf("%w: %q is not a full ref name", ErrNotFound, name)
		}
	}
	ref, err := s.readLoose(name)
	if !errors.Is(err, ErrNotFound) || perWorktree(name) {
		return ref, err
	}
	// Opened after the loose file was seen missing: a ref packed meanwhile is found.
	p, err := s.openPacked()
	if err != nil {
		return Ref{Name: name}, err
	}
	defer p.close()
	ref, found, err := p.lookup(name)
	if err == nil && !found {
		// packed-refs may have been opened just before a racing pack and prune, or the ref deleted
		// from it and made anew as a loose one: one more look settles it.
		return s.readLoose(name)
	}
	return ref, err
}

// path returns the file of a loose ref.
func (s *Store) path(name string) string {
	dir := s.commonDir
	if perWorktree(name) {
		dir = s.gitDir
	}
	return filepath.Join(dir, filepath.FromSlash(name))
}

// maxLoose bounds what is read of a loose ref, in bytes.
const maxLoose = 4096

func (s *Store) readLoose(name string) (Ref, error) {
	ref := Ref{Name: name}
	path := s.path(name)
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		// git's oldest form of a symbolic ref; a link to elsewhere is followed as a file.
		if target, err := os.Readlink(path); err == nil && strings.HasPrefix(target, "refs/") && CheckName(target) == nil {
			ref.Symbolic = target
			return ref, nil
		}
		info, err = os.Stat(path)
	}
	if missing(err) || err == nil && info.IsDir() {
		return ref, fmt.Errorf("%w: %q", ErrNotFound, name)
	}
	if err != nil {
		return ref, fmt.Errorf("reading ref %q: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		return ref, &BrokenError{Name: name, Path: path, Reason: "it is not a regular file"}
	}
	data, err := readBounded(path, maxLoose)
	if missing(err) {
		return ref, fmt.Errorf("%w: %q", ErrNotFound, name)
	}
	if err != nil {
		return ref, fmt.Errorf("reading ref %q: %w", name, err)
	}
	return parseLoose(ref, path, string(data))
}

// parseLoose reads the content of a loose ref: an id or "ref: name".
func parseLoose(ref Ref, path, data string) (Ref, error) {
	if rest, ok := strings.CutPrefix(data, "ref:"); ok {
		target := strings.TrimLeft(strings.TrimRight(rest, " \t\n\v\f\r"), " \t\n\v\f\r")
		if CheckName(target) != nil && !isPseudoRef(target) {
			return ref, &BrokenError{Name: ref.Name, Path: path, Reason: fmt.Sprintf("it points to %q, not a ref name", target)}
		}
		ref.Symbolic = target
		return ref, nil
	}
	const digits = 40
	if len(data) < digits || len(data) > digits && !strings.ContainsRune(" \t\n\v\f\r", rune(data[digits])) {
		return ref, &BrokenError{Name: ref.Name, Path: path, Reason: fmt.Sprintf("%d bytes that are no object id", len(data))}
	}
	id, err := object.ParseID(data[:digits])
	if err != nil || id.IsZero() {
		return ref, &BrokenError{Name: ref.Name, Path: path, Reason: fmt.Sprintf("%q is no object id", data[:digits])}
	}
	ref.ID = id
	return ref, nil
}

// readBounded reads a file of at most limit bytes; the rest of a longer one is left.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit))
	return data, errors.Join(err, f.Close())
}

// missing reports whether err says that there is no such file: also when a parent is a file.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
