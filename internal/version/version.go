// Package version reads the versions that files and tags hold, counts them on, and writes them as they were
// written: two, three or four numbers, a pre-release suffix as semver 2.0 or PEP 440 write it, metadata.
package version

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/Masterminds/semver/v3"
)

// ErrVersion says that a text is not a version this package can count with.
var ErrVersion = errors.New("not a version")

// Numbers says which numbers the versions of a project have.
type Numbers int

// The forms of a project's versions. With two numbers the second counts the releases of a line; whether it
// is called minor or patch is the tag template's choice: 16.4 is 16.4.0 or 16.0.4 there.
const (
	Three Numbers = iota
	MajorMinor
	MajorPatch
)

// A Version is two to four numbers with a pre-release suffix and build metadata; it writes itself as it was
// read. A fourth number is always 0: one that counts names no patch release.
type Version struct {
	Major, Minor, Patch uint64
	Pre                 string // "rc.1", "dev0", "SNAPSHOT"; empty for a release
	Meta                string // after "+"

	written int     // how many numbers are written: 2, 3 or 4
	numbers Numbers // what two numbers mean; Three where nobody said
	sep     string  // what stands before Pre: "-", "." or nothing
}

var (
	versionText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d{1,18})\.(\d{1,18})(?:\.(\d{1,18})(\.0)?)?(?:([-._]?)([A-Za-z][0-9A-Za-z.-]*|-?\d[0-9A-Za-z.-]*))?(?:\+([0-9A-Za-z.-]+))?$`)
	})
	preCount  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z]+)([._-]?)(\d{1,18})$`) })
	pep440Pre = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(a|b|c|rc|alpha|beta|pre|preview|dev)[._-]?\d*$`) })
)

// Parse reads a version. One with a leading v, a fourth number that is not 0, or a post-release is
// ErrVersion.
func Parse(s string) (Version, error) {
	if v, ok := plain(s); ok {
		return v, nil
	}
	m := versionText().FindStringSubmatch(s)
	if m == nil {
		return Version{}, fmt.Errorf("%w: %q", ErrVersion, s)
	}
	v := Version{written: 3, sep: m[5], Pre: m[6], Meta: m[7]}
	switch {
	case m[3] == "":
		v.written = 2
	case m[4] != "":
		v.written = 4
	}
	for i, field := range []*uint64{&v.Major, &v.Minor, &v.Patch} {
		*field, _ = strconv.ParseUint("0"+m[i+1], 10, 64)
	}
	switch {
	case v.Pre != "" && v.sep != "-" && !pep440Pre().MatchString(v.Pre):
		return Version{}, fmt.Errorf("%w: %q", ErrVersion, s)
	case v.Pre == "" && v.sep != "":
		return Version{}, fmt.Errorf("%w: %q", ErrVersion, s)
	case v.Pre == "" && v.String() != s: // leading zeros: a calendar, not a count
		return Version{}, fmt.Errorf("%w: %q", ErrVersion, s)
	}
	if _, err := semver.StrictNewVersion(v.semver()); err != nil {
		return Version{}, fmt.Errorf("%w: %q: %w", ErrVersion, s, err)
	}
	return v, nil
}

// Of returns v as a version of a project whose versions have these numbers.
func (v Version) Of(n Numbers) Version {
	switch {
	case n == MajorPatch && v.written == 2 && v.numbers != MajorPatch:
		v.Minor, v.Patch, v.numbers = 0, v.Minor, MajorPatch
	case n == MajorPatch && v.Minor == 0, n == MajorMinor && v.Patch == 0:
		v.written, v.numbers = 2, n
	}
	return v
}

// plain reads three numbers and nothing else, which nearly all versions are: a lock file has
// thousands of them.
func plain(s string) (v Version, ok bool) {
	v.written = 3
	for i, field := range []*uint64{&v.Major, &v.Minor, &v.Patch} {
		digits := s
		if i < 2 {
			if digits, s, ok = strings.Cut(s, "."); !ok {
				return v, false
			}
		}
		if digits == "" || len(digits) > 18 || digits[0] == '0' && len(digits) > 1 {
			return v, false
		}
		for _, c := range []byte(digits) {
			if c < '0' || c > '9' {
				return v, false
			}
			*field = *field*10 + uint64(c-'0')
		}
	}
	return v, true
}

// String writes v as it was read.
func (v Version) String() string {
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	switch {
	case v.written == 2 && v.numbers == MajorPatch:
		s = fmt.Sprintf("%d.%d", v.Major, v.Patch)
	case v.written == 2:
		s = fmt.Sprintf("%d.%d", v.Major, v.Minor)
	case v.written == 4:
		s += ".0"
	}
	if v.Pre != "" {
		s += v.sep + v.Pre
	}
	if v.Meta != "" {
		s += "+" + v.Meta
	}
	return s
}

// semver writes v for comparing: PEP 440's "rc1" becomes "rc.1", its "dev" is "dev.0".
func (v Version) semver() string {
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	if v.Pre != "" {
		pre := v.Pre
		if m := preCount().FindStringSubmatch(pre); m != nil && v.sep != "-" {
			pre = m[1] + "." + m[3]
		} else if m == nil && v.sep != "-" {
			pre += ".0"
		}
		s += "-" + pre
	}
	return s
}

// Compare orders versions by semver's precedence; metadata does not count.
func (v Version) Compare(w Version) int {
	if c := cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor), cmp.Compare(v.Patch, w.Patch)); c != 0 {
		return c
	}
	if v.Pre == "" && w.Pre == "" {
		return 0
	}
	a, err := semver.NewVersion(v.semver())
	b, err2 := semver.NewVersion(w.semver())
	if err != nil || err2 != nil {
		return strings.Compare(v.semver(), w.semver())
	}
	return a.Compare(b)
}

// Stable reports whether v is a release.
func (v Version) Stable() bool { return v.Pre == "" }

// Label returns the word of a pre-release in lower case, "rc" of "rc.1".
func (v Version) Label() string {
	return strings.ToLower(v.Pre[:len(v.Pre)-len(strings.TrimLeft(v.Pre, letters))])
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Snapshot reports whether v marks a tree between releases, "4.2.8.dev0" or "1.5-SNAPSHOT", rather than
// a candidate somebody published.
func (v Version) Snapshot() bool {
	switch v.Label() {
	case "dev", "snapshot":
		return true
	case "pre":
		return strings.EqualFold(v.Pre, "pre")
	}
	return false
}

// Release returns v without pre-release suffix and metadata.
func (v Version) Release() Version {
	v.sep, v.Pre, v.Meta = "", "", ""
	return v
}

// NextPatch returns the patch release after the stable version v: the last number that counts goes up.
func (v Version) NextPatch() Version {
	v = v.Release()
	if v.numbers == MajorMinor && v.written == 2 {
		v.Minor++
		return v
	}
	v.Patch++
	if v.written == 2 && v.numbers == Three {
		v.written = 3
	}
	return v
}

// WithPatch returns the version of a package that moves in step with another release: its own major and
// minor numbers, all else of next.
func (v Version) WithPatch(next Version) Version {
	next.Major, next.Minor, next.written = v.Major, v.Minor, 3
	return next
}

// Short reports whether two numbers alone are written.
func (v Version) Short() bool { return v.written == 2 }

// As writes v with as many numbers as form has, where that loses nothing.
func (v Version) As(form Version) Version {
	if form.written == 4 || form.written == 3 && v.written == 4 {
		v.written = form.written
	}
	return v
}

// In reports whether v is of a line: "36" is all of 36, "1.21" all of 1.21; every version is of line "".
func (v Version) In(line string) bool {
	major, minor, two := strings.Cut(line, ".")
	return line == "" || major == strconv.FormatUint(v.Major, 10) && (!two || minor == strconv.FormatUint(v.Minor, 10))
}

// NextCandidate returns the pre-release after v in the manner v is written, and the first candidate of a
// version that is none: "rc.2" after "rc.1", "rc.1" after "dev".
func (v Version) NextCandidate() (Version, error) {
	if v.Stable() || v.Snapshot() {
		sep, pre := "-", "rc.1"
		if v.Pre != "" && v.sep != "-" {
			sep, pre = "", "rc1"
		}
		v.sep, v.Pre, v.Meta = sep, pre, ""
		return v, nil
	}
	m := preCount().FindStringSubmatch(v.Pre)
	if m == nil {
		return Version{}, fmt.Errorf("%w: no number to count on in %q", ErrVersion, v.Pre)
	}
	n, err := strconv.ParseUint(m[3], 10, 64)
	if err != nil {
		return Version{}, fmt.Errorf("%w: %q: %w", ErrVersion, v.Pre, err)
	}
	v.Pre = m[1] + m[2] + strconv.FormatUint(n+1, 10)
	v.Meta = ""
	return v, nil
}
