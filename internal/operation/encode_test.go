package operation

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops"
)

func id(n byte) gitops.ID { return gitops.ID{n, 1, 2, 3} }

// full is a record with every field set.
func full() *Operation {
	return &Operation{
		ID: "abcdefghijklmnopqrstuvwxyz", Seq: 7, Kind: KindApply, Supersedes: []string{"bbcdefghijklmnopqrstuvwxyz"},
		State: StateApplied, Name: "1a2b3c", Sources: []gitops.ID{id(1), id(2)}, Policy: Policy{Source: "main:backport.toml", Rev: id(3)},
		Committer: "A <a@example.com> 1784990000 +0200", Remote: "origin", Args: []string{"1a2b3c", "--kind", "security"},
		Targets: []Target{{
			Line: "36", Branch: "release-36.0.0", BaseRef: "refs/remotes/origin/release-36.0.0", Base: id(4), Status: TargetReady,
			Ref: "refs/heads/backport/1a2b3c/release-36.0.0", Head: id(5), Commits: []gitops.ID{id(6), id(5)}, BumpCommit: id(5), BumpTo: "36.0.1",
			PR: &PR{Base: "release-36.0.0", Head: "backport/1a2b3c/release-36.0.0", Title: "Fix", Labels: []string{"backport"}},
		}, {
			Line: "24", Branch: "release-24.0.0", BaseRef: "refs/heads/release-24.0.0", Base: id(7), Status: "conflicted", Commits: []gitops.ID{}, Ours: id(10), Markers: id(11),
			Resolved: []Resolved{{Source: id(1), Ours: id(10), Tree: id(12), At: 3, By: "A <a@example.com>", Beside: [][]byte{[]byte("x")}, Files: []Settled{
				{Path: []byte("caf\xe9"), Base: &Stage{0o100644, id(8)}, Ours: &Stage{0o100755, id(9)}, Result: &Stage{0o100644, id(13)}, From: &Origin{"bbcdefghijklmnopqrstuvwxyz", "release-36.0.0", 2, "B <b@example.com>"}},
			}}},
			Conflicts: []Conflict{{Source: id(1), Path: []byte("caf\xe9"), Kind: "content", Base: &Stage{0o100644, id(8)}, Ours: &Stage{0o100755, id(9)}}},
		}},
		Changes: []Change{{Ref: "refs/heads/backport/1a2b3c/release-36.0.0", New: id(5), Done: true}},
		Packs:   []string{"pack-" + strings.Repeat("0", 40)}, AsOf: "2026-07-25", Settled: true,
		Transitions: []Transition{{StateLanding, 1}, {StateApplied, 2}},
	}
}

func TestRoundTrip(t *testing.T) {
	data, err := full().encode()
	if err != nil {
		t.Fatal(err)
	}
	op, err := decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(op, full()) {
		t.Errorf("%+v\n%+v", op, full())
	}
}

// TestFlips changes each byte of a record in several ways, and cuts and extends it: none is accepted.
func TestFlips(t *testing.T) {
	data, err := full().encode()
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, i int, bad []byte) {
		if op, err := decode(bad); err == nil {
			t.Errorf("%s at %d is accepted: %+v", what, i, op)
		}
	}
	for i := range data {
		for _, x := range []byte{0x01, 0x20, 0x80, 0xff} {
			bad := bytes.Clone(data)
			bad[i] ^= x
			try("a flip", i, bad)
		}
		try("a cut", i, data[:i])
		try("a gap", i, append(bytes.Clone(data[:i]), data[i+1:]...))
		try("a blank", i, append(append(bytes.Clone(data[:i]), ' '), data[i:]...))
	}
	try("more", len(data), append(bytes.Clone(data), '\n'))
}

// TestCheck has records with a right checksum that would lead elsewhere.
func TestCheck(t *testing.T) {
	for name, spoil := range map[string]func(*Operation){
		"id":          func(op *Operation) { op.ID = "../../../../etc/passwd...." },
		"counter":     func(op *Operation) { op.Seq = 0 },
		"of":          func(op *Operation) { op.Of = "x/y" },
		"supersedes":  func(op *Operation) { op.Supersedes = []string{"-"} },
		"kind":        func(op *Operation) { op.Kind = "gc" },
		"state":       func(op *Operation) { op.State = StateUndone },
		"other ref":   func(op *Operation) { op.Changes[0].Ref = "refs/heads/main" },
		"tag":         func(op *Operation) { op.Changes[0].Ref = "refs/tags/backport/x" },
		"dots":        func(op *Operation) { op.Changes[0].Ref = "refs/heads/backport/../main" },
		"upper case":  func(op *Operation) { op.Changes[0].Ref = "refs/heads/Backport/x" },
		"pack":        func(op *Operation) { op.Packs = []string{"../pack"} },
		"other digit": func(op *Operation) { op.ID = "abcdefghijklmnopqrstuvwxy1" },
	} {
		op := full()
		spoil(op)
		data, err := op.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decode(data); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	data, err := full().encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"v":1,"operation":{},"sha256":""}`))
	f.Add([]byte(`{"v":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		op, err := decode(data)
		if err != nil {
			return
		}
		again, err := op.encode()
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("accepted, and written otherwise: %q", data)
		}
		for _, c := range op.Changes {
			if !OwnRef(c.Ref) {
				t.Errorf("a change of %q is accepted", c.Ref)
			}
		}
	})
}

