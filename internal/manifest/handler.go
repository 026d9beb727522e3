package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
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
	lock  bool   // a file that follows others: bumped last, never an anchor
	// version reads what version a file holds; the zero Anchor when it holds none.
	version func(*source, Rule) (Anchor, error)
	bump    func(*run, Rule) error
}

// handlers is the table of file types.
func handlers() map[string]handler {
	return map[string]handler{
		"cargo":          {usual: "Cargo.toml", version: cargoAnchor, bump: bumpCargo},
		"cargo-lock":     {usual: "Cargo.lock", lock: true, bump: bumpCargoLock},
		"cargo-vet":      {usual: "supply-chain/imports.lock", lock: true, bump: bumpCargoVet},
		"version-file":   {usual: "VERSION", version: versionFileAnchor, bump: bumpVersionFile},
		"npm":            {usual: "package.json", version: npmAnchor, bump: bumpNpm},
		"pyproject":      {usual: "pyproject.toml", version: pyprojectAnchor, bump: bumpPyproject},
		"python-version": {version: pythonAnchor, bump: bumpPython},
		"c-header":       {version: cHeaderAnchor, bump: bumpCHeader},
		"go-const":       {version: goConstAnchor, bump: bumpGoConst},
		"go-mod":         {usual: "go.mod", version: goModAnchor, bump: bumpGoMod},
		"cmake":          {usual: "CMakeLists.txt", version: cmakeAnchor, bump: bumpCMake},
		"maven":          {usual: "pom.xml", version: mavenAnchor, bump: bumpMaven},
		"regex":          {version: regexAnchor, bump: bumpRegex},
	}
}

// Types returns the names of the file types a Rule can have, sorted.
func Types() []string { return sortedKeys(handlers()) }

// detected lists the types that are looked for when no rule is given, at their usual path.
func detected() []string {
	return []string{"cargo", "npm", "pyproject", "version-file", "cmake", "maven"}
}

// ReadAnchor returns the version a tree has: what the first rule that can tell says, or, without
// rules, what the usual files agree on. The zero Anchor means that no file of the tree holds a version.
// Usual files that hold different versions are ErrAnchors.
func ReadAnchor(tree fs.FS, rules []Rule) (Anchor, error) {
	_, a, err := anchorOf(newSource(tree), rules)
	return a, err
}

// anchorOf completes the rules, or detects them, and finds the anchor.
func anchorOf(src *source, rules []Rule) ([]Rule, Anchor, error) {
	if len(rules) == 0 {
		return detect(src)
	}
	rules, err := expand(src, rules)
	if err != nil {
		return nil, Anchor{}, err
	}
	var anchor Anchor
	for i := range rules {
		rule := &rules[i]
		h := handlers()[rule.Type]
		if anchor.Path != "" || h.lock {
			continue
		}
		a, err := h.version(src, *rule)
		if err != nil {
			return nil, Anchor{}, err
		}
		anchor = a
	}
	if anchor.Path == "" {
		return nil, Anchor{}, fmt.Errorf("%w: none of the files named holds a whole version", ErrRule)
	}
	return rules, anchor, nil
}

// expand checks the rules, completes their paths, and makes one rule for each file where the directory of
// a path is a pattern.
func expand(src *source, rules []Rule) ([]Rule, error) {
	var out []Rule
	for _, rule := range rules {
		h, ok := handlers()[rule.Type]
		if !ok {
			return nil, fmt.Errorf("%w: type %q of %q is none of %s", ErrRule, rule.Type, rule.Path, strings.Join(Types(), ", "))
		}
		if rule.Path == "" {
			rule.Path = h.usual
		}
		if rule.Path == "" {
			return nil, fmt.Errorf("%w: type %q needs a path", ErrRule, rule.Type)
		}
		dir, base := path.Split(rule.Path)
		if !strings.ContainsAny(dir, "*?[") {
			out = append(out, rule)
			continue
		}
		dirs, err := src.glob(".", dir)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", rule.Path, err)
		}
		found := len(out)
		for _, d := range dirs {
			one := rule
			one.Path = path.Join(d, base)
			if ok, err := src.exists(one.Path); err != nil {
				return nil, err
			} else if ok {
				out = append(out, one)
			}
		}
		if len(out) == found {
			return nil, fmt.Errorf("%w: no file is at %q", ErrRule, rule.Path)
		}
	}
	return out, nil
}

// detect looks at the usual places. All files found must hold the same version.
func detect(src *source) ([]Rule, Anchor, error) {
	var rules []Rule
	var anchor Anchor
	for _, typ := range detected() {
		h := handlers()[typ]
		found, err := src.exists(h.usual)
		if err != nil {
			return nil, Anchor{}, err
		}
		if !found {
			continue
		}
		rule := Rule{Type: typ, Path: h.usual}
		if typ == "npm" {
			private, err := npmPrivate(src, rule.Path)
			if err != nil {
				return nil, Anchor{}, err
			}
			if private {
				continue // a tool of the repository's, not what it releases
			}
		}
		a, err := h.version(src, rule)
		if typ == "version-file" && errors.Is(err, ErrVersion) {
			continue // VERSION is a common word
		}
		if err != nil {
			return nil, Anchor{}, err
		}
		if a.Path == "" {
			continue
		}
		if anchor.Path != "" && anchor.Version != a.Version {
			return nil, Anchor{}, at(a.Path, a.Line, "%w: %q here, %q in %s (line %d)", ErrAnchors, a.Version, anchor.Version, anchor.Path, anchor.Line)
		}
		if anchor.Path == "" {
			anchor = a
		}
		rules = append(rules, rule)
	}
	return rules, anchor, nil
}
