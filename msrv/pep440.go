package msrv

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"
)

// pep440 is a version of PEP 440, its spellings not yet normalised.
var pep440 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^v?(?:(\d{1,9})!)?(\d{1,18}(?:\.\d{1,18})*)` +
		`(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d{0,18}))?` +
		`(?:-(\d{1,18})|[-_.]?(post|rev|r)[-_.]?(\d{0,18}))?` +
		`(?:[-_.]?(dev)[-_.]?(\d{0,18}))?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$`)
})

// pepPoint reads one version. The epoch is the first number, so that it orders first.
func pepPoint(s string) (point, error) {
	m := pep440().FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil || len(s) > maxValue {
		return point{}, fmt.Errorf("%q is no version", clip(s))
	}
	p, err := dotted(m[2], 12)
	if err != nil {
		return p, err
	}
	epoch := uint64(0)
	if m[1] != "" {
		if epoch, err = number(m[1]); err != nil {
			return p, err
		}
	}
	p.nums = append([]uint64{epoch}, p.nums...)
	p.rank = full
	p.ids = pepTail(m[3], m[4], m[5], m[6], m[7], m[8], m[9])
	return p, nil
}

// pepTail orders what stands behind the release: dev before a, b, rc, the release itself, and post; and
// of each its dev releases first. The release itself has no identifiers below one for "final".
func pepTail(phase, phaseN, postBare, post, postN, dev, devN string) []ident {
	num := func(s string) uint64 { n, _ := number(s); return n }
	kind := uint64(9)
	switch phase {
	case "a", "alpha":
		kind = 1
	case "b", "beta":
		kind = 2
	case "c", "rc", "pre", "preview":
		kind = 3
	default:
		if dev != "" && post == "" && postBare == "" {
			kind = 0
		}
	}
	tail := []ident{{num: kind}, {num: num(phaseN)}, {}, {num: math.MaxUint64}}
	if post != "" || postBare != "" {
		tail[2].num = 1 + num(postBare+postN)
	}
	if dev != "" {
		tail[3].num = num(devN)
	}
	return tail
}

// pepFinal gives p the tail of the release itself.
func pepFinal(p point) point {
	p.ids = pepTail("", "", "", "", "", "", "")
	return p
}

// pepFirst gives p the tail that orders before everything else of its numbers.
func pepFirst(p point) point {
	p.ids = pepTail("", "", "", "", "", "dev", "0")
	return p
}

// pepSet reads a PEP 440 set: clauses separated by commas, all of which must hold. "!=" is left aside.
func pepSet(s string) ([]interval, error) {
	if strings.Count(s, ",") > maxTerms {
		return nil, fmt.Errorf("more than %d clauses", maxTerms)
	}
	out := interval{lo: pepFirst(point{rank: full})}
	for clause := range strings.SplitSeq(s, ",") {
		clause = strings.TrimSpace(clause)
		if clause == "" {
			continue
		}
		version := strings.TrimLeft(clause, "<>=~!")
		v, err := pepClause(clause[:len(clause)-len(version)], version)
		if err != nil {
			return nil, err
		}
		out = out.meet(v)
	}
	return union([]interval{out})
}

func pepClause(op, version string) (interval, error) {
	version = strings.TrimSpace(version)
	all := interval{lo: pepFirst(point{rank: full})}
	stem, wild := strings.CutSuffix(version, ".*")
	p, err := pepPoint(stem)
	if err != nil {
		return interval{}, err
	}
	if wild && op != "==" && op != "!=" {
		return interval{}, fmt.Errorf("%q: a wildcard needs == or !=", clip(op+version))
	}
	n := len(p.nums)
	upTo := func(lo, hi point) (interval, error) { return interval{lo: lo, hi: hi, top: true}, nil }
	switch op {
	case "!=":
		return all, nil
	case "==", "===":
		if wild {
			return upTo(p, pepFirst(p.next(n)))
		}
		return upTo(p, pepAfter(p))
	case "~=":
		if n < 3 { // the epoch is one of them
			return interval{}, fmt.Errorf("%q: ~= needs two numbers", clip(version))
		}
		return upTo(p, pepFirst(p.next(n-1)))
	case ">=":
		return interval{lo: p}, nil
	case ">":
		return interval{lo: pepAfter(p)}, nil
	case "<":
		return upTo(all.lo, p)
	case "<=":
		return upTo(all.lo, pepAfter(p))
	}
	return interval{}, fmt.Errorf("%q is no comparison", clip(op+version))
}

// pepAfter is the first interpreter above p: interpreters have three numbers.
func pepAfter(p point) point {
	if p.ids[0].num == 9 && len(p.nums) <= 4 {
		return pepFinal(p.next(4))
	}
	q := p
	q.ids = append(append([]ident{}, p.ids...), ident{})
	return q
}

// poetryRange reads a constraint of Poetry: PEP 440 clauses, ^, ~, bare versions with wildcards, and ||.
func poetryRange(s string) ([]interval, error) {
	s = strings.ReplaceAll(s, "||", "|")
	if strings.Count(s, "|") > maxTerms || strings.Count(s, ",")+strings.Count(s, " ") > maxTerms {
		return nil, fmt.Errorf("more than %d clauses", maxTerms)
	}
	var all []interval
	for alternative := range strings.SplitSeq(s, "|") {
		out := interval{lo: pepFirst(point{rank: full})}
		for _, clause := range strings.FieldsFunc(joinOps().ReplaceAllString(alternative, "$1"), func(r rune) bool { return r == ',' || r == ' ' }) {
			v, err := poetryClause(clause)
			if err != nil {
				return nil, err
			}
			out = out.meet(v)
		}
		all = append(all, out)
	}
	return union(all)
}

// joinOps finds the blanks between an operator and its version.
var joinOps = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([<>=~!^]+)\s+`) })

func poetryClause(clause string) (interval, error) {
	version := strings.TrimLeft(clause, "<>=~!^")
	op := clause[:len(clause)-len(version)]
	switch {
	case version == "*" && (op == "" || op == "=="):
		return interval{lo: pepFirst(point{rank: full})}, nil
	case op == "":
		return pepClause("==", version)
	case op != "^" && op != "~":
		return pepClause(op, version)
	}
	p, err := pepPoint(version)
	if err != nil {
		return interval{}, err
	}
	fixed := min(len(p.nums), 3)
	if op == "^" {
		fixed = 1 + caret(point{nums: p.nums[1:]}, len(p.nums)-1)
	}
	return interval{lo: p, hi: pepFirst(p.next(fixed)), top: true}, nil
}
