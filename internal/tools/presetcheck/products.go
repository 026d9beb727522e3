package main

import (
	"bufio"
	"fmt"
	"regexp"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// A tally counts the rows of the products.
type tally struct{ products, rows, read, days, equal int }

// everyProduct reads every product by [import], as lines of one and of two numbers, and compares each day with
// the text of the file.
func everyProduct(out *bufio.Writer, eol source) error {
	list, err := eol.git("ls-tree", "--name-only", "HEAD", "products/")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "## The products of endoflife.date\n\nEvery file is read by `[import] format = \"endoflife\"`, and each day that is read is compared with the text of the file. "+
		"Rows whose name is no line of the kind asked for (`bookworm`, `22.04` where lines have one number) are left out, and said.\n\n"+
		"| lines of | files | refused | rows | read | days | as written |\n|---|--:|--:|--:|--:|--:|--:|\n")
	texts := map[string]string{}
	for _, file := range strings.Fields(list) {
		if texts[file], err = eol.git("show", "HEAD:"+file); err != nil {
			return err
		}
	}
	for _, scheme := range []policy.Scheme{policy.ByMajor, policy.ByMinor} {
		t := tally{}
		refused := 0
		for _, text := range texts {
			cfg, err := imported("endoflife", scheme, text)
			if err != nil {
				refused++
				continue
			}
			t.products++
			t.add(textRows(text), cfg.Policy.Branches, scheme)
		}
		fmt.Fprintf(out, "| %s | %d | %d | %d | %d | %d | %d |\n", scheme, t.products+refused, refused, t.rows, t.read, t.days, t.equal)
	}
	return nil
}

// A textRow is a row of a product as its text has it.
type textRow struct{ cycle, released, active, end string }

var field = regexp.MustCompile(`^\s+(?:-\s+)?(releaseCycle|releaseDate|eoas|eol):\s*"?([^"#\s][^"#]*?)"?\s*(?:#.*)?$`)

// textRows reads the rows line by line, without a reader of YAML.
func textRows(text string) []textRow {
	var out []textRow
	front, _, _ := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---")
	_, list, _ := strings.Cut(front, "\nreleases:")
	for _, line := range strings.Split(list, "\n") {
		m := field.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if m[1] == "releaseCycle" {
			out = append(out, textRow{cycle: m[2]})
			continue
		}
		if len(out) == 0 {
			continue
		}
		last := &out[len(out)-1]
		switch m[1] {
		case "releaseDate":
			last.released = m[2]
		case "eoas":
			last.active = m[2]
		case "eol":
			last.end = m[2]
		}
	}
	return out
}

func (t *tally) add(rows []textRow, read []policy.Override, scheme policy.Scheme) {
	t.rows += len(rows)
	byLine := map[policy.LineID]policy.Override{}
	for _, o := range read {
		byLine[o.Line] = o
	}
	for _, r := range rows {
		id, err := scheme.ParseLine(r.cycle)
		o, ok := byLine[id]
		if err != nil || !ok {
			continue
		}
		delete(byLine, id)
		t.read++
		t.same(r.released, o.Released)
		end := policy.Date{}
		if n := len(o.Phases); n > 0 {
			end = o.Phases[n-1].End
		}
		if len(o.Phases) == 2 {
			t.same(r.active, o.Phases[0].End)
		}
		t.same(r.end, end)
	}
}

// same counts a day of the text that was read, and whether it is the one that is written.
func (t *tally) same(text string, day policy.Date) {
	if _, err := policy.ParseDate(text); err != nil {
		return
	}
	t.days++
	if day.String() == text {
		t.equal++
	}
}
