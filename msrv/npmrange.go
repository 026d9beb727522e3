package msrv

import (
	"fmt"
	"strings"
)

// maxTerms bounds the comparators of one range.
const maxTerms = 200

// npmRange reads a range as npm's semver does: unions, hyphens, x-ranges, ^ ~ and comparators.
func npmRange(s string) ([]interval, error) {
	var all []interval
	for alternative := range strings.SplitSeq(s, "||") {
		v, err := npmAll(alternative)
		if err != nil {
			return nil, err
		}
		if all = append(all, v); len(all) > maxTerms {
			return nil, fmt.Errorf("more than %d alternatives", maxTerms)
		}
	}
	return union(all)
}

// npmAll reads the comparators of one alternative, which must all hold.
func npmAll(s string) (interval, error) {
	words := strings.Fields(s)
	if len(words) > maxTerms {
		return interval{}, fmt.Errorf("more than %d comparators", maxTerms)
	}
	if len(words) == 3 && words[1] == "-" {
		lo, err := npmTerm(">=", words[0])
		if err != nil {
			return interval{}, err
		}
		hi, err := npmTerm("<=", words[2])
		return lo.meet(hi), err
	}
	out := interval{lo: point{rank: full}}
	for i := 0; i < len(words); i++ {
		word := words[i]
		version := strings.TrimLeft(word, "<>=~^")
		op := word[:len(word)-len(version)]
		if version == "" && op != "" && i+1 < len(words) {
			i++
			version = words[i]
		}
		if version == "" {
			return interval{}, fmt.Errorf("%q has no version", clip(op))
		}
		v, err := npmTerm(op, version)
		if err != nil {
			return interval{}, err
		}
		out = out.meet(v)
	}
	return out, nil
}

// npmTerm returns the versions that satisfy one comparator.
func npmTerm(op, version string) (interval, error) {
	p, n, err := npmPartial(version)
	if err != nil {
		return interval{}, err
	}
	if n == 0 {
		return npmAny(op, version)
	}
	from := func(lo point) (interval, error) { return interval{lo: lo}, nil }
	until := func(lo, hi point) (interval, error) {
		if hi.rank == full { // without its pre-releases
			hi.rank, hi.ids = pre, nil
		}
		return interval{lo: lo, hi: hi, top: true}, nil
	}
	zero := point{rank: full}
	exact := n == 3
	switch op {
	case "", "=":
		if exact && p.rank == pre {
			return until(p, after(p))
		}
		return until(p, p.next(n))
	case ">=":
		return from(p)
	case ">":
		if exact {
			return from(after(p))
		}
		return from(p.next(n))
	case "<":
		return until(zero, p)
	case "<=":
		if exact {
			return until(zero, after(p))
		}
		return until(zero, p.next(n))
	case "~", "~>":
		return until(p, plain(p).next(min(n, 2)))
	case "^":
		return until(p, plain(p).next(caret(p, n)))
	}
	return interval{}, fmt.Errorf("%q is no comparator", clip(op+version))
}

// npmAny is a comparator on "*", "x" or nothing: everything, or for < and > nothing.
func npmAny(op, version string) (interval, error) {
	switch op {
	case "", "=", ">=", "<=", "~", "~>", "^":
		return interval{lo: point{rank: full}}, nil
	case "<", ">":
		return interval{lo: point{rank: full}, hi: point{}, top: true}, nil
	}
	return interval{}, fmt.Errorf("%q is no comparator", clip(op+version))
}

// after is the first version above p: a release is followed by the next patch.
func after(p point) point {
	if p.rank == full {
		return p.next(3)
	}
	q := p
	q.ids = append(append([]ident{}, p.ids...), ident{})
	return q
}

func plain(p point) point { return point{nums: p.nums, rank: full} }

// caret returns how many leading numbers stay fixed under ^: up to the first that is not zero.
func caret(p point, n int) int {
	for i := range n {
		if p.num(i) != 0 {
			return i + 1
		}
	}
	return n
}

// npmPartial reads "1", "v1.2", "1.x", "1.2.3-rc.1+build" and tells how many numbers are given.
func npmPartial(s string) (p point, n int, err error) {
	s = strings.TrimLeft(s, "v=")
	s, build, hasBuild := strings.Cut(s, "+")
	s, tail, hasTail := strings.Cut(s, "-")
	p = point{rank: full}
	open, parts := s == "", strings.Split(s, ".")
	if len(parts) < 3 && (hasTail || hasBuild) {
		return p, 0, fmt.Errorf("%q: a pre-release needs three numbers", clip(s))
	}
	for i, part := range parts {
		switch {
		case i >= 3:
			return p, 0, fmt.Errorf("%q has more than three numbers", clip(s))
		case part == "x" || part == "X" || part == "*" || part == "" && s == "":
			open = true
		case open: // npm takes some of these and refuses others
			return p, 0, fmt.Errorf("%q: a number behind a wildcard", clip(s))
		case len(part) > 1 && part[0] == '0':
			return p, 0, fmt.Errorf("%q: a number with leading zeros", clip(s))
		default:
			num, err := number(part)
			if err != nil {
				return p, 0, err
			}
			p.nums = append(p.nums, num)
		}
	}
	n = len(p.nums)
	if hasTail && n == 3 {
		p.rank = pre
		if p.ids, err = prerelease(tail); err != nil {
			return p, 0, err
		}
	}
	if hasBuild {
		if _, err := prerelease(build); err != nil {
			return p, 0, err
		}
	}
	return p, n, nil
}
