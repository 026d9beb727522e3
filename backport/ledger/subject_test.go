package ledger

import (
	"slices"
	"testing"
)

func TestNormalize(t *testing.T) {
	for subject, want := range map[string]string{
		"[36.0.x] Fix the parser (#12) (#34)":                       "fix the parser",
		"[release/1.7] client: improve the error message":           "client: improve the error message",
		"release-36: x64: fix lowering rules":                       "x64: fix lowering rules",
		"Backport: Fix leak in `fd_renumber` (#13644)":              "fix leak in `fd_renumber`",
		"Fix the frame layout (backport to release-24.0.0)":         "fix the frame layout",
		"Test and remediate ghsa-4ch3 for main (#13725)":            "test and remediate ghsa-4ch3",
		"Test and remediate ghsa-4ch3 for release 36 (#13728)":      "test and remediate ghsa-4ch3",
		"Test and remediate ghsa-4ch3 for release-24.0.0 (#13729)":  "test and remediate ghsa-4ch3",
		"Add release notes for 21.0.0 (#8559)":                      "add release notes for 21.0.0",
		"Update wit-bindgen to 0.59.0":                              "update wit-bindgen to 0.59.0",
		"  Fix   two\tspaces  ":                                     "fix two spaces",
		"(#12)":                                                     "(#12)",
		"[3.9] gh-1234: Close the file (GH-1235)":                   "gh-1234: close the file",
		"Backport of net/http: limit headers into release/1.15.x":   "net/http: limit headers",
		"cranelift: never fold (backported from commit 1a2b3c4d5e)": "cranelift: never fold",
	} {
		if got := Normalize(subject); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", subject, got, want)
		}
		if again := Normalize(Normalize(subject)); again != Normalize(subject) {
			t.Errorf("Normalize(%q) is %q, and of that %q", subject, Normalize(subject), again)
		}
	}
}

func TestMergeNumber(t *testing.T) {
	for message, want := range map[string]int{
		"Merge pull request #14009 from u/topic\n\nFix it":                14009,
		"Merge #812\n\n812: Fix r=a a=b":                                  812,
		"Auto merge of #17385 - u:topic, r=v\n\nfix":                      17385,
		"Merge branch 'x' into 'main'\n\nFix\n\nSee merge request g/p!77": 77,
		"Fix the thing (GH-31)\n":                                         31,
		"src: fix\n\nPR-URL: https://github.com/nodejs/node/pull/51234\n": 51234,
		"Merge remote-tracking branch 'origin/main' into topic":           0,
		"Fix #12 at last": 0,
		"Merge pull request 'fix' (#9) from a/b into main\n": 0,
		"Merged in topic (pull request #5)":                  5,
		"Rollup merge of #99 - a:b, r=c\n":                   99,
	} {
		if got, ok := MergeNumber([]byte(message)); got != want || ok != (want > 0) {
			t.Errorf("MergeNumber(%q) = %d, %v, want %d", message, got, ok, want)
		}
	}
}

func TestAdvisories(t *testing.T) {
	got := Advisories([]byte("Fixes cve-2026-12345, GHSA-vc8c-j3xm-xj73 and CVE-2026-12345; not GHSA-1111-1111-1111 or CVE-12"))
	if want := []string{"CVE-2026-12345", "GHSA-VC8C-J3XM-XJ73"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
