package msrv

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// A grammar is how an ecosystem writes sets of versions: clauses of an operator and a version that must all
// hold, and alternatives of such.
type grammar struct {
	or, and *regexp.Regexp // what stands between alternatives, and between clauses
	read    func(op, version string) (interval, error)
}

var operators = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([<>=~!^]+)\s+`) })

// sets reads a set of versions.
func (g grammar) sets(text string) ([]interval, error) {
	text = operators().ReplaceAllString(strings.TrimSpace(text), "$1")
	var all []interval
	alternatives := []string{text}
	if g.or != nil {
		alternatives = g.or.Split(text, maxTerms+1)
	}
	for _, alternative := range alternatives {
		out := interval{lo: point{rank: pre}}
		clauses := g.and.Split(strings.TrimSpace(alternative), maxTerms+1)
		if len(clauses) > maxTerms || len(alternatives) > maxTerms {
			return nil, fmt.Errorf("more than %d clauses", maxTerms)
		}
		for _, clause := range clauses {
			version := strings.TrimLeft(clause, "<>=~!^")
			v, err := g.read(clause[:len(clause)-len(version)], version)
			if err != nil {
				return nil, err
			}
			out = out.meet(v)
		}
		all = append(all, out)
	}
	return union(all)
}

// everything is the interval of all versions.
func everything() interval { return interval{lo: point{rank: pre}} }

// compared returns the versions that a comparison allows. "!=" is left aside.
func compared(op string, p point) (interval, error) {
	switch op {
	case "", "=", "==":
		return interval{lo: p, hi: follow(p), top: true}, nil
	case "!=", "<>":
		return everything(), nil
	case ">=":
		return interval{lo: p}, nil
	case ">":
		return interval{lo: follow(p)}, nil
	case "<":
		return interval{lo: point{rank: pre}, hi: p, top: true}, nil
	case "<=":
		return interval{lo: point{rank: pre}, hi: follow(p), top: true}, nil
	}
	return interval{}, fmt.Errorf("%q is not a comparison", clip(op))
}

// follow is the first version above p, of those with four numbers.
func follow(p point) point {
	if p.rank == full {
		next := p.next(max(4, len(p.nums)))
		next.rank = pre
		return next
	}
	q := p
	q.ids = append(append([]ident{}, p.ids...), ident{})
	return q
}

// first is the lowest version with p's first n numbers: its pre-releases come before it.
func first(p point) point { return point{nums: p.nums, rank: pre} }

// gemVersion reads a version of RubyGems: numbers and words between dots; one with a word is a pre-release.
func gemVersion(s string) (point, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "-", ".pre.")
	if s == "" || len(s) > maxValue || !gemText().MatchString(s) {
		return point{}, fmt.Errorf("%q is not a version", clip(s))
	}
	p := point{rank: full}
	for _, part := range gemParts().FindAllString(s, maxTerms) {
		n, err := number(part)
		switch {
		case err == nil && p.rank == full:
			p.nums = append(p.nums, n)
		case err == nil: // behind a word, numbers come after words
			p.ids = append(p.ids, ident{word: fmt.Sprintf("~%018d", n)})
		case strings.Trim(part, "0123456789") == "":
			return p, err
		default:
			p.rank = pre
			p.ids = append(p.ids, ident{word: part})
		}
	}
	if p.rank == pre {
		for len(p.ids) > 0 && p.ids[len(p.ids)-1].word == fmt.Sprintf("~%018d", 0) {
			p.ids = p.ids[:len(p.ids)-1]
		}
		p.ids = append(p.ids, ident{word: fmt.Sprintf("~%018d", 0)})
	}
	return p, nil
}

var (
	gemText  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+(\.[0-9a-zA-Z]+)*$`) })
	gemParts = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]+|[a-zA-Z]+`) })
	commas   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*,\s*`) })
)

// gemSet reads requirements of RubyGems, separated by commas.
func gemSet(text string) ([]interval, error) {
	return grammar{and: commas(), read: func(op, version string) (interval, error) {
		p, err := gemVersion(version)
		switch {
		case err != nil:
			return interval{}, err
		case op == "~>":
			return interval{lo: p, hi: first(p.next(max(1, len(p.nums)-1))), top: true}, nil
		case op == "==" || op == "<>":
			return interval{}, fmt.Errorf("%q is not a comparison of RubyGems", op)
		}
		return compared(op, p)
	}}.sets(text)
}

// elixirSet reads a requirement of Elixir: comparisons between and, or.
func elixirSet(text string) ([]interval, error) {
	return grammar{or: elixirOr(), and: elixirAnd(), read: func(op, version string) (interval, error) {
		p, n, err := npmPartial(version)
		switch {
		case err != nil:
			return interval{}, err
		case strings.ContainsAny(version, "xX*=v") || n < 2 || op != "~>" && n < 3:
			return interval{}, fmt.Errorf("%q is not a version of Elixir", clip(version))
		case op == "~>":
			return interval{lo: p, hi: first(plain(p).next(n - 1)), top: true}, nil
		case op == "=" || op == "<>":
			return interval{}, fmt.Errorf("%q is not a comparison of Elixir", op)
		}
		return compared(op, p)
	}}.sets(text)
}

var (
	elixirOr  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s+or\s+`) })
	elixirAnd = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s+and\s+`) })
)

// mesonSet reads meson_version: comparisons, of which several come as a list. "!=" is left aside.
func mesonSet(text string) ([]interval, error) {
	return grammar{and: commas(), read: func(op, version string) (interval, error) {
		v, err := loose(version)
		if err != nil || op == "<>" || op == "~" || op == "^" {
			return interval{}, fmt.Errorf("%q is not a comparison of Meson", clip(op+version))
		}
		if len(v.nums) < 3 { // to Meson, 1.50 is below its release 1.50.0
			op = strings.TrimPrefix(strings.Replace(op, "<=", "<", 1), "=")
			if op == ">" {
				op = ">="
			}
		}
		return compared(op, v)
	}}.sets(text)
}

var looseText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^v?(\d{1,18}(?:\.\d{1,18}){0,5})(?:[-.]?(?i:(alpha|beta|a|b|c|rc|cr|m|milestone|preview|pre|dev|snapshot)[-.]?(\d{0,18}(?:\.\d{1,18})*))(?:[-+.][\w.+-]*)?)?(?:[+_-][\w.+-]*)?$`)
})

// loose reads numbers, and behind them what marks a pre-release: 8.5-rc-1, 8.0.100-preview.1. Other words
// do not matter: 17.0.9+9, 8.5-bin.
func loose(s string) (point, error) {
	m := looseText().FindStringSubmatch(strings.TrimSpace(s))
	if m == nil || len(s) > maxValue {
		return point{}, fmt.Errorf("%q is not a version", clip(s))
	}
	p, err := dotted(m[1], 6)
	if err != nil || m[2] == "" {
		return p, err
	}
	rank := map[string]uint64{"snapshot": 0, "dev": 0, "alpha": 1, "a": 1, "preview": 2, "pre": 2, "beta": 3, "b": 3, "m": 3, "milestone": 3}
	n, ok := rank[strings.ToLower(m[2])]
	if !ok {
		n = 4
	}
	p.rank, p.ids = pre, []ident{{num: n}}
	for part := range strings.SplitSeq(m[3], ".") {
		if i, err := number(part); err == nil {
			p.ids = append(p.ids, ident{num: i})
		}
	}
	return p, nil
}
