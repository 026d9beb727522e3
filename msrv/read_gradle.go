package msrv

import (
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

var (
	gradleKey = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(sourceCompatibility|targetCompatibility|languageVersion|jvmTarget|options\.release|\brelease|jvmToolchain)\b(?:\s*=[^=]|\.set\s*\(|\.convention\s*\(|\s*\(|[ \t]+["'\dJ])`)
	})
	gradleWrap = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:org\.gradle\.jvm\.toolchain\.|org\.gradle\.api\.)?(?:JavaLanguageVersion\.of|JavaVersion\.toVersion|JvmTarget\.fromTarget|Integer\.(?:parseInt|valueOf)|String\.valueOf|provider)\s*[({]\s*(.*?)\s*[)}]$`)
	})
	gradleTail = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\.(?:toString|toInteger|toInt|get|asInt)\(\)$|\s+as\s+\w+$`)
	})
	gradleConst = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[\w.]*\.)?((?:VERSION|JVM)_\d+(?:_\d+)*)$`) })
	javaKey     = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^(?:.*[._-])?(?:java|jdk|jvm|toolchain)(?:[._-]?(?:compiler[._-]?)?(?:version|target|release|source|toolchain|level))?$|^(?:maven\.compiler\.(?:release|source|target)|jvmtarget|toolchainversion|release\.version|(?:source|target)compatibility|.*javaversion)$`)
	})
)

// gradle reads toolchains and compatibility levels of a build script, in Groovy or Kotlin.
func (r *reader) gradle(f file) {
	src := scan(f, gradleCode)
	for _, m := range src.find(gradleKey()) {
		p := spec{key: string(src.mask[m[2]:m[3]]), eco: Java, role: RoleFloor, scheme: SchemeJava, many: true}
		switch p.key {
		case "languageVersion", "jvmToolchain":
			p.role = RoleSelector
		case "release":
			p.key = "options.release"
		}
		r.gradlePin(src, p, src.expression(src.gradleValue(m[3], m[1]), true), m[0])
	}
}

// gradleValue returns where the value begins behind a name: after "=", "(" or ".set(", which end at a byte.
func (s *source) gradleValue(name, end int) int {
	for i := name; i < end; i++ {
		if s.mask[i] == '=' || s.mask[i] == '(' {
			return i + 1
		}
	}
	return name
}

// gradlePin records the level that an expression stands for.
func (r *reader) gradlePin(src *source, p spec, span document.Span, at int) {
	for range maxNames {
		code := string(src.mask[span.Start:span.End])
		if w := gradleWrap().FindStringSubmatchIndex(code); w != nil {
			span = document.Span{Start: span.Start + w[2], End: span.Start + w[3]}
		} else if w := gradleTail().FindStringIndex(code); w != nil {
			span.End = span.Start + w[0]
		} else {
			break
		}
	}
	if w := gradleConst().FindStringSubmatchIndex(string(src.mask[span.Start:span.End])); w != nil {
		r.pin(src.file, p, document.Span{Start: span.Start + w[2], End: span.Start + w[3]})
		return
	}
	value, where, ok := src.literal(span, 0)
	switch {
	case span.Start == span.End:
	case ok && javaName().MatchString(value):
		r.value(src.file, p, value, where)
	case p.key == "options.release" && !strings.HasPrefix(string(src.mask[at:]), "options."): // another thing called release
	case p.key == "languageVersion" && ok: // Kotlin's own, "1.9"
	default:
		r.form(src, p, span)
	}
}

var distribution = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:gradle|apache-maven|maven-mvnd|mvnd)-(\d[\w.+-]*?)(?:-(?:all|bin|src|docs))?\.zip|/(?:gradle|apache-maven)/(\d[\w.+-]*)/`)
})

// wrapper reads the version in the name of the distribution that a wrapper fetches.
func (r *reader) wrapper(f file) {
	for _, line := range properties(f) {
		if line.key != "distributionUrl" {
			continue
		}
		p := spec{key: line.key, eco: Gradle, role: RoleSelector, scheme: SchemeLoose}
		if strings.Contains(line.value, "maven") || strings.Contains(line.value, "mvnd") {
			p.eco = Maven
		}
		m := distribution().FindStringSubmatchIndex(line.value)
		if m == nil {
			r.problemOf(f, []byte(line.value), f.lineAt(line.span.Start), p, TroubleForm, errForm)
			continue
		}
		r.pin(f, p, document.Span{Start: line.span.Start + max(m[2], m[4]), End: line.span.Start + max(m[3], m[5])})
	}
}

// A property is a line of a Java properties file.
type property struct {
	key, value string
	span       document.Span
}

// properties returns the lines "key=value".
func properties(f file) []property {
	var out []property
	for _, line := range contentLines(f) {
		if line.text[0] == '!' {
			continue
		}
		key, value, ok := cutAny(line.text, "=:")
		value = strings.TrimSpace(value)
		if !ok || value == "" {
			continue
		}
		out = append(out, property{strings.TrimSpace(key), value, document.Span{Start: line.span.End - len(value), End: line.span.End}})
	}
	return out
}

// properties reads what gradle.properties calls a version of Java.
func (r *reader) properties(f file) {
	for _, line := range properties(f) {
		if javaKey().MatchString(line.key) && javaName().MatchString(line.value) {
			r.pin(f, spec{key: line.key, eco: Java, role: RoleSelector, scheme: SchemeJava}, line.span)
		}
	}
}

// catalog reads what a version catalog of Gradle calls a version of Java.
func (r *reader) catalog(f file) {
	doc, err := document.TOML(f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	versions, _ := doc.Get("versions")
	for name, v := range versions.Members() {
		if v.Kind == document.String && javaKey().MatchString(name) && javaName().MatchString(v.Text) {
			r.stringValue(f, spec{key: "versions." + name, eco: Java, role: RoleSelector, scheme: SchemeJava}, v)
		}
	}
}
