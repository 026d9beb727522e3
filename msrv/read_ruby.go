package msrv

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

var (
	gemRequires = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\.required_(ruby|rubygems)_version\s*=[ \t]*`)
	})
	gemWrapper = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:::)?Gem::Requirement\.(?:new|create)\s*[( ]\s*([^)]*?)\s*\)?$`)
	})
	gemfileRuby = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[ \t]*ruby\b(?:[ \t]*\(|[ \t]+)`) })
)

// gemspec reads required_ruby_version and required_rubygems_version.
func (r *reader) gemspec(f file) {
	src := scan(f, rubyCode)
	for _, m := range src.find(gemRequires()) {
		p := spec{key: "required_ruby_version", eco: Ruby, role: RoleFloor, scheme: SchemeGem, many: true}
		if string(src.mask[m[2]:m[3]]) == "rubygems" {
			p.key, p.eco = "required_rubygems_version", "rubygems"
		}
		span := src.line(m[1])
		if w := gemWrapper().FindSubmatchIndex(src.mask[span.Start:span.End]); w != nil {
			span = document.Span{Start: span.Start + w[2], End: span.Start + w[3]}
		}
		r.arguments(src, p, span)
	}
}

// line returns the statement that starts at a byte, commas included.
func (s *source) line(start int) document.Span {
	span := s.expression(start, true)
	for span.End < len(s.mask) && s.mask[span.End] == ',' {
		span.End = s.expression(span.End+1, true).End
	}
	return s.trim(span.Start, span.End)
}

// arguments records a pin whose value is one expression, or several that are a list.
func (r *reader) arguments(s *source, p spec, span document.Span) {
	if _, _, ok := s.literal(span, 0); !ok && s.expression(span.Start, false).End < span.End {
		if value, at, ok := s.list(span, 0); ok {
			r.value(s.file, p, value, at)
			return
		}
	}
	r.declared(s, p, span)
}

// gemfile reads the line ruby of a Gemfile. One that names a file is read there.
func (r *reader) gemfile(f file) {
	src := scan(f, rubyCode)
	for _, m := range src.find(gemfileRuby()) {
		p := spec{key: "ruby", eco: Ruby, role: RoleSelector, scheme: SchemeGem, many: true}
		span := src.line(m[1])
		var versions []string
		at := span
		for i := span.Start; i < span.End; {
			item := src.expression(i, true)
			i = item.End + 1
			code := src.code(item)
			if option, rest, ok := strings.Cut(code, ":"); ok && !strings.ContainsAny(option, `"'`) {
				if option == "file" { // what it names is a pin file of its own
					versions, p.scheme = append(versions, strings.TrimSpace(rest)), SchemeText
				}
				continue
			}
			value, where, ok := src.literal(item, 0)
			if !ok {
				r.form(src, p, span)
				versions = nil
				break
			}
			if versions = append(versions, value); len(versions) == 1 {
				at = where
			} else {
				at.End = where.End
			}
		}
		if len(versions) > 0 {
			r.value(f, p, strings.Join(versions, ", "), at)
		}
	}
}

// composer reads what composer.json requires of PHP and of Composer.
func (r *reader) composer(f file) {
	doc, err := document.JSON(f.data)
	if err != nil {
		r.syntax(f, err)
		return
	}
	for _, s := range []spec{
		{key: "php", eco: PHP, role: RoleFloor, scheme: SchemeComposer},
		{key: "php-64bit", eco: PHP, role: RoleFloor, scheme: SchemeComposer},
		{key: "composer-runtime-api", eco: "composer", role: RoleFloor, scheme: SchemeComposer},
		{key: "composer-plugin-api", eco: "composer", role: RoleFloor, scheme: SchemeComposer},
	} {
		if v, ok := doc.Get("require", s.key); ok {
			s.key = "require." + s.key
			r.stringValue(f, s, v)
		}
	}
	if v, ok := doc.Get("config", "platform", "php"); ok {
		r.stringValue(f, spec{key: "config.platform.php", eco: PHP, role: RoleSelector, scheme: SchemeLoose}, v)
	}
	if v, ok := doc.Get("require"); ok && v.Kind != document.Table {
		r.problem(f, v.Line, spec{key: "require", role: RoleFloor}, TroubleValue, fmt.Errorf("want an object, have a %v", v.Kind))
	}
}
