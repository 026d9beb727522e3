package refs

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/txfs"
)

// A PackFile is a pack of new objects and its index, complete in memory.
type PackFile struct {
	Name        string // pack-<40 hexadecimal digits>; Commit sets the name it was stored under
	Data, Index []byte
	Dir         string // where it goes; empty: objects/pack of the repository
	Hold        bool   // the .keep file stays, for an operation that is not over
}

var packName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^pack-[0-9a-f]{40}$`) })

// check refuses bytes that are no pack or do not belong together.
func (p *PackFile) check() error {
	if !packName().MatchString(p.Name) {
		return fmt.Errorf("pack name %q: want pack- and 40 hexadecimal digits", p.Name)
	}
	n := len(p.Data) - sha1.Size
	if n < 12 || !bytes.HasPrefix(p.Data, []byte("PACK")) {
		return fmt.Errorf("pack %q: it is no pack", p.Name)
	}
	if sum := sha1.Sum(p.Data[:n]); !bytes.Equal(sum[:], p.Data[n:]) {
		return fmt.Errorf("pack %q: its checksum is wrong", p.Name)
	}
	m := len(p.Index) - sha1.Size
	if m < sha1.Size || !bytes.Equal(p.Index[m-sha1.Size:m], p.Data[n:]) {
		return fmt.Errorf("pack %q: its index is that of another pack", p.Name)
	}
	if sum := sha1.Sum(p.Index[:m]); !bytes.Equal(sum[:], p.Index[m:]) {
		return fmt.Errorf("pack %q: the checksum of its index is wrong", p.Name)
	}
	return nil
}

func keepText(op string) []byte { return []byte("git-backport " + op + "\n") }

// describePack notes in the journal, before anything is written, under which name the pack is
// stored: one that nothing has. A pack that is there already is no help, whatever it holds: a gc that
// began before may be about to remove it.
func (t *transaction) describePack() error {
	p := t.tx.Pack
	if p == nil {
		return nil
	}
	if err := p.check(); err != nil {
		return err
	}
	jp := &journalPack{Dir: p.Dir, Name: p.Name, Hold: p.Hold}
	for n := 0; ; n++ {
		base := t.s.packBase(jp)
		if !exists(base+".pack") && !exists(base+".idx") && !exists(base+".keep") {
			break
		}
		sum := sha1.Sum(fmt.Appendf(nil, "%s %s %d", p.Name, t.j.OpID, n))
		jp.Name = fmt.Sprintf("pack-%x", sum)
	}
	p.Name = jp.Name
	t.j.Pack = jp
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func (s *Store) packBase(p *journalPack) string {
	dir := p.Dir
	if dir == "" {
		dir = filepath.Join(s.commonDir, "objects", "pack")
	}
	return filepath.Join(dir, p.Name)
}

// placePack writes the .keep and the pack. Without its index no git process sees the pack.
func (t *transaction) placePack(context.Context) error {
	jp := t.j.Pack
	if jp == nil {
		return nil
	}
	s, base := t.s, t.s.packBase(jp)
	if dir := filepath.Dir(base); !exists(dir) {
		if err := s.makeDirsIn(filepath.Dir(dir), filepath.Base(dir), t.tx.Shared); err != nil {
			return err
		}
	}
	if err := s.writeFile(base+".keep", 0o600, keepText(t.j.OpID)); err != nil {
		return packError(base, err)
	}
	if err := s.adjust(base+".keep", t.tx.Shared); err != nil {
		return err
	}
	if err := s.place(base, ".pack", t.tx.Pack.Data, t.j.OpID, t.tx.Shared); err != nil {
		return packError(base, err)
	}
	return s.fs.SyncDir(filepath.Dir(base))
}

// placeIndex makes the objects visible: the last step before the commit point.
func (t *transaction) placeIndex(context.Context) error {
	jp := t.j.Pack
	if jp == nil {
		return nil
	}
	base := t.s.packBase(jp)
	if err := t.s.place(base, ".idx", t.tx.Pack.Index, t.j.OpID, t.tx.Shared); err != nil {
		return packError(base, err)
	}
	if !exists(base+".pack") || !exists(base+".idx") {
		return fmt.Errorf("the pack %q was removed meanwhile", base)
	}
	return t.s.fs.SyncDir(filepath.Dir(base))
}

func packError(base string, err error) error {
	if readOnly(err) {
		return &ReadOnlyError{Path: filepath.Dir(base), Err: err}
	}
	return err
}

// tempPath is in the form of git's own temporary files: git prunes it where nobody else does.
func tempPath(base, ext, op string) string {
	return filepath.Join(filepath.Dir(base), "tmp_"+strings.TrimPrefix(ext, ".")+"_"+op)
}

// place writes base+ext aside, flushes it and renames it into place. `git gc --prune=now` removes
// temporary files whoever uses them: the file is written again then.
func (s *Store) place(base, ext string, data []byte, op string, shared Shared) error {
	temp := tempPath(base, ext, op)
	var err error
	for range 10 {
		if err = s.unlink(temp); err != nil {
			return err
		}
		if err = s.writeFile(temp, 0o444, data); err != nil {
			return err
		}
		if err = s.adjust(temp, shared); err == nil {
			err = s.fs.Rename(temp, base+ext)
		}
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// WritePack writes a pack outside a transaction: .keep, pack, and the index last, all durable. The
// .keep stays, with the operation's id in it; DropKeep removes it. What an error leaves is invisible
// to git but for the .keep.
func WritePack(fsys txfs.FS, commonDir string, p *PackFile, op string, shared Shared) error {
	s := OpenFS(commonDir, commonDir, fsys)
	t := &transaction{s: s, tx: &Tx{OpID: op, Pack: p, Shared: shared}, j: journal{OpID: op}}
	if err := t.describePack(); err != nil {
		return err
	}
	if err := t.placePack(context.Background()); err != nil {
		return err
	}
	return t.placeIndex(context.Background())
}

// DropKeep removes the .keep file of a pack when it is that of the operation; dir empty means
// objects/pack of the repository. A missing one is no error.
func (s *Store) DropKeep(dir, name, op string) error {
	return s.dropKeep(&journalPack{Dir: dir, Name: name}, op)
}

// DropPack is DropKeep, and removes what of the pack git does not see.
func (s *Store) DropPack(dir, name, op string) error {
	return s.removePack(&journalPack{Dir: dir, Name: name}, op)
}

// dropKeep removes the .keep when it holds our text.
func (s *Store) dropKeep(p *journalPack, op string) error {
	keep := s.packBase(p) + ".keep"
	data, err := readBounded(keep, 200)
	if missing(err) {
		return s.syncDir(filepath.Dir(keep)) // a dead process may have removed it without a flush
	}
	if err != nil || string(data) != string(keepText(op)) {
		return err
	}
	if err := s.unlink(keep); err != nil {
		return err
	}
	return s.syncDir(filepath.Dir(keep))
}

// releaseKeep removes our .keep when the refs hold the objects.
func (s *Store) releaseKeep(p *journalPack, op string) error {
	if p == nil || p.Hold {
		return nil
	}
	return s.dropKeep(p, op)
}

// removePack takes the pack back. One whose index was visible stays, without its .keep: another
// process may have found an object there and not written it itself. git's gc removes what is unused.
func (s *Store) removePack(p *journalPack, op string) error {
	if p == nil {
		return nil
	}
	base := s.packBase(p)
	for _, ext := range []string{".idx", ".pack"} {
		if err := s.unlink(tempPath(base, ext, op)); err != nil {
			return err
		}
	}
	if !exists(base + ".idx") {
		if err := s.unlink(base + ".pack"); err != nil {
			return err
		}
	}
	// A crash may have left the beginning of our text.
	if data, err := readBounded(base+".keep", 200); err == nil && bytes.HasPrefix(keepText(op), data) {
		if err := s.unlink(base + ".keep"); err != nil {
			return err
		}
	}
	return s.syncDir(filepath.Dir(base))
}

// hookPath returns the reference-transaction hook, empty when there is none that git would run.
func hookPath(dir string) string {
	if dir == "" {
		return ""
	}
	path := filepath.Join(dir, "reference-transaction")
	if info, err := os.Stat(path); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
		return ""
	}
	return path
}
