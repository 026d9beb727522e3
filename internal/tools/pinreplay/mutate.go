package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/msrv"
)

// A count is what the gate made of the mutations of the pins of one kind of file.
type count struct {
	pins                                            int
	raised, stopped, warned, noted, covered, unread int // raises, and what was said of them
	missed                                          int
	kept, keptStopped                               int // lowered, renamed, reformatted; and how many of these stopped
}

func (c *count) add(d count) {
	c.pins += d.pins
	c.raised += d.raised
	c.stopped += d.stopped
	c.warned += d.warned
	c.noted += d.noted
	c.covered += d.covered
	c.unread += d.unread
	c.missed += d.missed
	c.kept += d.kept
	c.keptStopped += d.keptStopped
}

// A mutation is a project whose pins are moved one at a time.
type mutation struct {
	*replay
	tree  fstest.MapFS
	files map[string]*count // by kind of file
	lines count             // the lines that look like a declaration
	lost  []string
}

// mutate moves every pin of the tree at a revision, one at a time, and asks the gate about each.
func (p *replay) mutate(name, rev string) (map[string]*count, error) {
	m := mutation{replay: p, tree: fstest.MapFS{}, files: map[string]*count{}}
	list, err := p.repo.text("ls-tree", "-r", "-z", "--full-tree", rev)
	if err != nil {
		return nil, err
	}
	for entry := range strings.SplitSeq(list, "\x00") {
		head, file, ok := strings.Cut(entry, "\t")
		if !ok || !strings.HasPrefix(head, "100") || !msrv.IsPinFile(file) || !fs.ValidPath(file) {
			continue
		}
		data, err := p.repo.blob(strings.Fields(head)[2])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		m.tree[file] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	for _, file := range slices.Sorted(maps.Keys(m.tree)) {
		m.file(file)
	}
	m.report(name, rev)
	return m.files, nil
}

// with returns the tree with other bytes in a file.
func (m *mutation) with(file string, data []byte) fstest.MapFS {
	out := maps.Clone(m.tree)
	out[file] = &fstest.MapFile{Data: data, Mode: 0o644}
	return out
}

// judge asks the gate about a result. What CI and images do is judged as floors are, to see it.
func (m *mutation) judge(result fstest.MapFS, paths ...string) msrv.Verdict {
	return msrv.Compare(msrv.Trees{Tip: m.tree, Result: result}, paths, msrv.Options{}, msrv.GateInput{})
}

// file moves the pins of one file.
func (m *mutation) file(file string) {
	c := m.files[kindName(file)]
	if c == nil {
		c = &count{}
		m.files[kindName(file)] = c
	}
	data := m.tree[file].Data
	reading := msrv.ReadPins(m.tree, []string{file}, msrv.Options{})
	seen := map[int]bool{} // lines that hold a pin that was moved
	for _, pin := range reading.Pins {
		if pin.From != "" {
			continue
		}
		c.pins++
		for _, span := range append([]document.Span{pin.Span}, pin.More...) {
			m.raise(c, file, pin, span)
			m.lower(c, file, pin, span)
			seen[1+bytes.Count(data[:span.Start], []byte("\n"))] = true
		}
	}
	for _, p := range reading.Problems {
		seen[p.Line] = true
	}
	if len(reading.Pins) == 0 {
		m.others(file, data, seen)
		return
	}
	m.same(c, "a comment", file, m.with(file, commented(file, data)), file)
	m.same(c, "CRLF", file, m.with(file, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))), file)
	if !strings.HasPrefix(file, ".github/") && !strings.HasPrefix(path.Base(file), ".") {
		to := path.Join(path.Dir(file), "moved", path.Base(file))
		moved := maps.Clone(m.tree)
		delete(moved, file)
		moved[to] = m.tree[file]
		if strings.HasPrefix(path.Base(file), "Cargo") || path.Base(file) == "go.work" {
			moved[path.Join(path.Dir(file), "moved", "Cargo.toml")] = m.tree[path.Join(path.Dir(file), "Cargo.toml")]
		}
		for k, v := range moved {
			if v == nil {
				delete(moved, k)
			}
		}
		m.same(c, "moved", file, moved, file, to)
	}
	m.others(file, data, seen)
}

