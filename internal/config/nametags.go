package config

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/policy"
)

// A tagName is a tag's name, taken apart.
type tagName struct {
	prefix, sep string // "docker-v", "."
	numbers     []string
	pre         string // with its separator, "-rc.1", "rc1"; empty: a stable release
}

// versionTail is a version at the end of a name.
var versionTail = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(.*?)(\d{1,9}(?:\.\d{1,9}){0,3}|\d{1,4}(?:_\d{1,4}){1,2})((?:[-.+_]?(?:alpha|beta|rc|cr|pre|preview|dev|a|b|c|m|M|RC|BETA|ALPHA|PR|SNAPSHOT)[-._]?\d*(?:[.-][0-9A-Za-z.]+)?)?)$`)
})

// versionWithin is a version with something behind it: prototype-v1.35.0-fix-3 is no release 3.
var versionWithin = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d\.\d`) })

// readTag takes a tag's name apart.
func readTag(name string) (tagName, bool) {
	if len(name) > 100 || strings.IndexFunc(name, func(r rune) bool { return r > 126 || !isNameByte(byte(r)) && r != '+' && r != '@' }) >= 0 {
		return tagName{}, false
	}
	m := versionTail().FindStringSubmatch(name)
	if m == nil {
		return tagName{}, false
	}
	t := tagName{prefix: m[1], sep: ".", pre: m[3]}
	if strings.Contains(m[2], "_") {
		t.sep = "_"
	}
	t.numbers = strings.Split(m[2], t.sep)
	first := t.numbers[0]
	bad := t.prefix != "" && strings.ContainsAny(t.prefix[len(t.prefix)-1:], ".0123456789") || versionWithin().MatchString(t.prefix)
	return t, !bad && (len(first) <= 4 || len(t.numbers) > 1 && len(first) < 6)
}

// line is the line of the tag under a scheme.
func (t tagName) line(s policy.Scheme) policy.LineID {
	major, minor := number(t.numbers[0]), uint32(0)
	if len(t.numbers) > 1 {
		minor = number(t.numbers[1])
	}
	return s.ID(major, minor)
}

func number(digits string) uint32 {
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// A tagFamily is the tags whose names differ in the version alone.
type tagFamily struct {
	prefix, sep string
	tags        []tagName
	days        []policy.Date
	newest      policy.Date // of the stable ones
	since       policy.Date // recent releases are not older
	recent      int         // stable tags since then
}

// tagFamilies returns the families, the one that tells the most of what was released lately first.
func tagFamilies(f policy.Facts) []*tagFamily {
	byKey := map[string]*tagFamily{}
	var newest policy.Date
	for _, t := range f.Tags {
		name, ok := readTag(t.Name)
		if !ok || !f.AsOf.IsZero() && t.Date.After(f.AsOf) {
			continue
		}
		key := name.prefix + "\x00" + name.sep
		fam := byKey[key]
		if fam == nil {
			fam = &tagFamily{prefix: name.prefix, sep: name.sep}
			byKey[key] = fam
		}
		fam.tags, fam.days = append(fam.tags, name), append(fam.days, t.Date)
		if name.pre == "" && t.Date.After(fam.newest) {
			fam.newest = t.Date
		}
		if name.pre == "" && t.Date.After(newest) {
			newest = t.Date
		}
	}
	var out []*tagFamily
	for _, key := range sortedKeys(byKey) {
		fam := byKey[key]
		if !newest.IsZero() {
			fam.since = newest.AddMonths(-recentMonths)
		}
		for i, t := range fam.tags {
			if t.pre == "" && !fam.days[i].Before(fam.since) {
				fam.recent++
			}
		}
		out = append(out, fam)
	}
	slices.SortStableFunc(out, func(a, b *tagFamily) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), cmp.Compare(len(b.recentLines(policy.ByMinor)), len(a.recentLines(policy.ByMinor))), cmp.Compare(b.recent, a.recent), cmp.Compare(len(b.tags), len(a.tags)), cmp.Compare(len(a.prefix), len(b.prefix)))
	})
	return out
}

// example is the name of the family's highest stable version, or of its highest one.
func (t *tagFamily) example() string {
	best := t.tags[0]
	for _, tag := range t.tags[1:] {
		stable := (tag.pre == "") != (best.pre == "")
		if stable && tag.pre == "" || !stable && slices.CompareFunc(tag.numbers, best.numbers, compareDigits) > 0 {
			best = tag
		}
	}
	return best.prefix + strings.Join(best.numbers, best.sep) + best.pre
}

func compareDigits(a, b string) int { return cmp.Compare(number(a), number(b)) }

// weight prefers the names of the project's own releases to those of its parts: "v1.2.3" to "api/v1.2.3",
// "charts-1.2.3".
func (t *tagFamily) weight() int {
	if t.recent < 2 {
		return 0
	}
	switch p := strings.ToLower(t.prefix); {
	case p == "" || p == "v":
		return 4
	case strings.ContainsAny(p, "/@"):
		return 1
	case strings.Contains(p, "helm-") || strings.Contains(p, "chart"):
		return 1
	}
	return 2
}

// recentLines are the lines that had a stable release lately.
func (t *tagFamily) recentLines(s policy.Scheme) map[policy.LineID]bool {
	out := map[policy.LineID]bool{}
	zeroes := map[policy.LineID]bool{}
	for i, tag := range t.tags {
		if tag.pre != "" || t.days[i].Before(t.since) {
			continue
		}
		if id := tag.line(s); id.Major == 0 {
			zeroes[id] = true
		} else {
			out[id] = true
		}
	}
	if len(out) == 0 {
		return zeroes
	}
	return out
}

// templates writes the templates that read the family's tags.
func (t *tagFamily) templates(s policy.Scheme) []string {
	var count [5]int
	padded, semver, joined := false, 0, false
	for _, tag := range t.tags {
		count[len(tag.numbers)]++
		for i, n := range tag.numbers {
			padded = padded || i == 1 && len(n) == 2 && n[0] == '0'
		}
		if len(tag.numbers) == 3 && (tag.pre == "" || tag.pre[0] == '-' || tag.pre[0] == '+') {
			semver++
		}
		joined = joined || tag.pre != "" && tag.pre[0] >= 'a' && len(tag.numbers) < 4
	}
	p, pre := t.prefix, ""
	if joined {
		pre = "[{pre}]"
	}
	if t.sep == "_" {
		if s == policy.ByMajor {
			return []string{p + "{major}[_{patch}]"}
		}
		return []string{p + "{major}_{minor}[_{patch}]"}
	}
	var out []string
	add := func(text string) { out = append(out, text) }
	if semver > 0 {
		add(p + "{version}")
	}
	if count[4] > 0 {
		add(p + "{major}.{minor}.{patch}[.{build}]")
	}
	two := count[2] > 0 && (semver == 0 || count[2] > 1)
	switch {
	case two && s == policy.ByMajor && count[3] == 0, count[1] > 1 && s == policy.ByMajor:
		add(p + "{major}[.{patch}]" + pre)
	case two || joined && count[3] > 0:
		add(p + "{major}.{minor}[.{patch}]" + pre)
	}
	if padded {
		add(p + "{major}.{minor:02}[.{patch}]")
	}
	return out
}
