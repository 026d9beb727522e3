package manifest

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

// ErrVersion says that a text is no version this package can count with.
var ErrVersion = errors.New("not a version")

// A version is two or three numbers with a pre-release suffix and build metadata, as semver 2.0 or
// PEP 440 writes them; it writes itself as it was read.
type version struct {
	major, minor, patch uint64
	short               bool   // two numbers only: patch is 0
	sep                 string // what stands before pre: "-", "." or nothing
	pre                 string // "rc.1", "dev0", "SNAPSHOT"; empty for a release
	meta                string // after "+"
}

var (
	versionText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d{1,18})\.(\d{1,18})(?:\.(\d{1,18}))?(?:([-._]?)([A-Za-z][0-9A-Za-z.-]*|-?\d[0-9A-Za-z.-]*))?(?:\+([0-9A-Za-z.-]+))?$`)
	})
	preCount  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z]+)([._-]?)(\d{1,18})$`) })
	pep440Pre = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(a|b|c|rc|alpha|beta|pre|preview|dev)[._-]?\d*$`) })
)

// parseVersion reads a version. One with four numbers, a leading v or a post-release is ErrVersion.
func parseVersion(s string) (version, error) {
	if v, ok := plainVersion(s); ok {
		return v, nil
	}
	m := versionText().FindStringSubmatch(s)
	if m == nil {
		return version{}, fmt.Errorf("%w: %q", ErrVersion, s)
	}
	v := version{short: m[3] == "", sep: m[4], pre: m[5], meta: m[6]}
	for i, field := range []*uint64{&v.major, &v.minor, &v.patch} {
		*field, _ = strconv.ParseUint("0"+m[i+1], 10, 64)
	}
	switch {
	case v.pre != "" && v.sep != "-" && !pep440Pre().MatchString(v.pre):
		return version{}, fmt.Errorf("%w: %q", ErrVersion, s)
	case v.pre == "" && v.sep != "":
		return version{}, fmt.Errorf("%w: %q", ErrVersion, s)
	case v.pre == "" && v.String() != s: // leading zeros: a calendar, not a count
		return version{}, fmt.Errorf("%w: %q", ErrVersion, s)
	}
	if _, err := semver.StrictNewVersion(v.semver()); err != nil {
		return version{}, fmt.Errorf("%w: %q: %w", ErrVersion, s, err)
	}
	return v, nil
}

// plainVersion reads three numbers and nothing else, which nearly all versions are: a lock file has
// thousands of them.
func plainVersion(s string) (v version, ok bool) {
	for i, field := range []*uint64{&v.major, &v.minor, &v.patch} {
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
func (v version) String() string {
	s := fmt.Sprintf("%d.%d", v.major, v.minor)
	if !v.short {
		s += fmt.Sprintf(".%d", v.patch)
	}
	if v.pre != "" {
		s += v.sep + v.pre
	}
	if v.meta != "" {
		s += "+" + v.meta
	}
	return s
}

// semver writes v for comparing: PEP 440's "rc1" becomes "rc.1", its "dev" is "dev.0".
func (v version) semver() string {
	s := fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.patch)
	if v.pre != "" {
		pre := v.pre
		if m := preCount().FindStringSubmatch(pre); m != nil && v.sep != "-" {
			pre = m[1] + "." + m[3]
		} else if m == nil && v.sep != "-" {
			pre += ".0"
		}
		s += "-" + pre
	}
	return s
}

// compare orders versions by semver's precedence; metadata does not count.
func (v version) compare(w version) int {
	if c := cmp.Or(cmp.Compare(v.major, w.major), cmp.Compare(v.minor, w.minor), cmp.Compare(v.patch, w.patch)); c != 0 {
		return c
	}
	if v.pre == "" && w.pre == "" {
		return 0
	}
	a, err := semver.NewVersion(v.semver())
	b, err2 := semver.NewVersion(w.semver())
	if err != nil || err2 != nil {
		return strings.Compare(v.semver(), w.semver())
	}
	return a.Compare(b)
}

func (v version) stable() bool { return v.pre == "" }

// label returns the word of a pre-release in lower case, "rc" of "rc.1".
func (v version) label() string {
	return strings.ToLower(v.pre[:len(v.pre)-len(strings.TrimLeft(v.pre, letters))])
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// snapshot tells whether v marks a tree between releases, "4.2.8.dev0" or "1.5-SNAPSHOT", rather than
// a candidate somebody published.
func (v version) snapshot() bool {
	switch v.label() {
	case "dev", "snapshot":
		return true
	case "pre":
		return strings.EqualFold(v.pre, "pre")
	}
	return false
}

// release returns v without pre-release suffix and metadata.
func (v version) release() version {
	v.sep, v.pre, v.meta = "", "", ""
	return v
}

// nextPatch returns the patch release after the stable version v.
func (v version) nextPatch() version {
	v = v.release()
	v.patch++
	v.short = false
	return v
}

// nextCandidate returns the pre-release after v in the manner v is written, and the first candidate of a
// version that is none: "rc.2" after "rc.1", "rc.1" after "dev".
func (v version) nextCandidate() (version, error) {
	if v.stable() || v.snapshot() {
		sep, pre := "-", "rc.1"
		if v.pre != "" && v.sep != "-" {
			sep, pre = "", "rc1"
		}
		v.sep, v.pre, v.meta = sep, pre, ""
		return v, nil
	}
	m := preCount().FindStringSubmatch(v.pre)
	if m == nil {
		return version{}, fmt.Errorf("%w: no number to count on in %q", ErrVersion, v.pre)
	}
	n, err := strconv.ParseUint(m[3], 10, 64)
	if err != nil {
		return version{}, fmt.Errorf("%w: %q: %w", ErrVersion, v.pre, err)
	}
	v.pre = m[1] + m[2] + strconv.FormatUint(n+1, 10)
	v.meta = ""
	return v, nil
}
