package main

import (
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// A small share of the states, judged as the tool judges all of them.
func TestSomeStates(t *testing.T) {
	if major, minor := gittest.OracleVersion(t); major == 2 && minor < 55 {
		t.Skip("the git that judges is older than 2.55: it merges otherwise")
	}
	w, err := newWorld(t.Context(), gittest.Oracle(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	all := &tally{}
	taken := map[string]bool{
		"none": true, "merge.directoryRenames=true": true, "diff.foo.binary=true": true, "merge.foo.driver=true": true, "core.abbrev=12": true, "attr.tree=base": true,
		"core.bigFileThreshold=1": true, "i18n.commitEncoding=iso-8859-1": true, "a shallow clone of depth 1": true, "a chain of commit-graphs": true,
		"$GIT_DIR/info/attributes: text merge=union": true, "core.attributesFile: renamed -diff, named -diff": true, "a partial clone without blobs": true,
	}
	for _, s := range states() {
		if !taken[s.name] {
			continue
		}
		delete(taken, s.name)
		if err := w.judge(t.Context(), s, all); err != nil {
			t.Fatal(err)
		}
	}
	if len(all.no) > 0 || len(taken) > 0 || all.named == 0 || all.conflicts == 0 || all.refused == 0 || all.same == 0 {
		t.Errorf("%+v; not met: %v\n%s", all, taken, strings.Join(all.no, "\n"))
	}
}

// Every state has a name of its own.
func TestStatesAreMany(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range states() {
		if seen[s.group+s.name] {
			t.Errorf("%s: twice", s.name)
		}
		seen[s.group+s.name] = true
	}
	if len(seen) < 200 {
		t.Errorf("%d states", len(seen))
	}
}
