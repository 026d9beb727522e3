package msrv

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/git-backport/git-backport/internal/document"
)

var errNoReader = errors.New("declares a toolchain, and there is no reader for such a file")

// Sizes above which a file is refused, in bytes.
const (
	maxFile = 4 << 20
	maxLock = document.MaxFile
)

// What one file may have of pins, and of problems that are told.
const (
	maxPins     = 2000
	maxTroubles = 20
)

// ReadPins reads the pins of the files of tree that paths names. A path that is not there has no pins; one
// that is no pin file under o is passed over. Beyond paths it reads only what a value is inherited from
// (the root of a Cargo workspace) or must agree with (the modules of a go.work, the other of two
// rust-toolchain files).
func ReadPins(tree fs.FS, paths []string, o Options) Reading {
	r := &reader{tree: tree, cargoDocs: map[string]*cargoDoc{}}
	seen := make(map[string]bool, len(paths))
	for _, p := range paths {
		if !seen[p] {
			seen[p] = true
			r.file(p, o)
		}
	}
	return r.out
}

type reader struct {
	tree      fs.FS
	out       Reading
	cargoDocs map[string]*cargoDoc // manifests read for a member's sake, by path; nil is none there

	// Of the file being read: where in out.Pins a key is, and a key with a value, and how often a key
	// was met with another value.
	keys, values, again map[string]int
	troubles            int
}

// A file is a pin file being read.
type file struct {
	path string
	role Role
	data []byte
	ends []int // offsets of the line ends
}

func (r *reader) file(p string, o Options) {
	k, known := kindOf(p)
	known = known && !o.excluded(p)
	var customs []Custom
	for _, c := range o.Custom {
		if matchGlob(c.file, p) {
			customs = append(customs, c)
			if k.role == 0 || c.role < k.role {
				k.role = c.role
			}
		}
	}
	if !known && len(customs) == 0 {
		return
	}
	f, problem, there := load(r.tree, p, max(k.limit, maxFile))
	if !there {
		return
	}
	r.out.Files = append(r.out.Files, p)
	f.role = k.role
	if problem != nil {
		problem.Role = k.role
		r.out.Problems = append(r.out.Problems, *problem)
		return
	}
	r.begin()
	switch {
	case known && k.unread == "":
		k.read(r, f)
	case known && len(customs) == 0: // who describes a pin of such a file knows what it says
		r.noReader(f, k)
	}
	for _, c := range customs {
		r.custom(c, f)
	}
}

// begin makes ready for the pins of one file.
func (r *reader) begin() {
	r.keys, r.values, r.again, r.troubles = map[string]int{}, map[string]int{}, map[string]int{}, 0
}

// load reads a pin file, and finds its lines.
func load(tree fs.FS, p string, limit int64) (f file, problem *Problem, there bool) {
	if f, problem, there = readFile(tree, p, limit); problem != nil || !there {
		return f, problem, there
	}
	f.ends = make([]int, 0, bytes.Count(f.data, []byte("\n")))
	for i := 0; ; i++ {
		next := bytes.IndexByte(f.data[i:], '\n')
		if next < 0 {
			return f, nil, true
		}
		i += next
		f.ends = append(f.ends, i)
	}
}

// readFile reads a file's bytes, which are UTF-8 text.
func readFile(tree fs.FS, p string, limit int64) (f file, problem *Problem, there bool) {
	f = file{path: p}
	bad := func(t Trouble, sum []byte, format string, args ...any) (file, *Problem, bool) {
		return f, &Problem{Path: p, Trouble: t, Err: fmt.Errorf(format, args...), sum: sha256.Sum256(sum)}, true
	}
	if !fs.ValidPath(p) {
		return bad(TroubleIO, nil, "%q is no path within a tree", clip(p))
	}
	info, err := fs.Lstat(tree, p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil, false
	case err != nil:
		return bad(TroubleIO, nil, "%w", err)
	case !info.Mode().IsRegular():
		return bad(TroubleNotFile, nil, "is a %s; the pin must be in a regular file", modeName(info.Mode()))
	case info.Size() > limit:
		return bad(TroubleTooLarge, nil, "%d bytes; at most %d are read", info.Size(), limit)
	}
	f.data, err = document.ReadShared(tree, p)
	switch {
	case err != nil:
		return bad(TroubleIO, nil, "%w", err)
	case int64(len(f.data)) > limit:
		return bad(TroubleTooLarge, nil, "more than %d bytes", limit)
	case bytes.HasPrefix(f.data, []byte{0xff, 0xfe}) || bytes.HasPrefix(f.data, []byte{0xfe, 0xff}):
		return bad(TroubleEncoding, f.data, "is UTF-16; save it as UTF-8")
	case bytes.IndexByte(f.data, 0) >= 0:
		return bad(TroubleEncoding, f.data, "is binary: it contains a NUL byte")
	case !utf8.Valid(f.data):
		return bad(TroubleEncoding, f.data, "is not UTF-8")
	}
	return f, nil, true
}

func modeName(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "symbolic link"
	case m.IsDir():
		return "directory"
	}
	return "special file"
}

