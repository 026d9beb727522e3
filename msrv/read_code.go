package msrv

import (
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

var (
	setupRequires = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\bpython_requires\s*=|["']_{15}["']\s*[:\]]\s*=?`)
	})
	mixElixir    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\belixir:\s*`) })
	mesonProject = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*project\s*\(`) })
	mesonVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bmeson_version\s*:`) })
	swiftTools   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\s*//\s*(?i:swift-tools-version)\s*:?\s*([^\s;]*)`)
	})
	bazelFloor = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bbazel_compatibility\s*=`) })
	bazelCall  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(\w+)\.(?:download|toolchain|host|register|repository_set|init)\s*\(|\b(\w+?)_(?:register_toolchains|repositories|register_sdk|download_sdk)\s*\(`)
	})
	bazelKey = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(versions?|(?:go|python|node|rust|java|llvm)_versions?|edition)\s*=[^=]`)
	})
)

// setupPy reads python_requires, as an argument of setup or as a key of a dictionary.
func (r *reader) setupPy(f file) {
	src := scan(f, pythonCode)
	p := spec{key: "python_requires", eco: Python, role: RoleFloor, scheme: SchemePEP440, many: true}
	for _, m := range src.find(setupRequires()) {
		if q := src.mask[m[0]]; (q == '"' || q == '\'') && string(src.data[m[0]+1:m[0]+16]) != p.key {
			continue
		}
		r.declared(src, p, src.expression(m[1], true))
	}
}

// mix reads the requirement of Elixir. "@name" is an attribute of the module.
func (r *reader) mix(f file) {
	src := scan(f, elixirCode)
	p := spec{key: "elixir", eco: Elixir, role: RoleFloor, scheme: SchemeElixir, many: true}
	for _, m := range src.find(mixElixir()) {
		span := src.expression(m[1], true)
		if name, ok := strings.CutPrefix(src.code(span), "@"); ok && nameExpr().MatchString(name) {
			if found := src.find(regexp.MustCompile(`(?m)^\s*@` + regexp.QuoteMeta(name) + `\s+["\w]`)); len(found) == 1 {
				span = src.expression(found[0][1]-1, true)
			}
		}
		r.declared(src, p, span)
	}
}

// meson reads meson_version of the call of project.
func (r *reader) meson(f file) {
	src := scan(f, mesonCode)
	for _, m := range src.find(mesonProject()) {
		end := m[1]
		for depth := 1; end < len(src.mask) && depth > 0; end++ {
			depth += strings.Count("([", string(src.mask[end])) - strings.Count(")]", string(src.mask[end]))
		}
		for _, v := range mesonVersion().FindAllIndex(src.mask[m[1]:end], maxMatches) {
			r.declared(src, spec{key: "meson_version", eco: Meson, role: RoleFloor, scheme: SchemeMeson}, src.expression(m[1]+v[1], false))
		}
	}
}

// swift reads the comment that a package description begins with.
func (r *reader) swift(f file) {
	data, skipped := f.text()
	for line := range strings.Lines(string(data)) {
		text := strings.TrimSpace(line)
		if m := swiftTools().FindStringSubmatchIndex(line); m != nil {
			r.pin(f, spec{key: "swift-tools-version", eco: Swift, role: RoleFloor, scheme: SchemeDotted},
				document.Span{Start: skipped + m[2], End: skipped + m[3]})
			return
		}
		if text != "" && !strings.HasPrefix(text, "//") {
			return
		}
		skipped += len(line)
	}
}

// bazel reads bazel_compatibility, and the versions that toolchains are registered with.
func (r *reader) bazel(f file) {
	src := scan(f, bazelCode)
	for _, m := range src.find(bazelFloor()) {
		r.declared(src, spec{key: "bazel_compatibility", eco: Bazel, role: RoleFloor, scheme: SchemeMeson, many: true}, src.expression(m[1], true))
	}
	for _, m := range src.find(bazelCall()) {
		name := string(src.mask[max(m[2], m[4]):max(m[3], m[5])])
		inside := document.Span{Start: m[1], End: m[1]}
		for inside.End < len(src.mask) && src.mask[inside.End] != ')' {
			arg := src.expression(inside.End, false)
			if k := bazelKey().FindSubmatchIndex(src.mask[arg.Start:arg.End]); k != nil && k[0] == 0 {
				r.bazelPin(src, name, string(src.mask[arg.Start+k[2]:arg.Start+k[3]]), document.Span{Start: arg.Start + k[1] - 1, End: arg.End})
			}
			if inside.End = max(arg.End, inside.End); inside.End < len(src.mask) && src.mask[inside.End] == ',' {
				inside.End++
			} else {
				break
			}
		}
	}
}

// bazelPin records one argument of a call that registers toolchains.
func (r *reader) bazelPin(src *source, call, key string, span document.Span) {
	eco := strings.TrimSuffix(strings.TrimSuffix(call, "_sdk"), "_toolchains")
	if lang, _, ok := strings.Cut(key, "_"); ok {
		eco = lang
	}
	p := spec{key: call + "." + key, eco: toolEcosystem(eco), role: RoleSelector, scheme: SchemeTool, many: true}
	if key == "edition" {
		p.scheme = SchemeEdition
	}
	span = src.trim(span.Start, span.End)
	if src.mask[span.Start] != '[' || src.mask[span.End-1] != ']' {
		r.declared(src, p, span)
		return
	}
	for i := span.Start + 1; i < span.End-1; {
		item := src.expression(i, false)
		if item.Start < item.End {
			r.declared(src, p, item)
		}
		i = max(item.End, i) + 1
	}
}

// autoconfCall finds the calls in text whose comments are blanked.
var autoconfCall = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*(AC_PREREQ|LT_PREREQ|AM_INIT_AUTOMAKE)[ \t]*\(\s*\[*([^\[\]()]*)`)
})

var autoconfDigits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|\s)(\d+(?:\.\d+)+[a-z]?)(?:\s|$)`) })

// autoconf reads AC_PREREQ, LT_PREREQ, and the version among the options of AM_INIT_AUTOMAKE.
func (r *reader) autoconf(f file) {
	src := scan(f, dialect{line: []string{"dnl ", "dnl\n", "#"}})
	for _, m := range src.find(autoconfCall()) {
		p := spec{key: string(src.mask[m[2]:m[3]]), eco: Autoconf, role: RoleFloor, scheme: SchemeLoose, many: true}
		span := src.trim(m[4], m[5])
		switch p.key {
		case "LT_PREREQ":
			p.eco = "libtool"
		case "AM_INIT_AUTOMAKE":
			p.eco = "automake"
			v := autoconfDigits().FindSubmatchIndex(src.mask[span.Start:span.End])
			if v == nil {
				continue
			}
			span = document.Span{Start: span.Start + v[2], End: span.Start + v[3]}
		}
		if strings.ContainsAny(src.code(span), "$_") || span.Start == span.End {
			r.form(src, p, span)
			continue
		}
		r.pin(f, p, span)
	}
}
