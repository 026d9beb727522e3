package config

import (
	"testing"

	"github.com/git-backport/git-backport/policy"
)

func TestCalendarOfGo(t *testing.T) {
	t.Parallel()
	cfg, made, err := Calendar("go")
	if err != nil {
		t.Fatal(err)
	}
	if made.Before(policy.Date{Year: 2026, Month: 8, Day: 1}) {
		t.Errorf("made on %s", made)
	}
	for _, c := range []struct{ day, want string }{{"2025-08-11", "1.24 1.23"}, {"2025-08-12", "1.25 1.24"}, {"2026-08-18", "1.26 1.25"}, {"2026-08-19", "1.27 1.26"}} {
		lines, problems := policy.Lines(cfg.Policy, policy.Facts{AsOf: parseDay(t, c.day)})
		got := ""
		for _, l := range lines {
			if l.State == policy.StateSupported {
				got += " " + l.Name()
			}
		}
		if got != " "+c.want {
			t.Errorf("%s: %s, want %s (%v)", c.day, got, c.want, problems)
		}
	}
	if cfg, made, err := Calendar("node"); err != nil || !made.IsZero() || cfg == nil {
		t.Errorf("a preset without a calendar: %v, %s", err, made)
	}
	if _, _, err := Calendar("nowhere"); err == nil {
		t.Error("a calendar that is not there is read")
	}
}
