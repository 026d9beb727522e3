package cmd

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
)

// TestFlagsAreInTheTable demands that each flag of the verbs that make commits comes from the table.
func TestFlagsAreInTheTable(t *testing.T) {
	apart := []string{"help", "check", "at"} // of cobra, and of bump --check, which makes nothing
	for _, r := range refusedFlags() {
		apart = append(apart, r.name)
	}
	known := map[string]verbSet{}
	for _, row := range flagTable() {
		known[row.name] |= row.verbs
	}
	a := &app{}
	for verb, cmd := range map[verbSet]*cobra.Command{planVerb: a.planCommand(), applyVerb: a.applyCommand(), bumpVerb: a.bumpCommand()} {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if known[f.Name]&verb == 0 && !slices.Contains(apart, f.Name) {
				t.Errorf("%s --%s is not in the table of flags", cmd.Name(), f.Name)
			}
		})
	}
	a.rootCommand().PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if known[f.Name]&everyVerb == 0 {
			t.Errorf("--%s is not in the table of flags", f.Name)
		}
	})
}

// valueOf is a value for a flag that is not its default.
func valueOf(field any) []string {
	switch field.(type) {
	case *string:
		return []string{"it's"}
	case *[]string:
		return []string{"a,b", "c"}
	case *int:
		return []string{"2"}
	}
	return []string{"true"}
}

// TestFlagUses demands of each flag what the table says: one that is recorded survives a record and can be
// typed again; one that is about a run alone leaves the request as it is.
func TestFlagUses(t *testing.T) {
	for _, row := range flagTable() {
		for _, verb := range []verbSet{planVerb, applyVerb, bumpVerb} {
			if row.verbs&(verb|everyVerb) == 0 {
				continue
			}
			var blank, typed asked
			fs := pflag.NewFlagSet("typed", pflag.ContinueOnError)
			addFlags(pflag.NewFlagSet("blank", pflag.ContinueOnError), verb|everyVerb, &blank)
			addFlags(fs, verb|everyVerb, &typed)
			for _, v := range valueOf(row.field(&typed)) {
				if err := fs.Set(row.name, v); err != nil {
					t.Fatalf("--%s: %v", row.name, err)
				}
			}
			changed := !cmp.Equal(typed.Request, blank.Request)
			if changed != (row.use&recorded != 0) {
				t.Errorf("--%s: changes the request: %v, recorded: %v", row.name, changed, row.use&recorded != 0)
			}
			if row.use == 0 {
				t.Errorf("--%s has no use", row.name)
			}
			if changed {
				typed.Fix = []string{"1234567890123456789012345678901234567890"}
				checkReplay(t, row.name, verb, typed.Request)
			}
		}
	}
}

func checkReplay(t *testing.T, name string, verb verbSet, r operation.Request) {
	t.Helper()
	var stored operation.Request
	data, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(data, &stored)
	}
	if diff := cmp.Diff(r, stored); err != nil || diff != "" {
		t.Errorf("--%s is not stored: %v\n%s", name, err, diff)
	}
	var again asked
	fs := pflag.NewFlagSet("again", pflag.ContinueOnError)
	addFlags(fs, verb|everyVerb, &again)
	args := requestArgs(stored, verb)
	if err := fs.Parse(args); err != nil {
		t.Errorf("--%s: %q: %v", name, args, err)
	}
	again.Fix = fs.Args()
	if diff := cmp.Diff(r, again.Request); diff != "" {
		t.Errorf("--%s is not printed, %q:\n%s", name, args, diff)
	}
}

// TestOldRecords reads what records held before they had a request.
func TestOldRecords(t *testing.T) {
	fix := gitops.ID{1, 2, 3}
	for _, c := range []struct {
		op   operation.Operation
		want operation.Request
	}{
		{
			operation.Operation{
				Sources: []gitops.ID{fix},
				Args:    []string{"0102030", "--kind", "security", "--to", "36,24", "-m", "1", "-x", "--no-bump", "--embargo", "--reason", "withheld"},
			},
			operation.Request{
				Version: 1, Fix: []string{fix.String()}, Kind: "security", To: []string{"36", "24"}, Mainline: 1, Origin: true, NoBump: true,
				Embargo: true, Reason: "withheld", Base: "auto",
			},
		},
		{
			operation.Operation{Verb: "bump", Args: []string{"36", "47", "--rc", "--skip", "24,25", "--reason", "not affected"}},
			operation.Request{Version: 1, Lines: []string{"36", "47"}, Candidate: true, Skip: []string{"24", "25"}, Reason: "not affected", Base: "auto"},
		},
	} {
		got, err := requestOf(&c.op)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", c.op.Args, err, diff)
		}
	}
	if _, err := requestOf(&operation.Operation{ID: "abcdefghij", Args: []string{"--no-such-flag"}}); err == nil {
		t.Error("a flag that never was is read")
	}
}
