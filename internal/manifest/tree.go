package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Causes of an unreadable file.
var (
	// ErrNotRegular says that a path is a symbolic link, a directory or a submodule: never followed.
	ErrNotRegular = errors.New("not a regular file")
	// ErrOutside says that a path leads out of the tree.
	ErrOutside = errors.New("path leads outside the tree")
)

// maxMembers bounds the packages of one workspace.
const maxMembers = 5000

// source reads the files of one tree and keeps what it has read and parsed: each file is parsed once.
type source struct {
	tree  fs.FS
	bytes map[string][]byte
	docs  map[string]*Document
	// workspaces are those loaded; they hold on to documents, hence end with the first edit.
	workspaces map[string]*workspace
}

func newSource(tree fs.FS) *source {
	return &source{tree: tree, bytes: map[string][]byte{}, docs: map[string]*Document{}, workspaces: map[string]*workspace{}}
}

// read returns the bytes of a regular file. A missing file is fs.ErrNotExist.
func (s *source) read(name string) ([]byte, error) {
	if data, ok := s.bytes[name]; ok {
		return data, nil
	}
	if !fs.ValidPath(name) {
		return nil, at(name, 0, "%w", ErrOutside)
	}
	info, err := fs.Lstat(s.tree, name)
	if err != nil {
		return nil, InFile(name, causeOf(err))
	}
	if !info.Mode().IsRegular() {
		return nil, at(name, 0, "%w: its mode is %v", ErrNotRegular, info.Mode().Type())
	}
	if info.Size() > MaxFile {
		return nil, at(name, 0, "%w: %d bytes, at most %d are read", ErrTooLarge, info.Size(), MaxFile)
	}
	data, err := fs.ReadFile(s.tree, name)
	if err != nil {
		return nil, InFile(name, causeOf(err))
	}
	s.bytes[name] = data
	return data, nil
}

// causeOf takes operation and path off an error of a file system: we name the path ourselves.
func causeOf(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// exists tells whether there is a file, or a symbolic link, of this name; a directory is none.
func (s *source) exists(name string) (bool, error) {
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

func (s *source) toml(name string) (*Document, error) { return s.parse(name, s.parseTOML) }

func (s *source) parseTOML(data []byte) (*Document, error) { return TOMLOf(s.tree, data) }

func (s *source) json(name string) (*Document, error) { return s.parse(name, JSON) }

func (s *source) parse(name string, parse func([]byte) (*Document, error)) (*Document, error) {
	if d, ok := s.docs[name]; ok {
		return d, nil
	}
	data, err := s.read(name)
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

// join returns the path of rel, written in a file of dir. One that leads out of the tree is ErrOutside.
func join(dir, rel string) (string, error) {
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

// glob returns the directories under dir that a pattern matches, sorted; ** stands for any number of
// levels. Only directories a pattern can match in are listed.
func (s *source) glob(dir, pattern string) ([]string, error) {
	full, err := join(dir, pattern)
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
			if len(next) > maxMembers {
				return nil, fmt.Errorf("%w: %q matches over %d directories", ErrTooLarge, pattern, maxMembers)
			}
		}
		found = next
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// matching adds the directories of dir whose name a pattern matches.
func (s *source) matching(dir, pattern string, out *[]string) error {
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
func (s *source) below(dir string, out *[]string) error {
	*out = append(*out, dir)
	if len(*out) > maxMembers {
		return fmt.Errorf("%w: over %d directories under %q", ErrTooLarge, maxMembers, dir)
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
