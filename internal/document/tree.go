package document

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Causes of an unreadable file.
var (
	// ErrNotRegular says that a path is a symbolic link, a directory or a submodule: never followed.
	ErrNotRegular = errors.New("not a regular file")
	// ErrRead says that a file of the tree is there and cannot be had: an object is missing, the disk fails.
	ErrRead = errors.New("the tree cannot be read")
	// ErrOutside says that a path leads out of the tree.
	ErrOutside = errors.New("path leads outside the tree")
)

// MaxMembers bounds the packages of one workspace.
const MaxMembers = 5000

// A Source reads the files of one tree and keeps what it has read and parsed: each file is parsed once.
type Source struct {
	tree  fs.FS
	bytes map[string][]byte
	docs  map[string]*Document
	// derived is what was made of documents; it holds on to them, hence ends with the first edit.
	derived map[string]any
}

// NewSource returns a Source of a tree.
func NewSource(tree fs.FS) *Source {
	return &Source{tree: tree, bytes: map[string][]byte{}, docs: map[string]*Document{}, derived: map[string]any{}}
}

// Replace makes data the content of a file, for all that is read from now on.
func (s *Source) Replace(name string, data []byte) {
	s.bytes[name] = data
	delete(s.docs, name)
	clear(s.derived)
}

// Derived returns what an earlier call of make returned for a key, where no file was replaced since.
func Derived[T any](s *Source, key string, make func() (T, error)) (T, error) {
	if known, ok := s.derived[key].(T); ok {
		return known, nil
	}
	made, err := make()
	if err == nil {
		s.derived[key] = made
	}
	return made, err
}

// Read returns the bytes of a regular file. A missing file is fs.ErrNotExist.
func (s *Source) Read(name string) ([]byte, error) {
	if data, ok := s.bytes[name]; ok {
		return data, nil
	}
	if !fs.ValidPath(name) {
		return nil, At(name, 0, "%w", ErrOutside)
	}
	info, err := fs.Lstat(s.tree, name)
	if err != nil {
		return nil, InFile(name, causeOf(err))
	}
	if !info.Mode().IsRegular() {
		return nil, At(name, 0, "%w: its mode is %v", ErrNotRegular, info.Mode().Type())
	}
	if info.Size() > MaxFile {
		return nil, At(name, 0, "%w: %d bytes, at most %d are read", ErrTooLarge, info.Size(), MaxFile)
	}
	data, err := fs.ReadFile(s.tree, name)
	if err != nil {
		return nil, InFile(name, causeOf(err))
	}
	s.bytes[name] = data
	return data, nil
}

// A Snapshot is what a Source held at a time.
type Snapshot map[string][]byte

// Snapshot returns what the source holds now.
func (s *Source) Snapshot() Snapshot { return maps.Clone(s.bytes) }

// Restore gives files back the contents that they had.
func (s *Source) Restore(at Snapshot) {
	for name, data := range s.bytes {
		if was, ok := at[name]; !ok {
			delete(s.bytes, name)
			delete(s.docs, name)
		} else if len(was) != len(data) || len(was) > 0 && &was[0] != &data[0] {
			s.Replace(name, was)
		}
	}
	clear(s.derived)
}

// A readError is an error of the tree itself.
type readError struct{ err error }

func (e readError) Error() string        { return e.err.Error() }
func (e readError) Unwrap() error        { return e.err }
func (e readError) Is(target error) bool { return target == ErrRead }

// causeOf takes operation and path off an error of a file system: we name the path ourselves.
func causeOf(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return readError{err}
}

// Exists reports whether there is a file, or a symbolic link, of this name; a directory is none.
func (s *Source) Exists(name string) (bool, error) {
	if _, ok := s.bytes[name]; ok {
		return true, nil
	}
	if !fs.ValidPath(name) {
		return false, nil
	}
	info, err := fs.Lstat(s.tree, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, InFile(name, causeOf(err))
	}
	return !info.IsDir(), nil
}

// TOML returns a file, parsed.
func (s *Source) TOML(name string) (*Document, error) { return s.parse(name, s.parseTOML) }

func (s *Source) parseTOML(data []byte) (*Document, error) { return TOMLOf(s.tree, data) }

// JSON returns a file, parsed.
func (s *Source) JSON(name string) (*Document, error) { return s.parse(name, JSON) }

func (s *Source) parse(name string, parse func([]byte) (*Document, error)) (*Document, error) {
	if d, ok := s.docs[name]; ok {
		return d, nil
	}
	data, err := s.Read(name)
	if err != nil {
		return nil, err
	}
	d, err := parse(data)
	if err != nil {
		return nil, InFile(name, err)
	}
	s.docs[name] = d
	return d, nil
}

// Join returns the path of rel, written in a file of dir. One that leads out of the tree is ErrOutside.
func Join(dir, rel string) (string, error) {
	rel = strings.TrimSuffix(rel, "/")
	if strings.HasPrefix(rel, "/") || strings.Contains(rel, `\`) {
		return "", fmt.Errorf("%w: %q", ErrOutside, rel)
	}
	p := path.Join(dir, rel)
	if !fs.ValidPath(p) {
		return "", fmt.Errorf("%w: %q", ErrOutside, rel)
	}
	return p, nil
}

// Glob returns the directories under dir that a pattern matches, sorted; ** stands for any number of
// levels. Only directories a pattern can match in are listed.
func (s *Source) Glob(dir, pattern string) ([]string, error) {
	full, err := Join(dir, pattern)
	if err != nil {
		return nil, err
	}
	found := []string{"."}
	for _, part := range strings.Split(full, "/") {
		var next []string
		for _, d := range found {
			switch {
			case part == "**":
				err = s.below(d, &next)
			case strings.ContainsAny(part, "*?["):
				err = s.matching(d, part, &next)
			default:
				next = append(next, path.Join(d, part))
			}
			if err != nil {
				return nil, err
			}
			if len(next) > MaxMembers {
				return nil, fmt.Errorf("%w: %q matches over %d directories", ErrTooLarge, pattern, MaxMembers)
			}
		}
		found = next
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// matching adds the directories of dir whose name a pattern matches.
func (s *Source) matching(dir, pattern string, out *[]string) error {
	list, err := fs.ReadDir(s.tree, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return InFile(dir, causeOf(err))
	}
	for _, e := range list {
		ok, err := path.Match(pattern, e.Name())
		if err != nil {
			return fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if ok && e.IsDir() {
			*out = append(*out, path.Join(dir, e.Name()))
		}
	}
	return nil
}

// below adds dir and all directories under it.
func (s *Source) below(dir string, out *[]string) error {
	*out = append(*out, dir)
	if len(*out) > MaxMembers {
		return fmt.Errorf("%w: over %d directories under %q", ErrTooLarge, MaxMembers, dir)
	}
	var kids []string
	if err := s.matching(dir, "*", &kids); err != nil {
		return err
	}
	for _, kid := range kids {
		if err := s.below(kid, out); err != nil {
			return err
		}
	}
	return nil
}
