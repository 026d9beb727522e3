package object

import (
	"os/exec"
	"strings"
	"testing"
)

// TestPickNotesAreTrailers judges by git that notes of ours are trailers, whatever the message ends with,
// and that the trailers that were there stay ones.
func TestPickNotesAreTrailers(t *testing.T) {
	origin := ID{1}
	for name, message := range map[string]string{
		"subject alone":  "Fix it\n",
		"no newline":     "Fix it",
		"body":           "Fix it\n\nBecause.\n",
		"trailers":       "Fix it\n\nBecause.\n\nReviewed-by: A <a@b>\nCo-authored-by: B <b@c>\n",
		"picked before":  "Fix it\n\n(cherry picked from commit 0123456789012345678901234567890123456789)\n",
		"trailers alone": "Fix it\n\nReviewed-by: A <a@b>\n",
		"a colon":        "Fix it\n\nNote: this is no trailer\nbecause of this line.\n",
	} {
		for _, o := range []PickOptions{
			{Notes: []string{"Backport-Note: left out rust-version 1.94.0 -> 1.95.0", "Backport-Note: two"}},
			{Notes: []string{"Backport-Note: left out rust-version 1.94.0 -> 1.95.0", "Backport-Note: two"}, Origin: origin, Signoff: "C <c@d>"},
		} {
			got, err := pickMessage(&Commit{Message: []byte(message)}, o)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			cmd := exec.Command("git", "interpret-trailers", "--parse")
			cmd.Stdin = strings.NewReader(string(got))
			out, err := cmd.Output()
			if err != nil {
				t.Skipf("git interpret-trailers: %v", err)
			}
			want := o.Notes
			for _, line := range []string{"Reviewed-by: A <a@b>", "Co-authored-by: B <b@c>"} {
				if strings.Contains(message, line) {
					want = append([]string{line}, want...)
				}
			}
			for _, line := range want {
				if !strings.Contains("\n"+string(out), "\n"+line+"\n") {
					t.Errorf("%s: git does not see %q in\n%s", name, line, got)
				}
			}
			if o.Signoff != "" && !strings.HasSuffix(string(got), ")\nSigned-off-by: C <c@d>\n") {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
	if _, err := pickMessage(&Commit{Message: []byte("x\n")}, PickOptions{Notes: []string{"a\nb: c"}}); err == nil {
		t.Error("a note of two lines is taken")
	}
}
