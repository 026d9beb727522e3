package msrv

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A point is a place on the line of versions of one scheme: numbers, then a rank and identifiers that
// order pre- and post-releases. Missing numbers are zeros.
type point struct {
	nums []uint64
	rank int8 // semver: 0 a pre-release, 1 a release; PEP 440: always 0, ids decide
	ids  []ident
}

// An ident is one identifier behind the numbers. Numbers come before words, as in semver.
type ident struct {
	num  uint64
	word string
}

const (
	pre  int8 = 0
	full int8 = 1
)

func (a point) num(i int) uint64 {
	if i < len(a.nums) {
		return a.nums[i]
	}
	return 0
}

func (a point) compare(b point) int {
	for i := range max(len(a.nums), len(b.nums)) {
		if c := cmp.Compare(a.num(i), b.num(i)); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(a.rank, b.rank); c != 0 {
		return c
	}
	return slices.CompareFunc(a.ids, b.ids, func(x, y ident) int {
		if (x.word == "") != (y.word == "") {
			if x.word == "" {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(x.num, y.num), strings.Compare(x.word, y.word))
	})
}

// release returns the release with a's first n numbers.
func (a point) release(n int) point {
	nums := make([]uint64, n)
	copy(nums, a.nums)
	return point{nums: nums, rank: a.rank, ids: nil}
}

// next returns the first release after all that share a's first n numbers: next(2) of 1.2.3 is 1.3.
func (a point) next(n int) point {
	p := a.release(n)
	p.nums[n-1]++
	return p
}

// number reads a decimal number without sign. More than 18 digits are refused.
func number(s string) (uint64, error) {
	if s == "" || len(s) > 18 || strings.Trim(s, "0123456789") != "" {
		return 0, fmt.Errorf("%q is no number", clip(s))
	}
	return strconv.ParseUint(s, 10, 64)
}

// dotted reads at most so many numbers separated by dots.
func dotted(s string, most int) (point, error) {
	if len(s) > maxValue {
		return point{}, fmt.Errorf("%q is no version", clip(s))
	}
	parts := strings.Split(s, ".")
	if len(parts) > most {
		return point{}, fmt.Errorf("%q: want 1 to %d numbers separated by dots", clip(s), most)
	}
	p := point{rank: full}
	for _, part := range parts {
		n, err := number(part)
		if err != nil {
			return point{}, fmt.Errorf("%q: %w", clip(s), err)
		}
		p.nums = append(p.nums, n)
	}
	return p, nil
}

// rustVersion reads what Cargo takes as a rust-version: numbers without leading zeros.
func rustVersion(s string) (point, error) {
	for part := range strings.SplitSeq(s, ".") {
		if len(part) > 1 && part[0] == '0' {
			return point{}, fmt.Errorf("%q: Cargo takes no number with a leading zero", clip(s))
		}
	}
	return dotted(s, 3)
}

// prerelease reads semver's identifiers behind the dash.
func prerelease(s string) ([]ident, error) {
	var ids []ident
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.Trim(part, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
			return nil, fmt.Errorf("%q is no pre-release", clip(s))
		}
		if n, err := number(part); err == nil {
			ids = append(ids, ident{num: n})
			continue
		}
		ids = append(ids, ident{word: part})
	}
	return ids, nil
}

// maxValue bounds the length of a version as written, in bytes.
const maxValue = 1024

// clip shortens a value for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
