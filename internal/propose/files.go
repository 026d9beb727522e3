package propose

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/manifest"
	"github.com/git-backport/git-backport/internal/notes"
	"github.com/git-backport/git-backport/policy"
)

// files are the version files, notes and lock files that are proposed.
type files struct {
	bump  []manifest.Rule
	notes string
	locks []string
	pins  []string
	why   string // why no version file is proposed
}

// A tip is a live line with its tree and what its tags say.
type tip struct {
	line policy.Line
	tree fs.FS
	tags []string // versions

	patch, patchTag string // the newest patch release; empty: there is none
}

// usualFiles are files whose handler is known by their path. What they hold decides.
func usualFiles() [][2]string {
	return [][2]string{
		{"cargo", "Cargo.toml"}, {"npm", "package.json"}, {"pyproject", "pyproject.toml"}, {"maven", "pom.xml"}, {"gradle-properties", "gradle.properties"},
		{"version-file", "VERSION"}, {"version-file", "version/VERSION"}, {"version-file", "VERSION.txt"}, {"cmake", "CMakeLists.txt"},
		{"go-const", "version/version.go"}, {"go-const", "api/version/version.go"}, {"go-const", "internal/version/version.go"},
	}
}

var pinFiles = [...]string{
	"Cargo.toml", "rust-toolchain.toml", "rust-toolchain", "clippy.toml", "go.mod", "go.work", ".go-version", "package.json", ".nvmrc", ".node-version",
	"pyproject.toml", ".python-version", ".tool-versions", "mise.toml", "CMakeLists.txt",
}

// find tries each usual file on all live lines: what does not hold the version of each, or cannot be bumped
// there, is not proposed.
func (d *draft) find(tips []tip) {
	if len(tips) == 0 {
		d.files.why = "no live line has a branch to look at"
		return
	}
	d.pinsAndLocks(tips[0].tree)
	for _, u := range usualFiles() {
		rule := manifest.Rule{Type: u[0], Path: u[1]}
		if !slices.Contains(manifest.Types(), rule.Type) || !exists(tips[0].tree, rule.Path) {
			continue
		}
		if err := d.tried(tips, []manifest.Rule{rule}); err != nil {
			d.left = append(d.left, fmt.Sprintf("version file %s (%v)", rule.Path, err))
			continue
		}
		d.files.bump = append(d.files.bump, rule)
	}
	for _, follow := range [][2]string{{"cargo-lock", "Cargo.lock"}, {"cargo-vet", "supply-chain/imports.lock"}} {
		rule := manifest.Rule{Type: follow[0], Path: follow[1]}
		if len(d.files.bump) > 0 && d.files.bump[0].Type == "cargo" && exists(tips[0].tree, rule.Path) {
			if err := d.tried(tips, append(slices.Clone(d.files.bump), rule)); err != nil {
				d.left = append(d.left, fmt.Sprintf("version file %s (%v)", rule.Path, err))
				continue
			}
			d.files.bump = append(d.files.bump, rule)
		}
	}
	for len(d.files.bump) > 0 {
		err := d.tried(tips, d.files.bump)
		if err == nil {
			break
		}
		last := d.files.bump[len(d.files.bump)-1]
		d.left = append(d.left, fmt.Sprintf("version file %s (%v)", last.Path, err))
		d.files.bump = d.files.bump[:len(d.files.bump)-1]
	}
	if len(d.files.bump) == 0 {
		d.files.why = "no file holds the version on every live line: the tag is the version"
	}
	d.findNotes(tips)
}

func exists(tree fs.FS, name string) bool {
	info, err := fs.Stat(tree, name)
	return err == nil && info.Mode().IsRegular()
}

// tried bumps each live line in memory, and makes its newest patch release again.
func (d *draft) tried(tips []tip, rules []manifest.Rule) error {
	for _, t := range tips {
		if _, err := trial(t, rules); err != nil {
			return err
		}
	}
	return d.again(tips, rules)
}