// text returns the file without a byte order mark, and how many bytes that left out.
func (f file) text() (data []byte, skipped int) {
	rest := bytes.TrimPrefix(f.data, []byte("\xef\xbb\xbf"))
	return rest, len(f.data) - len(rest)
}

// lineAt returns the line, from 1, that the byte at offset is on.
func (f file) lineAt(offset int) int { return 1 + sort.SearchInts(f.ends, offset) }

// A spec is what a reader knows of a pin before its value.
type spec struct {
	key    string
	eco    Ecosystem
	role   Role
	scheme Scheme
	many   bool // may be there several times, with other values
}

// noReader records the lines that declare a toolchain in a file of a kind without a reader.
func (r *reader) noReader(f file, k kind) {
	re := regexp.MustCompile(k.unread)
	var lines []string
	first := 0
	for _, line := range contentLines(f) {
		m := re.FindStringSubmatch(line.text)
		if m == nil {
			continue
		}
		if first == 0 {
			first = f.lineAt(line.span.Start)
		}
		if len(m) > 1 {
			lines = append(lines, m[1])
		} else {
			lines = append(lines, compact(line.text))
		}
	}
	if re.NumSubexp() > 0 {
		slices.Sort(lines)
		lines = slices.Compact(lines)
	}
	if first > 0 {
		r.problemOf(f, []byte(strings.Join(lines, "\n")), first, spec{role: k.role}, TroubleNoReader, errNoReader)
	}
}

// problem records what cannot be read of a file. line 0 is the file as a whole.
func (r *reader) problem(f file, line int, s spec, t Trouble, err error) {
	r.problemOf(f, f.data, line, s, t, err)
}

// problemOf is problem where cause is what makes the same problem in two trees the same.
func (r *reader) problemOf(f file, cause []byte, line int, s spec, t Trouble, err error) {
	if r.troubles++; r.troubles > maxTroubles+1 {
		return
	}
	if r.troubles > maxTroubles { // what is not told here has changed when the file has
		line, s, t, cause = 0, spec{role: s.role}, TroubleTooLarge, f.data
		err = fmt.Errorf("more than %d places cannot be read", maxTroubles)
	}
	role := s.role
	if role == 0 {
		role = f.role
	}
	r.out.Problems = append(r.out.Problems, Problem{Path: f.path, Line: line, Key: s.key, Role: role, Trouble: t, Err: err, sum: sha256.Sum256(cause)})
}

// syntax records that a file is not of its format.
func (r *reader) syntax(f file, err error) {
	line := 0
	if fe, ok := errors.AsType[*document.FileError](err); ok {
		line, err = fe.Line, fe.Err
	}
	t := TroubleSyntax
	switch {
	case errors.Is(err, document.ErrDuplicate):
		t = TroubleAmbiguous
	case errors.Is(err, document.ErrTooLarge):
		t = TroubleTooLarge
	}
	r.problem(f, line, spec{}, t, err)
}

// pin records the pin whose value is at span.
func (r *reader) pin(f file, s spec, span document.Span) {
	r.value(f, s, string(f.data[span.Start:span.End]), span)
}

// value records a pin whose decoded value is not the bytes at span.
func (r *reader) value(f file, s spec, value string, span document.Span) {
	v, err := ParseVersion(s.scheme, value)
	if err != nil {
		r.problemOf(f, []byte(value), f.lineAt(span.Start), s, TroubleValue, err)
		return
	}
	r.add(f, Pin{Path: f.path, Line: f.lineAt(span.Start), Key: s.key, Ecosystem: s.eco, Role: s.role,
		Value: value, Version: v, Implied: s.scheme == SchemeEdition || s.scheme == SchemeResolver || s.scheme == SchemeLock, Span: span, many: s.many})
}

// add records a pin. A key met again with the same value is one pin at several places; CI inputs and
// images may repeat with other values and are numbered, anything else is ambiguous.
func (r *reader) add(f file, p Pin) {
	value := p.Key + "\x00" + p.Value
	if i, ok := r.values[value]; ok {
		r.out.Pins[i].More = append(r.out.Pins[i].More, p.Span)
		return
	}
	key := p.Key
	if i, ok := r.keys[key]; ok && p.Role != RoleCI && p.Role != RoleImage && !p.many {
		old := r.out.Pins[i]
		r.problem(f, p.Line, spec{key: key, role: p.Role}, TroubleAmbiguous,
			fmt.Errorf("%q here, %q on line %d", clip(p.Value), clip(old.Value), old.Line))
		return
	} else if ok {
		r.again[key]++
		p.Key, p.again = fmt.Sprintf("%s#%d", key, r.again[key]+1), key
	}
	if len(r.keys) >= maxPins {
		r.problem(f, p.Line, spec{role: p.Role}, TroubleTooLarge, fmt.Errorf("more than %d pins in one file", maxPins))
		return
	}
	r.values[value], r.keys[p.Key] = len(r.out.Pins), len(r.out.Pins)
	r.out.Pins = append(r.out.Pins, p)
}
