package msrv

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/manifest"
)

// inputs are the names under which workflows take a toolchain.
var inputs = map[string]Ecosystem{
	"toolchain": Rust, "rust-version": Rust, "rust-toolchain": Rust, "msrv": Rust, "go-version": Go, "node-version": Node,
	"python-version": Python, "java-version": Java, "dotnet-version": Dotnet, "ruby-version": Ruby,
}

// envVersion is a variable that holds a version: GO_VERSION.
var envVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Z][A-Z0-9_]*)_VERSION$`) })

// nightly is a dated channel anywhere in a script.
var nightly = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bnightly-\d{4}-\d{2}-\d{2}\b`) })

// workflow reads the toolchains that workflows and actions ask for. What stands in expressions, and in
// scripts except for dated nightlies, is not read.
func (r *reader) workflow(f file) {
	for _, v := range scanYAML(f, ciKeyOrNightly) {
		var dated [][]int
		if strings.Contains(v.text, "nightly-") {
			dated = nightly().FindAllStringIndex(v.text, maxMatches)
		}
		for _, m := range dated {
			at := v.span.Start + m[0]
			r.value(f, spec{key: ciKey(v.path, "nightly"), eco: Rust, role: RoleCI, scheme: SchemeChannel}, v.text[m[0]:m[1]],
				manifest.Span{Start: at, End: at + m[1] - m[0]})
		}
		if len(v.path) == 0 || v.block || v.text == "" || len(dated) > 0 {
			continue
		}
		s := ciSpec(v.path)
		if s.role == 0 {
			continue
		}
		value := v.text
		if _, err := strconv.ParseFloat(value, 64); err == nil && !v.quoted && strings.Count(value, ".") == 1 && s.role == RoleCI {
			value = strings.TrimSuffix(strings.TrimRight(value, "0"), ".") // YAML reads 1.20 as the number 1.2
		}
		version, err := ParseVersion(s.scheme, value)
		if err != nil {
			r.problem(f, f.lineAt(v.span.Start), s, TroubleValue, err)
			continue
		}
		r.add(f, Pin{Path: f.path, Line: f.lineAt(v.span.Start), Key: s.key, Ecosystem: s.eco, Role: s.role, Value: v.text, Version: version, Span: v.span})
	}
}

// ciKeyOrNightly tells whether a scalar can be a pin: ciSpec may take it by its last key, or it holds what
// looks like a dated channel.
func ciKeyOrNightly(key, text string) bool {
	switch key {
	case "default", "runs-on", "container", "image":
		return true
	}
	_, ok := inputs[key]
	return ok || strings.HasSuffix(key, "_VERSION") || strings.Contains(text, "nightly-")
}

// ciSpec tells what the scalar at a path of keys pins; no role is nothing.
func ciSpec(path []string) spec {
	last := path[len(path)-1]
	s := spec{key: strings.Join(path, "."), role: RoleCI, scheme: SchemeTool}
	if last == "default" && len(path) == 3 && path[0] == "inputs" {
		last = path[1]
	}
	if eco, ok := inputs[last]; ok {
		s.eco = eco
		return s
	}
	if m := envVersion().FindStringSubmatch(last); m != nil && len(path) > 1 && path[len(path)-2] == "env" {
		s.eco = toolEcosystem(strings.ToLower(m[1]))
		return s
	}
	switch {
	case last == "runs-on":
		s.eco, s.role, s.scheme = "runner", RoleImage, SchemeText
	case last == "container" || last == "image" && len(path) > 1 && path[len(path)-2] == "container":
		s.eco, s.role, s.scheme = "container", RoleImage, SchemeText
	default:
		s.role = 0
	}
	return s
}

func ciKey(path []string, name string) string {
	if len(path) == 0 {
		return name
	}
	return strings.Join(path, ".") + "." + name
}

// dockerfile reads the image of every FROM that is no stage of the same file.
func (r *reader) dockerfile(f file) {
	stages := map[string]bool{"scratch": true}
	for _, line := range contentLines(f) {
		parts := words(line)
		if !strings.EqualFold(parts[0].text, "FROM") {
			continue
		}
		parts = parts[1:]
		for len(parts) > 0 && strings.HasPrefix(parts[0].text, "--") {
			parts = parts[1:]
		}
		if len(parts) == 0 {
			continue
		}
		if !stages[strings.ToLower(parts[0].text)] {
			r.image(f, parts[0])
		}
		if len(parts) >= 3 && strings.EqualFold(parts[1].text, "AS") {
			stages[strings.ToLower(parts[2].text)] = true
		}
	}
}

// image reads name:tag@digest. Without a tag it is the newest of its day; a digest has no order.
func (r *reader) image(f file, image word) {
	s := spec{role: RoleImage, scheme: SchemeTag}
	name, _, _ := strings.Cut(image.text, "@")
	at := image.span.Start
	tag := "latest"
	span := image.span
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		tag = name[i+1:]
		span = manifest.Span{Start: at + i + 1, End: at + len(name)}
		name = name[:i]
	}
	s.key, s.eco = "FROM "+name, Ecosystem(name)
	if strings.ContainsRune(image.text, '$') {
		s.scheme = SchemeText
	}
	if tag == "" {
		tag = "latest"
	}
	r.value(f, s, tag, span)
	if _, digest, ok := strings.Cut(image.text, "@"); ok && digest != "" {
		end := image.span.End
		r.value(f, spec{key: s.key + " digest", eco: s.eco, role: RoleImage, scheme: SchemeText}, digest,
			manifest.Span{Start: end - len(digest), End: end})
	}
}
