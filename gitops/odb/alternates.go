package odb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxAlternateDepth is how deep git follows alternates of alternates.
const maxAlternateDepth = 5

// splitAlternates splits a list of directories, in which an element may be quoted as in C. An element
// with a broken quote is taken as it is.
func splitAlternates(s string, sep rune) []string {
	var dirs []string
	for s != "" {
		var dir string
		if q, rest, ok := unquoted(s); ok && (rest == "" || strings.HasPrefix(rest, string(sep))) {
			dir, s = q, strings.TrimPrefix(rest, string(sep))
		} else {
			dir, s, _ = strings.Cut(s, string(sep))
		}
		if dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// unquoted takes a C-quoted string off the front of s.
func unquoted(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	var b strings.Builder
	for s = s[1:]; s != "" && s[0] != '"'; {
		if s[0] != '\\' {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		if len(s) < 2 {
			return "", s, false
		}
		if i := strings.IndexByte(`abfnrtv\"`, s[1]); i >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v\\\""[i])
			s = s[2:]
			continue
		}
		if len(s) < 4 {
			return "", s, false
		}
		v, err := strconv.ParseUint(s[1:4], 8, 8)
		if err != nil {
			return "", s, false
		}
		b.WriteByte(byte(v))
		s = s[4:]
	}
	if s == "" {
		return "", s, false
	}
	return b.String(), s[1:], true
}

// An alternateWalk collects object directories, each once.
type alternateWalk struct {
	dirs []string
	seen map[string]bool
	warn func(string)
}

// objectDirs returns main and its alternates, those of info/alternates and then extra, depth first.
func objectDirs(main string, extra []string, warn func(string)) []string {
	w := &alternateWalk{seen: map[string]bool{}, warn: warn}
	w.dirs = append(w.dirs, main)
	w.seen[realPath(main)] = true
	for _, dir := range extra {
		w.add(dir, 0)
	}
	w.follow(main, 0)
	return w.dirs
}

func realPath(dir string) string {
	if p, err := filepath.EvalSymlinks(dir); err == nil {
		dir = p
	}
	if p, err := filepath.Abs(dir); err == nil {
		dir = p
	}
	return dir
}

func (w *alternateWalk) add(dir string, depth int) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		w.warn(fmt.Sprintf("object directory %q of the alternates does not exist: it is left out", dir))
		return
	}
	real := realPath(dir)
	if w.seen[real] {
		return
	}
	w.seen[real] = true
	w.dirs = append(w.dirs, dir)
	w.follow(dir, depth+1)
}

// follow reads the info/alternates of dir.
func (w *alternateWalk) follow(dir string, depth int) {
	path := filepath.Join(dir, "info", "alternates")
	text, err := os.ReadFile(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			w.warn(fmt.Sprintf("alternates are left out: %v", err))
		}
		return
	}
	if depth > maxAlternateDepth {
		w.warn(fmt.Sprintf("%q is left out: alternates are nested too deep", path))
		return
	}
	for _, alt := range splitAlternates(string(text), '\n') {
		if strings.HasPrefix(alt, "#") {
			continue
		}
		if !filepath.IsAbs(alt) {
			alt = filepath.Join(dir, alt)
		}
		w.add(alt, depth)
	}
}
