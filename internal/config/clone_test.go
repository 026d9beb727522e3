package config

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/git-backport/git-backport/policy"
)

// cloneFacts reads branches and tags of a clone with the git on PATH, or skips the test.
func cloneFacts(t *testing.T, dir string) policy.Facts {
	t.Helper()
	out, err := exec.Command("git", "-C", dir, "for-each-ref", "--format=%(refname)%09%(creatordate:unix)", "refs/heads", "refs/tags").Output()
	if err != nil {
		t.Skipf("reading %s with git: %v", dir, err)
	}
	var f policy.Facts
	for _, row := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		name, seconds, _ := strings.Cut(row, "\t")
		if branch, ok := strings.CutPrefix(name, "refs/heads/"); ok {
			f.Branches = append(f.Branches, policy.BranchFact{Name: branch})
			continue
		}
		n, err := strconv.ParseInt(seconds, 10, 64)
		if err != nil {
			continue // a tag of a tree has no date
		}
		f.Tags = append(f.Tags, policy.TagFact{Name: strings.TrimPrefix(name, "refs/tags/"), Date: policy.DateOf(time.Unix(n, 0))})
	}
	return f
}

func wasmtimeClone(t *testing.T) policy.Facts {
	t.Helper()
	dir := os.Getenv("GIT_BACKPORT_CLONE")
	if dir == "" {
		t.Skip("GIT_BACKPORT_CLONE is not set: no clone of wasmtime to look at")
	}
	return cloneFacts(t, dir)
}

// TestWasmtimePatchDays compares the preset with what Wasmtime's maintainers patched on the days on
// which they patched several lines. Where they did otherwise than the policy, the row says how:
// +N was patched and not required, -N was required and not patched.
func TestWasmtimePatchDays(t *testing.T) {
	t.Parallel()
	f := wasmtimeClone(t)
	cfg, err := Preset("wasmtime")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"2024-10-09": "24 25 pending 26 +23 +22 +21",
		"2024-11-05": "24 25 26 pending 27",
		"2025-06-24": "24 33 34 +32",
		"2025-07-18": "24 33 34 pending 35",
		"2025-11-11": "24 36 37 38 pending 39",
		"2026-01-14": "24 36 39 40 pending 41 -24",
		"2026-01-26": "24 36 40 41 -24",
		"2026-02-24": "24 36 41 42 +40",
		"2026-04-09": "24 36 42 43 pending 44",
		"2026-04-30": "24 36 43 44",
		"2026-05-21": "24 36 44 45",
		"2026-06-15": "24 36 44 45 pending 46",
		"2026-06-24": "24 36 45 46",
		"2026-07-31": "24 36 46 47",
		"2026-08-20": "24 36 47 48 +46",
	}
	found := 0
	for _, d := range policy.PatchDays(cfg.Policy, f, policy.Security, 2) {
		row, ok := want[d.Date.String()]
		if !ok {
			continue
		}
		found++
		got := ""
		for i := range d.Required {
			got += " " + d.Required[len(d.Required)-1-i].String()
		}
		for _, id := range d.Pending {
			got += " pending " + id.String()
		}
		for _, id := range d.Extra {
			got += fmt.Sprintf(" +%s", id)
		}
		for _, id := range d.Missing {
			got += fmt.Sprintf(" -%s", id)
		}
		if strings.TrimSpace(got) != strings.TrimSpace(row) {
			t.Errorf("%s: got %s, want %s", d.Date, got, row)
		}
	}
	if found != len(want) {
		t.Errorf("%d of %d days found", found, len(want))
	}
}
