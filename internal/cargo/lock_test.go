package cargo

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lockOf writes a Cargo.lock of packages "name version [source-letter] [dep,dep]": r is the registry, - the
// tree.
func lockOf(format string, packages ...string) string {
	b := "# made by cargo\nversion = " + format + "\n"
	for _, p := range packages {
		f := strings.Fields(p)
		b += "\n[[package]]\nname = \"" + f[0] + "\"\nversion = \"" + f[1] + "\"\n"
		if f[2] == "r" {
			b += "source = \"registry+x\"\nchecksum = \"" + f[0] + f[1] + "\"\n"
		}
		if len(f) > 3 {
			b += "dependencies = [\n"
			for _, d := range strings.Split(f[3], ",") {
				b += " \"" + strings.ReplaceAll(d, "@", " ") + "\",\n"
			}
			b += "]\n"
		}
	}
	return b
}

var mergeLockCases = []struct {
	name               string
	base, ours, theirs []string
	want               []string
	err                string
}{
	{name: "new dependency, other versions of our own",
		base: []string{"app 49.0.0 - log", "log 1.0.0 r"}, ours: []string{"app 36.0.4 - log,old", "log 1.0.0 r", "old 1.0.0 r"},
		theirs: []string{"app 49.0.0 - log,new", "log 1.0.0 r", "new 2.0.0 r"},
		want:   []string{"app 36.0.4 - log,new,old", "log 1.0.0 r", "new 2.0.0 r", "old 1.0.0 r"}},
	{name: "upgrade of the same version",
		base: []string{"app 1.0.0 - log", "log 1.0.0 r"}, ours: []string{"app 0.9.0 - log", "log 1.0.0 r"},
		theirs: []string{"app 1.0.0 - log", "log 1.0.1 r"}, want: []string{"app 0.9.0 - log", "log 1.0.1 r"}},
	{name: "upgrade of another version",
		base: []string{"app 1.0.0 - log", "log 1.0.1 r"}, ours: []string{"app 0.9.0 - log", "log 1.0.0 r"},
		theirs: []string{"app 1.0.0 - log", "log 1.0.2 r"}, err: `the lock files conflict: "log" of "app" names 2 packages`},
	{name: "dependency dropped",
		base: []string{"app 1.0.0 - log", "log 1.0.0 r"}, ours: []string{"app 0.9.0 - log", "log 1.0.0 r"},
		theirs: []string{"app 1.0.0 -"}, want: []string{"app 0.9.0 -"}},
	{name: "dependency dropped that another needs here",
		base: []string{"app 1.0.0 - log", "log 1.0.0 r"}, ours: []string{"app 0.9.0 - log", "lib 1.0.0 - log", "log 1.0.0 r"},
		theirs: []string{"app 1.0.0 -"}, err: `the lock files conflict: "log" of "lib" names 0 packages`},
	{name: "left without need",
		base: []string{"app 1.0.0 - log", "log 1.0.0 r"}, ours: []string{"app 0.9.0 - log", "log 0.9.0 r"},
		theirs: []string{"app 1.0.0 -"}, err: `the lock files conflict: nothing needs log 0.9.0 any longer`},
	{name: "both the same", base: []string{"app 1.0.0 -"}, ours: []string{"app 1.0.0 - log", "log 1.0.0 r"},
		theirs: []string{"app 1.0.0 - log", "log 1.0.0 r"}, want: []string{"app 1.0.0 - log", "log 1.0.0 r"}},
	{name: "a bump there", base: []string{"app 1.0.0 -"}, ours: []string{"app 0.9.0 -"},
		theirs: []string{"app 1.0.1 -"}, err: `the lock files conflict: package "app" becomes "1.0.1" there and is "0.9.0" here`},
	{name: "a package changed that went here", base: []string{"app 1.0.0 - log", "lib 1.0.0 -", "log 1.0.0 r"}, ours: []string{"app 1.0.0 - log", "log 1.0.0 r"},
		theirs: []string{"app 1.0.0 - log", "lib 1.0.0 - log", "log 1.0.0 r"}, err: `the lock files conflict: both sides changed package "lib"`},
	{name: "two versions told apart", base: []string{"app 1.0.0 - log@1.0.0,log@2.0.0", "log 1.0.0 r", "log 2.0.0 r"},
		ours:   []string{"app 0.9.0 - log@1.0.0,log@2.0.0", "log 1.0.0 r", "log 2.0.0 r"},
		theirs: []string{"app 1.0.0 - log@1.0.0,log@10.0.0", "log 1.0.0 r", "log 10.0.0 r"},
		want:   []string{"app 0.9.0 - log@1.0.0,log@10.0.0", "log 1.0.0 r", "log 10.0.0 r"}},
}

func TestMergeLock(t *testing.T) {
	for _, tc := range mergeLockCases {
		for _, eol := range []string{"\n", "\r\n"} {
			t.Run(tc.name, func(t *testing.T) {
				ours := strings.ReplaceAll(lockOf("3", tc.ours...), "\n", eol)
				got, err := MergeLock([]byte(lockOf("4", tc.base...)), []byte(ours), []byte(lockOf("4", tc.theirs...)))
				if errText(err) != tc.err {
					t.Fatalf("error %v, want %q", err, tc.err)
				}
				if err != nil {
					if !errors.Is(err, ErrMerge) {
						t.Errorf("%v is no ErrMerge", err)
					}
					return
				}
				if diff := cmp.Diff(strings.ReplaceAll(lockOf("3", tc.want...), "\n", eol), string(got)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// Properties of a merge by entries: unchanged on one side, the other side's packages come out.
func FuzzMergeLock(f *testing.F) {
	for _, tc := range mergeLockCases {
		f.Add([]byte(lockOf("3", tc.base...)), []byte(lockOf("4", tc.theirs...)))
	}
	f.Fuzz(func(t *testing.T, base, theirs []byte) {
		b, err := readLock(base)
		if err != nil || resolves(b.entries) != nil {
			return
		}
		if got, err := MergeLock(base, base, base); err != nil || len(keysOf(t, got)) != len(b.entries) {
			t.Fatalf("nothing changed: %v", err)
		}
		th, err := readLock(theirs)
		if err != nil || resolves(th.entries) != nil {
			return
		}
		got, err := MergeLock(base, base, theirs)
		if err != nil {
			return
		}
		if diff := cmp.Diff(keysOf(t, theirs), keysOf(t, got)); diff != "" {
			t.Fatalf("theirs alone changed:\n%s", diff)
		}
	})
}

func keysOf(t *testing.T, data []byte) []string {
	t.Helper()
	p, err := readLock(data)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	var out []string
	for _, e := range p.entries {
		deps := slices.Clone(e.deps)
		slices.Sort(deps)
		out = append(out, e.key()+" "+e.version+" "+strings.Join(slices.Compact(deps), ","))
	}
	slices.Sort(out)
	return out
}
