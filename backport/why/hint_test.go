package why

import (
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops"
)

// TestPresentHint judges one place where a fix and a branch changed the same lines. Lines are words here.
func TestPresentHint(t *testing.T) {
	for _, c := range []struct {
		name, base, ours, theirs string
		want                     Hint
	}{
		{"done by hand, with a remark", "aaaa broken bbbb", "aaaa mended remark bbbb", "aaaa mended bbbb", HintPresent},
		{"not done", "aaaa broken bbbb", "aaaa older bbbb", "aaaa mended bbbb", ""},
		{"half of it", "aaaa one1 two2 bbbb", "aaaa ONE1 two2 also bbbb", "aaaa ONE1 TWO2 bbbb", ""},
		{"in another order", "aaaa broken bbbb", "aaaa two2 one1 bbbb", "aaaa one1 two2 bbbb", ""},
		{"with what the fix takes out", "aaaa broken bbbb", "aaaa mended broken bbbb", "aaaa mended bbbb", ""},
		{"elsewhere in the file", "aaaa broken bbbb mended", "aaaa older bbbb mended", "aaaa mended bbbb mended", ""},
		{"nothing but a brace", "aaaa broken bbbb", "aaaa } more bbbb", "aaaa } bbbb", ""},
		{"the fix only takes out", "aaaa broken bbbb", "aaaa older bbbb", "aaaa bbbb", ""},
		{"both added the file", "", "mended remark", "mended", HintPresent},
	} {
		text := func(words string) []byte { return []byte(strings.ReplaceAll(words+" ", " ", "\n")) }
		sp := spot{sides: [3][]byte{text(c.base), text(c.ours), text(c.theirs)}}
		if c.base == "" {
			sp.sides[0] = nil
		}
		var err error
		if _, sp.texts, err = gitops.MergeText(sp.sides[0], sp.sides[1], sp.sides[2]); err != nil {
			t.Fatal(err)
		}
		hints, err := (&search{}).hints(t.Context(), sp)
		if err != nil || len(hints) != 1 {
			t.Fatalf("%s: %d places conflict, want 1: %v", c.name, len(hints), err)
		}
		if hints[0] != c.want {
			t.Errorf("%s: hint %q, want %q", c.name, hints[0], c.want)
		}
	}
}
