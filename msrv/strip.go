package msrv

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// A Stripped is a file of a result from which raised pins were taken out.
type Stripped struct {
	Path    string
	Data    []byte // the new contents; nil when Deleted
	Deleted bool   // the file held nothing but a pin that the branch does not have
}

// A Dropped is a pin that was put back to the tip's value, or taken out where the tip has none.
type Dropped struct {
	Path     string
	Line     int // in the result before
	Key      string
	Was, Now string // at the tip, empty for none; and what the change wanted
}

// A Left is a pin that stops the branch and could not be put back; Err says why.
type Left struct {
	Path string
	Line int
	Key  string
	Err  error
}

// Strip is what StripPins did.
type Strip struct {
	Files   []Stripped
	Dropped []Dropped
	Left    []Left
}

// StripPins puts the pins for which v stops the branch back to the values of the tip, and touches
// nothing else of the result's files. A pin that the tip lacks goes with its line. Each changed file is
// read again: what does not then say what was meant is left as it was and reported in Left, as is what
// could not be read in the first place.
func StripPins(tip, result fs.FS, v Verdict, o Options) Strip {
	var out Strip
	var paths []string
	for _, f := range v.At(LevelStop) {
		if !slices.Contains(paths, f.Path) {
			paths = append(paths, f.Path)
		}
	}
	was, now := ReadPins(tip, paths, o), ReadPins(result, paths, o)
	for _, p := range paths {
		s := stripper{path: p, tip: tip, result: result, options: o, was: index(was), now: index(now), follows: map[string]string{}}
		s.run(v.At(LevelStop), &out)
	}
	return out
}

// A stripper takes the pins out of one file.
type stripper struct {
	path        string
	tip, result fs.FS
	options     Options
	was, now    indexed
	data        []byte
	edits       []document.Edit
	dropped     []Dropped
	follows     map[string]string // keys of inherited pins that go back with their source, to these values
}

func (s *stripper) run(findings []Finding, out *Strip) {
	leave := func(f Finding, err error) { out.Left = append(out.Left, Left{f.Path, f.Line, f.Key, err}) }
	file, problem, there := load(s.result, s.path, maxLock)
	s.data = file.data
	first := Finding{Path: s.path}
	for _, f := range findings {
		if f.Path != s.path {
			continue
		}
		if first.Key == "" {
			first = f
		}
		switch {
		case f.Problem != nil:
			leave(f, f.Problem)
		case problem != nil || !there:
			leave(f, fmt.Errorf("%s cannot be read in the result", s.path))
		default:
			if err := s.drop(f); err != nil {
				leave(f, err)
			}
		}
	}
	if len(s.dropped) == 0 {
		return
	}
	if !s.was.files[s.path] && onlyPins(s.path) {
		out.Files = append(out.Files, Stripped{Path: s.path, Deleted: true})
		out.Dropped = append(out.Dropped, s.dropped...)
		return
	}
	data, err := s.apply()
	if err != nil {
		leave(first, err)
		return
	}
	if !bytes.Equal(data, s.data) {
		out.Files = append(out.Files, Stripped{Path: s.path, Data: data})
	}
	out.Dropped = append(out.Dropped, s.dropped...)
}

// drop plans the edits for one pin.
func (s *stripper) drop(f Finding) error {
	id := pinID{f.Path, f.Key}
	now, ok := s.now.at[id]
	if !ok {
		return fmt.Errorf("%s is not in the result", f.Key)
	}
	was, isWas := s.was.at[id]
	d := Dropped{Path: f.Path, Line: now.Line, Key: f.Key, Was: was.Value, Now: now.Value}
	switch {
	case now.From != "" && isWas && was.From != "": // goes back with the place it is inherited from
		if now.From == f.Path {
			s.follows[f.Key] = was.Value
		}
		return nil
	case now.From != "" || was.From != "":
		return fmt.Errorf("%s is inherited in one of the trees and not in the other: put it back by hand", f.Key)
	case isWas && was.Ecosystem != now.Ecosystem:
		return fmt.Errorf("%s is of %s at the tip and of %s in the result: put it back by hand", f.Key, was.Ecosystem, now.Ecosystem)
	case !isWas && !s.was.files[s.path] && onlyPins(s.path):
		s.dropped = append(s.dropped, d)
		return nil
	case !isWas:
		edits, err := deletePin(s.path, s.data, now)
		if err != nil {
			return err
		}
		s.edits = append(s.edits, edits...)
		s.dropped = append(s.dropped, d)
		return nil
	}
	old, _, _ := load(s.tip, s.path, maxLock)
	value := old.data[was.Span.Start:was.Span.End]
	for _, span := range append([]document.Span{now.Span}, now.More...) {
		s.edits = append(s.edits, document.Edit{Path: s.path, Start: span.Start, End: span.End, New: value})
	}
	s.dropped = append(s.dropped, d)
	return nil
}

