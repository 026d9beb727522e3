package merge

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

func TestTextProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		base, ours, theirs := randomLetters(r, nil), []byte(nil), []byte(nil)
		ours, theirs = randomLetters(r, base), randomLetters(r, base)
		b, x, y := letters(base), letters(ours), letters(theirs)
		checkProperties(t, b, x, y)
	}
}

// randomLetters makes the input of letters, as an edit of base where there is one.
func randomLetters(r *rand.Rand, base []byte) []byte {
	var out []byte
	alphabet := 1 + r.IntN(8)
	if base == nil {
		for range r.IntN(60) {
			out = append(out, byte(r.IntN(alphabet)))
		}
		return out
	}
	out = append(out, base...)
	for range r.IntN(5) {
		at := r.IntN(len(out) + 1)
		end := min(len(out), at+r.IntN(5))
		mid := bytes.Repeat([]byte{byte(r.IntN(alphabet + 1))}, r.IntN(3))
		out = append(append(append([]byte(nil), out[:at]...), mid...), out[end:]...)
	}
	return out
}

// checkProperties checks what holds for any three texts, whatever git says.
func checkProperties(t *testing.T, base, ours, theirs []byte) {
	t.Helper()
	for _, c := range []struct {
		name                     string
		base, ours, theirs, want []byte
	}{
		{"unchanged ours", base, base, theirs, theirs},
		{"unchanged theirs", base, ours, base, ours},
		{"same on both sides", base, ours, ours, ours},
	} {
		r, err := Text(c.base, c.ours, c.theirs, TextOptions{})
		if err != nil || r.Conflicts != 0 || !bytes.Equal(r.Merged, c.want) {
			t.Fatalf("%s: %d conflicts, error %v, merged %q of base %q ours %q theirs %q", c.name, r.Conflicts, err, r.Merged, c.base, c.ours, c.theirs)
		}
	}
	checkScript(t, base, ours)
	checkScript(t, ours, theirs)
	r, err := Text(base, ours, theirs, TextOptions{Labels: Labels{Ours: "O", Theirs: "T", Base: "B"}})
	if err != nil {
		t.Fatal(err)
	}
	checkHunks(t, r, ours)
	if d, err := Text(base, ours, theirs, TextOptions{Style: StyleDiff3}); err != nil || (d.Conflicts == 0) != (r.Conflicts == 0) {
		t.Fatalf("the style decides: %d conflicts, %d as diff3, error %v", r.Conflicts, d.Conflicts, err)
	}
	if u, err := Text(base, ours, theirs, TextOptions{Union: true}); err != nil || u.Conflicts != 0 {
		t.Fatalf("union left %d conflicts, error %v", u.Conflicts, err)
	}
}

// checkScript checks that the changes lead from a to b and keep only equal lines.
func checkScript(t *testing.T, a, b []byte) {
	t.Helper()
	d := newDiffer()
	defer d.release()
	d.load(a, b, nil)
	ta, tb := &d.texts[0], &d.texts[1]
	var got []byte
	at, bt := 0, 0
	for _, c := range append(d.diff(ta.ids, tb.ids, nil), change{a: len(ta.ids), b: len(tb.ids)}) {
		if c.a-at != c.b-bt || c.a < at {
			t.Fatalf("change %+v does not follow line %d of %q, %d of %q", c, at, a, bt, b)
		}
		got = append(append(got, ta.span(at, c.a)...), tb.span(c.b, c.b+c.nb)...)
		at, bt = c.a+c.na, c.b+c.nb
	}
	if !bytes.Equal(got, b) {
		t.Fatalf("the changes from %q make %q, not %q", a, got, b)
	}
}

