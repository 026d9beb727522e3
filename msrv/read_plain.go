package msrv

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// A word is a piece of text and where it stands in its file.
type word struct {
	text string
	span document.Span
}

// contentLines returns the lines that hold something: without blanks around, and without comments.
func contentLines(f file) []word {
	data, at := f.text()
	var out []word
	for line := range strings.Lines(string(data)) {
		start := at
		at += len(line)
		if i := strings.IndexByte(line, '#'); i >= 0 && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			line = line[:i]
		}
		if text := strings.TrimSpace(line); text != "" {
			from := start + strings.Index(line, text)
			out = append(out, word{text, document.Span{Start: from, End: from + len(text)}})
		}
	}
	return out
}

// plainTool is what a file of one version is about: ".node-version" is node's.
func plainTool(p string) Ecosystem {
	switch base := path.Base(p); base {
	case ".nvmrc":
		return Node
	case ".bazelversion":
		return Bazel
	default:
		return Ecosystem(strings.TrimSuffix(strings.TrimPrefix(base, "."), "-version"))
	}
}

// versionFile reads a file that holds one version.
func (r *reader) versionFile(f file) {
	s := spec{key: "version", eco: plainTool(f.path), role: RoleSelector, scheme: SchemeTool}
	lines := contentLines(f)
	switch len(lines) {
	case 0:
		r.problem(f, 0, s, TroubleValue, errors.New("is empty"))
	case 1:
		r.pin(f, s, lines[0].span)
	default:
		r.problem(f, f.lineAt(lines[1].span.Start), s, TroubleAmbiguous, fmt.Errorf("%d versions; want one", len(lines)))
	}
}

// versionList reads a file of versions, one a line or separated by blanks or colons; the first is the one in use.
func (r *reader) versionList(f file) {
	s := spec{key: "version", eco: plainTool(f.path), role: RoleSelector, scheme: SchemeTool}
	n := 0
	for _, line := range contentLines(f) {
		for _, w := range words(line) {
			if n > 0 {
				s.key = fmt.Sprintf("version[%d]", n)
			}
			r.pin(f, s, w.span)
			n++
		}
	}
	if n == 0 {
		r.problem(f, 0, s, TroubleValue, errors.New("is empty"))
	}
}

// words splits a line at blanks.
func words(line word) []word {
	var out []word
	at := 0
	for _, text := range strings.Fields(line.text) {
		at += strings.Index(line.text[at:], text)
		from := line.span.Start + at
		out = append(out, word{text, document.Span{Start: from, End: from + len(text)}})
		at += len(text)
	}
	return out
}

// toolVersions reads asdf's file: a tool and its versions a line, the first version being the one in use.
func (r *reader) toolVersions(f file) {
	for _, line := range contentLines(f) {
		parts := words(line)
		s := spec{key: parts[0].text, eco: toolEcosystem(parts[0].text), role: RoleSelector, scheme: SchemeTool}
		if len(parts) < 2 {
			r.problem(f, f.lineAt(line.span.Start), s, TroubleValue, errors.New("has no version"))
			continue
		}
		for i, w := range parts[1:] {
			if i > 0 {
				s.key = fmt.Sprintf("%s[%d]", parts[0].text, i)
			}
			r.pin(f, s, w.span)
		}
	}
}
