package refs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// entries yields the entries of a packed-refs file in its order: in a sorted file from the first one
// not less than from, else all of them. It ends at the first error.
func (p *packedFile) entries(from string) iter.Seq2[Ref, error] {
	return func(yield func(Ref, error) bool) {
		if p.w == nil {
			return
		}
		start := p.body
		if p.sorted && from != "" {
			var err error
			if start, err = p.seek(from); err != nil {
				yield(Ref{}, err)
				return
			}
		}
		p.scan(start, yield)
	}
}

// readLines returns a function that returns line after line from start on, without their ends; nil after
// the last.
func (p *packedFile) readLines(start int64) func() ([]byte, error) {
	cut := &BrokenError{Path: p.path, Reason: "a line is cut off or longer than " + fmt.Sprint(maxPackedLine) + " bytes"}
	var rest []byte // read, and not returned yet
	return func() ([]byte, error) {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 && start < p.size {
			begin := start - int64(len(rest))
			var err error
			if rest, err = p.w.at(begin, min(begin+maxPackedLine, p.size)); err != nil {
				return nil, err
			}
			start = begin + int64(len(rest))
			i = bytes.IndexByte(rest, '\n')
		}
		switch {
		case i >= 0:
			line := rest[:i:i]
			rest = rest[i+1:]
			return line, nil
		case len(rest) == 0:
			return nil, nil
		}
		return nil, cut
	}
}

func (p *packedFile) scan(start int64, yield func(Ref, error) bool) {
	next := p.readLines(start)
	var ref Ref
	pending := false
	for {
		line, err := next()
		if err != nil {
			yield(Ref{}, err)
			return
		}
		if line == nil {
			if pending {
				yield(ref, nil)
			}
			return
		}
		if len(line) > 0 && line[0] == '^' {
			id, err := object.ParseID(string(line[1:]))
			if err != nil || !pending || !ref.Peeled.IsZero() {
				yield(Ref{}, &BrokenError{Path: p.path, Reason: fmt.Sprintf("a stray peeled line %q", line)})
				return
			}
			ref.Peeled, ref.PeelKnown = id, true
			continue
		}
		if pending && !yield(ref, nil) {
			return
		}
		if bytes.HasPrefix(line, []byte("#")) {
			pending = false
			continue
		}
		id, name, err := parsePacked(line)
		if err != nil {
			yield(Ref{}, &BrokenError{Path: p.path, Reason: err.Error()})
			return
		}
		ref = Ref{Name: name, ID: id, Packed: true, PeelKnown: p.peeled}
		pending = true
	}
}

// All yields the refs whose names begin with prefix, a directory such as refs/heads/ or empty for
// everything below refs/, sorted by name. A broken ref comes with its error and its name, and the
// iteration goes on; a damaged packed-refs file or an unreadable directory ends it.
//
// The loose refs are read first and packed-refs after, in one version of it: refs published by one
// rename of packed-refs are all there or none.
func (s *Store) All(prefix string) iter.Seq2[Ref, error] {
	return func(yield func(Ref, error) bool) {
		loose, err := s.allLoose(prefix)
		if err != nil {
			yield(Ref{}, err)
			return
		}
		p, err := s.openPacked()
		if err != nil {
			yield(Ref{}, err)
			return
		}
		defer p.close()
		s.merge(prefix, loose, p, yield)
	}
}

// A looseRef is a ref found as a file, with what reading it said.
type looseRef struct {
	ref Ref
	err error
}

func (s *Store) merge(prefix string, loose []looseRef, p *packedFile, yield func(Ref, error) bool) {
	i := 0
	emitLoose := func(below string) bool {
		for ; i < len(loose) && (below == "" || loose[i].ref.Name < below); i++ {
			if !yield(s.followed(loose[i])) {
				return false
			}
		}
		return true
	}
	packed := p.entries(prefix)
	if !p.sorted {
		packed = sortedEntries(packed, prefix)
	}
	for ref, err := range packed {
		if err != nil {
			yield(Ref{}, err)
			return
		}
		if !strings.HasPrefix(ref.Name, prefix) {
			if ref.Name > prefix {
				break
			}
			continue
		}
		if !emitLoose(ref.Name) {
			return
		}
		if i < len(loose) && loose[i].ref.Name == ref.Name {
			continue // the loose value wins
		}
		if !yield(ref, checkPacked(ref, p.path)) {
			return
		}
	}
	emitLoose("")
}

// followed fills in the value of a symbolic ref.
func (s *Store) followed(l looseRef) (Ref, error) {
	if l.err != nil || l.ref.Symbolic == "" {
		return l.ref, l.err
	}
	ref, err := s.Read(l.ref.Name)
	if errors.Is(err, ErrNotFound) {
		return l.ref, nil // it dangles
	}
	return ref, err
}

func sortedEntries(in iter.Seq2[Ref, error], prefix string) iter.Seq2[Ref, error] {
	return func(yield func(Ref, error) bool) {
		var all []Ref
		for ref, err := range in {
			if err != nil {
				yield(Ref{}, err)
				return
			}
			if strings.HasPrefix(ref.Name, prefix) {
				all = append(all, ref)
			}
		}
		slices.SortFunc(all, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) })
		for _, ref := range all {
			if !yield(ref, nil) {
				return
			}
		}
	}
}

// allLoose reads the loose refs below prefix, sorted by name.
func (s *Store) allLoose(prefix string) ([]looseRef, error) {
	if prefix != "" && !strings.HasPrefix(prefix, "refs/") {
		return nil, nil
	}
	dir := "refs"
	if i := strings.LastIndexByte(prefix, '/'); i > 0 {
		dir = prefix[:i]
	}
	var names []string
	roots := []string{s.commonDir}
	if s.gitDir != s.commonDir {
		roots = append(roots, s.gitDir)
	}
	for _, root := range roots {
		err := walkRefs(root, dir, func(name string) {
			if strings.HasPrefix(name, prefix) && perWorktree(name) == (root == s.gitDir && len(roots) > 1) ||
				len(roots) == 1 && strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	var found []looseRef
	for _, name := range names {
		ref, err := s.readLoose(name)
		if errors.Is(err, ErrNotFound) {
			continue // packed or deleted since: packed-refs is read after
		}
		found = append(found, looseRef{ref, err})
	}
	return found, nil
}

// walkRefs calls visit with the name of each file below root/dir that can be a ref.
func walkRefs(root, dir string, visit func(name string)) error {
	list, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(dir)))
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("listing refs: %w", err)
	}
	for _, e := range list {
		name := dir + "/" + e.Name()
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".lock") {
			continue
		}
		isDir := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
			isDir = err == nil && info.IsDir()
		}
		if isDir {
			if strings.Count(name, "/") > maxDepth {
				return &BrokenError{Name: name, Path: filepath.Join(root, name), Reason: "directories too deep, or in a circle"}
			}
			if err := walkRefs(root, name, visit); err != nil {
				return err
			}
		} else if CheckName(name) == nil {
			visit(name)
		}
	}
	return nil
}

// maxDepth bounds how deep directories of refs are followed.
const maxDepth = 128
