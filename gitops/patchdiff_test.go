package gitops

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPatchLines compares patches written as words: -a takes out a line, +a adds one.
func TestPatchLines(t *testing.T) {
	for _, c := range []struct{ name, first, second, want string }{
		{"the same", "-a +b", "-a +b", ""},
		{"nothing and nothing", "", "", ""},
		{"only in the first", "-a +b", "", "<-a <+b"},
		{"only in the second", "", "-a +b", ">-a >+b"},
		{"one line", "-a +b -c +d", "-a +b -x +d", "=-a =+b <-c >-x =+d"},
		{"far from the ends", "-a -b -c -d -e -f", "-a -b -c -x -e -f", "=-b =-c <-d >-x =-e =-f"},
		{"two places", "-a -b -c -d -e -f -g -h", "-x -b -c -d -e -f -g -y", "<-a >-x =-b =-c ⋮ =-f =-g <-h >-y"},
		{"two places that are near", "-a -b -c -d -e", "-x -b -c -d -y", "<-a >-x =-b =-c =-d <-e >-y"},
		{"an insertion before all", "-a -b -c -d -e -f", "+n -a -b -c -d -e", ">+n =-a =-b ⋮ =-d =-e <-f"},
	} {
		lines, err := patchLines(strings.Fields(c.first), strings.Fields(c.second))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			if l.In == LeftOut {
				got = append(got, "⋮")
				continue
			}
			got = append(got, fmt.Sprintf("%c%s", "=<>"[l.In], l.Text))
		}
		if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
