package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/internal/streams"
)

// An Advisory is what is told of an advisory's ranges.
type Advisory struct {
	ID, AsOf, Repo string
	Packages       []Package
	Lines          []string
	Ranges         []audit.Range // of the lines, newest first
	Firsts         []string      // the first versions of the lines
	Fixes          []string      // ids
	Introduced     string        // the id of the commit that brought it; "" where it is not known
}

// A Package is a name in an ecosystem of OSV.
type Package struct{ Ecosystem, Name, PURL string }

// ecosystems are the names that OSV and GitHub have for the types of package URLs.
func ecosystems() map[string][2]string {
	return map[string][2]string{
		"cargo": {"crates.io", "rust"}, "golang": {"Go", "go"}, "npm": {"npm", "npm"}, "pypi": {"PyPI", "pip"}, "maven": {"Maven", "maven"},
		"nuget": {"NuGet", "nuget"}, "gem": {"RubyGems", "rubygems"}, "composer": {"Packagist", "composer"}, "hex": {"Hex", "erlang"}, "pub": {"Pub", "pub"},
	}
}

// ParsePackage reads "pkg:cargo/wasmtime" or "crates.io:wasmtime".
func ParsePackage(text string) (Package, error) {
	if rest, ok := strings.CutPrefix(text, "pkg:"); ok {
		kind, name, ok := strings.Cut(rest, "/")
		known, is := ecosystems()[kind]
		if !ok || name == "" || !is || strings.ContainsAny(name, "@?#") {
			return Package{}, fmt.Errorf("%q is not the package URL of a known type without a version", text)
		}
		if kind == "maven" {
			name = strings.ReplaceAll(name, "/", ":")
		}
		return Package{known[0], name, text}, nil
	}
	eco, name, ok := strings.Cut(text, ":")
	for kind, known := range ecosystems() {
		if ok && name != "" && (strings.EqualFold(eco, known[0]) || strings.EqualFold(eco, known[1])) {
			return Package{known[0], name, "pkg:" + kind + "/" + strings.ReplaceAll(name, ":", "/")}, nil
		}
	}
	return Package{}, fmt.Errorf("%q is not a package: want a package URL, or ECOSYSTEM:NAME", text)
}

// RangesTable writes an advisory's ranges for people.
func RangesTable(w io.Writer, a Advisory, o TextOptions) error {
	p := &page{w: w, o: o}
	p.printf("%s on %s\n\n", streams.Clean(a.ID), a.AsOf)
	rows := [][]string{{"line", "introduced", "fixed"}}
	for i, r := range a.Ranges {
		rows = append(rows, []string{a.Lines[i], dash(r.Introduced), dash(r.Fixed)})
	}
	widths := columns(rows)
	p.row(rows[0], widths, dim, "")
	for i, r := range a.Ranges {
		var why []string
		for _, c := range r.Copies {
			why = append(why, fmt.Sprintf("%s (%s)", o.Short(c.Commit), c.How))
		}
		if r.Planned {
			why = append(why, "planned")
		}
		if r.Note != "" {
			why = append(why, "# "+streams.Clean(r.Note))
		}
		color := ""
		if r.Open {
			color = red
		}
		p.row(rows[i+1], widths, color, strings.Join(why, ", "))
	}
	return p.err
}

// An osvV is a document of the OSV schema.
type osvV struct {
	SchemaVersion string         `json:"schema_version"`
	ID            string         `json:"id"`
	Modified      string         `json:"modified"`
	Affected      []osvAffected  `json:"affected"`
	Specific      map[string]any `json:"database_specific,omitempty"`
}

type osvAffected struct {
	Package  osvPackage `json:"package"`
	Ranges   []osvRange `json:"ranges"`
	Versions []string   `json:"versions,omitempty"`
}

type osvPackage struct {
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	PURL      string `json:"purl,omitempty"`
}

type osvRange struct {
	Type   string     `json:"type"`
	Repo   string     `json:"repo,omitempty"`
	Events []osvEvent `json:"events"`
}

type osvEvent struct {
	Introduced string `json:"introduced,omitempty"`
	Fixed      string `json:"fixed,omitempty"`
}

// OSV writes an advisory's ranges as a document of the OSV schema, with the copies of the fixes as further
// events of the repository's own range.
func OSV(w io.Writer, a Advisory) error {
	doc := osvV{SchemaVersion: "1.6.0", ID: a.ID, Modified: a.AsOf + "T00:00:00Z", Affected: []osvAffected{}}
	semver := osvRange{Type: "SEMVER"}
	for _, e := range audit.Events(a.Ranges, a.Firsts) {
		semver.Events = append(semver.Events, osvEvent{e.Introduced, e.Fixed})
	}
	git := osvRange{Type: "GIT", Repo: a.Repo, Events: []osvEvent{{Introduced: "0"}}}
	if a.Introduced != "" {
		git.Events[0].Introduced = a.Introduced
	}
	ids := slices.Clone(a.Fixes)
	for _, r := range a.Ranges {
		for _, c := range r.Copies {
			if id := c.Commit.String(); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	for _, id := range ids {
		git.Events = append(git.Events, osvEvent{Fixed: id})
	}
	for _, p := range a.Packages {
		affected := osvAffected{Package: osvPackage(p), Ranges: []osvRange{}}
		if len(semver.Events) > 0 {
			affected.Ranges = append(affected.Ranges, semver)
			if a.Repo != "" {
				affected.Ranges = append(affected.Ranges, git)
			}
		}
		doc.Affected = append(doc.Affected, affected)
	}
	notes := map[string]any{}
	for i, r := range a.Ranges {
		if r.Introduced == "" {
			notes[a.Lines[i]] = r.Note
		}
	}
	if len(notes) > 0 {
		doc.Specific = map[string]any{"lines_left_out": notes}
	}
	return WriteJSON(w, doc)
}

// A ghsaRow is a vulnerability as GitHub's repository advisories take it.
type ghsaRow struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Range   string `json:"vulnerable_version_range"`
	Patched string `json:"patched_versions"`
}

// GHSA writes an advisory's ranges as the vulnerabilities of a GitHub repository advisory.
func GHSA(w io.Writer, a Advisory) error {
	rows := []ghsaRow{}
	names := map[string]string{}
	for _, known := range ecosystems() {
		names[known[0]] = known[1]
	}
	events := audit.Events(a.Ranges, a.Firsts)
	for _, p := range a.Packages {
		for i, e := range events {
			if e.Introduced == "" {
				continue
			}
			var row ghsaRow
			row.Package.Ecosystem, row.Package.Name = names[p.Ecosystem], p.Name
			row.Range = ">= " + e.Introduced
			if i+1 < len(events) && events[i+1].Fixed != "" {
				row.Range += ", < " + events[i+1].Fixed
				row.Patched = events[i+1].Fixed
			}
			rows = append(rows, row)
		}
	}
	return WriteJSON(w, rows)
}
