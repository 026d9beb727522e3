package txfs

import (
	"errors"
	"io/fs"
	"sync"
)

// ErrDead is what every operation returns once the process counts as killed.
var ErrDead = errors.New("the process was killed here")

// A FaultKind says what happens at the chosen operation.
type FaultKind string

// The kinds of fault.
const (
	NoFault   FaultKind = ""
	Kill      FaultKind = "kill"       // the operation does not happen, nor anything after it
	TornKill  FaultKind = "torn"       // a write leaves its first half, then as Kill; others as Kill
	ErrOnce   FaultKind = "error once" // this operation fails; a write leaves its first half
	ErrAlways FaultKind = "error for good"
)

// Faulty passes operations on to another FS and counts them, from 1. At operation At it does what
// Kind says. After a kill nothing reaches the disk any more, whatever the code above tries: the
// state is what the death of the process leaves, its lock released as the kernel would.
type Faulty struct {
	Under FS
	At    int
	Kind  FaultKind
	Err   error  // what ErrOnce and ErrAlways return
	Die   func() // called in place of an in-process death; must not return (a real SIGKILL)

	mu   sync.Mutex
	n    int
	dead bool
	hit  string
	held []func() error
}

var _ FS = (*Faulty)(nil)

// Count returns how many operations were asked for.
func (f *Faulty) Count() int { f.mu.Lock(); defer f.mu.Unlock(); return f.n }

// Hit names the operation that was struck, empty while none was.
func (f *Faulty) Hit() string { f.mu.Lock(); defer f.mu.Unlock(); return f.hit }

// step counts an operation. torn asks for a half write before the error is returned.
func (f *Faulty) step(op, path string) (torn bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	if f.dead {
		return false, ErrDead
	}
	struck := f.n == f.At || f.Kind == ErrAlways && f.At > 0 && f.n > f.At
	if !struck || f.Kind == NoFault {
		return false, nil
	}
	if f.hit == "" {
		f.hit = op + " " + path
	}
	switch f.Kind {
	case ErrOnce, ErrAlways:
		return f.Kind == ErrOnce || f.n == f.At, &fs.PathError{Op: op, Path: path, Err: f.Err}
	default:
		if f.Die != nil && (f.Kind == Kill || op != "write") {
			f.Die()
		}
		f.dead = true
		for _, release := range f.held {
			_ = release()
		}
		return f.Kind == TornKill, ErrDead
	}
}

func (f *Faulty) do(op, path string, act func() error) error {
	if _, err := f.step(op, path); err != nil {
		return err
	}
	return act()
}

// Create is counted.
func (f *Faulty) Create(path string, perm fs.FileMode) (File, error) {
	if _, err := f.step("create", path); err != nil {
		return nil, err
	}
	under, err := f.Under.Create(path, perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{fs: f, path: path, under: under}, nil
}

// Append is counted.
func (f *Faulty) Append(path string, perm fs.FileMode, create bool) (File, error) {
	if _, err := f.step("append", path); err != nil {
		return nil, err
	}
	under, err := f.Under.Append(path, perm, create)
	if err != nil {
		return nil, err
	}
	return &faultyFile{fs: f, path: path, under: under}, nil
}

// Link is counted.
func (f *Faulty) Link(o, n string) error {
	return f.do("link", n, func() error { return f.Under.Link(o, n) })
}

// Rename is counted.
func (f *Faulty) Rename(o, n string) error {
	return f.do("rename", n, func() error { return f.Under.Rename(o, n) })
}

// Unlink is counted.
func (f *Faulty) Unlink(path string) error {
	return f.do("unlink", path, func() error { return f.Under.Unlink(path) })
}

// Mkdir is counted.
func (f *Faulty) Mkdir(path string, perm fs.FileMode) error {
	return f.do("mkdir", path, func() error { return f.Under.Mkdir(path, perm) })
}

// Rmdir is counted.
func (f *Faulty) Rmdir(path string) error {
	return f.do("rmdir", path, func() error { return f.Under.Rmdir(path) })
}

// Chmod is counted.
func (f *Faulty) Chmod(path string, mode fs.FileMode) error {
	return f.do("chmod", path, func() error { return f.Under.Chmod(path, mode) })
}

// SyncDir is counted.
func (f *Faulty) SyncDir(path string) error {
	return f.do("fsync of directory", path, func() error { return f.Under.SyncDir(path) })
}

// Lock is counted; its release is not, and works after death too.
func (f *Faulty) Lock(path, holder string) (func() error, error) {
	if _, err := f.step("lock", path); err != nil {
		return nil, err
	}
	release, err := f.Under.Lock(path, holder)
	if err != nil {
		return nil, err
	}
	once := sync.OnceValue(release)
	f.mu.Lock()
	f.held = append(f.held, once)
	f.mu.Unlock()
	return once, nil
}

type faultyFile struct {
	fs    *Faulty
	path  string
	under File
}

func (f *faultyFile) Write(p []byte) (int, error) {
	torn, err := f.fs.step("write", f.path)
	if err == nil {
		return f.under.Write(p)
	}
	n := 0
	if torn {
		n, _ = f.under.Write(p[:len(p)/2])
		if f.fs.Die != nil && errors.Is(err, ErrDead) {
			f.fs.Die()
		}
	}
	return n, err
}

func (f *faultyFile) Reserve(n int64) error {
	return f.fs.do("reserve", f.path, func() error { return f.under.Reserve(n) })
}

func (f *faultyFile) Sync() error { return f.fs.do("fsync", f.path, f.under.Sync) }

// Close always closes: a descriptor does not outlive a failed close, nor the process.
func (f *faultyFile) Close() error {
	_, err := f.fs.step("close", f.path)
	return errors.Join(err, f.under.Close())
}
