package msrv

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// cmakeMinimum finds the call in text whose comments and strings are blanked.
var cmakeMinimum = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^a-z0-9_])cmake_minimum_required[ \t]*\(\s*VERSION\s+([^\s()]+)`)
})

// cmake reads cmake_minimum_required: the minimum is the floor, the policy maximum is only noted.
func (r *reader) cmake(f file) {
	floor := spec{key: "cmake_minimum_required", eco: CMake, role: RoleFloor, scheme: SchemeDotted}
	policy := spec{key: "cmake_minimum_required.policy_max", eco: CMake, role: RoleImage, scheme: SchemeDotted}
	for _, m := range cmakeMinimum().FindAllSubmatchIndex(blankCMake(f.data), maxMatches) {
		span := document.Span{Start: m[2], End: m[3]}
		value := string(f.data[m[2]:m[3]])
		s := floor
		if strings.ContainsAny(value, "${}\"") {
			s.scheme = SchemeText
		}
		least, most, ranged := strings.Cut(value, "...")
		span.End = span.Start + len(least)
		r.value(f, s, least, span)
		if ranged {
			r.value(f, policy, most, document.Span{Start: span.End + 3, End: m[3]})
		}
	}
}

// blankCMake returns the text with comments, and bracket arguments, overwritten by blanks.
func blankCMake(data []byte) []byte {
	out := bytes.Clone(data)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for i := 0; i < len(data); {
		switch data[i] {
		case '"':
			end := i + 1
			for end < len(data) && data[end] != '"' {
				if data[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(data))
			if bytes.ContainsAny(data[i:end], " (\n") { // a version in quotes stays
				blank(i, end)
			}
			i = end
		case '#':
			end := bracketEnd(data, i+1)
			if end < 0 {
				if n := bytes.IndexByte(data[i:], '\n'); n >= 0 {
					end = i + n
				} else {
					end = len(data)
				}
			}
			blank(i, end)
			i = end
		case '[':
			if end := bracketEnd(data, i); end >= 0 {
				blank(i, end)
				i = end
				continue
			}
			i++
		default:
			i++
		}
	}
	return out
}

// bracketEnd returns where the bracket argument [=[ … ]=] that starts at i ends, or -1 for none. One
// that is not closed ends with the text.
func bracketEnd(data []byte, i int) int {
	if i >= len(data) || data[i] != '[' {
		return -1
	}
	n := 1
	for i+n < len(data) && data[i+n] == '=' {
		n++
	}
	if i+n >= len(data) || data[i+n] != '[' {
		return -1
	}
	closing := append(append([]byte{']'}, bytes.Repeat([]byte{'='}, n-1)...), ']')
	end := bytes.Index(data[i+n+1:], closing)
	if end < 0 {
		return len(data)
	}
	return i + n + 1 + end + len(closing)
}
