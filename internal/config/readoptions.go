package config

import (
	"cmp"
	"slices"

	"github.com/git-backport/git-backport/internal/manifest"
)

// options reads the sections that other stages use.
func (r *reader) options(root *value) {
	v := root.sub("pin")
	r.cfg.Pin = Pin{Rule: v.text("rule"), Selector: v.text("selector"), CI: v.text("ci"), Image: v.text("image"),
		Baseline: v.text("baseline"), Exclude: v.texts("exclude"), Follow: v.text("follow"), Unread: v.text("unread"), ByClass: r.cfg.Pin.ByClass}
	if r.cfg.Pin.Rule == "follow" && r.cfg.Pin.Follow == "" {
		r.add(v.sub("rule").at, "", "rule = %q needs pin.follow", "follow")
	}
	for _, c := range v.each("custom") {
		p := CustomPin{File: c.text("file"), Regex: c.text("regex"), Compare: cmp.Or(c.text("compare"), "semver"), Role: cmp.Or(c.text("role"), "floor")}
		if p.File == "" || p.Regex == "" {
			r.add(c.at, "", "a [[pin.custom]] needs file and regex")
		}
		r.cfg.Pin.Custom = append(r.cfg.Pin.Custom, p)
	}
	r.bump(root.sub("bump"))
	n := root.sub("notes")
	r.cfg.Notes = Notes{File: n.text("file"), Style: n.text("style"), OnPick: n.text("on_pick"), Date: n.text("date")}
	for _, p := range root.each("path") {
		rule := Path{Match: p.text("match"), OnConflict: p.text("on_conflict"), Note: p.text("note")}
		if rule.Match == "" || rule.OnConflict == "" {
			r.add(p.at, "", "a [[path]] needs match and on_conflict")
		}
		r.cfg.Paths = append(r.cfg.Paths, rule)
	}
	pr := root.sub("pr")
	r.cfg.PR = PR{Title: pr.text("title"), Body: pr.text("body"), Draft: pr.flag("draft", false), Labels: pr.texts("labels")}
	r.cfg.PR.Reviewers, r.cfg.PR.Assignees, r.cfg.PR.Milestone = pr.texts("reviewers"), pr.texts("assignees"), pr.text("milestone")
	r.cfg.PR.Comment, r.cfg.PR.AutoMerge = pr.flag("comment", false), pr.flag("auto_merge", false)
	r.fields(pr.sub("milestone"), "line", "branch")
	r.fields(pr.sub("title"), "subject", "branch", "line", "version", "kind")
	r.fields(pr.sub("body"), "subject", "branch", "line", "version", "kind")
}

func (r *reader) bump(v *value) {
	r.cfg.Bump = Bump{When: v.text("when"), Commit: v.text("commit"), Anchor: v.text("anchor"), Lockstep: v.texts("lockstep")}
	r.fields(v.sub("commit"), "version", "line", "branch", "name")
	for _, f := range v.each("file") {
		b := BumpFile{Type: f.text("type"), Path: f.text("path"), Pattern: f.text("pattern"), Value: f.text("value"),
			Count: f.int("count"), Min: f.int("min"), Max: f.int("max")}
		switch {
		case b.Type == "":
			r.add(f.at, "", "a [[bump.file]] needs type")
		case b.Type == "regex" && (b.Path == "" || b.Pattern == ""):
			r.add(f.at, "", "a [[bump.file]] of type %q needs path and pattern", b.Type)
		case b.Type != "regex" && (b.Pattern != "" || b.Value != ""):
			r.add(f.at, "", "pattern and value are for type %q only", "regex")
		case b.Max != 0 && b.Min > b.Max:
			r.add(f.sub("min").at, "", "min is greater than max")
		}
		r.fields(f.sub("value"), "version", "major", "minor", "patch")
		r.cfg.Bump.Files = append(r.cfg.Bump.Files, b)
	}
	r.anchor(v.sub("anchor"))
}

// anchor puts the file that says which version the tree is before the others: the first file that can
// tell is the one that counts. Without other files it is the only one.
func (r *reader) anchor(v *value) {
	if v == nil {
		return
	}
	b := &r.cfg.Bump
	if len(b.Files) == 0 {
		kind, ok := manifest.TypeOf(v.str)
		if !ok {
			r.add(v.at, "add a [[bump.file]] with this path, which says what type of file it is", "the type of %q cannot be told from its name", v.str)
			return
		}
		b.Files = []BumpFile{{Type: kind, Path: v.str}}
		return
	}
	i := slices.IndexFunc(b.Files, func(f BumpFile) bool { return f.Path == v.str })
	if i < 0 {
		r.add(v.at, "add one", "no [[bump.file]] has the path %q", v.str)
		return
	}
	first := b.Files[i]
	b.Files = slices.Insert(slices.Delete(b.Files, i, i+1), 0, first)
}

// fields checks the {fields} of a text template; "{{" stands for a brace.
func (r *reader) fields(v *value, known ...string) {
	if v == nil {
		return
	}
	s := v.str
	for i := 0; i < len(s); i++ {
		if s[i] != '{' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '{' {
			i++
			continue
		}
		end := i + 1
		for end < len(s) && s[end] != '}' && s[end] != '{' && end-i < 40 {
			end++
		}
		name := s[i+1 : end]
		if end == len(s) || s[end] != '}' || indexOf(known, name) < 0 {
			hint := "write {{ for a brace"
			if n := nearest(name, known); n != "" {
				hint = "did you mean \"{" + n + "}\"?"
			}
			r.add(v.at, hint, "unknown field %q", "{"+name+"}")
			return
		}
		i = end
	}
}
