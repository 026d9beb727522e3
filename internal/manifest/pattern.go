package manifest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// respell returns the text of a file's value after the bump: a leading v and build metadata stay, but for
// metadata that says "after this release", as in 2.0.9+git. ok is false when the text is not the version
// the bump starts from.
func (r *run) respell(text string) (string, bool) {
	body := strings.TrimPrefix(text, "v")
	v, err := version.Parse(body)
	if err != nil || v.Of(r.opts.Numbers).Compare(r.from) != 0 {
		return "", false
	}
	next := r.to.As(v)
	if next.Meta == "" && v.Meta != "git" && v.Meta != "dev" {
		next.Meta = v.Meta
	}
	return text[:len(text)-len(body)] + next.String(), true
}

// bumpNamed sets, among the entries that want takes, those that hold the version the bump starts from. One
// that holds another version is ErrVersionMoved; none at all is ErrRule.
func (r *run) bumpNamed(rule Rule, read document.Reading, want func(document.Entry) bool) error {
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
		if !want(e) {
			continue
		}
		text, ok := r.respell(e.Text)
		if !ok {
			return document.At(rule.Path, document.LineOf(data, e.Span.Start), "%w: %s is %q, not %q", ErrVersionMoved, e.Key, e.Text, r.from)
		}
		changes[e.Span.Start] = text
	}
	if len(changes) == 0 {
		return document.At(rule.Path, 0, "%w as type %q looks for it", ErrNone, rule.Type)
	}
	return r.set(rule.Path, read, changes)
}

// namedAnchor reads the one version that the entries want takes hold; the zero Anchor when there is none.
func namedAnchor(src *document.Source, rule Rule, read document.Reading, want func(document.Entry) bool) (Anchor, error) {
	data, err := src.Read(rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	list, err := read(data)
	if err != nil {
		return Anchor{}, document.InFile(rule.Path, err)
	}
	var a Anchor
	for _, e := range list {
		if !want(e) {
			continue
		}
		text := strings.TrimPrefix(e.Text, "v")
		line := document.LineOf(data, e.Span.Start)
		if _, err := version.Parse(text); err != nil {
			return Anchor{}, document.At(rule.Path, line, "%s: %w", e.Key, err)
		}
		if a.Path != "" && a.Version != text {
			return Anchor{}, document.At(rule.Path, line, "%w: %q here, %q in line %d", ErrAnchors, text, a.Version, a.Line)
		}
		if a.Path == "" {
			a = Anchor{Path: rule.Path, Line: line, Version: text}
		}
	}
	return a, nil
}

// matches makes a reading of the matches of an expression: its group named "v" is the value, that named
// "k", if there is one, the key. Several groups may be named v; the one that took part counts.
func matches(re *regexp.Regexp) document.Reading {
	return func(data []byte) ([]document.Entry, error) {
		var out []document.Entry
		for _, m := range re.FindAllSubmatchIndex(data, -1) {
			var e document.Entry
			e.Span = document.Span{Start: -1, End: -1}
			for i, name := range re.SubexpNames() {
				if m[2*i] < 0 {
					continue
				}
				text := string(data[m[2*i]:m[2*i+1]])
				switch name {
				case "k":
					e.Key = text
				case "v":
					e.Text, e.Span = text, document.Span{Start: m[2*i], End: m[2*i+1]}
				}
			}
			if e.Span.Start >= 0 {
				out = append(out, e)
			}
		}
		return out, nil
	}
}

// expression compiles the pattern of a regex rule.
func expression(rule Rule) (document.Reading, error) {
	re, err := regexp.Compile(rule.Pattern)
	if err != nil {
		return nil, document.At(rule.Path, 0, "%w: %v", ErrRule, err)
	}
	if re.NumSubexp() != 1 {
		return nil, document.At(rule.Path, 0, "%w: pattern %q has %d groups; it needs one, the version", ErrRule, rule.Pattern, re.NumSubexp())
	}
	return func(data []byte) ([]document.Entry, error) {
		var out []document.Entry
		for _, m := range re.FindAllSubmatchIndex(data, -1) {
			if m[2] < 0 || m[2] == m[3] {
				return nil, document.At("", document.LineOf(data, m[0]), "%w: pattern %q matches here without its group", ErrRule, rule.Pattern)
			}
			out = append(out, document.Entry{Key: rule.Pattern, Text: string(data[m[2]:m[3]]), Span: document.Span{Start: m[2], End: m[3]}})
		}
		return out, nil
	}, nil
}

func regexAnchor(src *document.Source, rule Rule) (Anchor, error) {
	if rule.Value != "" && rule.Value != "{version}" {
		return Anchor{}, nil // a part of a version only
	}
	read, err := expression(rule)
	if err != nil {
		return Anchor{}, err
	}
	a, err := namedAnchor(src, rule, read, func(document.Entry) bool { return true })
	if err == nil && a.Path == "" {
		err = document.At(rule.Path, 0, "%w: pattern %q matches nothing", ErrNone, rule.Pattern)
	}
	return a, err
}

// bumpRegex sets what the group of a pattern matches. Each match must hold the old version, or the part
// of it that Value asks for, and their number must be within the guards.
func bumpRegex(r *run, rule Rule) error {
	read, err := expression(rule)
	if err != nil {
		return err
	}
	data, err := r.src.Read(rule.Path)
	if err != nil {
		return err
	}
	list, err := read(data)
	if err != nil {
		return document.InFile(rule.Path, err)
	}
	if err := guard(rule, len(list)); err != nil {
		return err
	}
	changes := map[int]string{}
	for _, e := range list {
		text, ok := r.respell(e.Text)
		if rule.Value != "" && rule.Value != "{version}" {
			text, ok = fill(rule.Value, r.to), e.Text == fill(rule.Value, r.from)
		}
		if !ok {
			return document.At(rule.Path, document.LineOf(data, e.Span.Start), "%w: %q, not %q", ErrVersionMoved, e.Text, fill(rule.Value, r.from))
		}
		changes[e.Span.Start] = text
	}
	return r.set(rule.Path, read, changes)
}

// guard checks how often a pattern matched.
func guard(rule Rule, n int) error {
	least := rule.Min
	if rule.Min == 0 && rule.Exactly == 0 {
		least = 1
	}
	switch {
	case rule.Exactly > 0 && n != rule.Exactly:
		return document.At(rule.Path, 0, "%w: pattern %q matches %d times, not exactly %d", ErrRule, rule.Pattern, n, rule.Exactly)
	case n == 0 && rule.Min == 0:
		return document.At(rule.Path, 0, "%w: pattern %q matches nothing", ErrNone, rule.Pattern)
	case n < least:
		return document.At(rule.Path, 0, "%w: pattern %q matches %d times, not at least %d", ErrRule, rule.Pattern, n, least)
	case rule.Max > 0 && n > rule.Max:
		return document.At(rule.Path, 0, "%w: pattern %q matches %d times, not at most %d", ErrRule, rule.Pattern, n, rule.Max)
	}
	return nil
}

// fill puts a version into a template with the fields {version}, {major}, {minor} and {patch}.
func fill(template string, v version.Version) string {
	if template == "" {
		template = "{version}"
	}
	return strings.NewReplacer("{version}", v.String(), "{major}", fmt.Sprint(v.Major), "{minor}", fmt.Sprint(v.Minor),
		"{patch}", strconv.FormatUint(v.Patch, 10)).Replace(template)
}
