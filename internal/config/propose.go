package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// Seen is what init sees of a repository.
type Seen struct {
	Facts policy.Facts // AsOf is the day of the proposal
	Main  string       // name of the main branch
	Paths []string     // paths in main's tree, at least those at its root
}

// Propose writes a commented backport.toml from what a repository shows. It always writes one that
// Load accepts: what cannot be found out is left to the presets' defaults, and said.
func Propose(s Seen) string {
	d := detect(s)
	text := d.write()
	if _, err := Load(FileName, []byte(text), nil); err != nil {
		return "# Nothing could be found out about this repository; see docs/policy.md.\nschema = 1\n\n[class.release]\nphases = [{ name = \"current\", until = \"2 releases\" }]\n"
	}
	return text
}

// Guess returns the policy of a project that has none: its branches and tags as they are found, and
// the two newest lines.
func Guess(f policy.Facts) *Config {
	d := detection{seen: Seen{Facts: f}}
	d.names()
	var b strings.Builder
	d.writeRepo(&b)
	b.WriteString("[class.release]\nphases = [{ name = \"current\", until = \"2 releases\" }]\n")
	cfg, err := Load("guessed", []byte(b.String()), nil)
	if err == nil {
		return cfg
	}
	cfg, err = Preset("two-newest")
	if err != nil {
		panic("BUG: preset two-newest: " + err.Error())
	}
	return cfg
}

// A detection is what was found, and from what.
type detection struct {
	seen     Seen
	scheme   policy.Scheme
	branches []string // templates
	tags     []string // templates
	matched  int      // branches that the templates match
	example  string
	zeroes   bool // there are 0.x lines beside others

	lines  []lived // newest first
	every  string  // "1 month", or empty
	anchor lived   // for the plan
	why    string
	normal int // releases a normal line is supported for
	lts    ltsRule
}

func detect(s Seen) *detection {
	d := &detection{seen: s}
	d.names()
	d.history()
	d.cadence()
	d.support()
	return d
}

func (d *detection) write() string {
	var b strings.Builder
	b.WriteString("# Support policy, read by git-backport (its docs/policy.md describes every key).\n# Proposed from the branches, tags and files of this repository: check each line of it.\nschema = 1\n\n")
	d.writeRepo(&b)
	d.writeDates(&b)
	d.writeClasses(&b)
	d.writeFiles(&b)
	return b.String()
}

func (d *detection) writeRepo(b *strings.Builder) {
	b.WriteString("[repo]\n")
	if d.seen.Main != "" && d.seen.Main != "main" && d.seen.Main != "master" {
		fmt.Fprintf(b, "main   = %s\n", tomlString(d.seen.Main))
	}
	if len(d.branches) > 0 {
		fmt.Fprintf(b, "branch = %s   # %d branches, %s among them\n", tomlList(d.branches), d.matched, printable(d.example))
	} else {
		b.WriteString("# no release branches were recognised; name their template here, as in \"release-{major}.{minor}\"\nbranch = []\n")
	}
	if len(d.tags) > 0 {
		fmt.Fprintf(b, "tag    = %s\n", tomlList(d.tags))
	} else {
		b.WriteString("# no release tags were recognised\ntag    = [\"v{version}\"]\n")
	}
	fmt.Fprintf(b, "line   = %q\n", d.scheme)
	if d.zeroes {
		b.WriteString("from   = \"1\"                # lines 0.x are left alone\n")
	}
	b.WriteString("\n")
}

func (d *detection) writeDates(b *strings.Builder) {
	b.WriteString("[dates]\nsource = \"tags\"             # a line is released on the day of its first stable tag\n")
	if d.every != "" {
		fmt.Fprintf(b, "# %s\nplan   = { line = %q, date = %s, every = %q }\n", d.why, d.anchor.id, d.anchor.released, d.every)
	} else if d.why != "" {
		fmt.Fprintf(b, "# %s\n", d.why)
	}
	b.WriteString("\n")
}

