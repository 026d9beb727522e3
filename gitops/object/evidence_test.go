package object_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/gitops/object"
)

const full = "0123456789abcdef0123456789abcdef01234567"

func TestPickedFrom(t *testing.T) {
	for message, want := range map[string][]object.Reference{
		"s\n\n(cherry picked from commit " + full + ")\n":                                 {{Dialect: object.DialectCherryPick, ID: full}},
		"s\n\n  (cherry picked from commit 0123ABC)\r\n":                                  {{Dialect: object.DialectCherryPick, ID: "0123abc"}},
		"s\n\ncherry-picked from " + full + "\n":                                          {{Dialect: object.DialectCherryPick, ID: full}},
		"s\n\n(backported from commit 0123456)\n":                                         {{Dialect: object.DialectBackported, ID: "0123456"}},
		"s\n\n[ upstream commit " + full + " ]\n":                                         {{Dialect: object.DialectUpstream, ID: full}},
		"s\n\n[ Upstream commit 0123456789 ]\n":                                           {{Dialect: object.DialectUpstream, ID: "0123456789"}},
		"s\n\ncommit " + full + " upstream.\n":                                            {{Dialect: object.DialectUpstream, ID: full}},
		"s\n\nBackport of " + full + " from main.\n":                                      {{Dialect: object.DialectBackport, ID: full}},
		"8300000: s\n\nBackport " + full + "\n":                                           {{Dialect: object.DialectBackport, ID: full}},
		"s\n\nBackport #12435\n":                                                          {{Dialect: object.DialectBackportPR, PR: 12435}},
		"s\n\nBackport of #12435 to release-36\n":                                         {{Dialect: object.DialectBackportPR, PR: 12435}},
		"s\n\nBackport of owner/repo#7\n":                                                 {{Dialect: object.DialectBackportPR, PR: 7}},
		"s\n\nBackport of https://github.com/o/r/pull/77\n":                               {{Dialect: object.DialectBackportPR, PR: 77}},
		"s\n\nAutomated cherry pick of #123 on release-1.5.\n":                            {{Dialect: object.DialectBackportPR, PR: 123}},
		"s\n\nThis is an automated cherry-pick of #123\n":                                 {{Dialect: object.DialectBackportPR, PR: 123}},
		"s\n\nPR-URL: https://github.com/nodejs/node/pull/42\n":                           {{Dialect: object.DialectPRURL, PR: 42}},
		"s\n\nPR-URL: #42\n":                                                              {{Dialect: object.DialectPRURL, PR: 42}},
		"s\n\nGit-commit: " + full + "\nPatch-mainline: v6.1\n":                           {{Dialect: object.DialectGitCommit, ID: full}},
		"s\n\nFixes: 0123456789ab (\"x: y\")\n":                                           {{Dialect: object.DialectFixes, ID: "0123456789ab"}},
		"fix it (#10) (#12)\n":                                                            {{Dialect: object.DialectSubjectPR, PR: 10}, {Dialect: object.DialectSubjectPR, PR: 12}},
		"[3.9] gh-100: fix (GH-101) (GH-102)\n":                                           {{Dialect: object.DialectSubjectPR, PR: 100}, {Dialect: object.DialectSubjectPR, PR: 101}, {Dialect: object.DialectSubjectPR, PR: 102}},
		"s\n\n(cherry picked from commit 0123456)\n(cherry picked from commit 789abcd)\n": {{Dialect: object.DialectCherryPick, ID: "0123456"}, {Dialect: object.DialectCherryPick, ID: "789abcd"}},

		"s\n\nsee (cherry picked from commit 0123456)\n":       nil,
		"s\n\n(cherry picked from commit 01234)\n":             nil,
		"s\n\n(cherry picked from commit 0123456789abcdefg)\n": nil,
		"s\n\n(cherry picked from commit " + full + "0)\n":     nil,
		"s\n\nBackport the change\n":                           nil,
		"s\n\nFixes: #12\n":                                    nil,
		"s\n\nthis fixes (#12)\n":                              nil,
		"s (#0) (#99999999999)\n":                              nil,
		"":                                                     nil,
		"s\n\n" + strings.Repeat("(cherry picked from commit ", 1000) + "\n": nil,
	} {
		got := object.PickedFrom([]byte(message))
		for i := range got {
			if got[i].Line == "" || !strings.Contains(message, got[i].Line) {
				t.Errorf("%q: the line %q is not of the message", message, got[i].Line)
			}
			got[i].Line = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.200q: (-want +got)\n%s", message, diff)
		}
	}
}

