package msrv

import (
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// dockerArg is a use of an ARG: $NAME, ${NAME} or ${NAME:-default}.
var dockerArg = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^}]*))?\})`)
})

// dockerfile reads the image of every FROM that is no stage of the same file, and every ARG that is called
// a version.
func (r *reader) dockerfile(f file) {
	stages := map[string]bool{"scratch": true}
	args := map[string]string{}
	for _, line := range contentLines(f) {
		parts := words(line)
		switch {
		case strings.EqualFold(parts[0].text, "ARG") && len(parts) > 1:
			r.dockerArg(f, parts[1], args)
		case strings.EqualFold(parts[0].text, "FROM"):
			parts = parts[1:]
			for len(parts) > 0 && strings.HasPrefix(parts[0].text, "--") {
				parts = parts[1:]
			}
			if len(parts) == 0 {
				continue
			}
			if !stages[strings.ToLower(parts[0].text)] {
				r.image(f, parts[0], args)
			}
			if len(parts) >= 3 && strings.EqualFold(parts[1].text, "AS") {
				stages[strings.ToLower(parts[2].text)] = true
			}
		}
	}
}

// dockerArg records the default of an ARG.
func (r *reader) dockerArg(f file, arg word, args map[string]string) {
	name, value, ok := strings.Cut(arg.text, "=")
	plain := strings.Trim(value, `"'`)
	if !ok || plain == "" {
		return
	}
	args[name] = plain
	m := envVersion().FindStringSubmatch(name)
	if m == nil || strings.Contains(plain, "$") {
		return
	}
	at := arg.span.Start + strings.Index(arg.text, plain)
	r.value(f, spec{key: "ARG " + name, eco: toolEcosystem(strings.ToLower(m[1])), role: RoleImage, scheme: SchemeTool}, plain,
		document.Span{Start: at, End: at + len(plain)})
}

// image reads name:tag@digest. Without a tag it is the newest of its day; a digest has no order.
func (r *reader) image(f file, image word, args map[string]string) {
	s := spec{role: RoleImage, scheme: SchemeTag}
	filled := dockerArg().ReplaceAllStringFunc(image.text, func(use string) string {
		m := dockerArg().FindStringSubmatch(use)
		if value, ok := args[m[1]+m[2]]; ok {
			return value
		}
		if m[3] != "" {
			return m[3]
		}
		return use
	})
	span := image.span
	name, tag, ok := cutImage(filled)
	if !ok {
		name, tag = strings.TrimSuffix(name, ":"), "latest"
	} else if filled == image.text {
		span = document.Span{Start: image.span.Start + len(name) + 1, End: image.span.Start + len(name) + 1 + len(tag)}
	}
	s.key, s.eco = "FROM "+name, Ecosystem(name)
	if strings.ContainsRune(filled, '$') {
		s.scheme, tag = SchemeText, filled
	}
	r.value(f, s, tag, span)
	if _, digest, ok := strings.Cut(image.text, "@"); ok && digest != "" {
		end := image.span.End
		r.value(f, spec{key: s.key + " digest", eco: s.eco, role: RoleImage, scheme: SchemeText}, digest,
			document.Span{Start: end - len(digest), End: end})
	}
}
