package manifest

import (
	"errors"
	"github.com/git-backport/git-backport/internal/version"
	"strings"
	"testing"
)

var nextCases = []struct {
	name string
	in   NextInput
	want string // version, state, "bump" when the tree changes
	err  error
}{
	{name: "released", in: NextInput{Line: "36", Tags: []string{"36.0.0", "36.0.9", "36.0.13"}, Tree: "36.0.13"}, want: "36.0.14 released bump"},
	{name: "tags are numbers", in: NextInput{Line: "24", Tags: []string{"24.0.13", "24.0.9"}, Tree: "24.0.13"}, want: "24.0.14 released bump"},
	{name: "already bumped", in: NextInput{Line: "41", Tags: []string{"41.0.1"}, Tree: "41.0.2"}, want: "41.0.2 bumped"},
	{name: "bump taken back", in: NextInput{Line: "41", Tags: []string{"41.0.1"}, Tree: "41.0.1"}, want: "41.0.2 released bump"},
	{name: "bumped to a burned one", in: NextInput{Line: "41", Tags: []string{"41.0.1"}, Tree: "41.0.2", Burned: []string{"41.0.2"}}, want: "41.0.3 bumped bump"},
	{name: "next is burned", in: NextInput{Line: "41", Tags: []string{"41.0.1"}, Tree: "41.0.1", Burned: []string{"41.0.2", "41.0.3"}}, want: "41.0.4 released bump"},
	{name: "first is burned", in: NextInput{Line: "38", Tree: "38.0.0", Burned: []string{"38.0.0"}}, want: "38.0.1 pending bump"},
	{name: "pending release", in: NextInput{Line: "48", Tree: "48.0.0"}, want: "48.0.0 pending"},
	{name: "pending rc", in: NextInput{Line: "49", Tags: []string{"49.0.0-rc.1"}, Tree: "49.0.0-rc.1"}, want: "49.0.0 pending"},
	{name: "pending dev", in: NextInput{Line: "49", Tree: "49.0.0-dev"}, want: "49.0.0 pending"},
	{name: "candidate of a patch", in: NextInput{Line: "1.21", Tags: []string{"1.21.2"}, Tree: "1.21.3-rc.1"}, want: "1.21.3 pending"},
	{name: "behind", in: NextInput{Line: "36", Tags: []string{"36.0.2"}, Tree: "36.0.1"}, err: ErrBehind},
	{name: "rc behind its release", in: NextInput{Line: "36", Tags: []string{"36.0.0"}, Tree: "36.0.0-rc.1"}, err: ErrBehind},
	{name: "snapshot", in: NextInput{Line: "4.2", Tags: []string{"4.2.7"}, Tree: "4.2.8-SNAPSHOT"}, want: "4.2.8 snapshot bump"},
	{name: "dev0", in: NextInput{Line: "4.2", Tags: []string{"4.2.7"}, Tree: "4.2.8.dev0"}, want: "4.2.8 snapshot bump"},
	{name: "pre", in: NextInput{Line: "3.5", Tags: []string{"3.5.1"}, Tree: "3.5.2-pre"}, want: "3.5.2 snapshot bump"},
	{name: "tag only", in: NextInput{Line: "1.2", Tags: []string{"1.2.3", "cranelift", "1.2.4-rc.1"}}, want: "1.2.4 tag-only"},
	{name: "tag only, first", in: NextInput{Line: "1.2"}, want: "1.2.0 tag-only"},
	{name: "tag only, no line", in: NextInput{}, err: version.ErrVersion},
	{name: "two numbers", in: NextInput{Line: "4.2", Tags: []string{"4.2"}, Tree: "4.2"}, want: "4.2.1 released bump"},
	{name: "metadata", in: NextInput{Line: "1.7", Tags: []string{"1.7.2"}, Tree: "1.7.2+unknown"}, want: "1.7.3 released bump"},
	{name: "other line", in: NextInput{Line: "37", Tags: []string{"37.0.1"}, Tree: "36.0.1"}, want: "37.0.2 tag-only"},
	{name: "not a version", in: NextInput{Line: "1", Tags: []string{"1.2.3"}, Tree: "1.2.3.4"}, want: "1.2.4 tag-only"},
	{name: "PostgreSQL", in: NextInput{Line: "16", Tags: []string{"16.0.4", "16.0.3"}, Tree: "16.4", Numbers: version.MajorPatch}, want: "16.5 released bump"},
	{name: "PostgreSQL, bumped", in: NextInput{Line: "16", Tags: []string{"16.0.4"}, Tree: "16.5", Numbers: version.MajorPatch}, want: "16.5 bumped"},
	{name: "two numbers that count, tag only", in: NextInput{Line: "9", Tags: []string{"9.9.0", "9.10.0"}, Numbers: version.MajorMinor}, want: "9.11 tag-only"},
	{name: "forced", in: NextInput{Line: "36", Tags: []string{"36.0.2"}, Tree: "36.0.1", Force: "36.0.3"}, want: "36.0.3 released bump"},
	{name: "forced, tagged", in: NextInput{Line: "36", Tags: []string{"36.0.2"}, Tree: "36.0.2", Force: "36.0.2"}, err: ErrTaken},
	{name: "forced, other line", in: NextInput{Line: "36", Tags: []string{"36.0.2"}, Tree: "36.0.2", Force: "37.0.0"}, err: ErrLine},
	{name: "rc", in: NextInput{Line: "49", RC: true, Tags: []string{"49.0.0-rc.1"}, Tree: "49.0.0-rc.1"}, want: "49.0.0-rc.2 candidate bump"},
	{name: "rc, tags ahead", in: NextInput{Line: "49", RC: true, Tags: []string{"49.0.0-rc.1", "49.0.0-rc.10", "49.0.0-rc.2"}, Tree: "49.0.0-rc.1"}, want: "49.0.0-rc.11 candidate bump"},
	{name: "rc, not tagged", in: NextInput{Line: "49", RC: true, Tree: "49.0.0-rc.1"}, want: "49.0.0-rc.1 candidate"},
	{name: "rc of dev", in: NextInput{Line: "49", RC: true, Tree: "49.0.0-dev"}, want: "49.0.0-rc.1 candidate bump"},
	{name: "rc of dev with tags", in: NextInput{Line: "49", RC: true, Tags: []string{"49.0.0-rc.3"}, Tree: "49.0.0-dev"}, want: "49.0.0-rc.4 candidate bump"},
	{name: "beta", in: NextInput{Line: "2.0", RC: true, Tags: []string{"2.0.0-beta.4", "2.0.0-alpha.9"}, Tree: "2.0.0-beta.4"}, want: "2.0.0-beta.5 candidate bump"},
	{name: "python rc", in: NextInput{Line: "4.2", RC: true, Tags: []string{"4.2rc1"}, Tree: "4.2rc1"}, want: "4.2rc2 candidate bump"},
	{name: "python dev", in: NextInput{Line: "4.2", RC: true, Tree: "4.2.0.dev0"}, want: "4.2.0rc1 candidate bump"},
	{name: "rc of a release", in: NextInput{Line: "36", RC: true, Tags: []string{"36.0.1"}, Tree: "36.0.1"}, err: ErrNotPending},
	{name: "rc of a pending release", in: NextInput{Line: "48", RC: true, Tree: "48.0.0"}, err: ErrNotPending},
	{name: "rc without number", in: NextInput{Line: "2", RC: true, Tags: []string{"2.0.0-preview"}, Tree: "2.0.0-preview"}, err: version.ErrVersion},
	{name: "rc, tag only", in: NextInput{Line: "2.0", RC: true, Tags: []string{"2.0.0-rc.2"}}, want: "2.0.0-rc.3 candidate"},
	{name: "rc, tag only, first", in: NextInput{Line: "2.0", RC: true}, want: "2.0.0-rc.1 candidate"},
	{name: "rc, tag only, released", in: NextInput{Line: "2.0", RC: true, Tags: []string{"2.0.1"}}, err: ErrNotPending},
}

