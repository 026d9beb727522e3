package refs

import (
	"bytes"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
)

func sampleJournal(t testing.TB) []byte {
	t.Helper()
	j := journal{OpID: "op1", State: stateCommitting, Protocol: protocolLoose, PackedStage: "op1.packed.stage", PackedWrite: true, Shared: Shared{Bits: 0o660},
		Refs: []journalRef{{Name: "refs/heads/backport/<a>", New: object.ID{1}, Stage: "op1.0.stage", Log: &journalLog{Line: []byte("x\xff\n"), Size: 7}},
			{Name: "refs/heads/main", Old: object.ID{2}, Verify: true, Stage: "op1.lock.stage"}},
		Pack: &journalPack{Dir: "/objects/pack", Name: "pack-0123456789012345678901234567890123456789"}}
	data, err := j.encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestJournalBits flips each bit of a journal: none is read as another journal.
func TestJournalBits(t *testing.T) {
	good := sampleJournal(t)
	if _, err := decodeJournal(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			if _, err := decodeJournal(bad); err == nil {
				t.Errorf("byte %d, bit %d: read all the same", i, bit)
			}
		}
	}
}

// TestJournalLeadsNowhereElse: a checksum is no proof against malice.
func TestJournalLeadsNowhereElse(t *testing.T) {
	for name, j := range map[string]journal{
		"ref":       {OpID: "op1", PackedStage: "op1.packed.stage", Refs: []journalRef{{Name: "refs/heads/../../config", Stage: "op1.0.stage"}}},
		"HEAD":      {OpID: "op1", PackedStage: "op1.packed.stage", Refs: []journalRef{{Name: "HEAD", Stage: "op1.0.stage"}}},
		"stage":     {OpID: "op1", PackedStage: "op1.packed.stage", Refs: []journalRef{{Name: "refs/heads/a", Stage: "op1.0/../../x.stage"}}},
		"operation": {OpID: "../op1", PackedStage: "../op1.packed.stage"},
		"pack":      {OpID: "op1", PackedStage: "op1.packed.stage", Pack: &journalPack{Name: "../x"}},
	} {
		data, err := j.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeJournal(data); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzJournal(f *testing.F) {
	f.Add(sampleJournal(f))
	f.Add([]byte(`{"version":1,"body":{},"sha256":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		j, err := decodeJournal(data)
		if err != nil {
			return
		}
		if again, err := j.encode(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%q is read and is not what is written", data)
		}
	})
}

func TestLogEntryCompleted(t *testing.T) {
	line := "1 2 me <m@e> 1 +0000\tmessage\n"
	for name, c := range map[string]struct {
		tail, rest string
	}{
		"nothing yet": {"", line}, "half": {line[:9], line[9:]}, "all": {line, ""}, "zeros": {"\x00\x00", "\n" + line}, "other whole lines": {"x\n", line},
	} {
		file := t.TempDir() + "/log"
		writeTestFile(t, file, "before\n"+c.tail)
		rest, err := restOfLine(file, &journalLog{Line: []byte(line), Size: 7})
		if err != nil || string(rest) != c.rest {
			t.Errorf("%s: %q, %v, want %q", name, rest, err, c.rest)
		}
	}
}