func (m *mutation) raise(c *count, file string, pin msrv.Pin, span document.Span) {
	data := m.tree[file].Data
	value := string(data[span.Start:span.End])
	up, ok := moveVersion(value, pin, 1)
	if !ok {
		return
	}
	c.raised++
	v := m.judge(m.with(file, splice(data, span, up)), file)
	level, unread, covered := msrv.LevelPass, false, false
	for _, f := range v.Findings {
		level = max(level, f.Level)
		unread = unread || f.Cause == msrv.CauseUnread
		covered = covered || f.Cause == msrv.CauseCovered
	}
	switch {
	case !v.OK:
		c.stopped++
	case unread:
		c.unread++
	case covered:
		c.covered++
	case level == msrv.LevelWarn && pin.Role >= msrv.RoleCI:
		c.warned++
	case level == msrv.LevelNotice && pin.Role == msrv.RoleImage:
		c.noted++
	default:
		c.missed++
		m.lost = append(m.lost, fmt.Sprintf("MISSED %s %s: %q to %q: %v", pin.Place(), pin.Key, value, up, level))
	}
}

func (m *mutation) lower(c *count, file string, pin msrv.Pin, span document.Span) {
	data := m.tree[file].Data
	down, ok := moveVersion(string(data[span.Start:span.End]), pin, -1)
	if !ok {
		return
	}
	m.same(c, fmt.Sprintf("%s lowered to %q", pin.Key, down), file, m.with(file, splice(data, span, down)), file)
}

// same asks about a change that raises nothing.
func (m *mutation) same(c *count, what, file string, result fstest.MapFS, paths ...string) {
	c.kept++
	v := m.judge(result, paths...)
	if v.OK && !v.Unread {
		return
	}
	c.keptStopped++
	for _, f := range v.Findings {
		if f.Level == msrv.LevelStop || f.Cause == msrv.CauseUnread {
			m.lost = append(m.lost, fmt.Sprintf("STOPPED %s: %s: %s %s %q -> %q %v", file, what, f.Key, f.Cause, f.Was, f.Now, f.Problem))
			break
		}
	}
}

// looksLike finds lines that look like the declaration of a toolchain, by words alone and not by the readers.
var looksLike = regexp.MustCompile(`(?i)^[^#/]*(rust-version|\bedition\s*=|python_requires|requires-python|required_ruby|required_rubygems|TargetFramework|LangVersion|` +
	`sourceCompatibility|targetCompatibility|JavaLanguageVersion|jvmToolchain|options\.release|"node"\s*:|^go\s+\d|^toolchain\s|meson_version|AC_PREREQ|cmake_minimum_required|` +
	`swift-tools|elixir:|requires_ansible|"php"\s*:|go-version|node-version|python-version|java-version|ruby-version|dotnet-version|(?-i:_VERSION\s*[:=])|distributionUrl|rust-toolchain@).*\d+\.\d+`)

var anyVersion = regexp.MustCompile(`\d+(?:\.\d+)+`)

// others raises the lines that look like a declaration and hold no pin.
func (m *mutation) others(file string, data []byte, seen map[int]bool) {
	at := 0
	for i, line := range bytes.SplitAfter(data, []byte("\n")) {
		start := at
		at += len(line)
		if !looksLike.Match(line) {
			continue
		}
		m.lines.pins++
		if seen[i+1] {
			m.lines.raised++
			continue
		}
		v := anyVersion.FindIndex(line)
		if v == nil {
			continue
		}
		up, ok := bump(string(line[v[0]:v[1]]), 1)
		if !ok {
			continue
		}
		verdict := m.judge(m.with(file, splice(data, document.Span{Start: start + v[0], End: start + v[1]}, up)), file)
		if !verdict.OK || verdict.Unread || slices.ContainsFunc(verdict.Findings, func(f msrv.Finding) bool { return f.Level >= msrv.LevelNotice }) {
			m.lines.raised++
			continue
		}
		m.lines.missed++
		m.lost = append(m.lost, fmt.Sprintf("NOT SEEN %s:%d: %s", file, i+1, strings.TrimSpace(string(line))))
	}
}