// checkHunks checks that each hunk stands where it says.
func checkHunks(t *testing.T, r TextResult, ours []byte) {
	t.Helper()
	if len(r.Hunks) != r.Conflicts {
		t.Fatalf("%d hunks for %d conflicts", len(r.Hunks), r.Conflicts)
	}
	lines := strings.SplitAfter(string(r.Merged), "\n")
	for _, h := range r.Hunks {
		first, last := lines[h.Merged.Start-1], lines[h.Merged.Start+h.Merged.Count-2]
		if !strings.HasPrefix(first, "<<<<<<< O") || !strings.HasPrefix(last, ">>>>>>> T") {
			t.Fatalf("hunk %+v is from %q to %q in %q", h, first, last, r.Merged)
		}
		if n := h.Ours.Count + h.Theirs.Count + 3; n != h.Merged.Count {
			t.Fatalf("hunk %+v has %d lines", h, n)
		}
		own := strings.Join(strings.SplitAfter(string(ours), "\n")[h.Ours.Start-1:h.Ours.Start-1+h.Ours.Count], "")
		shown := strings.Join(lines[h.Merged.Start:h.Merged.Start+h.Ours.Count], "")
		if strings.TrimRight(own, "\r\n") != strings.TrimRight(shown, "\r\n") {
			t.Fatalf("hunk %+v shows %q for %q", h, shown, own)
		}
	}
}

func TestTextBinary(t *testing.T) {
	long := append(bytes.Repeat([]byte("x\n"), binaryWindow/2), 0)
	for _, c := range []struct {
		name   string
		base   []byte
		binary bool
	}{
		{"NUL at the start", []byte("\x00a\n"), true},
		{"NUL as the last byte looked at", append(bytes.Repeat([]byte("x"), binaryWindow-1), 0), true},
		{"NUL behind the window", long, false},
		{"text", []byte("a\n"), false},
	} {
		r, err := Text(c.base, []byte("ours\n"), []byte("theirs\n"), TextOptions{})
		if err != nil || r.Binary != c.binary {
			t.Errorf("%s: binary %t, error %v", c.name, r.Binary, err)
		}
		if c.binary && (r.Conflicts != 1 || string(r.Merged) != "ours\n") {
			t.Errorf("%s: %d conflicts, merged %q", c.name, r.Conflicts, r.Merged)
		}
	}
}

func TestTextTooManyLines(t *testing.T) {
	many := bytes.Repeat([]byte{'\n'}, MaxTextLines+1)
	_, err := Text(nil, many, []byte("a\n"), TextOptions{})
	var limit *LimitError
	if !errors.As(err, &limit) || limit.Size != MaxTextLines+1 {
		t.Fatalf("got error %v", err)
	}
}

func TestTextConcurrent(t *testing.T) {
	base := []byte("a\nb\nc\nd\ne\nf\n")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := range 200 {
				ours := fmt.Sprintf("a\nb%d-%d\nc\nd\ne\nf\n", i, n)
				theirs := fmt.Sprintf("a\nb\nc\nd\ne%d-%d\nf\n", i, n)
				want := fmt.Sprintf("a\nb%d-%d\nc\nd\ne%d-%d\nf\n", i, n, i, n)
				if r, err := Text(base, []byte(ours), []byte(theirs), TextOptions{}); err != nil || string(r.Merged) != want {
					t.Errorf("merged %q, error %v, want %q", r.Merged, err, want)
					return
				}
			}
		}()
	}
	wg.Wait()
}

// TestTextOracle compares random merges, over small alphabets, with git.
func TestTextOracle(t *testing.T) {
	j := newTextJudge(t, "merge")
	r := rand.New(rand.NewPCG(7, 11))
	for i := range 400 {
		base := randomLetters(r, nil)
		j.agree([]string{"plain", "union", "m10"}[i%3], letters(base), letters(randomLetters(r, base)), letters(randomLetters(r, base)))
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range [][3]string{
		{"abcdef", "abXcdef", "abcdYef"},
		{"aaaaaa", "aaaa", "aabaaaa"},
		{"abcabcabc", "abcabc", "abcxabcabc"},
		{"abcd\xff", "abce\xff", "abcf"},
		{"\xe1\xe2\xe3", "\xe1\xe4\xe3", "\xe1\xe5\xe3"},
		{"feb", "cice\x05he", "fb"},
		{"", "abc", "abd"},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]), []byte(seed[2]), byte(0))
		f.Add([]byte(seed[0]), []byte(seed[1]), []byte(seed[2]), byte(1))
	}
	var j *textJudge
	if !withoutGit() {
		j = newTextJudge(f, "merge")
	}
	f.Fuzz(func(t *testing.T, base, ours, theirs []byte, how byte) {
		b, x, y := letters(base), letters(ours), letters(theirs)
		checkProperties(t, b, x, y)
		if j == nil {
			return
		}
		k := *j
		k.t = t
		k.agree([]string{"plain", "union", "m10"}[how%3], b, x, y)
	})
}
