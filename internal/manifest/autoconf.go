package manifest

import (
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// A configure.ac says its version in AC_INIT, as it is or by the name of a macro:
//
//	m4_define([app_major], [1])
//	m4_define([app_version], [1.2.3])
//	AC_INIT([app], [app_version])

var (
	acInit = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]*(?P<k>AC_INIT)[ \t]*\(\s*(?:\[[^\]]*\]|[^,()\[\]]*)\s*,\s*\[?[ \t]*(?P<v>[^\]\[,()\s]+)`)
	})
	m4Define = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]*(?:m4_define|define|AC_DEFUN)[ \t]*\(\s*\[?(?P<k>[A-Za-z_]\w*)\]?\s*,\s*\[?[ \t]*(?P<v>[^\]\[,()\s]+)`)
	})
)

// readAutoconf lists the version of AC_INIT, and what macros are defined as.
func readAutoconf(data []byte) ([]document.Entry, error) {
	var out []document.Entry
	for _, re := range []*regexp.Regexp{m4Define(), acInit()} {
		list, err := matches(re)(data)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// autoconfVersion finds the entries that are the version: one as a whole, or three numbers of macros.
func autoconfVersion(list []document.Entry) (whole []document.Entry, parts []triple) {
	for _, e := range list {
		if e.Key != "AC_INIT" {
			continue
		}
		if e.Text[0] >= '0' && e.Text[0] <= '9' {
			return []document.Entry{e}, nil
		}
		for _, d := range list {
			if d.Key == e.Text && d.Text[0] >= '0' && d.Text[0] <= '9' && strings.Contains(d.Text, ".") {
				return []document.Entry{d}, nil
			}
		}
	}
	return nil, triples(list)
}

func autoconfAnchor(src *document.Source, rule Rule) (Anchor, error) {
	data, err := src.Read(rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	list, err := readAutoconf(data)
	if err != nil {
		return Anchor{}, document.InFile(rule.Path, err)
	}
	whole, parts := autoconfVersion(list)
	switch {
	case len(whole) == 1:
		return namedAnchor(src, rule, readAutoconf, func(e document.Entry) bool { return e == whole[0] })
	case len(parts) == 1:
		return Anchor{Path: rule.Path, Line: document.LineOf(data, parts[0].parts[0].Span.Start), Version: parts[0].String()}, nil
	}
	return Anchor{}, nil
}

func bumpAutoconf(r *run, rule Rule) error {
	data, err := r.src.Read(rule.Path)
	if err != nil {
		return err
	}
	list, err := readAutoconf(data)
	if err != nil {
		return document.InFile(rule.Path, err)
	}
	whole, parts := autoconfVersion(list)
	if len(whole) == 1 {
		return r.bumpNamed(rule, readAutoconf, func(e document.Entry) bool { return e == whole[0] })
	}
	changes := map[int]string{}
	for _, t := range parts {
		r.setTriple(t, changes)
	}
	if len(changes) == 0 {
		return document.At(rule.Path, 0, "%w: neither AC_INIT nor what it names is %q", ErrVersionMoved, r.from)
	}
	return r.set(rule.Path, readAutoconf, changes)
}
