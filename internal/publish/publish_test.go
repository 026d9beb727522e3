package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPublishAndAgain(t *testing.T) {
	b := newBench(t)
	b.forge.Milestones = []string{"1.0.1", "next"}
	s := b.must()
	if got := states(s); got != "pr-open pr-open" {
		t.Fatalf("states %q, %+v", got, s)
	}
	for _, h := range b.plan.Heads {
		if b.at(h.Branch()) != h.ID {
			t.Errorf("%s is not at the remote", h.Branch())
		}
		if r := b.saved[h.Ref]; r.Pushed != h.ID || r.Number == 0 || !r.Created || !r.Decorated {
			t.Errorf("receipt %+v", r)
		}
	}
	if n := len(b.forge.Requests()); n > 6 || s.Asks != n {
		t.Errorf("%d requests for two pull requests, counted %d", n, s.Asks)
	}
	for i, p := range b.forge.Pulls {
		other := b.forge.Pulls[1-i]
		if !p.Draft || len(p.Labels) != 1 || !strings.Contains(p.Body, fmt.Sprintf("#%d", other.Number)) {
			t.Errorf("pull request %+v", p)
		}
	}
	before := *b.forge.Pulls[0]
	s = b.must()
	if got := states(s); got != "pr-open pr-open" || len(b.forge.Pulls) != 2 {
		t.Errorf("again: %q, %d pull requests", got, len(b.forge.Pulls))
	}
	if n := len(b.forge.Requests()); n > 2 {
		t.Errorf("%d requests of a second run for two", n)
	}
	if after := *b.forge.Pulls[0]; after.Body != before.Body || after.Title != before.Title {
		t.Error("the second run changed a pull request")
	}
}

func TestATextThatAPersonChangedStays(t *testing.T) {
	b := newBench(t)
	b.must()
	b.forge.Pulls[0].Title = "A better title"
	b.forge.Pulls[1].Body = "rewritten"
	s := b.must()
	if b.forge.Pulls[0].Title != "A better title" || b.forge.Pulls[1].Body != "rewritten" {
		t.Errorf("changed: %+v", b.forge.Pulls)
	}
	for _, r := range s.Results {
		if len(r.Warnings) != 0 && !strings.Contains(r.Warnings[0], "left as it is") {
			t.Errorf("warnings %q", r.Warnings)
		}
	}
	b.plan.Body = func(h *Head, _ []Sibling) string { return "other facts about " + h.Line }
	s = b.must()
	if b.forge.Pulls[0].Title != "A better title" || b.forge.Pulls[1].Body != "rewritten" {
		t.Errorf("changed after new facts: %+v", b.forge.Pulls)
	}
	if len(s.Results[0].Warnings) == 0 || len(s.Results[1].Warnings) == 0 {
		t.Error("nothing is said of a text that is left")
	}
}

func TestOurOwnTextIsBroughtUpToDate(t *testing.T) {
	b := newBench(t)
	b.must()
	b.plan.Body = func(h *Head, _ []Sibling) string { return "other facts about " + h.Line }
	if s := b.must(); states(s) != "pr-updated pr-updated" || !strings.HasPrefix(b.forge.Pulls[0].Body, "other facts about 2.0") {
		t.Errorf("%s: %q", states(s), b.forge.Pulls[0].Body)
	}
}

func TestMergedAndClosed(t *testing.T) {
	b := newBench(t)
	b.must()
	b.forge.Merge(b.forge.Pulls[0].Number)
	b.forge.Pulls[1].State = "closed"
	b.in(b.remote, "update-ref", "-d", b.plan.Heads[0].Ref) // as a forge does after a merge
	s := b.must()
	if got := states(s); got != "merged pr-exists-closed" || len(b.forge.Pulls) != 2 {
		t.Errorf("%q, %d pull requests", got, len(b.forge.Pulls))
	}
	if b.at(b.plan.Heads[0].Branch()) != "" {
		t.Error("the branch of a merged pull request was pushed again")
	}
}

func TestAllOrNone(t *testing.T) {
	for name, spoil := range map[string]func(*bench){
		"foreign branch": func(b *bench) { b.git("push", "-q", "origin", "main:"+b.plan.Heads[1].Ref) },
		"hook": func(b *bench) {
			hook(t, b, "#!/bin/sh\nwhile read old new ref; do case $ref in *release-1.0) echo 'GH013: rule violations'; exit 1;; esac; done\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			spoil(b)
			s, err := b.again()
			var pe *PushError
			if !errors.As(err, &pe) || (name == "hook") != (pe.Kind == Refused) || (name != "hook") != (pe.Kind == Lease) {
				t.Fatalf("%v: %+v", err, pe)
			}
			if name == "hook" && (len(pe.Said) == 0 || !strings.Contains(pe.Said[0], "GH013")) {
				t.Errorf("the server's words are lost: %q", pe.Said)
			}
			if b.at(b.plan.Heads[0].Branch()) != "" || len(b.forge.Pulls) != 0 || len(b.saved) != 0 {
				t.Errorf("part of it was published: %s %+v", states(s), b.saved)
			}
		})
	}
}

