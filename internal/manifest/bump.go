package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/cargo"
	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// Causes of a refused bump.
var (
	// ErrAnchors says that the tree shows two versions where one is asked for; naming the files to bump
	// in the configuration settles it.
	ErrAnchors = cargo.ErrVersions
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

	members []string // Cargo: the directories of the packages that rules name; nil for the whole workspace
	globbed bool     // found by a pattern: a file with a version of its own is no surprise
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
	Line     string // the release line; empty: that of From's major and minor number
	Numbers  version.Numbers
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
	// Left are the files whose version is not the line's, in the order of the rules.
	Left []Left
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
	src        *document.Source
	opts       BumpOptions
	from, to   version.Version
	rules      []Rule
	workspaces []*cargo.Workspace
	moved      []move // packages with their old and new version, of all workspaces
	changed    map[string]bool
	companions []Companion
	warnings   []string
	left       []Left
	done       map[string]bool // workspaces that are bumped, by type and root
}

// A move is a package that gets a new version.
type move struct {
	crate    *cargo.Crate
	old, new string
}

// Bump sets the version of a tree. It opens the files that rules and workspaces name, nothing else, and
// returns new contents; an error means that nothing is to be written. Errors name file and line.
func Bump(tree fs.FS, opts BumpOptions) (BumpResult, error) {
	src := document.NewSource(tree)
	rules, anchor, left, err := anchorOf(src, opts.Files, opts.Line)
	if err != nil {
		return BumpResult{}, err
	}
	if anchor.Path == "" {
		return BumpResult{From: opts.From, To: opts.To, TagOnly: true, Left: left}, nil
	}
	r := &run{src: src, opts: opts, rules: rules, changed: map[string]bool{}, left: left, done: map[string]bool{}}
	if err := r.versions(anchor); err != nil {
		return BumpResult{}, err
	}
	if err := r.files(); err != nil {
		return BumpResult{}, err
	}
	if len(r.changed) == 0 && len(r.left) > 0 {
		return BumpResult{From: opts.From, To: opts.To, TagOnly: true, Left: r.left}, nil
	}
	res := BumpResult{From: r.from.String(), To: r.to.String(), Anchor: anchor.Path, Companions: r.companions, Left: r.left}
	for name := range r.changed {
		data, err := src.Read(name)
		if err != nil {
			return BumpResult{}, err
		}
		res.Files = append(res.Files, File{Path: name, Data: data})
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
	if r.from, err = version.Parse(anchor.Version); err != nil {
		return document.At(anchor.Path, anchor.Line, "%w", err)
	}
	r.from = r.from.Of(r.opts.Numbers)
	if r.opts.From != "" {
		want, err := version.Parse(r.opts.From)
		if err != nil {
			return fmt.Errorf("version to bump from: %w", err)
		}
		if want.Of(r.opts.Numbers).Compare(r.from) != 0 {
			return document.At(anchor.Path, anchor.Line, "%w: %q, not %q", ErrVersionMoved, anchor.Version, r.opts.From)
		}
	}
	if r.to, err = version.Parse(r.opts.To); err != nil {
		return fmt.Errorf("version to bump to: %w", err)
	}
	r.to = r.to.Of(r.opts.Numbers)
	if r.to.Stable() && !r.from.Stable() && !r.from.Snapshot() && !r.opts.Release {
		return document.At(anchor.Path, anchor.Line, "%w: %q would become %q", ErrCandidate, anchor.Version, r.opts.To)
	}
	return nil
}

// files bumps what the rules name. Lock files come last: they follow what moved.
func (r *run) files() error {
	for _, locks := range []bool{false, true} {
		for _, rule := range r.rules {
			h := handlers()[rule.Type]
			if h.lock != locks {
				continue
			}
			if err := r.file(h, rule); err != nil {
				return err
			}
		}
	}
	return nil
}

// file bumps what one rule names, or leaves it alone as a whole and says why.
func (r *run) file(h handler, rule Rule) error {
	before := r.src.Snapshot()
	state := *r
	state.changed, state.done = maps.Clone(r.changed), maps.Clone(r.done)
	err := h.bump(r, rule)
	if err == nil {
		return nil
	}
	quiet := false
	l, ok := leftOf(rule, err)
	if errors.Is(err, ErrVersionMoved) && h.version != nil {
		r.src.Restore(before)
		if a, cause := h.version(r.src, rule); cause == nil && a.Path != "" && !isOf(a.Version, r.line()) {
			l, ok, quiet = otherLine(a, r.line()), true, rule.globbed
		}
	}
	if !ok {
		return err
	}
	*r = state
	r.src.Restore(before)
	if !quiet {
		r.left = append(r.left, l)
	}
	return nil
}

// follow bumps a lock file, where there is one and no rule of its own names it. One that does not fit its
// manifests is left alone: it did not fit them before.
func (r *run) follow(lock string, bump func(lock string) error) error {
	if ok, err := r.src.Exists(lock); err != nil || !ok {
		return err
	}
	err := bump(lock)
	if err == nil {
		return nil
	}
	l, ok := leftOf(Rule{Path: lock}, err)
	if !ok {
		return err
	}
	r.left = append(r.left, l)
	return nil
}

// line returns the release line, that of the version to bump from where nobody said.
func (r *run) line() string {
	if r.opts.Line != "" {
		return r.opts.Line
	}
	return fmt.Sprintf("%d.%d", r.from.Major, r.from.Minor)
}

// set gives values of a file new texts; changes are keyed by the offset of the value's text.
func (r *run) set(name string, read document.Reading, changes map[int]string) error {
	if len(changes) == 0 {
		return nil
	}
	data, err := r.src.Read(name)
	if err != nil {
		return err
	}
	out, edits, err := document.Rewrite(name, data, read, changes)
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
	r.src.Replace(name, data)
	r.changed[name] = true
}

// holds checks that a file's version is the one the bump starts from.
func (r *run) holds(name string, line int, text string) error {
	v, err := version.Parse(text)
	if err != nil {
		return document.At(name, line, "%w", err)
	}
	if v.Of(r.opts.Numbers).Compare(r.from) != 0 {
		return document.At(name, line, "%w: %q, not %q", ErrVersionMoved, text, r.from.String())
	}
	return nil
}

// beside returns the path of a file in the directory of another.
func beside(file, name string) string { return path.Join(path.Dir(file), name) }
