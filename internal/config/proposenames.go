package config

import (
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// versionTag splits a tag's name into what comes before the version, and the first two numbers: the
// longest version that the name ends with, with a suffix that - or + begins.
func versionTag(name string) (prefix, major, minor string, ok bool) {
	for at := range len(name) {
		if at > 0 && !isNameByte(name[at-1]) {
			return "", "", "", false
		}
		if major, minor, ok = version(name[at:]); ok {
			return name[:at], major, minor, true
		}
	}
	return "", "", "", false
}

// version reads "1.2" or "1.2.3", which ends there or goes on with - or +.
func version(s string) (major, minor string, ok bool) {
	major, s = digits(s)
	if minor, s, ok = dotted(s); major == "" || !ok {
		return "", "", false
	}
	if _, rest, more := dotted(s); more {
		s = rest
	}
	return major, minor, s == "" || (s[0] == '-' || s[0] == '+') && !strings.Contains(s, "\n")
}

func dotted(s string) (number, rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return "", s, false
	}
	number, rest = digits(s[1:])
	return number, rest, number != ""
}

// digits splits the digits off that s begins with.
func digits(s string) (number, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	return s[:len(s)-len(rest)], rest
}

func isNameByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("._/-", c) >= 0
}

// outline returns a name with each number in it as #, and the numbers.
func outline(name string) (text string, numbers []string) {
	var b strings.Builder
	for name != "" {
		if number, rest := digits(name); number != "" {
			b.WriteByte('#')
			numbers, name = append(numbers, number), rest
			continue
		}
		b.WriteByte(name[0])
		name = name[1:]
	}
	return b.String(), numbers
}

// names finds the templates: tags first, for they say which branches are release branches.
func (d *detection) names() {
	prefix, stems := d.tagPrefix()
	d.branchTemplate(stems)
	if d.scheme == "" {
		d.scheme = policy.ByMinor
	}
	if prefix != nil {
		d.tagTemplates(*prefix)
	}
}

// tagPrefix returns the prefix that most lines' tags have, and the lines ("36.0", "36") it gives.
func (d *detection) tagPrefix() (*string, map[string]bool) {
	lines := map[string]map[string]bool{}
	total := map[string]int{}
	for _, t := range d.seen.Facts.Tags {
		prefix, major, minor, ok := versionTag(t.Name)
		if !ok || strings.HasSuffix(prefix, ".") || len(major) > 9 || len(minor) > 9 {
			continue
		}
		if lines[prefix] == nil {
			lines[prefix] = map[string]bool{}
		}
		lines[prefix][bare(major)+"."+bare(minor)] = true
		total[prefix]++
	}
	best := ""
	for _, p := range sortedKeys(lines) {
		a, b := len(lines[p]), len(lines[best])
		if lines[best] == nil || a > b || a == b && (total[p] > total[best] || total[p] == total[best] && len(p) < len(best)) {
			best = p
		}
	}
	if lines[best] == nil {
		return nil, nil
	}
	stems := map[string]bool{}
	for l := range lines[best] {
		stems[l] = true
		major, _, _ := strings.Cut(l, ".")
		stems[major] = true
	}
	return &best, stems
}

func bare(digits string) string {
	if s := strings.TrimLeft(digits, "0"); s != "" {
		return s
	}
	return "0"
}

func (d *detection) tagTemplates(prefix string) {
	candidates := []string{prefix + "{version}", prefix + "{major}.{minor}[.{patch}]", prefix + "{major}.{minor:02}[.{patch}]"}
	var templates []policy.Template
	counts := make([]int, len(candidates))
	for _, c := range candidates {
		t, err := policy.ParseTemplate(c)
		if err != nil {
			return
		}
		templates = append(templates, t)
	}
	for _, tag := range d.seen.Facts.Tags {
		for i, t := range templates {
			if _, ok := t.Match(tag.Name); ok {
				counts[i]++
				break
			}
		}
	}
	for i, n := range counts {
		if n > 1 || i == 0 && n > 0 {
			d.tags = append(d.tags, candidates[i])
		}
	}
}

// A skeleton is the branches whose names differ in their numbers only.
type skeleton struct {
	text    string // "release-#.#.#"
	rows    [][]string
	names   []string
	matched int // rows whose line has a tag
}

// branchTemplate finds the release branches: the largest family of names that belong to tagged lines.
func (d *detection) branchTemplate(stems map[string]bool) {
	families := map[string]*skeleton{}
	for _, f := range d.seen.Facts.Branches {
		text, numbers := outline(f.Name)
		foreign := strings.ContainsFunc(f.Name, func(r rune) bool { return r > 127 || !isNameByte(byte(r)) })
		if len(numbers) == 0 || len(numbers) > 3 || foreign || len(f.Name) > 100 {
			continue
		}
		s := families[text]
		if s == nil {
			s = &skeleton{text: text}
			families[text] = s
		}
		s.rows, s.names = append(s.rows, numbers), append(s.names, f.Name)
		stem := bare(numbers[0])
		if len(numbers) > 1 {
			stem += "." + bare(numbers[1])
		}
		if stems[stem] && len(numbers[0]) < 6 {
			s.matched++
		}
	}
	var best *skeleton
	for _, text := range sortedKeys(families) {
		s := families[text]
		if s.matched > 0 && 2*s.matched >= len(s.rows) && (best == nil || s.matched > best.matched) {
			best = s
		}
	}
	if best == nil {
		return
	}
	d.fill(best)
}

// fill turns a skeleton into templates. Numbers that are always 0, in lines from 1 on, are part of the
// name; a padded minor number gives a second template.
func (d *detection) fill(s *skeleton) {
	constant := []bool{false, true, true}
	padded := false
	older, newer := 0, 0
	for _, r := range s.rows {
		zero := bare(r[0]) == "0"
		if zero {
			older++
		} else {
			newer++
		}
		for i := 1; i < len(r); i++ {
			if !zero && bare(r[i]) != "0" {
				constant[i] = false
			}
			padded = padded || i == 1 && len(r[i]) == 2 && r[i][0] == '0'
		}
	}
	build := func(minor string) string {
		out, i := "", 0
		for _, c := range s.text {
			if c != '#' {
				out += string(c)
				continue
			}
			switch {
			case i > 0 && constant[i] && newer > 0:
				out += "0"
			case i == 0:
				out += "{major}"
			case i == 1:
				out += minor
			default:
				out += "{patch}"
			}
			i++
		}
		return out
	}
	plain := build("{minor}")
	d.scheme = policy.ByMajor
	if strings.Contains(plain, "{minor}") {
		d.scheme = policy.ByMinor
	}
	d.branches = []string{plain}
	if padded && d.scheme == policy.ByMinor {
		d.branches = append(d.branches, build("{minor:02}"))
	}
	d.count(s)
	d.zeroes = older > 0 && newer > 0 && d.scheme == policy.ByMajor && strings.Contains(plain, "{major}.{")
}

// count says how many branches the templates match, and names the newest.
func (d *detection) count(s *skeleton) {
	var newest policy.LineID
	for _, text := range d.branches {
		t, err := policy.ParseTemplate(text)
		if err != nil {
			continue
		}
		for _, name := range s.names {
			v, ok := t.Match(name)
			if !ok {
				continue
			}
			d.matched++
			if id := d.scheme.ID(uint32(v.Major()), uint32(v.Minor())); d.example == "" || id.Compare(newest) > 0 {
				newest, d.example = id, name
			}
		}
	}
}
