package operation

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestOlderRecord reads a record from before resolutions were kept file by file, and offers nothing from it.
func TestOlderRecord(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "settled-v1.json"))
	if err != nil {
		t.Fatal(err)
	}
	op, err := decode(data)
	if err != nil {
		t.Fatal(err)
	}
	was := op.Target("24")
	if was == nil || len(was.Resolved) != 1 || was.Resolved[0].Files != nil || was.Resolved[0].At != 0 {
		t.Fatalf("%+v", was)
	}
	again, err := op.encode()
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("written anew it is\n%s (%v)", again, err)
	}
	now := Target{Conflicts: []Conflict{{Source: was.Resolved[0].Source, Path: []byte("crates/wire/src/lib.rs"), Ours: &Stage{0o100644, id(1)}}}}
	if got := newLog([]*Operation{op}).Offers(&now); len(got) != 1 || got[0] != nil {
		t.Errorf("%+v", got)
	}
}

// TestOffers finds what was made of the same three versions, the latest, and where that came from.
func TestOffers(t *testing.T) {
	stage := func(n byte) *Stage { return &Stage{0o100644, id(n)} }
	file := func(path string, base, ours, theirs, result *Stage) Settled {
		return Settled{Path: []byte(path), Base: base, Ours: ours, Theirs: theirs, Result: result}
	}
	op := func(name string, seq int, state State, branch string, at int64, files ...Settled) *Operation {
		return &Operation{ID: name, Seq: seq, Kind: KindApply, State: state, Targets: []Target{{
			Branch: branch, Status: TargetReady, Resolved: []Resolved{{At: at, By: branch + "'s", Files: files, Beside: [][]byte{[]byte("x")}}},
		}}}
	}
	copied := file("f", stage(1), stage(2), stage(3), stage(5))
	copied.From = &Origin{Operation: "one", Branch: "r1", At: 10}
	log := newLog([]*Operation{
		op("one", 1, StateAborted, "r1", 10, file("f", stage(1), stage(2), stage(3), stage(4)), file("gone", stage(1), stage(2), stage(3), nil), file("new", nil, stage(2), stage(3), stage(6))),
		op("two", 2, StateOpen, "r2", 30, copied),
		op("three", 3, StateOpen, "r3", 20, file("f", stage(1), stage(2), stage(3), stage(7)), file("none", nil, nil, nil, stage(8))),
	})
	mode := stage(2)
	mode.Mode = 0o100755
	for name, c := range map[string]struct {
		conflict Conflict
		branch   string
		state    State
		result   *Stage
	}{
		"the latest, from where it came": {Conflict{Path: []byte("f"), Base: stage(1), Ours: stage(2), Theirs: stage(3)}, "r1", StateAborted, stage(5)},
		"deleted":                        {Conflict{Path: []byte("gone"), Base: stage(1), Ours: stage(2), Theirs: stage(3)}, "r1", StateAborted, nil},
		"no base":                        {Conflict{Path: []byte("new"), Ours: stage(2), Theirs: stage(3)}, "r1", StateAborted, stage(6)},
		"another path":                   {Conflict{Path: []byte("F"), Base: stage(1), Ours: stage(2), Theirs: stage(3)}, "", "", nil},
		"another mode":                   {Conflict{Path: []byte("f"), Base: stage(1), Ours: mode, Theirs: stage(3)}, "", "", nil},
		"another base":                   {Conflict{Path: []byte("f"), Ours: stage(2), Theirs: stage(3)}, "", "", nil},
		"about names alone":              {Conflict{Path: []byte("none")}, "", "", nil},
	} {
		got := log.Offers(&Target{Conflicts: []Conflict{c.conflict}})[0]
		switch {
		case got == nil:
			if c.branch != "" {
				t.Errorf("%s: nothing", name)
			}
		case got.Branch != c.branch || got.State != c.state || !same(got.Result, c.result) || len(got.Beside) != 1:
			t.Errorf("%s: %+v", name, got)
		}
	}
}
