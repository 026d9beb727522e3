package manifest

import (
	"path"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// A project of MSBuild, or the Directory.Build.props above it, holds the version in elements of its property
// groups. Assembly and file versions have four numbers, and often stand still on purpose: those that do not
// hold the old version stay as they are.

// msbuildVersion reports whether an entry is a version of the project, and whether it names the release.
func msbuildVersion(e document.Entry) (is, main bool) {
	group, leaf := path.Split(e.Key)
	group, _, _ = strings.Cut(path.Base(group), "#")
	leaf, _, _ = strings.Cut(leaf, "#")
	if group != "PropertyGroup" || e.Span.Start < 0 {
		return false, false
	}
	switch leaf {
	case "Version", "VersionPrefix", "PackageVersion":
		return true, true
	case "AssemblyVersion", "FileVersion", "InformationalVersion", "AssemblyInformationalVersion", "AssemblyFileVersion":
		return true, false
	}
	return false, false
}

func msbuildAnchor(src *document.Source, rule Rule) (Anchor, error) {
	return namedAnchor(src, rule, readXML, func(e document.Entry) bool {
		_, main := msbuildVersion(e)
		return main && !strings.Contains(e.Text, "$(")
	})
}

func bumpMSBuild(r *run, rule Rule) error {
	return r.bumpWhere(rule, readXML, func(e document.Entry) bool {
		is, _ := msbuildVersion(e)
		return is
	})
}

// A chart of Helm has a version of its own, and that of what it installs.

func helmKey(rule Rule) func(document.Entry) bool {
	return func(e document.Entry) bool {
		if rule.Pattern != "" {
			return e.Key == `/"`+rule.Pattern+`"`
		}
		return e.Key == `/"version"` || e.Key == `/"appVersion"`
	}
}

func helmAnchor(src *document.Source, rule Rule) (Anchor, error) {
	first := rule
	if first.Pattern == "" {
		first.Pattern = "version"
	}
	return namedAnchor(src, rule, document.ReadYAML, helmKey(first))
}

func bumpHelm(r *run, rule Rule) error {
	return r.bumpWhere(rule, document.ReadYAML, helmKey(rule))
}

// bumpWhere sets, among the entries that want takes, those that hold the version the bump starts from, of
// which there must be one; others stay.
func (r *run) bumpWhere(rule Rule, read document.Reading, want func(document.Entry) bool) error {
	data, err := r.src.Read(rule.Path)
	if err != nil {
		return err
	}
	list, err := read(data)
	if err != nil {
		return document.InFile(rule.Path, err)
	}
	changes := map[int]string{}
	for _, e := range list {
		if text, ok := r.respell(e.Text); ok && want(e) {
			changes[e.Span.Start] = text
		}
	}
	if len(changes) == 0 {
		return document.At(rule.Path, 0, "%w: no version is %q", ErrVersionMoved, r.from)
	}
	return r.set(rule.Path, read, changes)
}
