package manifest

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// A simple is a handler of files whose version is one value, or the same value several times: a reading of
// the file, and which of its entries count.
type simple struct {
	usual, about string
	read         func(Rule) (document.Reading, error)
	want         func(Rule) func(document.Entry) bool
}

func (s simple) handler() handler {
	return handler{
		usual: s.usual, about: s.about,
		version: func(src *document.Source, rule Rule) (Anchor, error) {
			read, err := s.read(rule)
			if err != nil {
				return Anchor{}, err
			}
			return namedAnchor(src, rule, read, s.want(rule))
		},
		bump: func(r *run, rule Rule) error {
			read, err := s.read(rule)
			if err != nil {
				return err
			}
			return r.bumpNamed(rule, read, s.want(rule))
		},
	}
}

// simpleHandlers are the types whose files hold one value.
func simpleHandlers() map[string]handler {
	any := func(Rule) func(document.Entry) bool { return func(document.Entry) bool { return true } }
	is := func(usual ...string) func(Rule) func(document.Entry) bool {
		return func(rule Rule) func(document.Entry) bool {
			return func(e document.Entry) bool {
				return e.Key == rule.Pattern || rule.Pattern == "" && has(usual, e.Key)
			}
		}
	}
	fixed := func(read document.Reading) func(Rule) (document.Reading, error) {
		return func(Rule) (document.Reading, error) { return read, nil }
	}
	out := map[string]handler{}
	for name, s := range map[string]simple{
		"python-version":    {about: "__version__ = \"1.2.3\" of a module, or the variable that pattern names", read: fixed(readAssignments), want: is("__version__")},
		"go-const":          {about: "a constant or variable Version of a Go file, or what pattern names", read: fixed(readGoStrings), want: func(rule Rule) func(document.Entry) bool { return goName(rule) }},
		"cmake":             {usual: "CMakeLists.txt", about: "project(NAME VERSION 1.2.3)", read: fixed(readCMake), want: any},
		"gradle-properties": {usual: "gradle.properties", about: "version=1.2.3, VERSION_NAME=1.2.3, or the property that pattern names", read: fixed(readProperties), want: is("version", "VERSION_NAME", "projectVersion")},
		"gradle":            {usual: "build.gradle", about: "version = \"1.2.3\" of a build script, Groovy or Kotlin, or the variable that pattern names", read: fixed(readGradle), want: is("version")},
		"meson":             {usual: "meson.build", about: "project('name', version: '1.2.3')", read: fixed(readMeson), want: any},
		"mix":               {usual: "mix.exs", about: "version: \"1.2.3\" or @version \"1.2.3\"", read: fixed(readMix), want: is("version", "@version")},
		"composer":          {usual: "composer.json", about: "version of a package", read: fixed(document.ReadJSON), want: is(`/"version"`)},
		"constant":          {about: "NAME = \"1.2.3\", in any language: pattern is the name", read: readConstant, want: any},
	} {
		out[name] = s.handler()
	}
	return out
}

func has(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

var (
	propertyLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]*(?P<k>[A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?P<v>[^\s#]+)[ \t]*\r?$`)
	})
	gradleLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]*(?:(?:def|val|var|const val)[ \t]+|(?:project|ext|extra)\.)?(?P<k>[A-Za-z_]\w*)(?:[ \t]*:[ \t]*String)?(?:[ \t]*=[ \t]*|[ \t]+|[ \t]+by[ \t]+extra\()(?:"(?P<v>[^"\\\r\n$]*)"|'(?P<v>[^'\\\r\n$]*)')\)?[ \t]*(?://.*)?\r?$`)
	})
	mesonVersion = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\((?s:(?:[^()]|\([^()]*\))*?[,\s])??(?P<k>version)\s*:\s*'(?P<v>[^'\\\r\n]*)'`)
	})
	mesonProject = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[ \t]*project[ \t]*\(`) })
	mixLine      = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]*(?:(?P<k>version):[ \t]*|(?P<k>@version)[ \t]+)"(?P<v>[^"\\\r\n#]*)"`)
	})
)

func readProperties(data []byte) ([]document.Entry, error) { return matches(propertyLine())(data) }

func readMix(data []byte) ([]document.Entry, error) { return matches(mixLine())(blanked(data)) }

// readGradle lists the strings that variables and properties are set to at the top of a build script, or in
// allprojects and subprojects, where a version is the build's own.
func readGradle(data []byte) ([]document.Entry, error) {
	list, err := matches(gradleLine())(data)
	var out []document.Entry
	for _, e := range list {
		if gradleScope(data[:e.Span.Start]) {
			out = append(out, e)
		}
	}
	return out, err
}

// gradleScope reports whether what stands before a place of a script leaves it at the top, or in a block that
// configures the projects of the build.
func gradleScope(before []byte) bool {
	var open []string
	for line := range strings.Lines(string(before)) {
		line, _, _ = strings.Cut(line, "//")
		for i, c := range line {
			switch c {
			case '{':
				open = append(open, strings.TrimSpace(line[:i]))
			case '}':
				open = open[:max(0, len(open)-1)]
			}
		}
	}
	for _, block := range open {
		if block != "allprojects" && block != "subprojects" && block != "ext" {
			return false
		}
	}
	return true
}

// readMeson lists the version of project(…), where it is a string.
func readMeson(data []byte) ([]document.Entry, error) {
	blank := blanked(data)
	var out []document.Entry
	for _, m := range mesonProject().FindAllIndex(blank, 1) {
		start := m[1] - 1
		list, err := matches(mesonVersion())(blank[start:])
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			e.Span.Start, e.Span.End = e.Span.Start+start, e.Span.End+start
			out = append(out, e)
		}
	}
	return out, nil
}

// readConstant lists the versions that are assigned to the name in a rule's pattern.
func readConstant(rule Rule) (document.Reading, error) {
	if rule.Pattern == "" {
		return nil, document.At(rule.Path, 0, "%w: type %q needs a pattern, the name of the constant", ErrRule, rule.Type)
	}
	re, err := regexp.Compile(`(?m)(?:^|[^\w.$-])(?P<k>` + regexp.QuoteMeta(rule.Pattern) + `)\b["'\]]?[ \t]*(?::[ \t]*[A-Za-z_&'][\w.<>\[\] &']*)?(?:[A-Za-z_]\w*[ \t]*)?(?::=|=>|=|:|[ \t,]|\()[ \t]*["'` + "`" + `]?(?P<v>v?\d+\.\d[\w.+-]*)`)
	if err != nil {
		return nil, document.At(rule.Path, 0, "%w: %v", ErrRule, err)
	}
	return matches(re), nil
}

// blanked returns data with comments blanked out: of the same length, from a # to the end of the line, where it
// is not within quotes.
func blanked(data []byte) []byte {
	out := bytes.Clone(data)
	quote := byte(0)
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '\n':
			quote = 0
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			for ; i < len(out) && out[i] != '\n'; i++ {
				out[i] = ' '
			}
			i--
		}
	}
	return out
}
