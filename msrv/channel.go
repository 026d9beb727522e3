package msrv

import (
	"fmt"
	"go/version"
	"regexp"
	"strings"
	"sync"
	"time"
)

// The Rust release that brought each edition, resolver and lock format.
var (
	editions  = map[string]string{"2015": "1.0", "2018": "1.31", "2021": "1.56", "2024": "1.85"}
	resolvers = map[string]string{"1": "1.0", "2": "1.51", "3": "1.84"}
	locks     = map[string]string{"1": "1.0", "2": "1.41", "3": "1.53", "4": "1.78"}
)

// implied is the Rust release that a setting needs.
func implied(table map[string]string, text string) (Version, error) {
	release, ok := table[text]
	if !ok {
		return Version{}, fmt.Errorf("%q is not known here", clip(text))
	}
	return atPoint(dotted(release, 3))
}

// rustChannel is rustup's grammar: channel, date, host.
var rustChannel = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(stable|beta|nightly|\d{1,9}\.\d{1,9}(?:\.\d{1,9}(?:-beta(?:\.\d{1,9})?)?)?)(?:-(\d{4}-\d{2}-\d{2}))?(?:-([a-z][A-Za-z0-9_.-]*))?$`)
})

// channel reads what rust-toolchain names. A name that is no channel is a custom toolchain.
func channel(text string) (Version, error) {
	if strings.ContainsAny(text, " \t\r\n") {
		return Version{}, fmt.Errorf("%q is no toolchain", clip(text))
	}
	m := rustChannel().FindStringSubmatch(text)
	if m == nil {
		return Version{family: opaque}, nil
	}
	name, day, host := m[1], m[2], m[3]
	if name[0] >= '0' && name[0] <= '9' {
		p, n, err := npmPartial(name)
		if err != nil || n < 2 {
			return Version{}, fmt.Errorf("%q is no release", clip(text))
		}
		return Version{family: ordered, at: p, parts: n, label: host}, nil
	}
	if day == "" {
		return Version{family: floating}, nil
	}
	v, err := date(day)
	v.family, v.label = dated, name+"-"+host
	return v, err
}

// date reads a calendar day.
func date(text string) (Version, error) {
	day, err := time.Parse("2006-01-02", text)
	if err != nil {
		return Version{}, fmt.Errorf("%q is no day (want YYYY-MM-DD)", clip(text))
	}
	nums := []uint64{uint64(day.Year()), uint64(day.Month()), uint64(day.Day())}
	return Version{family: ordered, at: point{nums: nums, rank: full}, parts: 3}, nil
}

// goName returns text in the form of go/version: with "go" in front.
func goName(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "go") {
		return text
	}
	return "go" + text
}

func goVersion(name string) (Version, error) {
	if !version.IsValid(name) || strings.Contains(name, "-") {
		return Version{}, fmt.Errorf("%q is no Go version", clip(strings.TrimPrefix(name, "go")))
	}
	return Version{family: goSyntax, parts: 1 + strings.Count(name, ".")}, nil
}

// goToolchain reads go.mod's toolchain; the suffix behind a dash is a build's own name and has no order.
func goToolchain(text string) (Version, error) {
	if text == "default" || text == "local" || text == "path" {
		return Version{family: floating}, nil
	}
	if !strings.HasPrefix(text, "go1") || !version.IsValid(text) {
		return Version{}, fmt.Errorf("%q is no Go toolchain", clip(text))
	}
	return Version{family: goSyntax, parts: 1 + strings.Count(text, ".")}, nil
}

// aliases are the names that version managers resolve on the day they run.
var aliases = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:latest|lts|lts/.+|lts-.+|node|stable|unstable|iojs|system|default|nightly|oldstable|current|prefix:.+|latest:.+)$`)
})

// unordered are values that name a place or a revision, and expressions filled in elsewhere.
var unordered = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:ref:|path:|sub-|file:|https?:|[./~])|\$|\{\{`) })

// distributions come before the version in the files of Java, Ruby and Python version managers.
var distributions = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-zA-Z][\w.]*(?:-[a-zA-Z][\w.]*)*)-(v?\d.*)$`) })

// tool reads what nvm, asdf, mise, pyenv and setup actions take. What none of them orders is opaque.
func tool(text string) (Version, error) {
	switch {
	case unordered().MatchString(text):
		return Version{family: opaque}, nil
	case aliases().MatchString(text):
		return Version{family: floating}, nil
	}
	label := ""
	if m := distributions().FindStringSubmatch(text); m != nil {
		label, text = m[1], m[2]
	}
	for _, read := range [](func(string) (Version, error)){date, semverTool, rangeTool, pepTool} {
		if v, err := read(text); err == nil {
			v.label = label
			return v, nil
		}
	}
	return Version{family: opaque}, nil
}

func semverTool(text string) (Version, error) {
	p, n, err := npmPartial(text)
	if err == nil && (n == 0 || strings.ContainsAny(text, "xX*")) {
		err = fmt.Errorf("%q is a range", clip(text))
	}
	return atPoint(p, err)
}

func rangeTool(text string) (Version, error) { return atSet(npmRange(text)) }

// pepTool reads versions that only PEP 440 or plain dots know: 3.13.0rc1, 17.0.9.1.
func pepTool(text string) (Version, error) {
	p, err := pepPoint(text)
	if err != nil {
		return Version{}, err
	}
	q := point{nums: p.nums[1:], rank: full}
	if kind := p.ids[0].num; kind < 9 {
		q.rank, q.ids = pre, p.ids
	}
	return atPoint(q, nil)
}

// leading finds the numbers an image tag starts with.
var leading = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^v?(\d{1,18}(?:\.\d{1,18}){0,3})([-.+_a-zA-Z].*)?$`)
})

// tag reads an image tag by its leading numbers: 1.86-slim is 1.86.
func tag(text string) (Version, error) {
	if m := leading().FindStringSubmatch(text); m != nil {
		v, err := atPoint(dotted(m[1], 4))
		if strings.ContainsAny(m[2], "0123456789") { // 1-ubuntu-22.04 is a 1 for one system alone
			v.label = m[2]
		}
		return v, err
	}
	if aliases().MatchString(text) {
		return Version{family: floating}, nil
	}
	return Version{family: opaque}, nil
}