func TestParseRevert(t *testing.T) {
	for message, want := range map[string][]object.Revert{
		"Revert \"fix it (#10)\"\n\nThis reverts commit " + full + ".\n":                {{ID: full, Subject: "fix it (#10)"}},
		"Revert \"fix it\" (#11)\n\nThis reverts commit 0123456.\n":                     {{ID: "0123456", Subject: "fix it"}},
		"Reapply \"fix it\"\n\nThis reverts commit " + full + ".\n":                     {{ID: full, Subject: "fix it", Reapply: true}},
		"Revert \"Revert \"fix it\"\"\n\nThis reverts commit " + full + ".\n":           {{ID: full, Subject: "fix it", Reapply: true}},
		"undo\n\nThis reverts commit 0123456 and more.\nThis reverts commit 789abcd.\n": {{ID: "0123456"}, {ID: "789abcd"}},
		"Revert \"x\"\n":                               {{Subject: "x"}},
		"revert: feat: x\n":                            {{Subject: "feat: x"}},
		"Reverting is hard\n":                          nil,
		"fix\n\nIt This reverts commit " + full + "\n": nil,
		"": nil,
	} {
		if diff := cmp.Diff(want, object.ParseRevert([]byte(message))); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", message, diff)
		}
	}
}

func TestFindTrailer(t *testing.T) {
	for message, want := range map[string][]string{
		"s\n\nBackport-Kind: security\n":                           {"security"},
		"s\n\nbody\n\nbackport-kind : bugfix \nX: y\n":             {"bugfix"},
		"s\n\nBackport-Kind: a\n b\n\tc\nX: y\nBackport-Kind: d\n": {"a b c", "d"},
		"s\n\nBackport-Kind: security\n\nbody\n":                   nil,
		"Backport-Kind: security\n":                                nil,
		"s\n\nBackport-Kinds: x\n":                                 nil,
		"s\n\nBackport-Kind:\n":                                    {""},
	} {
		if diff := cmp.Diff(want, object.FindTrailer([]byte(message), "Backport-Kind")); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", message, diff)
		}
	}
}

// TestSubjects compares with the subjects and trailers git shows.
func TestSubjects(t *testing.T) {
	p := newPicker(t)
	var in strings.Builder
	for _, m := range messages {
		c := &object.Commit{Tree: p.trees[0], Author: []byte(author), Committer: []byte(written), Message: []byte(m)}
		in.WriteString(p.store(object.KindCommit, c.Encode()).String() + "\n")
	}
	out := p.r.GitIn([]byte(in.String()), "log", "--no-walk=unsorted", "--stdin", "-z", "--format=%H%n%s%n%(trailers:key=Key,valueonly,unfold)")
	seen := map[string]bool{}
	for _, record := range strings.Split(strings.Trim(out, "\x00"), "\x00") {
		lines := strings.SplitN(record, "\n", 3)
		id := lines[0]
		seen[id] = true
		want := strings.Split(strings.TrimSuffix(lines[2], "\n"), "\n")
		if lines[2] == "" {
			want = nil
		}
		_, message, _ := strings.Cut(p.r.Git("cat-file", "commit", id)+"\n", "\n\n")
		if got := object.Subject([]byte(message)); got != lines[1] && !strings.ContainsAny(message, "\xff\xfc\xc0") {
			t.Errorf("subject of %.200q is %.200q; git: %.200q", message, got, lines[1])
		}
		if diff := cmp.Diff(want, object.FindTrailer([]byte(message), "Key")); diff != "" {
			t.Errorf("trailers of %.200q: (-git +got)\n%s", message, diff)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d messages were looked at", len(seen))
	}
}
