package manifest

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// A gem says its version in a constant, VERSION = "1.2.3", or in its gemspec, spec.version = "1.2.3". The
// Gemfile.lock of its repository names that version for the gems it takes from there:
//
//	PATH
//	  remote: .
//	  specs:
//	    app (1.2.3)
//	      app-core (= 1.2.3)

var (
	rubyVersion = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]*(?:(?P<k>VERSION)|[a-z_]\w*\.(?P<k>version))[ \t]*=[ \t]*(?:"(?P<v>[^"\\\r\n#]*)"|'(?P<v>[^'\\\r\n]*)')`)
	})
	gemLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^(?: {4}| {6})(?P<k>[A-Za-z0-9][\w.-]*) \((?:[=~>]+ )?(?P<v>[^\s(),]+)\)\r?$`)
	})
)

func readRuby(data []byte) ([]document.Entry, error) {
	return matches(rubyVersion())(blanked(data))
}

func allEntries(document.Entry) bool { return true }

func rubyAnchor(src *document.Source, rule Rule) (Anchor, error) {
	return namedAnchor(src, rule, readRuby, allEntries)
}

// bumpRuby bumps the version of a gem, and the Gemfile.lock in its directory or above it.
func bumpRuby(r *run, rule Rule) error {
	if err := r.bumpNamed(rule, readRuby, allEntries); err != nil {
		return err
	}
	for dir := path.Dir(rule.Path); ; dir = path.Dir(dir) {
		if lock := path.Join(dir, "Gemfile.lock"); !r.done[lock] {
			r.done[lock] = true
			if err := r.follow(lock, r.bumpGemLock); err != nil {
				return err
			}
		}
		if dir == "." {
			return nil
		}
	}
}

// readGemLock lists the gems, and what they require, in the PATH sections of a Gemfile.lock.
func readGemLock(data []byte) ([]document.Entry, error) {
	list, err := matches(gemLine())(data)
	var out []document.Entry
	for _, e := range list {
		section := ""
		for line := range strings.Lines(string(data[:e.Span.Start])) {
			if line[0] >= 'A' && line[0] <= 'Z' {
				section = strings.TrimSpace(line)
			}
		}
		if section == "PATH" {
			out = append(out, e)
		}
	}
	return out, err
}

func (r *run) bumpGemLock(lock string) error {
	data, err := r.src.Read(lock)
	if err != nil {
		return err
	}
	list, err := readGemLock(data)
	if err != nil {
		return document.InFile(lock, err)
	}
	changes := map[int]string{}
	ours := map[string]bool{}
	for _, gems := range []bool{true, false} { // the gems first, then what they require of each other
		for _, e := range list {
			start := bytes.LastIndex(data[:e.Span.Start], []byte(e.Key))
			gem := start-bytes.LastIndexByte(data[:start], '\n') == 5
			text, ok := r.respell(e.Text)
			if gem == gems && ok && (gem || ours[e.Key]) {
				changes[e.Span.Start] = text
				ours[e.Key] = true
			}
		}
	}
	return r.set(lock, readGemLock, changes)
}
