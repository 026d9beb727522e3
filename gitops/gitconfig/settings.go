package gitconfig

import (
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// A SharedMode is core.sharedRepository: what git does to the modes of files it makes. The zero
// value leaves them to the umask.
type SharedMode struct {
	bits  fs.FileMode // permission bits to add, or, if exact, to have
	exact bool
}

// ParseSharedMode reads a value of core.sharedRepository; without "=" it means group.
func ParseSharedMode(e Entry) (SharedMode, error) {
	group, everybody := SharedMode{bits: 0o660}, SharedMode{bits: 0o664}
	if e.Bare {
		return group, nil
	}
	switch e.Value {
	case "umask":
		return SharedMode{}, nil
	case "group":
		return group, nil
	case "all", "world", "everybody":
		return everybody, nil
	}
	n, err := strconv.ParseInt(e.Value, 8, 32)
	if err != nil {
		on, err := e.Bool()
		if err != nil || !on {
			return SharedMode{}, err
		}
		return group, nil
	}
	switch n {
	case 0:
		return SharedMode{}, nil
	case 1:
		return group, nil
	case 2:
		return everybody, nil
	}
	if n&0o600 != 0o600 {
		return SharedMode{}, e.invalid("a mode with 0600", "the owner has to read and write")
	}
	return SharedMode{bits: fs.FileMode(n & 0o666), exact: true}, nil
}

// Shared reports whether modes are changed at all.
func (m SharedMode) Shared() bool { return m.bits != 0 }

// File returns the mode of a file that was made with mode, the umask applied.
func (m SharedMode) File(mode fs.FileMode) fs.FileMode {
	if !m.Shared() {
		return mode
	}
	bits := m.bits
	if mode&0o200 == 0 {
		bits &^= 0o222 // read-only stays so
	}
	if mode&0o100 != 0 {
		bits |= bits & 0o444 >> 2
	}
	if m.exact {
		return mode&^0o777 | bits
	}
	return mode | bits
}

// Dir returns the mode of a directory that was made with mode: its group becomes that of all in it.
func (m SharedMode) Dir(mode fs.FileMode) fs.FileMode {
	if !m.Shared() {
		return mode
	}
	mode = m.File(mode)
	mode |= mode & 0o444 >> 2
	if mode&0o060 != 0 {
		mode |= fs.ModeSetgid
	}
	return mode
}

// Shared returns core.sharedRepository.
func (c *Config) Shared() (SharedMode, error) {
	e, ok := c.Get("core.sharedRepository")
	if !ok {
		return SharedMode{}, nil
	}
	return ParseSharedMode(e)
}

// A ReflogMode is core.logAllRefUpdates: which references get a reflog when they have none yet.
type ReflogMode uint8

// The reflog modes.
const (
	ReflogNone   ReflogMode = iota + 1
	ReflogNormal            // heads, remotes, notes and HEAD
	ReflogAlways            // every reference
)

// LogsRef reports whether a new reflog is made for a full reference name.
func (m ReflogMode) LogsRef(name string) bool {
	switch m {
	case ReflogAlways:
		return true
	case ReflogNormal:
		return name == "HEAD" || strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/remotes/") || strings.HasPrefix(name, "refs/notes/")
	}
	return false
}

// Reflog returns core.logAllRefUpdates; where it is not set, bare repositories log nothing.
func (c *Config) Reflog() (ReflogMode, error) {
	e, ok := c.Get("core.logAllRefUpdates")
	if !ok {
		if c.layout.Bare {
			return ReflogNone, nil
		}
		return ReflogNormal, nil
	}
	if e.Bare {
		return 0, e.invalid(`boolean or "always"`, "")
	}
	if lowerASCII(e.Value) == "always" {
		return ReflogAlways, nil
	}
	on, err := e.Bool()
	if err != nil {
		return 0, err
	}
	if on {
		return ReflogNormal, nil
	}
	return ReflogNone, nil
}

// FilesRefLockTimeout is how long to try for a loose reference's lock: core.filesRefLockTimeout,
// 100 ms by default; negative means without end, 0 once.
func (c *Config) FilesRefLockTimeout() (time.Duration, error) {
	return c.milliseconds("core.filesRefLockTimeout", 100)
}

// PackedRefsTimeout is how long to try for packed-refs.lock: core.packedRefsTimeout, 1 s by default;
// negative means without end, 0 once.
func (c *Config) PackedRefsTimeout() (time.Duration, error) {
	return c.milliseconds("core.packedRefsTimeout", 1000)
}

func (c *Config) milliseconds(key string, def int64) (time.Duration, error) {
	e, ok := c.Get(key)
	if !ok {
		return time.Duration(def) * time.Millisecond, nil
	}
	n, err := e.int32()
	return time.Duration(n) * time.Millisecond, err
}

// int32 returns the entry as a number of git's int.
func (e Entry) int32() (int64, error) {
	n, err := e.Int()
	if err == nil && n != int64(int32(n)) {
		return 0, e.invalid("number", "out of range")
	}
	return n, err
}

// Abbrev returns core.abbrev: the least number of digits of a short object id; 0 means that git
// chooses by the number of objects, 40 that ids are not shortened.
func (c *Config) Abbrev() (int, error) {
	e, ok := c.Get("core.abbrev")
	if !ok {
		return 0, nil
	}
	if e.Bare {
		return 0, e.invalid("number", "")
	}
	if lowerASCII(e.Value) == "auto" {
		return 0, nil
	}
	if word, ok := parseBoolWord(e.Value); ok && !word {
		return 40, nil
	}
	n, err := e.int32()
	if err == nil && n < 4 {
		return 0, e.invalid("number", "the least is 4")
	}
	return int(min(n, 40)), err
}
