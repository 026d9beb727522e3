package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// A mergeCase is three texts to merge.
type mergeCase struct {
	kind               string
	base, ours, theirs []byte
	union              bool
	marker             int
}

// A generator makes the lines of a base and edits them.
type generator struct {
	kind  string
	share int // of 1000
	base  func(r *rand.Rand) []string
	word  func(r *rand.Rand) string // a line to insert
	edits int                       // most edits per side
	block int                       // most lines per edit
	crlf  bool
}

func generators() []generator {
	return []generator{
		{"tiny", 300, alphabet(2, 5, 14), letter(4), 4, 4, false},
		{"small", 250, alphabet(3, 9, 40), letter(9), 6, 6, false},
		{"crlf", 120, alphabet(2, 8, 25), letter(8), 5, 5, true},
		{"braces", 150, code, codeLine, 8, 8, false},
		{"runs", 80, runs, letter(5), 6, 20, false},
		{"frequent", 60, frequent, letter(6), 10, 30, false},
		{"frequent2", 25, frequent2, letter(12), 20, 12, false},
		{"long", 5, long, codeLine, 60, 60, false},
		{"noise", 4, noise, noiseLine, 300, 12, false},
		{"snakes", 4, noise, noiseLine, 40, 200, false},
		{"huge", 0, huge, noiseLine, 400, 300, false}, // only when asked for: ten a second
		{"rewritten", 2, noise, noiseLine, 6, 3000, false},
	}
}

// generate makes n cases from seed; only, where not empty, names the one generator to use.
func generate(seed uint64, n int, only string) []mergeCase {
	r := rand.New(rand.NewPCG(seed, 0x6d65726765))
	gens := generators()
	cases := make([]mergeCase, 0, n)
	for len(cases) < n {
		pick := r.IntN(1000)
		var g generator
		for _, g = range gens {
			if pick -= g.share; pick < 0 {
				break
			}
		}
		if only != "" {
			for _, x := range gens {
				if x.kind == only {
					g = x
				}
			}
		}
		cases = append(cases, g.make(r))
	}
	return cases
}

func (g generator) make(r *rand.Rand) mergeCase {
	base := g.base(r)
	ours, theirs := g.edit(r, base), g.edit(r, base)
	if r.IntN(4) == 0 { // an edit both sides have
		base2 := g.edit(r, base)
		ours, theirs = g.edit(r, base2), g.edit(r, base2)
	}
	if r.IntN(40) == 0 {
		base = nil
	}
	k := mergeCase{kind: g.kind, base: g.text(r, base), ours: g.text(r, ours), theirs: g.text(r, theirs)}
	switch r.IntN(20) {
	case 0, 1:
		k.union = true
	case 2:
		k.marker = 3
	case 3:
		k.marker = 10
	}
	return k
}

// text joins lines, now and then without the last newline, or with CRLF ends on some lines.
func (g generator) text(r *rand.Rand, lines []string) []byte {
	var b bytes.Buffer
	style := r.IntN(4)
	for i, l := range lines {
		b.WriteString(l)
		if i == len(lines)-1 && r.IntN(6) == 0 {
			break
		}
		if g.crlf && (style < 2 || style == 2 && len(l)%2 == 0 || style == 3 && r.IntN(8) == 0) {
			b.WriteByte('\r')
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// edit returns lines with a few blocks inserted, deleted, replaced, copied, moved or duplicated.
func (g generator) edit(r *rand.Rand, lines []string) []string {
	out := append([]string(nil), lines...)
	for range r.IntN(g.edits + 1) {
		at, n := r.IntN(len(out)+1), 1+r.IntN(g.block)
		end := min(at+n, len(out))
		var fresh []string
		for range n {
			fresh = append(fresh, g.word(r))
		}
		switch r.IntN(6) {
		case 0:
			out = splice(out, at, at, fresh)
		case 1:
			out = splice(out, at, end, nil)
		case 2:
			out = splice(out, at, end, fresh)
		case 3: // double a block
			out = splice(out, end, end, append([]string(nil), out[at:end]...))
		case 4: // move a block
			moved := append([]string(nil), out[at:end]...)
			out = splice(out, at, end, nil)
			to := r.IntN(len(out) + 1)
			out = splice(out, to, to, moved)
		case 5: // copy a block elsewhere
			to := r.IntN(len(out) + 1)
			out = splice(out, to, to, append([]string(nil), out[at:end]...))
		}
	}
	return out
}

func splice(lines []string, from, to int, with []string) []string {
	return append(append(append([]string(nil), lines[:from]...), with...), lines[to:]...)
}

func letter(n int) func(*rand.Rand) string {
	return func(r *rand.Rand) string { return string(rune('a' + r.IntN(n))) }
}

func alphabet(lo, hi, length int) func(*rand.Rand) []string {
	return func(r *rand.Rand) []string {
		n := lo + r.IntN(hi-lo+1)
		return repeat(r, r.IntN(length+1), letter(n))
	}
}

func repeat(r *rand.Rand, n int, word func(*rand.Rand) string) []string {
	var out []string
	for range n {
		out = append(out, word(r))
	}
	return out
}

var codeLines = []string{"", "", "}", "{", "    }", "    return", "    return nil", "else", "x++", "// note", "\tif a {", "\t}", "end", "import"}

func codeLine(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return fmt.Sprintf("line %d", r.IntN(60))
	}
	return codeLines[r.IntN(len(codeLines))]
}

func code(r *rand.Rand) []string { return repeat(r, 5+r.IntN(120), codeLine) }

func runs(r *rand.Rand) []string {
	var out []string
	for range 1 + r.IntN(8) {
		w := letter(4)(r)
		for range 1 + r.IntN(30) {
			out = append(out, w)
		}
	}
	return out
}

// frequent makes texts whose lines nearly all occur more than 64 times.
func frequent(r *rand.Rand) []string {
	return repeat(r, 150+r.IntN(350), letter(2+r.IntN(5)))
}

// frequent2 mixes very frequent with rare lines.
func frequent2(r *rand.Rand) []string {
	n := 1 + r.IntN(4)
	return repeat(r, 200+r.IntN(500), func(r *rand.Rand) string {
		if r.IntN(25) == 0 {
			return fmt.Sprintf("rare %d", r.IntN(30))
		}
		return letter(n)(r)
	})
}

func long(r *rand.Rand) []string {
	return repeat(r, 1500+r.IntN(2500), func(r *rand.Rand) string {
		if r.IntN(3) != 0 {
			return fmt.Sprintf("line %d", r.IntN(3000))
		}
		return codeLine(r)
	})
}

// noise makes long texts over few lines, so that only the search with its cost limits is left.
func noise(r *rand.Rand) []string {
	n := 3 + r.IntN(25)
	return repeat(r, 1000+r.IntN(4000), letter(n))
}

// huge is noise so long that the cost limit rises with it.
func huge(r *rand.Rand) []string {
	n := 3 + r.IntN(200)
	return repeat(r, 20000+r.IntN(70000), func(r *rand.Rand) string { return fmt.Sprint(r.IntN(n)) })
}

func noiseLine(r *rand.Rand) string { return letter(26)(r) }
