package policy

import (
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// maxName bounds the names that are matched, in bytes.
const maxName = 1000

// maxDigits bounds a number in a name.
const maxDigits = 9

// A match is what one reading of a name found.
type match struct {
	n       [4]uint64 // major, minor, patch, build
	pre     string    // "rc.1"
	version *semver.Version
}

// parts reads parts from the beginning of s, the longest reading of each first, such that next takes
// the rest.
func (m *match) parts(parts []part, s string, next func(rest string) bool) bool {
	if len(parts) == 0 {
		return next(s)
	}
	p, after := parts[0], func(rest string) bool { return m.parts(parts[1:], rest, next) }
	switch {
	case p.field == "version":
		return m.readVersion(s, after)
	case p.field == "pre":
		return m.readPre(s, after)
	case p.field != "":
		return m.readNumber(p, s, after)
	case p.group != nil:
		return m.parts(p.group, s, after) || after(s)
	}
	rest, ok := strings.CutPrefix(s, p.literal)
	return ok && after(rest)
}

// readNumber reads a number without leading zeros, or padded with zeros to the width of the field.
func (m *match) readNumber(p part, s string, next func(rest string) bool) bool {
	digits := 0
	for digits < len(s) && digits < maxDigits && '0' <= s[digits] && s[digits] <= '9' {
		digits++
	}
	least := max(p.width, 1)
	if digits > 0 && s[0] == '0' {
		digits = min(digits, least)
	}
	for ; digits >= least; digits-- {
		v, err := strconv.ParseUint(s[:digits], 10, 32)
		if err != nil {
			return false
		}
		if p.offset > 0 && v < uint64(p.offset) {
			return false
		}
		v = uint64(int64(v) - int64(p.offset))
		at := fieldIndex(p.field)
		old := m.n[at]
		if m.n[at] = v; next(s[digits:]) {
			return true
		}
		m.n[at] = old
	}
	return false
}

// readPre reads a pre-release behind a number, rc1, beta2, b3, without the separator that a semantic
// version wants: "rc.1".
func (m *match) readPre(s string, next func(rest string) bool) bool {
	word, digits := 0, 0
	for word < len(s) && 'a' <= s[word] && s[word] <= 'z' {
		word++
	}
	for word+digits < len(s) && digits < maxDigits && '0' <= s[word+digits] && s[word+digits] <= '9' {
		digits++
	}
	if word == 0 || word > 12 || digits > 1 && s[word] == '0' {
		return false
	}
	old := m.pre
	m.pre = s[:word]
	if digits > 0 {
		m.pre += "." + s[word:word+digits]
	}
	if next(s[word+digits:]) {
		return true
	}
	m.pre = old
	return false
}

// readVersion reads a semantic version.
func (m *match) readVersion(s string, next func(rest string) bool) bool {
	end := 0
	for end < len(s) && (isAlnum(s[end]) || strings.IndexByte(".+-", s[end]) >= 0) {
		end++
	}
	if end == 0 || s[0] < '0' || s[0] > '9' {
		return false
	}
	for ; end > 0; end-- {
		if v, err := semver.StrictNewVersion(s[:end]); err == nil && fits(v) && next(s[end:]) {
			m.version = v
			return true
		}
	}
	return false
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// fits reports whether a version is no larger than a name may hold: nine digits, and nine identifiers of
// sixty bytes.
func fits(v *semver.Version) bool {
	const most = 999_999_999
	if v.Major() > most || v.Minor() > most || v.Patch() > most {
		return false
	}
	for _, part := range []string{v.Prerelease(), v.Metadata()} {
		n := 0
		for id := range strings.SplitSeq(part, ".") {
			if n++; n > maxDigits || len(id) > 60 {
				return false
			}
		}
	}
	return true
}
