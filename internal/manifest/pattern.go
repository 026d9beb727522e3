package manifest

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// respell returns the text of a file's value after the bump: a leading v and build metadata stay, but for
// metadata that says "after this release", as in 2.0.9+git. ok is false when the text is not the version
// the bump starts from.
func (r *run) respell(text string) (string, bool) {
	body := strings.TrimPrefix(text, "v")
	v, err := parseVersion(body)
	if err != nil || v.compare(r.from) != 0 {
		return "", false
	}
	next := r.to
	if next.meta == "" && v.meta != "git" && v.meta != "dev" {
		next.meta = v.meta
	}
	return text[:len(text)-len(body)] + next.String(), true
}

// bumpNamed sets, among the entries that want takes, those that hold the version the bump starts from. One
// that holds another version is ErrVersionMoved; none at all is ErrRule.
func (r *run) bumpNamed(rule Rule, read reading, want func(entry) bool) error {
	data, err := r.src.read(rule.Path)
	if err != nil {
		return err
	}
	list, err := read(data)
	if err != nil {
		return InFile(rule.Path, err)
	}
	changes := map[int]string{}
	for _, e := range list {
		if !want(e) {
			continue
		}
		text, ok := r.respell(e.text)
		if !ok {
			return at(rule.Path, lineOf(data, e.span.Start), "%w: %s is %q, not %q", ErrVersionMoved, e.key, e.text, r.from)
		}
		changes[e.span.Start] = text
	}
	if len(changes) == 0 {
		return at(rule.Path, 0, "%w: no version found as type %q looks for it", ErrRule, rule.Type)
	}
	return r.set(rule.Path, read, changes)
}

// namedAnchor reads the one version that the entries want takes hold; the zero Anchor when there is none.
func namedAnchor(src *source, rule Rule, read reading, want func(entry) bool) (Anchor, error) {
	data, err := src.read(rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	list, err := read(data)
	if err != nil {
		return Anchor{}, InFile(rule.Path, err)
	}
	var a Anchor
	for _, e := range list {
		if !want(e) {
			continue
		}
		text := strings.TrimPrefix(e.text, "v")
		line := lineOf(data, e.span.Start)
		if _, err := parseVersion(text); err != nil {
			return Anchor{}, at(rule.Path, line, "%s: %w", e.key, err)
		}
		if a.Path != "" && a.Version != text {
			return Anchor{}, at(rule.Path, line, "%w: %q here, %q in line %d", ErrAnchors, text, a.Version, a.Line)
		}
		if a.Path == "" {
			a = Anchor{Path: rule.Path, Line: line, Version: text}
		}
	}
	return a, nil
}

func lineOf(data []byte, offset int) int { return 1 + bytes.Count(data[:offset], []byte("\n")) }

// matches makes a reading of the matches of an expression: its group named "v" is the value, that named
// "k", if there is one, the key. Several groups may be named v; the one that took part counts.
func matches(re *regexp.Regexp) reading {
	return func(data []byte) ([]entry, error) {
		var out []entry
		for _, m := range re.FindAllSubmatchIndex(data, -1) {
			var e entry
			e.span = Span{-1, -1}
			for i, name := range re.SubexpNames() {
				if m[2*i] < 0 {
					continue
				}
				text := string(data[m[2*i]:m[2*i+1]])
				switch name {
				case "k":
					e.key = text
				case "v":
					e.text, e.span = text, Span{m[2*i], m[2*i+1]}
				}
			}
			if e.span.Start >= 0 {
				out = append(out, e)
			}
		}
		return out, nil
	}
}

// expression compiles the pattern of a regex rule.
func expression(rule Rule) (reading, error) {
	re, err := regexp.Compile(rule.Pattern)
	if err != nil {
		return nil, at(rule.Path, 0, "%w: %v", ErrRule, err)
	}
	if re.NumSubexp() != 1 {
		return nil, at(rule.Path, 0, "%w: pattern %q has %d groups; it needs one, the version", ErrRule, rule.Pattern, re.NumSubexp())
	}
	return func(data []byte) ([]entry, error) {
		var out []entry
		for _, m := range re.FindAllSubmatchIndex(data, -1) {
			if m[2] < 0 || m[2] == m[3] {
				return nil, at("", lineOf(data, m[0]), "%w: pattern %q matches here without its group", ErrRule, rule.Pattern)
			}
			out = append(out, entry{key: rule.Pattern, text: string(data[m[2]:m[3]]), span: Span{m[2], m[3]}})
		}
		return out, nil
	}, nil
}

func regexAnchor(src *source, rule Rule) (Anchor, error) {
	if rule.Value != "" && rule.Value != "{version}" {
		return Anchor{}, nil // a part of a version only
	}
	read, err := expression(rule)
	if err != nil {
		return Anchor{}, err
	}
	a, err := namedAnchor(src, rule, read, func(entry) bool { return true })
	if err == nil && a.Path == "" {
		err = at(rule.Path, 0, "%w: pattern %q matches nothing", ErrRule, rule.Pattern)
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
	data, err := r.src.read(rule.Path)
	if err != nil {
		return err
	}
	list, err := read(data)
	if err != nil {
		return InFile(rule.Path, err)
	}
	if err := guard(rule, len(list)); err != nil {
		return err
	}
	changes := map[int]string{}
	for _, e := range list {
		text, ok := r.respell(e.text)
		if rule.Value != "" && rule.Value != "{version}" {
			text, ok = fill(rule.Value, r.to), e.text == fill(rule.Value, r.from)
		}
		if !ok {
			return at(rule.Path, lineOf(data, e.span.Start), "%w: %q, not %q", ErrVersionMoved, e.text, fill(rule.Value, r.from))
		}
		changes[e.span.Start] = text
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
		return at(rule.Path, 0, "%w: pattern %q matches %d times, not exactly %d", ErrRule, rule.Pattern, n, rule.Exactly)
	case n < least:
		return at(rule.Path, 0, "%w: pattern %q matches %d times, not at least %d", ErrRule, rule.Pattern, n, least)
	case rule.Max > 0 && n > rule.Max:
		return at(rule.Path, 0, "%w: pattern %q matches %d times, not at most %d", ErrRule, rule.Pattern, n, rule.Max)
	}
	return nil
}

// fill puts a version into a template with the fields {version}, {major}, {minor} and {patch}.
func fill(template string, v version) string {
	if template == "" {
		template = "{version}"
	}
	return strings.NewReplacer("{version}", v.String(), "{major}", fmt.Sprint(v.major), "{minor}", fmt.Sprint(v.minor),
		"{patch}", strconv.FormatUint(v.patch, 10)).Replace(template)
}
