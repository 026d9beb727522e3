package msrv

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// inputs are the names under which workflows take a toolchain.
var inputs = sync.OnceValue(func() map[string]Ecosystem {
	return map[string]Ecosystem{
		"toolchain": Rust, "rust-version": Rust, "rust-toolchain": Rust, "msrv": Rust, "go-version": Go, "node-version": Node,
		"python-version": Python, "java-version": Java, "dotnet-version": Dotnet, "ruby-version": Ruby, "php-version": PHP,
		"elixir-version": Elixir, "otp-version": "erlang", "swift-version": Swift, "gradle-version": Gradle, "maven-version": Maven,
		"deno-version": "deno", "bun-version": "bun", "ghc-version": "ghc", "cabal-version": "cabal", "ocaml-compiler": "ocaml",
		"terraform_version": "terraform", "xcode-version": "xcode", "cmake-version": CMake, "bazel-version": Bazel, "julia-version": "julia",
	}
})

// matrixNames are what a matrix calls a toolchain by its name alone.
var matrixNames = sync.OnceValue(func() map[string]Ecosystem {
	return map[string]Ecosystem{
		"rust": Rust, "go": Go, "golang": Go, "node": Node, "nodejs": Node, "python": Python, "py": Python, "java": Java, "jdk": Java,
		"dotnet": Dotnet, "ruby": Ruby, "php": PHP, "elixir": Elixir, "otp": "erlang", "swift": Swift, "toolchain": Rust, "msrv": Rust,
		"node_version": Node, "python_version": Python, "go_version": Go, "java_version": Java, "ruby_version": Ruby, "rust_version": Rust,
		"php_version": PHP, "dotnet_version": Dotnet, "ghc": "ghc", "ocaml": "ocaml", "ansible": Ansible,
	}
})

// envVersion is a variable that holds a version: GO_VERSION.
var envVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Z][A-Z0-9_]*)_VERSION$`) })

// nightly is a dated channel anywhere in a script.
var nightly = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bnightly-\d{4}-\d{2}-\d{2}\b`) })

// toolchainAction is an action whose own version is that of the toolchain it installs.
var toolchainAction = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(dtolnay/rust-toolchain)@(.+)$|^docker://(.+)$`)
})

// workflow reads the toolchains that workflows and actions ask for. What stands in expressions, and in
// scripts except for dated nightlies, is not read.
func (r *reader) workflow(f file) { r.ci(f, workflowSpec) }

// otherCI reads the images and versions that other CI systems are told.
func (r *reader) otherCI(f file) { r.ci(f, otherSpec) }

// ci reads the scalars of a file, of which specOf knows what they pin.
func (r *reader) ci(f file, specOf func(yamlScalar) spec) {
	scalars, err := scanYAML(f)
	if err != nil {
		r.syntax(f, err)
		return
	}
	for _, v := range scalars {
		var dated []string
		if strings.Contains(v.text, "nightly-") {
			dated = nightly().FindAllString(v.text, maxMatches)
		}
		at := v.span.Start
		for _, day := range dated {
			span := document.Span{Start: at, End: at}
			if i := strings.Index(string(f.data[at:]), day); i >= 0 {
				span = document.Span{Start: at + i, End: at + i + len(day)}
				at = span.End
			}
			r.value(f, spec{key: ciKey(v.path, "nightly"), eco: Rust, role: RoleCI, scheme: SchemeChannel}, day, span)
		}
		if len(v.path) == 0 || v.block || v.text == "" || len(dated) > 0 {
			continue
		}
		if s := specOf(v); s.role != 0 {
			r.ciPin(f, v, s)
		}
	}
}

// ciPin records the pin that a scalar is.
func (r *reader) ciPin(f file, v yamlScalar, s spec) {
	if m := toolchainAction().FindStringSubmatchIndex(v.text); m != nil {
		from := max(m[4], m[6])
		v.span.Start, v.text = min(v.span.Start+from, v.span.End), v.text[from:]
	}
	value := v.text
	if s.scheme == SchemeTag {
		if r.ciImage(f, v, s) {
			return
		}
		s.scheme = SchemeText
	}
	if _, err := strconv.ParseFloat(value, 64); err == nil && !v.quoted && strings.Count(value, ".") == 1 && s.role == RoleCI {
		value = strings.TrimSuffix(strings.TrimRight(value, "0"), ".") // YAML reads 1.20 as the number 1.2
	}
	version, err := ParseVersion(s.scheme, value)
	if err != nil {
		r.problemOf(f, []byte(value), f.lineAt(v.span.Start), s, TroubleValue, err)
		return
	}
	r.add(f, Pin{Path: f.path, Line: f.lineAt(v.span.Start), Key: s.key, Ecosystem: s.eco, Role: s.role, Value: v.text, Version: version, Span: v.span})
}

