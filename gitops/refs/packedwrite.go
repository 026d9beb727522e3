package refs

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// A packedChange sets an entry of packed-refs, or with a zero New removes it.
type packedChange struct {
	Name string
	New  object.ID
}

// fullHeader is the first line that git gives a packed-refs file.
const fullHeader = "# pack-refs with: peeled fully-peeled sorted "

// A packedEntry is an entry with its peeled line, if any: a span of the file.
type packedEntry struct {
	name string
	text []byte
}

// mergePacked writes data, a packed-refs file or nothing, with the changes, sorted by name. Header
// traits, peeled lines and every other entry stay byte for byte; a file that is not sorted becomes
// so. It reports whether anything changed; else what was written means nothing. A malformed file is a
// *BrokenError: nothing is built on it.
func mergePacked(w io.Writer, path string, data []byte, changes []packedChange) (changed bool, err error) {
	header, body, sorted, err := splitHeader(path, data)
	if err != nil {
		return false, err
	}
	out := bufio.NewWriterSize(w, min(1<<20, len(data)+maxPackedLine))
	if _, err := out.WriteString(header + "\n"); err != nil {
		return false, err
	}
	next := entriesOf(path, body)
	if !sorted {
		if next, err = sortEntries(next); err != nil {
			return false, err
		}
	}
	last := ""
	for {
		e, err := next()
		if err != nil {
			return false, err
		}
		for len(changes) > 0 && (e == nil || changes[0].Name < e.name) {
			changed = writeChange(out, changes[0]) || changed
			changes = changes[1:]
		}
		if e == nil {
			return changed, out.Flush()
		}
		if last != "" && e.name <= last {
			return false, &BrokenError{Path: path, Reason: fmt.Sprintf("it is not sorted: %q comes after %q", e.name, last)}
		}
		last = e.name
		if len(changes) > 0 && changes[0].Name == e.name {
			changed = true
			writeChange(out, changes[0])
			changes = changes[1:]
			continue
		}
		if _, err := out.Write(e.text); err != nil {
			return false, err
		}
	}
}

// writeChange writes the entry of a change; a failed write shows at Flush.
func writeChange(out *bufio.Writer, c packedChange) bool {
	if c.New.IsZero() {
		return false
	}
	_, _ = fmt.Fprintf(out, "%s %s\n", c.New, c.Name)
	return true
}

func splitHeader(path string, data []byte) (header string, body []byte, sorted bool, err error) {
	if len(data) == 0 {
		return fullHeader, nil, true, nil
	}
	if data[len(data)-1] != '\n' {
		return "", nil, false, &BrokenError{Path: path, Reason: "its last line is cut off"}
	}
	if data[0] != '#' {
		return "# pack-refs with: sorted ", data, false, nil
	}
	line, body, _ := bytes.Cut(data, []byte("\n"))
	traits, ok := strings.CutPrefix(string(line), "# pack-refs with:")
	if !ok {
		return "", nil, false, &BrokenError{Path: path, Reason: fmt.Sprintf("an unknown header %q", line)}
	}
	if slices.Contains(strings.Fields(traits), "sorted") {
		return string(line), body, true, nil
	}
	return strings.TrimRight(string(line), " ") + " sorted ", body, false, nil
}

// entriesOf returns a function that returns the next entry of body, nil after the last.
func entriesOf(path string, body []byte) func() (*packedEntry, error) {
	bad := func(line []byte) error {
		return &BrokenError{Path: path, Reason: fmt.Sprintf("%.100q is no entry", line)}
	}
	return func() (*packedEntry, error) {
		if len(body) == 0 {
			return nil, nil
		}
		end := bytes.IndexByte(body, '\n') + 1
		_, name, err := parsePacked(body[:end-1])
		if err != nil || end > maxPackedLine {
			return nil, bad(body[:end-1])
		}
		if end < len(body) && body[end] == '^' {
			peeled := bytes.IndexByte(body[end:], '\n')
			if _, err := object.ParseID(string(body[end+1 : end+peeled])); err != nil {
				return nil, bad(body[end : end+peeled])
			}
			end += peeled + 1
		}
		e := &packedEntry{name, body[:end]}
		body = body[end:]
		return e, nil
	}
}

func sortEntries(next func() (*packedEntry, error)) (func() (*packedEntry, error), error) {
	var all []*packedEntry
	for {
		e, err := next()
		if err != nil {
			return nil, err
		}
		if e == nil {
			break
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b *packedEntry) int { return strings.Compare(a.name, b.name) })
	return func() (*packedEntry, error) {
		if len(all) == 0 {
			return nil, nil
		}
		e := all[0]
		all = all[1:]
		return e, nil
	}, nil
}
