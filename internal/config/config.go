package config

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/policy"
)

// FileName is where the policy lies, at the root of main's tip.
const FileName = "backport.toml"

// A Config is what a policy file says: the policy and the options of the other stages. Zero options
// mean their defaults, which the stage that uses them knows.
type Config struct {
	Source string // "backport.toml", "preset:wasmtime"
	Policy *policy.Policy
	Kinds  []Kind // as in the file
	Pin    Pin
	Bump   Bump
	Notes  Notes
	Paths  []Path // in the order of the file: the first that matches counts
	PR     PR
	Audit  Audit
	// Decisions are in the order of the file.
	Decisions []audit.Decision

	Remarks []string // what was not read of imported schedules
	Known   Known    // of dates that come with the program
}

// Known says up to which day the dates of a preset are known. The zero value is a policy without such dates.
type Known struct {
	Preset string
	On     policy.Date
}

// A Kind is a kind of change that the policy adds, or gives labels.
type Kind struct {
	Name   policy.Kind
	Like   policy.Kind // empty: a built-in kind that only has labels here
	Labels []string
}

// Pin holds the options of the toolchain gate.
type Pin struct {
	Rule     string // for floors: fixed (default), patch, track, follow, warn, off
	Selector string // for selector files: the same values
	CI       string // fixed, warn (default), off
	Image    string // fixed, warn, notice (default), off
	Baseline string // branch-point (default), first-tag, tip
	Exclude  []string
	Follow   string            // calendar for Rule follow
	Unread   string            // what no reader can read: stop (default), allow
	ByClass  map[string]string // the rule for floors of a class of lines
	Custom   []CustomPin
}

// A CustomPin finds a pin by a regular expression with one group.
type CustomPin struct {
	File, Regex   string
	Compare, Role string // defaults semver, floor
}

// Bump holds the options of the patch bump.
type Bump struct {
	When     string // pick (default), separate, release, never
	Commit   string // message template; empty: the default one
	Anchor   string // file that answers which version the tree is
	Lockstep []string
	Files    []BumpFile
}

// A BumpFile is a version file.
type BumpFile struct {
	Type, Path, Pattern, Value string
	Count, Min, Max            int // 0: not said
}

// Notes holds the options of the release notes.
type Notes struct{ File, Style, OnPick, Date string }

// A Path says what becomes of paths that conflict.
type Path struct {
	Match      string // glob: *, ?, ** across directories
	OnConflict string // ours, theirs, union, notes, lock, manual
	Note       string
}

// Audit holds the options of the audit.
type Audit struct {
	Grace  *int   // days; nil: the default
	Uneven string // candidate (default), missing
}

// PR holds the options of pull requests.
type PR struct {
	Title, Body string // single-pass templates; empty: the default ones
	Draft       bool
	Labels      []string
	Reviewers   []string
	Assignees   []string
	Milestone   string
	Comment     bool
	AutoMerge   bool
}

// PresetPrefix marks the name of a preset where a file could stand.
const PresetPrefix = "preset:"

//go:embed presets/*.toml
var presets embed.FS

// Presets returns the names of the presets, sorted.
func Presets() []string {
	entries, err := fs.ReadDir(presets, "presets")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
	}
	sort.Strings(names)
	return names
}

// PresetText returns the file of a preset.
func PresetText(name string) ([]byte, error) {
	data, err := presets.ReadFile("presets/" + name + ".toml")
	if err != nil || strings.ContainsAny(name, "/\\") {
		hint := "known: " + strings.Join(Presets(), ", ")
		if n := nearest(name, Presets()); n != "" {
			hint = fmt.Sprintf("did you mean %q?", n)
		}
		return nil, fmt.Errorf("unknown preset %q; %s", name, hint)
	}
	return data, nil
}

// Preset reads a preset. Presets hold rules and need no file; one that works better with a schedule
// says so in its text.
func Preset(name string) (*Config, error) {
	data, err := PresetText(name)
	if err != nil {
		return nil, err
	}
	return Load(PresetPrefix+name, data, nil)
}