func hook(t *testing.T, b *bench, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(b.remote, "hooks", "pre-receive"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestNoAtomic(t *testing.T) {
	b := newBench(t)
	b.in(b.remote, "config", "receive.advertiseAtomic", "false")
	_, err := b.again()
	var pe *PushError
	if !errors.As(err, &pe) || pe.Kind != NoAtomic {
		t.Fatalf("got %v", err)
	}
	hook(t, b, "#!/bin/sh\nwhile read old new ref; do case $ref in *release-1.0) exit 1;; esac; done\n")
	b.plan.NoAtomic = true
	s := b.must()
	if got := states(s); got != "pr-open rejected" {
		t.Errorf("got %q", got)
	}
	if err := os.Remove(filepath.Join(b.remote, "hooks", "pre-receive")); err != nil {
		t.Fatal(err)
	}
	if got := states(b.must()); got != "pr-updated pr-open" || len(b.forge.Pulls) != 2 {
		t.Errorf("run again: %q", got)
	}
}

// A run that is killed between a step and its record finds what is there.
func TestKilledAtEachSeam(t *testing.T) {
	for seam := 1; seam <= 6; seam++ {
		b := newBench(t)
		dead := errors.New("killed")
		n := 0
		save := b.plan.Record
		b.plan.Record = func(ctx context.Context, h *Head) error {
			if n++; n == seam {
				return dead
			}
			return save(ctx, h)
		}
		_, err := b.again()
		if n >= seam != errors.Is(err, dead) {
			t.Fatalf("seam %d: %v", seam, err)
		}
		b.plan.Record = save
		s := b.must()
		if got := states(s); !strings.HasPrefix(got, "pr-") || len(b.forge.Pulls) != 2 {
			t.Errorf("seam %d: %q, %d pull requests", seam, got, len(b.forge.Pulls))
		}
		for _, p := range b.forge.Pulls {
			if len(p.Labels) != 1 || !strings.Contains(p.Body, "- [ ] #") {
				t.Errorf("seam %d: %+v", seam, p)
			}
		}
	}
}

func TestAnswersOfTheForge(t *testing.T) {
	b := newBench(t)
	b.forge.NoDrafts = true
	s := b.must()
	if len(s.Results[0].Warnings) != 1 || b.forge.Pulls[0].Draft || strings.Join(b.forge.Pulls[0].Labels, ",") != "backport,draft" {
		t.Errorf("no drafts: %+v, %+v", s.Results[0], b.forge.Pulls[0])
	}

	b = newBench(t)
	b.forge.Labels = []string{"other"}
	s = b.must()
	if got := states(s); got != "pr-open pr-open" || len(s.Results[0].Warnings) == 0 || !strings.Contains(b.forge.Pulls[0].Body, "#101") {
		t.Errorf("a label that is not there: %+v %q", s.Results[0], b.forge.Pulls[0].Body)
	}
}

func TestRateLimits(t *testing.T) {
	b := newBench(t)
	limited := 0
	b.forge.Fail = func(method, path string, _ int) (int, string, map[string]string) {
		if method == "POST" && strings.HasSuffix(path, "/pulls") && limited == 0 {
			limited++
			return 403, `{"message":"You have exceeded a secondary rate limit"}`, map[string]string{"Retry-After": "7"}
		}
		return 0, "", nil
	}
	if got := states(b.must()); got != "pr-open pr-open" || len(b.waited) != 1 || b.waited[0].Seconds() != 7 {
		t.Errorf("%q, waited %v", got, b.waited)
	}

	b = newBench(t)
	b.plan.Wait = nil
	b.forge.Fail = func(method, path string, _ int) (int, string, map[string]string) {
		if method == "POST" && strings.HasSuffix(path, "/pulls") {
			return 429, `{"message":"slow down"}`, map[string]string{"Retry-After": "600"}
		}
		return 0, "", nil
	}
	s := b.must()
	if got := states(s); got != "failed failed" || s.Results[0].Err == nil {
		t.Errorf("%q: %+v", got, s.Results[0])
	}
	if b.at(b.plan.Heads[0].Branch()) == "" || b.saved[b.plan.Heads[0].Ref].Pushed == "" {
		t.Error("what was pushed is not on record")
	}
	b.forge.Fail = nil
	if got := states(b.must()); got != "pr-open pr-open" {
		t.Errorf("run again: %q", got)
	}
}

func TestCommentOnTheFix(t *testing.T) {
	b := newBench(t)
	for range 130 {
		b.forge.Add(7, "hello")
	}
	b.plan.CommentNumber, b.plan.CommentMarker = 7, "<!-- git-backport fix -->"
	b.plan.Comment = func(rs []Result) string { return fmt.Sprintf("%d backports", len(rs)) }
	b.must()
	b.plan.Comment = func(rs []Result) string { return fmt.Sprintf("still %d backports", len(rs)) }
	b.must()
	if n := len(b.forge.Comments); n != 131 || !strings.Contains(b.forge.Comments[130].Body, "still 2") {
		t.Errorf("%d comments, the last %q", n, b.forge.Comments[n-1].Body)
	}
}

func TestParseURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://github.com/acme/app.git":         "github.com acme/app",
		"https://user:secret@GitHub.com/acme/app": "github.com acme/app",
		"git@github.com:acme/app.git":             "github.com acme/app",
		"ssh://git@ghe.example:2222/acme/app.git": "ghe.example acme/app",
		"https://gitlab.com/a/b/c.git":            "gitlab.com a/b/c",
		"https://host:8443/acme/app/":             "host:8443 acme/app",
		"/srv/git/app.git":                        "",
		"file:///srv/git/app.git":                 "",
		"C:/git/app":                              "",
		"https://github.com/app":                  "",
		"https://github.com/../../app":            "",
		"git@github.com:acme/app;rm -rf":          "",
		"https://github.com/acme/app?x=y/z":       "github.com acme/app",
		"https://github.com/acme%2fother/app":     "github.com acme/other/app",
		"../app.git":                              "",
		"github.com:acme/$(id)":                   "",
	} {
		r, ok := ParseURL(in)
		got := ""
		if ok {
			got = r.Host + " " + r.Path()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