func TestNext(t *testing.T) {
	for _, tc := range nextCases {
		t.Run(tc.name, func(t *testing.T) {
			res, err := Next(tc.in)
			if !errors.Is(err, tc.err) || err != nil && tc.err == nil {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			if err != nil {
				return
			}
			got := res.Version + " " + string(res.State)
			if res.Bump {
				got += " bump"
			}
			if got != tc.want {
				t.Errorf("Next(%+v) = %s, want %s", tc.in, got, tc.want)
			}
			if res.Why == "" {
				t.Error("no reason is given")
			}
		})
	}
}

func FuzzNext(f *testing.F) {
	for _, tc := range nextCases {
		f.Add(tc.in.Line, strings.Join(tc.in.Tags, " "), tc.in.Tree, strings.Join(tc.in.Burned, " "), tc.in.RC)
	}
	f.Fuzz(func(t *testing.T, line, tags, tree, burned string, rc bool) {
		in := NextInput{Line: line, Tags: strings.Fields(tags), Tree: tree, Burned: strings.Fields(burned), RC: rc}
		res, err := Next(in)
		if err != nil {
			return
		}
		next, err := version.Parse(res.Version)
		if err != nil {
			t.Fatalf("%+v: next is %v", in, err)
		}
		if !next.In(line) || contains(parseAll(in.Tags, 0), next) || contains(parseAll(in.Burned, 0), next) {
			t.Fatalf("%+v: %q is not usable", in, res.Version)
		}
		if rc == next.Stable() {
			t.Fatalf("%+v: %q, candidate asked for: %v", in, res.Version, rc)
		}
		if v, err := version.Parse(tree); err == nil && !v.Stable() && !v.Snapshot() && next.Stable() && res.Bump && len(in.Burned) == 0 {
			t.Fatalf("%+v: a candidate became the release %q", in, res.Version)
		}
	})
}