func (d *detection) writeClasses(b *strings.Builder) {
	if d.lts.match != "" {
		fmt.Fprintf(b, "# %s\n[class.lts]\nmatch  = %s\nphases = [{ name = \"lts\", until = %q }]\n\n", d.lts.why, d.lts.match, d.lts.until)
	}
	name := "normal"
	if d.lts.match == "" {
		name = "release"
	}
	fmt.Fprintf(b, "# %s\n[class.%s]\nphases = [{ name = \"current\", until = %q }]\n\n", d.normalWhy(), name, releasesText(d.normal))
	b.WriteString(`# Verdicts by kind of change: required, allowed, ask, refused. What is not said is as here.
[phase."*"]
security   = "required"
bugfix     = "allowed"
dependency = "allowed"
ci         = "allowed"
docs       = "allowed"
feature    = "refused"

[phase.pending]                # cut, and not released yet
feature = "ask"

[rules]
main_first = "required"        # a change lands on main before it is backported
pending    = true
grace      = "1 day"

`)
}

func releasesText(n int) string {
	if n == 1 {
		return "1 release"
	}
	return fmt.Sprintf("%d releases", n)
}

// versionFiles are files whose handler is known by their path.
var versionFiles = []struct{ path, kind string }{
	{"Cargo.toml", "cargo"}, {"Cargo.lock", "cargo-lock"}, {"supply-chain/imports.lock", "cargo-vet"}, {"package.json", "npm"},
	{"pyproject.toml", "pyproject"}, {"pom.xml", "maven"}, {"gradle.properties", "gradle-properties"}, {"VERSION", "version-file"},
	{"version/version.go", "go-const"}, {"api/version/version.go", "go-const"},
}

// pinFiles are files that pin a toolchain, at the root.
var pinFiles = []string{"Cargo.toml", "rust-toolchain.toml", "rust-toolchain", "clippy.toml", "go.mod", "go.work", ".go-version", "package.json", ".nvmrc", ".node-version",
	"pyproject.toml", ".python-version", ".tool-versions", "mise.toml", "CMakeLists.txt"}

func (d *detection) writeFiles(b *strings.Builder) {
	has := map[string]bool{}
	for _, p := range d.seen.Paths {
		has[p] = true
	}
	var pins []string
	for _, p := range pinFiles {
		if has[p] {
			pins = append(pins, p)
		}
	}
	b.WriteString("[pin]                          # no toolchain floor rises on a release branch\nrule = \"fixed\"\n")
	if len(pins) > 0 {
		fmt.Fprintf(b, "# read here: %s\n", strings.Join(pins, ", "))
	}
	b.WriteString("\n[bump]\n")
	var files [][2]string
	for _, f := range versionFiles {
		if has[f.path] {
			files = append(files, [2]string{f.kind, f.path})
		}
	}
	if len(files) == 0 {
		b.WriteString("when = \"never\"                 # no version file was recognised: the tag is the version\n\n")
	} else {
		b.WriteString("when = \"pick\"                  # or separate, release, never\n\n")
	}
	for _, f := range files {
		fmt.Fprintf(b, "[[bump.file]]\ntype = %q\npath = %q\n\n", f[0], f[1])
	}
	for _, notes := range [][2]string{{"RELEASES.md", "headings"}, {"CHANGELOG.md", "keep-a-changelog"}, {"Changes", "headings"}} {
		if has[notes[0]] {
			fmt.Fprintf(b, "[notes]\nfile  = %q\nstyle = %q\n\n[[path]]\nmatch       = %q\non_conflict = \"notes\"\n\n", notes[0], notes[1], notes[0])
			break
		}
	}
	for _, lock := range []string{"Cargo.lock", "go.sum"} {
		if has[lock] {
			fmt.Fprintf(b, "[[path]]\nmatch       = %q\non_conflict = \"lock\"\n\n", "**/"+lock)
		}
	}
	trimmed := strings.TrimRight(b.String(), "\n") + "\n"
	b.Reset()
	b.WriteString(trimmed)
}

// tomlString writes a TOML basic string.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func tomlList(items []string) string {
	out := make([]string, len(items))
	for i, s := range items {
		out[i] = tomlString(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