// apply makes the edits and reads the file again: what was dropped is as at the tip, the rest as it was.
func (s *stripper) apply() ([]byte, error) {
	data, err := document.Apply(s.data, s.edits)
	if err != nil {
		return nil, err
	}
	after := index(ReadPins(overlay{s.result, s.path, data}, []string{s.path}, s.options))
	if len(after.problems) > 0 && len(s.now.problems) == 0 {
		return nil, fmt.Errorf("without the pin, %s could not be read", s.path)
	}
	for id, p := range s.now.at {
		if id.path != s.path {
			continue
		}
		want := p.Value
		i := slices.IndexFunc(s.dropped, func(d Dropped) bool { return d.Key == id.key })
		if i >= 0 {
			want = s.dropped[i].Was
		} else if back, ok := s.follows[id.key]; ok {
			want = back
		}
		if got := after.at[id].Value; got != want {
			return nil, fmt.Errorf("%s would become %q, want %q: put it back by hand", id.key, got, want)
		}
	}
	return data, nil
}

// onlyPins reports whether a file of this name holds a pin and nothing else of use.
func onlyPins(p string) bool {
	base := path.Base(p)
	return base == "rust-toolchain" || base == "rust-toolchain.toml" || base == ".nvmrc" || base == ".tool-versions" ||
		strings.HasPrefix(base, ".") && strings.HasSuffix(base, "-version")
}

// pinLine is a line that holds one pin: the key, perhaps dotted, the value, a comma, a comment.
const pinLine = `^\s*(?:[\w."'-]+\.)?["']?%s["']?\s*[=:\s]\s*["']?%s["']?\s*(,?)\s*(?:(?:#|//).*)?$`

// deletePin returns the edits that take a pin out with its line.
func deletePin(p string, data []byte, pin Pin) ([]document.Edit, error) {
	if len(pin.More) > 0 || pin.Span.End == 0 {
		return nil, fmt.Errorf("%s has no line of its own: take it out by hand", pin.Key)
	}
	start := 1 + bytes.LastIndexByte(data[:pin.Span.Start], '\n')
	end := len(data)
	if i := bytes.IndexByte(data[pin.Span.End:], '\n'); i >= 0 {
		end = pin.Span.End + i + 1
	}
	key := pin.Key[strings.LastIndexByte(pin.Key, '.')+1:]
	raw := string(data[pin.Span.Start:pin.Span.End])
	re, err := regexp.Compile(fmt.Sprintf(pinLine, regexp.QuoteMeta(key), regexp.QuoteMeta(raw)))
	if err != nil {
		return nil, err
	}
	m := re.FindSubmatch(bytes.TrimRight(data[start:end], "\r\n"))
	if m == nil {
		return nil, fmt.Errorf("%s shares its line with something else: take it out by hand", pin.Key)
	}
	edits := []document.Edit{{Path: p, Start: start, End: end}}
	if before := bytes.TrimRight(data[:start], " \t\r\n"); path.Ext(p) == ".json" && len(m[1]) == 0 && bytes.HasSuffix(before, []byte{','}) {
		edits = append(edits, document.Edit{Path: p, Start: len(before) - 1, End: len(before)})
	}
	if blankBefore(data[:start]) && blankAfter(data[end:]) { // one blank line is enough
		line := bytes.IndexByte(data[end:], '\n')
		if line < 0 {
			edits[0].Start = len(bytes.TrimRight(data[:start], "\r\n")) + len(newline(data[:start]))
		} else {
			edits[0].End = end + line + 1
		}
	}
	return edits, nil
}

func newline(before []byte) string {
	if bytes.HasSuffix(before, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// blankBefore reports whether the line before is blank.
func blankBefore(before []byte) bool {
	return bytes.HasSuffix(before, []byte("\n\n")) || bytes.HasSuffix(before, []byte("\n\r\n"))
}

// blankAfter reports whether the next line is blank, or the text ends.
func blankAfter(after []byte) bool {
	return len(after) == 0 || after[0] == '\n' || bytes.HasPrefix(after, []byte("\r\n"))
}
