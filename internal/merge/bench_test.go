package merge

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// benchLines makes n lines as source code has them: most of them rare, some braces and blanks.
func benchLines(n int) []string {
	r := rand.New(rand.NewPCG(3, 4))
	lines := make([]string, n)
	for i := range lines {
		switch r.IntN(6) {
		case 0:
			lines[i] = ""
		case 1:
			lines[i] = "    }"
		default:
			lines[i] = fmt.Sprintf("    let value_%d = compute(%d);", r.IntN(n), r.IntN(n))
		}
	}
	return lines
}

// benchEdit replaces some lines, one in every step.
func benchEdit(lines []string, first, step int, by string) []byte {
	out := append([]string(nil), lines...)
	for i := first; i < len(out); i += step {
		out[i] = by
	}
	return []byte(strings.Join(out, "\n") + "\n")
}

func BenchmarkText(b *testing.B) {
	noise := rand.New(rand.NewPCG(8, 9))
	noisy := func() []byte {
		var s strings.Builder
		for range 3000 {
			fmt.Fprintf(&s, "%c\n", 'a'+noise.IntN(12))
		}
		return []byte(s.String())
	}
	small, large := benchLines(300), benchLines(20000)
	for _, c := range []struct {
		name               string
		base, ours, theirs []byte
	}{
		{"300lines", benchEdit(small, 0, 1000, ""), benchEdit(small, 20, 1000, "ours"), benchEdit(small, 200, 1000, "theirs")},
		{"20000lines", benchEdit(large, 0, 1<<20, ""), benchEdit(large, 5000, 10000, "ours"), benchEdit(large, 7000, 10000, "theirs")},
		{"20000lines-many-changes", benchEdit(large, 0, 1<<20, ""), benchEdit(large, 5, 40, "ours"), benchEdit(large, 25, 40, "theirs")},
		{"20000lines-conflicts", benchEdit(large, 0, 1<<20, ""), benchEdit(large, 5, 40, "ours"), benchEdit(large, 5, 40, "theirs")},
		{"3000lines-noise", noisy(), noisy(), noisy()},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.base) + len(c.ours) + len(c.theirs)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Text(c.base, c.ours, c.theirs, TextOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAttributes(b *testing.B) {
	st, tree := newFileStore(map[string]string{
		".gitattributes": "* text=auto\n*.png binary\n/docs/** merge=union\n*.lock -merge\n", "crates/.gitattributes": "*.snap -diff\n",
	})
	a := newAttributes(st, AttributeSource{Tree: tree})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.lookup("crates/core/src/lib.rs"); err != nil {
			b.Fatal(err)
		}
	}
}