// ciImage records an image by the numbers of its tag, and reports whether it has such.
func (r *reader) ciImage(f file, v yamlScalar, s spec) bool {
	name, tag, ok := cutImage(v.text)
	if !ok || strings.ContainsAny(v.text, "${") {
		return false
	}
	version, err := ParseVersion(SchemeTag, tag)
	if err != nil {
		return false
	}
	r.add(f, Pin{Path: f.path, Line: f.lineAt(v.span.Start), Key: s.key, Ecosystem: Ecosystem(name), Role: s.role, Value: v.text, Version: version, Span: v.span})
	return true
}

// cutImage cuts name:tag@digest.
func cutImage(text string) (name, tag string, ok bool) {
	name, _, _ = strings.Cut(text, "@")
	i := strings.LastIndexByte(name, ':')
	if i <= strings.LastIndexByte(name, '/') || i+1 == len(name) {
		return name, "", false
	}
	return name[:i], name[i+1:], true
}

// workflowSpec says what a scalar of a workflow pins; no role is nothing.
func workflowSpec(v yamlScalar) spec {
	path := v.path
	last, before := path[len(path)-1], ""
	if len(path) > 1 {
		before = path[len(path)-2]
	}
	s := spec{key: strings.Join(path, "."), role: RoleCI, scheme: SchemeTool}
	if last == "default" && len(path) == 3 && path[0] == "inputs" {
		last = path[1]
	}
	if eco, ok := inputs()[last]; ok {
		s.eco = eco
		return s
	}
	if eco, ok := matrixNames()[strings.ToLower(last)]; ok && slices.Contains(path, "matrix") {
		s.eco = eco
		return s
	}
	if m := envVersion().FindStringSubmatch(last); m != nil && before == "env" {
		s.eco = toolEcosystem(strings.ToLower(m[1]))
		return s
	}
	switch {
	case last == "uses" && toolchainAction().MatchString(v.text):
		s.eco, s.scheme = Rust, SchemeChannel
		if strings.HasPrefix(v.text, "docker://") {
			s.eco, s.role, s.scheme = "container", RoleImage, SchemeTag
		}
	case last == "runs-on" || before == "runs-on" && last == "labels":
		s.eco, s.role, s.scheme = "runner", RoleImage, SchemeText
	case last == "container" || last == "image" && (before == "container" || len(path) > 2 && path[len(path)-3] == "services"):
		s.eco, s.role, s.scheme = "container", RoleImage, SchemeText
	default:
		s.role = 0
	}
	return s
}

// otherSpec says what a scalar of another CI system pins; no role is nothing.
func otherSpec(v yamlScalar) spec {
	path := v.path
	last := path[len(path)-1]
	s := spec{key: strings.Join(path, "."), role: RoleCI, scheme: SchemeTool}
	if eco, ok := matrixNames()[strings.ToLower(last)]; ok && len(path) == 1 { // Travis
		s.eco = eco
		return s
	}
	if eco, ok := inputs()[last]; ok {
		s.eco = eco
		return s
	}
	if m := envVersion().FindStringSubmatch(last); m != nil {
		s.eco = toolEcosystem(strings.ToLower(m[1]))
		return s
	}
	switch last {
	case "versionSpec", "python.version", "node_js", "rvm":
		s.eco = map[string]Ecosystem{"python.version": Python, "node_js": Node, "rvm": Ruby}[last]
	case "image", "vmImage", "container", "name":
		if last == "name" && (len(path) < 2 || path[len(path)-2] != "image") {
			s.role = 0
			return s
		}
		s.eco, s.role, s.scheme = "container", RoleImage, SchemeTag
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

// ansible reads which Ansible a collection needs.
func (r *reader) ansible(f file) {
	scalars, err := scanYAML(f)
	if err != nil {
		r.syntax(f, err)
		return
	}
	for _, v := range scalars {
		if len(v.path) == 1 && v.path[0] == "requires_ansible" {
			r.value(f, spec{key: "requires_ansible", eco: Ansible, role: RoleFloor, scheme: SchemePEP440}, v.text, v.span)
		}
	}
}
