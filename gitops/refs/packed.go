package refs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
)

// packedName is the file that holds many refs, beside HEAD.
const packedName = "packed-refs"

// A packedFile is one version of packed-refs, open for reading. git replaces the file by a rename,
// so that what is open never changes. The zero value stands for a repository without one.
type packedFile struct {
	w      *window // nil when there is no file
	kept   bool    // by the Store: not to be closed
	path   string
	info   os.FileInfo
	size   int64
	body   int64 // where the entries begin
	header string
	sorted bool
	peeled bool // "fully-peeled": a line without a peeled one below is no annotated tag
}

// maxPackedLine bounds a line of packed-refs, in bytes.
const maxPackedLine = 8192

// maxKeptPacked is the size, in bytes, up to which packed-refs is kept open between look-ups.
const maxKeptPacked = 2 << 20

// A packedCache keeps a packed-refs file open, with what has been read of it: as long as it is open, no
// other file can be taken for it.
type packedCache struct {
	mu   sync.Mutex
	file *packedFile
}

// openPacked opens packed-refs as it is now.
func (s *Store) openPacked() (*packedFile, error) {
	s.packed.mu.Lock()
	defer s.packed.mu.Unlock()
	path := filepath.Join(s.commonDir, packedName)
	if last := s.packed.file; last != nil {
		now, err := os.Stat(path)
		if err == nil && os.SameFile(now, last.info) && now.Size() == last.size && now.ModTime().Equal(last.info.ModTime()) {
			return last, nil
		}
		s.packed.file = nil // whoever reads it goes on; it is closed when nobody does
	}
	p, err := readPacked(path)
	if err == nil && p.w != nil && p.size <= maxKeptPacked && runtime.GOOS != "windows" { // there an open file cannot be replaced
		p.kept, s.packed.file = true, p
		p.w.keep(p.size)
	}
	return p, err
}

func readPacked(path string) (*packedFile, error) {
	p := &packedFile{path: path}
	f, err := os.Open(p.path)
	if missing(err) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading packed refs: %w", err)
	}
	p.w = &window{f: f}
	if err := p.readHeader(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

func (p *packedFile) readHeader() error {
	info, err := p.w.f.Stat()
	if err != nil {
		return fmt.Errorf("reading packed refs: %w", err)
	}
	if !info.Mode().IsRegular() {
		return &BrokenError{Path: p.path, Reason: "it is not a regular file"}
	}
	p.info, p.size = info, info.Size()
	if p.size == 0 {
		return nil
	}
	line, _, err := p.line(0)
	if err != nil {
		return err
	}
	if traits, ok := strings.CutPrefix(string(line), "# pack-refs with:"); ok {
		p.header = string(line)
		p.body = int64(len(line)) + 1
		for t := range strings.FieldsSeq(traits) {
			p.sorted = p.sorted || t == "sorted"
			p.peeled = p.peeled || t == "fully-peeled"
		}
	} else if len(line) > 0 && line[0] == '#' {
		return &BrokenError{Path: p.path, Reason: fmt.Sprintf("an unknown header %q", line)}
	}
	return nil
}

func (p *packedFile) close() {
	if p.w != nil && !p.kept {
		_ = p.w.f.Close() // read only: nothing can be lost
	}
}

// line returns the line that begins at off, without its end, and where the next one begins.
func (p *packedFile) line(off int64) (line []byte, next int64, err error) {
	for width := int64(256); ; width *= 2 {
		buf, err := p.w.at(off, min(off+width, p.size))
		if err != nil {
			return nil, 0, err
		}
		if i := bytes.IndexByte(buf, '\n'); i >= 0 {
			return buf[:i], off + int64(i) + 1, nil
		}
		if off+width >= p.size {
			return nil, 0, &BrokenError{Path: p.path, Reason: "its last line is cut off"}
		}
		if width >= maxPackedLine {
			return nil, 0, &BrokenError{Path: p.path, Reason: fmt.Sprintf("the line at byte %d is longer than %d bytes", off, maxPackedLine)}
		}
	}
}

// seek returns where the first entry not less than name begins, in a sorted file: a search by bytes,
// so that a file with a million refs costs some twenty small reads.
func (p *packedFile) seek(name string) (int64, error) {
	low, high := p.body, p.size
	for low < high {
		mid := low + (high-low)/2
		start, err := p.entryAt(mid, low)
		if err != nil {
			return 0, err
		}
		line, next, err := p.line(start)
		if err != nil {
			return 0, err
		}
		_, entry, err := parsePacked(line)
		if err != nil {
			return 0, &BrokenError{Path: p.path, Reason: fmt.Sprintf("at byte %d: %v", start, err)}
		}
		if entry < name {
			low, err = p.skipPeeled(next)
			if err != nil {
				return 0, err
			}
		} else {
			high = start
		}
	}
	return low, nil
}

// entryAt returns the start of the entry that the byte at off belongs to, not before low, where an
// entry begins.
func (p *packedFile) entryAt(off, low int64) (int64, error) {
	for {
		start, err := p.lineStart(off, low)
		if err != nil || start <= low {
			return low, err
		}
		first, _, err := p.line(start)
		if err != nil {
			return 0, err
		}
		if len(first) == 0 || first[0] != '^' {
			return start, nil
		}
		off = start - 1 // a peeled line belongs to the one above
	}
}

// lineStart returns where the line of the byte at off begins, or low when that is later.
func (p *packedFile) lineStart(off, low int64) (int64, error) {
	for width := int64(256); ; width *= 2 {
		from := max(low, off-width)
		buf, err := p.w.at(from, off)
		if err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		if from == low {
			return low, nil
		}
		if width >= maxPackedLine {
			return 0, &BrokenError{Path: p.path, Reason: fmt.Sprintf("the line at byte %d is longer than %d bytes", off, maxPackedLine)}
		}
	}
}

// skipPeeled returns off, or the end of the peeled line that begins there.
func (p *packedFile) skipPeeled(off int64) (int64, error) {
	if off >= p.size {
		return off, nil
	}
	line, next, err := p.line(off)
	if err != nil {
		return 0, err
	}
	if len(line) > 0 && line[0] == '^' {
		return next, nil
	}
	return off, nil
}

// parsePacked reads an entry, "id name".
func parsePacked(line []byte) (object.ID, string, error) {
	const digits = 40
	if len(line) < digits+2 || line[digits] != ' ' {
		return object.ID{}, "", fmt.Errorf("%q is no entry", line)
	}
	id, err := object.ParseID(string(line[:digits]))
	if err != nil {
		return object.ID{}, "", err
	}
	return id, string(line[digits+1:]), nil
}

// lookup returns the entry of name.
func (p *packedFile) lookup(name string) (ref Ref, found bool, err error) {
	ref = Ref{Name: name}
	for got, err := range p.entries(name) {
		if err != nil {
			return ref, false, err
		}
		if got.Name == name {
			return got, true, checkPacked(got, p.path)
		}
		if p.sorted {
			break
		}
	}
	return ref, false, nil
}

func checkPacked(ref Ref, path string) error {
	if ref.ID.IsZero() {
		return &BrokenError{Name: ref.Name, Path: path, Reason: "its value is zero"}
	}
	return nil
}
