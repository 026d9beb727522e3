package manifest

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// An Anchor is the version a tree has, and where it says so. The zero Anchor is no version.
type Anchor struct {
	Path    string
	Line    int // from 1
	Version string
}

// A handler knows one type of file.
type handler struct {
	usual string // the usual path
	about string // what it edits, for help and docs
	lock  bool   // a file that follows others: bumped last, never an anchor
	// version reads what version a file holds; the zero Anchor when it holds none.
	version func(*document.Source, Rule) (Anchor, error)
	bump    func(*run, Rule) error
}

// handlers is the table of file types: code, configuration and docs take them from here.
func handlers() map[string]handler {
	t := simpleHandlers()
	maps.Copy(t, map[string]handler{
		"cargo":        {usual: "Cargo.toml", about: "a Cargo workspace: packages, requirements on them, Cargo.lock, cargo-vet's records", version: cargoAnchor, bump: bumpCargo},
		"cargo-lock":   {usual: "Cargo.lock", about: "a Cargo.lock that is not beside its workspace", lock: true, bump: bumpCargoLock},
		"cargo-vet":    {usual: "supply-chain/imports.lock", about: "cargo-vet's records, elsewhere", lock: true, bump: bumpCargoVet},
		"version-file": {usual: "VERSION", about: "the version and nothing else", version: versionFileAnchor, bump: bumpVersionFile},
		"npm":          {usual: "package.json", about: "a workspace of npm, yarn or pnpm: packages, requirements on them, lock files", version: npmAnchor, bump: bumpNpm},
		"pyproject":    {usual: "pyproject.toml", about: "[project] or [tool.poetry], the members of a uv workspace, uv.lock, poetry.lock", version: pyprojectAnchor, bump: bumpPyproject},
		"c-header":     {about: "#define X_VERSION \"1.2.3\", or X_MAJOR, X_MINOR and X_PATCH", version: cHeaderAnchor, bump: bumpCHeader},
		"go-mod":       {usual: "go.mod", about: "requirements on modules of the same repository (replace, go.work)", version: goModAnchor, bump: bumpGoMod},
		"maven":        {usual: "pom.xml", about: "a project, its modules, the versions of parents and siblings", version: mavenAnchor, bump: bumpMaven},
		"ruby-version": {about: "VERSION = \"1.2.3\" or a gemspec's version, with Gemfile.lock", version: rubyAnchor, bump: bumpRuby},
		"autoconf":     {usual: "configure.ac", about: "AC_INIT([name], [1.2.3]), or the m4_define that it names", version: autoconfAnchor, bump: bumpAutoconf},
		"msbuild":      {usual: "Directory.Build.props", about: "Version, VersionPrefix, PackageVersion, AssemblyVersion, FileVersion of a project", version: msbuildAnchor, bump: bumpMSBuild},
		"helm":         {usual: "Chart.yaml", about: "version and appVersion of a chart", version: helmAnchor, bump: bumpHelm},
		"regex":        {about: "what the one group of a pattern matches; value is \"{version}\", \"{major}\", \"{minor}\" or \"{patch}\"", version: regexAnchor, bump: bumpRegex},
	})
	return t
}

// About says of each type of file where it usually is and what it edits: "npm (package.json): …; …", sorted.
func About() string {
	all := handlers()
	var out []string
	for _, name := range sortedKeys(all) {
		h := all[name]
		text := name
		if h.usual != "" {
			text += " (" + h.usual + ")"
		}
		out = append(out, text+": "+h.about)
	}
	return strings.Join(out, "; ")
}

// Types returns the names of the file types a Rule can have, sorted.
func Types() []string { return sortedKeys(handlers()) }

// detected lists the types that are looked for when no rule is given, at their usual path.
func detected() []string {
	return []string{"cargo", "npm", "pyproject", "version-file", "cmake", "maven", "gradle-properties", "meson", "mix", "autoconf"}
}

// ReadAnchor returns the version a tree has: what the first rule that can tell says, or, without
// rules, what the usual files agree on. The zero Anchor means that no file of the tree holds a version.
func ReadAnchor(tree fs.FS, rules []Rule) (Anchor, error) {
	a, _, err := Find(tree, rules, "")
	return a, err
}

// Find is ReadAnchor for a release line, "36" or "1.21", and says which files of the rules do not tell its
// version, and why. Only an invalid rule, or a tree that cannot be read, is an error.
func Find(tree fs.FS, rules []Rule, line string) (Anchor, []Left, error) {
	_, a, left, err := anchorOf(document.NewSource(tree), rules, line)
	return a, left, err
}

