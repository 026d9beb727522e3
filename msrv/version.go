package msrv

import (
	"fmt"
	"go/version"
	"strconv"
	"strings"
)

// A Scheme is a way to read a version from text.
type Scheme uint8

// The schemes. Values of different schemes of one ecosystem compare where both name releases: a bare
// 18.17 of .nvmrc and the range >=18.17 of engines have the same minimum.
const (
	SchemeRust        Scheme = iota + 1 // rust-version: one to three numbers
	SchemeChannel                       // rust-toolchain: a release, a dated or floating channel, a custom name
	SchemeEdition                       // Cargo's edition, ordered by the Rust release that brought it
	SchemeResolver                      // Cargo's resolver, likewise
	SchemeLock                          // the version of Cargo.lock, likewise
	SchemeGo                            // the go directive
	SchemeToolchain                     // go.mod's toolchain, "go1.22.3", "default"
	SchemeRange                         // npm's semver ranges; a bare version is the range it stands for
	SchemePEP440                        // a PEP 440 set
	SchemePoetry                        // Poetry's constraints
	SchemeTool                          // what version managers take: a version, an alias, "system"
	SchemeDotted                        // numbers separated by dots, as CMake has them
	SchemeTag                           // an image tag: its leading numbers
	SchemeSemver                        // one semver version, with or without v, parts may be missing
	SchemeInt                           // a whole number
	SchemeDate                          // YYYY-MM-DD
	SchemeText                          // not ordered: equal or not
	SchemeGem                           // requirements of RubyGems, separated by commas
	SchemeComposer                      // a constraint of Composer
	SchemeElixir                        // a requirement of Elixir
	SchemeMeson                         // comparisons of Meson
	SchemeJava                          // a Java release: 1.8, 8, VERSION_1_8
	SchemeJavaRange                     // a range of Java releases, as Maven writes them
	SchemeLoose                         // numbers, and a word that may mark a pre-release: 8.5-rc-1
	SchemeLooseRange                    // a range of such, as Maven writes them
	SchemeFramework                     // target frameworks of .NET
	SchemeRollForward                   // how far global.json lets the SDK move on
)

// family is what orders together.
type family uint8

const (
	none     family = iota
	ordered         // by point
	goSyntax        // by go/version
	dated           // by point, among versions with the same label
	floating        // a name that means another version tomorrow
	opaque          // text without order
	targeted        // by the frameworks of a list
)

// A Version is a toolchain version as a person wrote it: 1.86 and 1.86.0 are equal in order, not in
// text. The zero Version is none.
type Version struct {
	text   string
	family family
	label  string // of a dated channel: its name and host
	at     point  // the least version that satisfies
	set    []interval
	parts  int // how many numbers were written
	// targets are the frameworks of SchemeFramework.
	targets []target
}

// ParseVersion reads a version. An error says what is wrong with the text; text that means something
// without order (an alias, an expression, a path) is no error where the scheme's tools take it.
func ParseVersion(s Scheme, text string) (Version, error) {
	if len(text) > maxValue {
		return Version{}, fmt.Errorf("a version of %d bytes", len(text))
	}
	v, err := parse(s, strings.TrimSpace(text))
	if err != nil {
		return Version{}, err
	}
	v.text = text
	return v, nil
}

func parse(s Scheme, text string) (Version, error) {
	if text == "" && s != SchemeRange {
		return Version{}, fmt.Errorf("no version")
	}
	switch s {
	case SchemeRust:
		return atPoint(rustVersion(text))
	case SchemeChannel:
		return channel(text)
	case SchemeEdition:
		return implied(editions, text)
	case SchemeResolver:
		return implied(resolvers, text)
	case SchemeLock:
		return implied(locks, text)
	case SchemeGo:
		return goVersion("go" + text)
	case SchemeToolchain:
		return goToolchain(text)
	case SchemeRange:
		return atSet(npmRange(text))
	case SchemePEP440:
		return atSet(pepSet(text))
	case SchemePoetry:
		return atSet(poetryRange(text))
	case SchemeTool:
		return tool(text)
	case SchemeDotted:
		return atPoint(dotted(text, 4))
	case SchemeTag:
		return tag(text)
	case SchemeSemver:
		p, n, err := npmPartial(text)
		if err == nil && n == 0 {
			err = fmt.Errorf("%q is no version", clip(text))
		} else if err != nil {
			p, err = dotted(strings.TrimPrefix(text, "v"), 6) // 20.04, and more than three numbers
		}
		return atPoint(p, err)
	case SchemeInt:
		return atPoint(dotted(text, 1))
	case SchemeDate:
		return date(text)
	case SchemeText:
		return Version{family: opaque}, nil
	}
	return parseMore(s, text)
}

