package config

import (
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// A branchFamily is the branches whose names differ in their numbers alone.
type branchFamily struct {
	text string // "release-#.#.#"
	rows []branchRow
}

type branchRow struct {
	name    string
	numbers []string
}

// line is the line of a branch under a scheme. A second number that names no minor version, as in
// 25.0 where lines are named by the major number, does no harm.
func (r branchRow) line(s policy.Scheme) (policy.LineID, bool) {
	minor := uint32(0)
	if len(r.numbers) > 1 {
		minor = number(r.numbers[1])
	} else if s == policy.ByMinor {
		return policy.LineID{}, false
	}
	return s.ID(number(r.numbers[0]), minor), true
}

// branchFamilies finds the families of names that could be release branches.
func branchFamilies(f policy.Facts) []*branchFamily {
	byText := map[string]*branchFamily{}
	for _, b := range f.Branches {
		text, numbers := outline(b.Name)
		foreign := strings.ContainsFunc(b.Name, func(r rune) bool { return r > 127 || !isNameByte(byte(r)) })
		if len(numbers) == 0 || len(numbers) > 3 || foreign || len(b.Name) > 100 || len(numbers[0]) > 5 {
			continue
		}
		if strings.Contains(text, "##") || byMachine(text) || glued(text) {
			continue
		}
		fam := byText[text]
		if fam == nil {
			fam = &branchFamily{text: text}
			byText[text] = fam
		}
		fam.rows = append(fam.rows, branchRow{b.Name, numbers})
	}
	var out []*branchFamily
	for _, text := range sortedKeys(byText) {
		out = append(out, byText[text])
	}
	return out
}

// byMachine reports whether a name is one that bots and forges give: dependabot/…, and USER-patch-1 of an edit in
// the browser.
func byMachine(text string) bool {
	for _, prefix := range []string{"dependabot/", "renovate/", "pull/", "gh-readonly-queue/", "revert-", "backport-", "cherry-pick-", "mergify/"} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return strings.HasSuffix(text, "-patch-#") || strings.HasSuffix(text, "-patch-#-#")
}

// speaks reports whether a family's name is made of words that release branches are called by, those of the
// tags included. One branch with other words is somebody's work.
func (b *branchFamily) speaks(tags []*tagFamily) bool {
	known := " release releases rel stable maintenance maint support version branch series lts line train x v r dev fixes "
	for _, t := range tags {
		known += strings.Join(words(t.prefix), " ") + " "
	}
	for _, w := range words(b.text) {
		if !strings.Contains(known, " "+w+" ") {
			return false
		}
	}
	return true
}

// words are the runs of letters of a name, in lower case.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r < 'a' || r > 'z' })
}

// glued reports whether letters stand right behind a number and are no x: 3.9b is not 3.9, go1.x is.
func glued(text string) bool {
	for i := 1; i < len(text); i++ {
		c := text[i] | 0x20
		if text[i-1] == '#' && 'a' <= c && c <= 'z' {
			return true
		}
	}
	return false
}

// lines returns how many branches each line has. Branches per patch release are counted as one.
func (b *branchFamily) lines(s policy.Scheme) map[policy.LineID]int {
	out := map[policy.LineID]int{}
	for _, r := range b.rows {
		if id, ok := r.line(s); ok {
			out[id]++
		}
	}
	return out
}

// perPatch reports whether the third number of the names is a patch number.
func (b *branchFamily) perPatch() bool {
	for _, r := range b.rows {
		if len(r.numbers) == 3 && bare(r.numbers[2]) != "0" {
			return true
		}
	}
	return false
}

// covers returns how many of some lines the family has a branch for that no other has: exactly one, unless
// the names hold a patch number.
func (b *branchFamily) covers(s policy.Scheme, lines, covered map[policy.LineID]bool) int {
	n := 0
	for id, k := range b.lines(s) {
		if lines[id] && !covered[id] && (k == 1 || s == policy.ByMinor && b.perPatch()) {
			n++
		}
	}
	return n
}

// newest returns the newest of some lines that the family has.
func (b *branchFamily) newest(s policy.Scheme, among map[policy.LineID]bool) policy.LineID {
	var best policy.LineID
	for id := range b.lines(s) {
		if among[id] && id.Compare(best) > 0 {
			best = id
		}
	}
	return best
}

// templates turns the outline into templates. Numbers that are always 0, in lines from 1 on, are part of the
// name; a padded minor number gives a second template.
func (b *branchFamily) templates(s policy.Scheme) []string {
	constant := []bool{false, true, true}
	padded := false
	older, newer := 0, 0
	for _, r := range b.rows {
		zero := bare(r.numbers[0]) == "0"
		if zero {
			older++
		} else {
			newer++
		}
		for i := 1; i < len(r.numbers); i++ {
			if bare(r.numbers[i]) != "0" && (!zero || i > 1) {
				constant[i] = false
			}
			padded = padded || i == 1 && len(r.numbers[i]) == 2 && r.numbers[i][0] == '0'
		}
	}
	minorIsZero := constant[1] && newer > 0 && s == policy.ByMajor
	build := func(minor string) string {
		out, i := "", 0
		for _, c := range b.text {
			if c != '#' {
				out += string(c)
				continue
			}
			switch {
			case i == 0:
				out += "{major}"
			case i == 1 && minorIsZero, i == 2 && constant[2]:
				out += "0"
			case i == 1:
				out += minor
			default:
				out += "{patch}"
			}
			i++
		}
		return out
	}
	out := []string{build("{minor}")}
	if padded && s == policy.ByMinor {
		out = append(out, build("{minor:02}"))
	}
	return out
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

// digits splits the digits off that s begins with.
func digits(s string) (number, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	return s[:len(s)-len(rest)], rest
}

func bare(digits string) string {
	if s := strings.TrimLeft(digits, "0"); s != "" {
		return s
	}
	return "0"
}

func isNameByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("._/-", c) >= 0
}