func splice(data []byte, span document.Span, text string) []byte {
	return slices.Concat(data[:span.Start], []byte(text), data[span.End:])
}

// moveVersion raises or lowers every version of a value that is no upper bound.
func moveVersion(value string, pin msrv.Pin, by int) (string, bool) {
	switch {
	case strings.Contains(pin.Key, "edition"):
		return step([]string{"2015", "2018", "2021", "2024"}, value, by)
	case strings.HasSuffix(pin.Key, "resolver"):
		return step([]string{"1", "2", "3"}, value, by)
	case strings.HasSuffix(pin.Path, "Cargo.lock"):
		return step([]string{"3", "4", "5"}, value, by)
	case pin.Key == "sdk.rollForward":
		return step([]string{"major", "minor", "feature", "patch", "disable"}, value, by)
	}
	if name := regexp.MustCompile(`^((?:VERSION|JVM)_(?:1_)?)(\d+)$`).FindStringSubmatch(value); name != nil {
		n, err := strconv.Atoi(name[2])
		return name[1] + strconv.Itoa(n+by), err == nil
	}
	if day := regexp.MustCompile(`\d{4}-\d{2}-\d{2}`).FindString(value); day != "" {
		year, _ := strconv.Atoi(day[:4])
		return strings.Replace(value, day[:4], strconv.Itoa(year+by), 1), true
	}
	moved := false
	out := regexp.MustCompile(`([<!]=?\s*|- |\d[^,\s]*-[\w.]*)?v?(\d+(?:\.\d+)*)`).ReplaceAllStringFunc(value, func(s string) string {
		if strings.HasPrefix(s, "<") || strings.HasPrefix(s, "!") || moved && pin.Role >= msrv.RoleSelector && !strings.Contains(value, "||") {
			return s
		}
		i := strings.IndexAny(s, "0123456789")
		up, ok := bump(s[i:], by)
		if !ok {
			return s
		}
		moved = true
		return s[:i] + up
	})
	return out, moved
}

func step(order []string, value string, by int) (string, bool) {
	i := slices.Index(order, value)
	if i < 0 || i+by < 0 || i+by >= len(order) {
		return "", false
	}
	return order[i+by], true
}

// bump moves the second number, or the only one.
func bump(version string, by int) (string, bool) {
	parts := strings.Split(version, ".")
	i := min(1, len(parts)-1)
	n, err := strconv.Atoi(parts[i])
	if err != nil || n+by < 0 {
		return "", false
	}
	parts[i] = strconv.Itoa(n + by)
	return strings.Join(parts, "."), true
}

// commented adds a line that says nothing.
func commented(file string, data []byte) []byte {
	switch ext := path.Ext(file); {
	case ext == ".json" || strings.HasSuffix(ext, "proj") || ext == ".xml" || ext == ".props" || ext == ".targets":
		return append(bytes.Clone(data), '\n')
	case ext == ".gradle" || ext == ".kts" || ext == ".mod" || ext == ".work":
		return append([]byte("// nothing\n"), data...)
	case ext == ".ac":
		return append([]byte("dnl nothing\n"), data...)
	case path.Base(file) == "rust-toolchain":
		return append(bytes.Clone(data), '\n')
	}
	return append([]byte("# nothing\n"), data...)
}

// kindName is what the table calls a kind of file.
func kindName(file string) string {
	base := path.Base(file)
	switch ext := path.Ext(file); {
	case strings.HasPrefix(file, ".github/") || base == "action.yml" || base == "action.yaml":
		return "workflows"
	case strings.Contains(base, "Dockerfile"):
		return "Dockerfile"
	case ext == ".gemspec" || ext == ".csproj" || ext == ".props" || ext == ".targets" || ext == ".gradle" || ext == ".fsproj" || ext == ".opam" || ext == ".psd1":
		return "*" + ext
	case strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml"):
		if base != "runtime.yml" {
			return "other CI"
		}
	}
	return base
}