// Load reads a policy file. Files that it names (extends, import) are read through read, by their
// path relative to the root that the caller means; a nil read refuses them. The error is Errors when
// the fault lies in a file.
func Load(name string, data []byte, read func(string) ([]byte, error)) (*Config, error) {
	l := loader{read: read}
	tree, err := l.tree(name, data)
	if err != nil {
		return nil, err
	}
	if err := knownSchema(tree); err != nil {
		return nil, err
	}
	r := reader{checker: checker{scheme: scheme(tree)}, loader: &l, root: tree}
	r.check(tree, root(), "")
	if err := r.err(); err != nil {
		return nil, err
	}
	cfg := r.config()
	cfg.Source, cfg.Known = name, l.known
	if err := r.err(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// Schema is the version of the file's format that is read.
const Schema = 1

// knownSchema refuses a newer format by name, before its keys are called unknown.
func knownSchema(tree *value) error {
	v := tree.sub("schema")
	if v == nil || v.form != formInt || v.num == Schema {
		return nil
	}
	if v.num > Schema {
		return Errors{v.at.error("a newer git-backport reads it", "schema %d is newer than this program, which reads schema %d", v.num, Schema)}
	}
	return Errors{v.at.error(fmt.Sprintf("write schema = %d", Schema), "schema %d is not known", v.num)}
}

type loader struct {
	read  func(string) ([]byte, error)
	known Known
	stack []string // files being read, for cycles
}

const maxExtends = 8

// tree parses a file and what it extends.
func (l *loader) tree(name string, data []byte) (*value, error) {
	l.stack = append(l.stack, name)
	if day, ok := knownOn(data); ok && strings.HasPrefix(name, PresetPrefix) {
		l.known = Known{name, day}
	}
	v, err := parse(&source{name: name, data: data})
	if err != nil {
		return nil, err
	}
	e := v.get("extends")
	if e == nil || e.val == nil || e.val.form != formString {
		return v, nil
	}
	parent, text, err := l.open(e.val, name)
	if err != nil {
		return nil, err
	}
	base, err := l.tree(parent, text)
	if err != nil {
		return nil, err
	}
	return overlay(base, v, 0), nil
}

// open reads the file that a value names, refusing cycles.
func (l *loader) open(v *value, from string) (string, []byte, error) {
	if preset, ok := strings.CutPrefix(v.str, PresetPrefix); ok {
		text, err := PresetText(preset)
		if err != nil {
			return "", nil, Errors{v.at.error("", "%s", err)}
		}
		return v.str, text, nil
	}
	name := path.Clean(v.str)
	if v.str == "" || path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") || strings.ContainsAny(name, "\\\x00") {
		return "", nil, Errors{v.at.error("", "%q is not a path below the policy's directory", v.str)}
	}
	if i := strings.LastIndexAny(from, ":"); i >= 0 && !strings.HasPrefix(from, PresetPrefix) {
		from = from[i+1:]
	}
	for _, open := range append(l.stack, from) {
		if path.Clean(open) == name {
			return "", nil, Errors{v.at.error("", "%q reads itself: %s", name, strings.Join(append(l.stack, name), " → "))}
		}
	}
	if len(l.stack) >= maxExtends {
		return "", nil, Errors{v.at.error("", "more than %d files read one another", maxExtends)}
	}
	if l.read == nil {
		return "", nil, Errors{v.at.error("", "%q cannot be read from here", name)}
	}
	text, err := l.read(name)
	if err != nil {
		e := v.at.error("", "reading %q: %s", name, err)
		return "", nil, Errors{e}
	}
	if len(text) > MaxSize {
		return "", nil, Errors{v.at.error("", "%q has %d bytes: at most %d are read", name, len(text), MaxSize)}
	}
	return name, text, nil
}

// overlay puts the tables of top over those of base. Tables are merged, [[branch]] rows by line;
// everything else is replaced. Keys of top come first, so that its classes are tried first.
func overlay(base, top *value, depth int) *value {
	out := &value{form: formTable, at: top.at}
	for _, e := range top.keys {
		b := base.get(e.name)
		if b != nil && b.val != nil && e.val != nil {
			switch {
			case b.val.form == formTable && e.val.form == formTable:
				e = &entry{e.name, e.at, overlay(b.val, e.val, depth+1)}
			case depth == 0 && e.name == "branch" && b.val.form == formArray && e.val.form == formArray:
				e = &entry{e.name, e.at, overlayRows(b.val, e.val)}
			}
		}
		out.put(e)
	}
	for _, b := range base.keys {
		if top.get(b.name) == nil {
			out.put(b)
		}
	}
	return out
}

func overlayRows(base, top *value) *value {
	line := func(v *value) string {
		if e := v.get("line"); e != nil && e.val != nil {
			return e.val.str
		}
		return ""
	}
	byLine := map[string]*value{}
	for _, row := range base.items {
		byLine[line(row)] = row
	}
	out := &value{form: formArray, at: top.at}
	for _, row := range top.items {
		if b := byLine[line(row)]; b != nil && line(row) != "" {
			row = overlay(b, row, 1)
			delete(byLine, line(row))
		}
		out.items = append(out.items, row)
	}
	for _, row := range base.items {
		if byLine[line(row)] == row {
			out.items = append(out.items, row)
		}
	}
	return out
}

func scheme(tree *value) policy.Scheme {
	if repo := tree.get("repo"); repo != nil && repo.val != nil {
		if e := repo.val.get("line"); e != nil && e.val != nil && e.val.str == string(policy.ByMinor) {
			return policy.ByMinor
		}
	}
	return policy.ByMajor
}