// parseMore reads the schemes of the other ecosystems.
func parseMore(s Scheme, text string) (Version, error) {
	switch s {
	case SchemeGem:
		return atSet(gemSet(text))
	case SchemeComposer:
		return atSet(composerSet(text))
	case SchemeElixir:
		return atSet(elixirSet(text))
	case SchemeMeson:
		return atSet(mesonSet(text))
	case SchemeJava:
		return atPoint(javaPoint(text))
	case SchemeJavaRange:
		return atSet(mavenRange(text, javaPoint))
	case SchemeLoose:
		return atPoint(loose(text))
	case SchemeLooseRange:
		return atSet(mavenRange(text, loose))
	case SchemeFramework:
		return frameworks(text)
	case SchemeRollForward:
		return rollForward(text)
	}
	return Version{}, fmt.Errorf("scheme %d is none", s)
}

// rollForward orders the values of global.json's rollForward: what lets fewer SDKs do asks for more.
func rollForward(text string) (Version, error) {
	order := map[string]uint64{"latestmajor": 1, "major": 1, "latestminor": 2, "minor": 2, "latestfeature": 3, "feature": 3,
		"latestpatch": 4, "patch": 4, "disable": 5}
	n, ok := order[strings.ToLower(text)]
	if !ok {
		return Version{}, fmt.Errorf("%q is not a value of rollForward", clip(text))
	}
	return atPoint(point{nums: []uint64{n}, rank: full}, nil)
}

func atPoint(p point, err error) (Version, error) {
	return Version{family: ordered, at: p, parts: len(p.nums)}, err
}

func atSet(set []interval, err error) (Version, error) {
	if err != nil {
		return Version{}, err
	}
	return Version{family: ordered, at: set[0].lo, set: set, parts: len(set[0].lo.nums)}, nil
}

// String returns the version as written.
func (v Version) String() string { return v.text }

// IsZero reports whether v is no version.
func (v Version) IsZero() bool { return v.family == none }

// Ordered reports whether v has a place among other versions; an alias and a path have none.
func (v Version) Ordered() bool {
	return v.family == ordered || v.family == goSyntax || v.family == dated || v.family == targeted
}

// Compare orders two versions of one ecosystem by the least release that satisfies them. ok is false
// where they have no order; equal text without order is 0, true.
func (v Version) Compare(w Version) (order int, ok bool) {
	switch {
	case v.family == goSyntax && w.family == ordered && w.label == "":
		v, ok = v.numbers()
		return v.at.compare(w.at), ok
	case v.family == ordered && w.family == goSyntax && v.label == "":
		w, ok = w.numbers()
		return v.at.compare(w.at), ok
	case v.family != w.family || v.label != w.label || v.family == none:
		return 0, false
	case v.family == goSyntax:
		return version.Compare(goName(v.text), goName(w.text)), true
	case v.family == ordered || v.family == dated:
		return v.at.compare(w.at), true
	case v.family == targeted:
		return compareTargets(v, w)
	}
	return 0, strings.TrimSpace(v.text) == strings.TrimSpace(w.text)
}

// numbers returns a version of Go as numbers, to compare it with one that another file has.
func (v Version) numbers() (Version, bool) {
	p, err := loose(strings.TrimPrefix(goName(v.text), "go"))
	return Version{family: ordered, at: p}, err == nil
}

// change reports what happened to a pin that was one version and is now another.
func change(was, now Version) Outcome {
	order, ok := was.Compare(now)
	switch {
	case !ok:
		return Incomparable
	case order < 0:
		return Raised
	case len(was.set) > 0 && len(now.set) > 0 && !covers(now.set, was.set):
		return Incomparable // less is allowed than was: the floor may be the same, the users are not
	case order > 0:
		return Lowered
	}
	return Unchanged
}

// firstRelease returns the release that a Go language version began with: 1.25.0 for 1.25, which orders
// below it and is no release. Any other version is its own.
func (v Version) firstRelease() Version {
	if name := goName(v.text); v.family == goSyntax && version.Lang(name) == name {
		v.text = name + ".0"
	}
	return v
}

// series reports whether two versions share their first n numbers.
func (v Version) series(w Version, n int) bool {
	if v.family == goSyntax && w.family == goSyntax {
		return version.Lang(goName(v.text)) == version.Lang(goName(w.text))
	}
	return v.family == ordered && w.family == ordered && v.at.release(n).compare(w.at.release(n)) == 0
}

// Least returns the least release that satisfies v, as its tools name releases: "18.17.0", "1.26" of Go's
// own text. It is "" where v has no place among other versions.
func (v Version) Least() string {
	switch v.family {
	case goSyntax:
		return strings.TrimPrefix(v.text, "go")
	case ordered:
		var parts []string
		for i := range max(3, len(v.at.nums)) {
			parts = append(parts, strconv.FormatUint(v.at.num(i), 10))
		}
		return strings.Join(parts, ".")
	case none, dated, floating, opaque, targeted:
	}
	return ""
}
