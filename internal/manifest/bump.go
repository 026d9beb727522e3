package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Causes of a refused bump.
var (
	// ErrAnchors says that the tree shows two versions where one is asked for; naming the files to bump
	// in the configuration settles it.
	ErrAnchors = errors.New("the tree shows different versions")
	// ErrVersionMoved says that a file does not hold the version that the bump starts from.
	ErrVersionMoved = errors.New("the file holds another version")
	// ErrCandidate says that a bump would make a release out of a pre-release.
	ErrCandidate = errors.New("a pre-release would become a release")
	// ErrRule says that a rule for a file is incomplete or does not fit the file.
	ErrRule = errors.New("invalid rule for a file to bump")
)

// A Rule names one file that holds the version, [[bump.file]] of the configuration.
type Rule struct {
	Type string // one of Types
	Path string // from the root of the tree, with slashes; empty: the type's usual place; its directory may be a pattern
	// Pattern is a regular expression of one group for type "regex", and for "go-const" and
	// "python-version" the name of the constant.
	Pattern string
	// Value is what the group of a regex becomes: fields {version}, {major}, {minor}, {patch}; empty is
	// "{version}".
	Value string
	// Min, Max and Exactly guard how often a regex must match; all 0 is at least once.
	Min, Max, Exactly int
	// Workspaces tells an npm rule to bump the packages of the workspaces too.
	Workspaces bool
}

// Lockstep says which packages with another version number move with the anchor. The zero value
// takes those that have the anchor's patch number and are published.
type Lockstep struct {
	None bool     // none move
	Only []string // those whose name one of these patterns matches, whatever their patch number
}

// BumpOptions says what to bump and how. To is required.
type BumpOptions struct {
	From     string // the version the tree must hold; empty: whatever the anchor holds
	To       string
	Files    []Rule // the first one that can tell a version is the anchor; none: they are detected
	Lockstep Lockstep
	// Release allows that a candidate (rc, beta, alpha) becomes a release.
	Release bool
}

// A Companion is a package that has a version number of its own and moved with the anchor.
type Companion struct{ Name, From, To string }

// A File is a file with its new content.
type File struct {
	Path string
	Data []byte
}

// A BumpResult is what a bump made.
type BumpResult struct {
	From, To   string
	Anchor     string // the file that says which version the tree is; empty when TagOnly
	Files      []File // those that changed, sorted by path
	Companions []Companion
	// TagOnly says that no file of the tree holds the version: there is nothing to bump but the tag.
	TagOnly bool
	// Warnings say what a person has to see to, sorted.
	Warnings []string
}

// Paths returns the paths of the changed files, sorted.
func (r BumpResult) Paths() []string {
	var paths []string
	for _, f := range r.Files {
		paths = append(paths, f.Path)
	}
	return paths
}

// run is one bump under way.
type run struct {
	src        *source
	opts       BumpOptions
	from, to   version
	rules      []Rule
	workspaces []*workspace
	moved      []move // packages with their old and new version, of all workspaces
	changed    map[string]bool
	companions []Companion
	warnings   []string
}

// A move is a package that gets a new version.
type move struct {
	crate    *crate
	old, new string
}

// Bump sets the version of a tree. It opens the files that rules and workspaces name, nothing else, and
// returns new contents; an error means that nothing is to be written. Errors name file and line.
func Bump(tree fs.FS, opts BumpOptions) (BumpResult, error) {
	src := newSource(tree)
	rules, anchor, err := anchorOf(src, opts.Files)
	if err != nil {
		return BumpResult{}, err
	}
	if anchor.Path == "" {
		return BumpResult{From: opts.From, To: opts.To, TagOnly: true}, nil
	}
	r := &run{src: src, opts: opts, rules: rules, changed: map[string]bool{}}
	if err := r.versions(anchor); err != nil {
		return BumpResult{}, err
	}
	if err := r.files(); err != nil {
		return BumpResult{}, err
	}
	res := BumpResult{From: r.from.String(), To: r.to.String(), Anchor: anchor.Path, Companions: r.companions}
	for name := range r.changed {
		res.Files = append(res.Files, File{Path: name, Data: src.bytes[name]})
	}
	slices.Sort(r.warnings)
	res.Warnings = r.warnings
	slices.SortFunc(res.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(res.Companions, func(a, b Companion) int { return strings.Compare(a.Name, b.Name) })
	return res, nil
}

// versions checks the two ends of the bump.
func (r *run) versions(anchor Anchor) error {
	var err error
	if r.from, err = parseVersion(anchor.Version); err != nil {
		return at(anchor.Path, anchor.Line, "%w", err)
	}
	if r.opts.From != "" {
		want, err := parseVersion(r.opts.From)
		if err != nil {
			return fmt.Errorf("version to bump from: %w", err)
		}
		if want.compare(r.from) != 0 {
			return at(anchor.Path, anchor.Line, "%w: %q, not %q", ErrVersionMoved, anchor.Version, r.opts.From)
		}
	}
	if r.to, err = parseVersion(r.opts.To); err != nil {
		return fmt.Errorf("version to bump to: %w", err)
	}
	if r.to.stable() && !r.from.stable() && !r.from.snapshot() && !r.opts.Release {
		return at(anchor.Path, anchor.Line, "%w: %q would become %q", ErrCandidate, anchor.Version, r.opts.To)
	}
	return nil
}

// files bumps what the rules name. Lock files come last: they follow what moved.
func (r *run) files() error {
	for _, locks := range []bool{false, true} {
		for _, rule := range r.rules {
			h, ok := handlers()[rule.Type]
			if !ok {
				return fmt.Errorf("%w: type %q of %q is none of %s", ErrRule, rule.Type, rule.Path, strings.Join(Types(), ", "))
			}
			if h.lock != locks {
				continue
			}
			if err := h.bump(r, rule); err != nil {
				return err
			}
		}
	}
	return nil
}

// set gives values of a file new texts; changes are keyed by the offset of the value's text.
func (r *run) set(name string, read reading, changes map[int]string) error {
	if len(changes) == 0 {
		return nil
	}
	data, err := r.src.read(name)
	if err != nil {
		return err
	}
	out, edits, err := rewrite(name, data, read, changes)
	if err != nil {
		return err
	}
	if len(edits) > 0 {
		r.replace(name, out)
	}
	return nil
}

// replace makes data the content of a file, for what follows and for the result.
func (r *run) replace(name string, data []byte) {
	r.src.bytes[name] = data
	delete(r.src.docs, name)
	clear(r.src.workspaces)
	r.changed[name] = true
}

// holds checks that a file's version is the one the bump starts from.
func (r *run) holds(name string, line int, text string) error {
	v, err := parseVersion(text)
	if err != nil {
		return at(name, line, "%w", err)
	}
	if v.compare(r.from) != 0 {
		return at(name, line, "%w: %q, not %q", ErrVersionMoved, text, r.from.String())
	}
	return nil
}

// beside returns the path of a file in the directory of another.
func beside(file, name string) string { return path.Join(path.Dir(file), name) }