// anchorOf completes the rules, or detects them, and finds the anchor. The rules it returns are those of
// files that may hold the version.
func anchorOf(src *document.Source, rules []Rule, line string) ([]Rule, Anchor, []Left, error) {
	if len(rules) == 0 {
		return detect(src, line)
	}
	rules, left, err := expand(src, rules)
	if err != nil {
		return nil, Anchor{}, nil, err
	}
	if rules, err = cargoRoots(src, rules); err != nil {
		return nil, Anchor{}, nil, err
	}
	var anchor Anchor
	var kept []Rule
	for _, rule := range rules {
		h := handlers()[rule.Type]
		if anchor.Path != "" || h.lock {
			kept = append(kept, rule)
			continue
		}
		a, err := h.version(src, rule)
		if err != nil {
			l, ok := leftOf(rule, err)
			if !ok {
				return nil, Anchor{}, nil, err
			}
			left = append(left, l)
			continue
		}
		if a.Path != "" && !isOf(a.Version, line) {
			if !rule.globbed {
				left = append(left, otherLine(a, line))
			}
			continue
		}
		anchor, kept = a, append(kept, rule)
	}
	return kept, anchor, left, nil
}

// expand checks the rules, completes their paths, and makes one rule for each file where the directory of
// a path is a pattern.
func expand(src *document.Source, rules []Rule) (out []Rule, left []Left, err error) {
	for _, rule := range rules {
		h, ok := handlers()[rule.Type]
		if !ok {
			return nil, nil, fmt.Errorf("%w: type %q of %q is none of %s", ErrRule, rule.Type, rule.Path, strings.Join(Types(), ", "))
		}
		if rule.Path == "" {
			rule.Path = h.usual
		}
		if rule.Path == "" {
			return nil, nil, fmt.Errorf("%w: type %q needs a path", ErrRule, rule.Type)
		}
		dir, base := path.Split(rule.Path)
		if !strings.ContainsAny(dir, "*?[") {
			out = append(out, rule)
			continue
		}
		dirs, err := src.Glob(".", dir)
		if err != nil {
			return nil, nil, fmt.Errorf("path %q: %w", rule.Path, err)
		}
		found := len(out)
		for _, d := range dirs {
			one := rule
			one.Path, one.globbed = path.Join(d, base), true
			if ok, err := src.Exists(one.Path); err != nil {
				return nil, nil, err
			} else if ok {
				out = append(out, one)
			}
		}
		if len(out) == found {
			left = append(left, Left{Path: rule.Path, Why: "no file is there on this branch", Cure: "take it out of [[bump.file]] where no branch has one"})
		}
	}
	return out, left, nil
}

// detect looks at the usual places. All files that hold a version of the line must hold the same.
func detect(src *document.Source, line string) ([]Rule, Anchor, []Left, error) {
	var rules []Rule
	var left []Left
	var anchor Anchor
	for _, typ := range detected() {
		rule := Rule{Type: typ, Path: handlers()[typ].usual}
		a, err := detectOne(src, rule)
		if err != nil {
			l, ok := leftOf(rule, err)
			if !ok {
				return nil, Anchor{}, nil, err
			}
			left = append(left, l)
			continue
		}
		switch {
		case a.Path == "":
			continue
		case !isOf(a.Version, line):
			left = append(left, otherLine(a, line))
			continue
		case anchor.Path != "" && anchor.Version != a.Version:
			l, _ := leftOf(rule, document.At(a.Path, a.Line, "%w: %q here, %q in %s (line %d)", ErrAnchors, a.Version, anchor.Version, anchor.Path, anchor.Line))
			return nil, Anchor{}, append(left, l), nil
		case anchor.Path == "":
			anchor = a
		}
		rules = append(rules, rule)
	}
	return rules, anchor, left, nil
}

// detectOne reads the version of a usual file; the zero Anchor where there is none.
func detectOne(src *document.Source, rule Rule) (Anchor, error) {
	found, err := src.Exists(rule.Path)
	if err != nil || !found {
		return Anchor{}, err
	}
	if rule.Type == "npm" {
		private, err := npmPrivate(src, rule.Path)
		if err != nil || private {
			return Anchor{}, err // private: a tool of the repository's, not what it releases
		}
	}
	return handlers()[rule.Type].version(src, rule)
}