// TestState derives where operations stand from those after them.
func TestState(t *testing.T) {
	op := func(seq int, kind Kind, of string, state State) *Operation {
		o := &Operation{ID: strings.Repeat("a", 25) + string(rune('a'+seq)), Seq: seq, Kind: kind, Of: of, State: state}
		o.Changes = []Change{{Ref: "refs/heads/backport/x/y", New: id(byte(seq)), Done: true}}
		return o
	}
	first := strings.Repeat("a", 25) + "b"
	for _, c := range []struct {
		name string
		ops  []*Operation
		want []State
		last int // of Latest, an index; -1 for none
	}{
		{"applied", []*Operation{op(1, KindApply, "", StateApplied)}, []State{StateApplied}, 0},
		{"undone", []*Operation{op(1, KindApply, "", StateApplied), op(2, KindUndo, first, StateApplied)}, []State{StateUndone, StateApplied}, 1},
		{"undo failed", []*Operation{op(1, KindApply, "", StateApplied), op(2, KindUndo, first, StateFailed)}, []State{StateApplied, StateFailed}, 0},
		{"redone", []*Operation{op(1, KindApply, "", StateApplied), op(2, KindUndo, first, StateApplied), op(3, KindRedo, first, StateApplied)}, []State{StateApplied, StateUndone, StateApplied}, 2},
		{"undone again", []*Operation{op(1, KindApply, "", StateApplied), op(2, KindUndo, first, StateApplied), op(3, KindRedo, first, StateApplied), op(4, KindUndo, first, StateApplied)},
			[]State{StateUndone, StateUndone, StateUndone, StateApplied}, 3},
		{"open", []*Operation{op(1, KindApply, "", StateOpen)}, []State{StateOpen}, -1},
		{"forgotten", []*Operation{op(2, KindUndo, first, StateApplied)}, []State{StateUndone}, -1},
	} {
		l := newLog(c.ops)
		for i, o := range c.ops {
			if got := l.State(o); got != c.want[i] {
				t.Errorf("%s: operation %d is %s, want %s", c.name, i+1, got, c.want[i])
			}
		}
		got := l.Latest()
		if (got == nil) != (c.last < 0) || got != nil && got != c.ops[c.last] {
			t.Errorf("%s: latest %+v, want that at %d", c.name, got, c.last)
		}
	}
	open, next := op(1, KindApply, "", StateOpen), op(2, KindApply, "", StateApplied)
	next.Supersedes = []string{open.ID}
	if got := newLog([]*Operation{open, next}).State(open); got != StateSuperseded {
		t.Errorf("an open operation with a successor is %s", got)
	}
	old, replacing := op(1, KindApply, "", StateApplied), op(2, KindApply, "", StateApplied)
	replacing.Changes[0].Old = old.Changes[0].New
	if got := newLog([]*Operation{old, replacing}).State(old); got != StateSuperseded {
		t.Errorf("a replaced operation is %s", got)
	}
}

// TestStatesOfManyOperations derives the states of a long row of applies, some of which moved on from
// what an earlier one had made, and of which some are taken back.
func TestStatesOfManyOperations(t *testing.T) {
	t.Parallel()
	var ops []*Operation
	ref := func(n int) string { return fmt.Sprintf("refs/heads/backport/%d/x", n%10) }
	commit := func(n int) gitops.ID { return gitops.ID{0: byte(n), 1: byte(n >> 8), 19: 1} }
	for n := range 300 {
		op := &Operation{ID: fmt.Sprintf("%026d", n), Seq: n, Kind: KindApply, State: StateApplied}
		op.Changes = []Change{{Ref: ref(n), New: commit(n), Done: true}}
		if n >= 10 {
			op.Changes[0].Old = commit(n - 10)
		}
		ops = append(ops, op)
	}
	for n := 295; n < 300; n++ {
		ops = append(ops, &Operation{ID: fmt.Sprintf("%026d", n+5), Seq: n + 5, Kind: KindUndo, Of: ops[n].ID, State: StateApplied})
	}
	l := newLog(ops)
	for n, op := range ops {
		want := StateSuperseded
		switch {
		case n >= 295 && n < 300:
			want = StateUndone
		case n >= 285: // the last of their branch, or their successor is taken back, or an undo
			want = StateApplied
		}
		if got := l.State(op); got != want {
			t.Errorf("operation %d is %s, want %s", n, got, want)
		}
	}
}
