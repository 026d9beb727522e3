package msrv

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

var (
	composerOr  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*\|\|?\s*`) })
	composerAnd = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*,\s*|\s+`) })
	hyphen      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\S+)\s+-\s+(\S+)`) })
	stability   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`@(?i:dev|alpha|beta|rc|stable)$`) })
	composerTag = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^v?(\d{1,9}(?:\.(?:\d{1,9}|[xX*])){0,3})(?:[-_.]?(?i:(alpha|beta|dev|rc|a|b|patch|pl|p|stable)[.-]?(\d{0,9})))?$`)
	})
)

// composerSet reads a constraint of Composer: alternatives by ||, clauses by commas or blanks, and between
// them ^ ~ wildcards, comparisons and hyphens.
func composerSet(text string) ([]interval, error) {
	alternatives := composerOr().Split(strings.TrimSpace(text), maxTerms+1)
	for i, a := range alternatives {
		if a == "" {
			return nil, fmt.Errorf("%q has an empty alternative", clip(text))
		}
		alternatives[i] = hyphen().ReplaceAllString(a, ">=$1 <=~$2") // an upper end that stands for all its releases
	}
	text = strings.Join(alternatives, " || ")
	return grammar{or: composerOr(), and: composerAnd(), read: composerClause}.sets(text)
}

func composerClause(op, version string) (interval, error) {
	version = stability().ReplaceAllString(version, "")
	if (version == "*" || version == "x" || version == "" && op == "") && (op == "" || op == ">=") {
		return everything(), nil
	}
	p, n, wild, err := composerVersion(version)
	if err != nil {
		return interval{}, err
	}
	if wild && op != "" && op != "=" && op != "==" && op != "<=~" {
		return interval{}, fmt.Errorf("%q: a wildcard behind an operator", clip(op+version))
	}
	from := p
	if p.rank == full {
		from = first(p) // Composer begins with the dev releases
	}
	switch op {
	case "^":
		return interval{lo: from, hi: first(plain(p).next(caret(p, n))), top: true}, nil
	case "~":
		return interval{lo: from, hi: first(plain(p).next(max(1, n-1))), top: true}, nil
	case "<=~":
		if n < 3 {
			return interval{lo: point{rank: pre}, hi: first(plain(p).next(n)), top: true}, nil
		}
		return compared("<=", p)
	case "", "=", "==":
		if wild {
			return interval{lo: from, hi: first(plain(p).next(n)), top: true}, nil
		}
	case ">=":
		return interval{lo: from}, nil
	case "<":
		return interval{lo: point{rank: pre}, hi: from, top: true}, nil
	}
	return compared(op, p)
}

// composerVersion reads a version; n is how many numbers are given before a wildcard.
func composerVersion(s string) (p point, n int, wild bool, err error) {
	m := composerTag().FindStringSubmatch(s)
	if m == nil || len(s) > maxValue {
		return p, 0, false, fmt.Errorf("%q is not a version of Composer", clip(s))
	}
	p.rank = full
	for part := range strings.SplitSeq(m[1], ".") {
		if part == "x" || part == "X" || part == "*" {
			wild = true
			continue
		}
		if wild {
			return p, 0, true, fmt.Errorf("%q: a number behind a wildcard", clip(s))
		}
		num, err := number(part)
		if err != nil {
			return p, 0, false, err
		}
		p.nums = append(p.nums, num)
	}
	if rank, ok := map[string]uint64{"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "rc": 3}[strings.ToLower(m[2])]; ok {
		i, _ := number(m[3])
		p.rank, p.ids = pre, []ident{{num: rank}, {num: i}}
	}
	return p, len(p.nums), wild, nil
}