// trial bumps a line in memory and returns its next version.
func trial(t tip, rules []manifest.Rule) (next manifest.NextResult, err error) {
	anchor, left, err := manifest.Find(t.tree, rules, t.line.Name())
	if err != nil {
		return next, fmt.Errorf("%s: %w", t.line.Branch, err)
	}
	if anchor.Path == "" && len(left) > 0 {
		return next, fmt.Errorf("%s: %s", t.line.Branch, left[0].Why)
	}
	if anchor.Path == "" {
		return next, fmt.Errorf("%s: no version in it", t.line.Branch)
	}
	in := manifest.NextInput{Line: t.line.Name(), Tags: t.tags, Tree: anchor.Version}
	if next, err = manifest.Next(in); err != nil {
		return next, fmt.Errorf("%s: %w", t.line.Branch, err)
	}
	if !next.Bump {
		return next, nil
	}
	res, err := manifest.Bump(t.tree, manifest.BumpOptions{From: next.From, To: next.Version, Files: rules})
	switch {
	case err != nil:
		return next, fmt.Errorf("%s: %w", t.line.Branch, err)
	case len(res.Files) == 0:
		return next, fmt.Errorf("%s: %w", t.line.Branch, errors.New("nothing to bump"))
	}
	return next, nil
}

// findNotes proposes notes that have sections for the versions of every live line.
func (d *draft) findNotes(tips []tip) {
	for _, name := range []string{"RELEASES.md", "CHANGELOG.md", "CHANGES.md", "NEWS.md", "HISTORY.md", "Changes"} {
		if !exists(tips[0].tree, name) {
			continue
		}
		if why := notesFit(tips, name); why != "" {
			d.left = append(d.left, fmt.Sprintf("notes %s (%s)", name, why))
			continue
		}
		d.files.notes = name
		return
	}
}

func notesFit(tips []tip, name string) string {
	for _, t := range tips {
		data, err := fs.ReadFile(t.tree, name)
		if err != nil {
			return t.line.Branch + ": it is not there"
		}
		parsed, err := notes.Parse(data)
		if err != nil {
			return t.line.Branch + ": no sections of versions"
		}
		has := false
		for _, s := range parsed.Sections {
			has = has || t.line.Latest != nil && s.Version == t.line.Latest.String()
		}
		if !has && t.line.Latest != nil {
			return fmt.Sprintf("%s: no section of %s", t.line.Branch, t.line.Latest)
		}
	}
	return ""
}

func (d *draft) pinsAndLocks(tree fs.FS) {
	for _, p := range pinFiles {
		if exists(tree, p) {
			d.files.pins = append(d.files.pins, p)
		}
	}
	for _, p := range []string{"Cargo.lock", "go.sum"} {
		if exists(tree, p) {
			d.files.locks = append(d.files.locks, "**/"+p)
		}
	}
}

func (f files) write(b *strings.Builder) {
	b.WriteString("[pin]                          # no toolchain floor rises on a release branch\nrule = \"fixed\"\n")
	if len(f.pins) > 0 {
		fmt.Fprintf(b, "# read here: %s\n", strings.Join(f.pins, ", "))
	}
	b.WriteString("\n[bump]\n")
	if len(f.bump) == 0 {
		fmt.Fprintf(b, "when = \"never\"                 # %s\n\n", clean(f.why))
	} else {
		b.WriteString("when = \"pick\"                  # or separate, release, never\n\n")
	}
	for _, r := range f.bump {
		fmt.Fprintf(b, "[[bump.file]]\ntype = %q\npath = %q\n\n", r.Type, path.Clean(r.Path))
	}
	if f.notes != "" {
		fmt.Fprintf(b, "[notes]\nfile = %q\n\n[[path]]\nmatch       = %q\non_conflict = \"notes\"\n\n", f.notes, f.notes)
	}
	for _, l := range f.locks {
		fmt.Fprintf(b, "[[path]]\nmatch       = %q\non_conflict = \"lock\"\n\n", l)
	}
}
