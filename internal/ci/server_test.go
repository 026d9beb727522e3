package ci

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A forge is a server of the tests: runs that appear after some looks and end after some more, and issues.
type forge struct {
	t       *testing.T
	now     time.Time
	runs    []Run
	appears int // looks until a dispatched run is there; -1: never
	ends    int // looks until it has ended
	result  string
	issues  []map[string]any
	calls   []string
}

func (f *forge) server() *Server {
	return &Server{Call: f.call, Repo: "acme/app", Now: func() time.Time { return f.now }, Sleep: func(ctx context.Context, d time.Duration) error {
		f.now = f.now.Add(d)
		return ctx.Err()
	}}
}

func (f *forge) call(_ context.Context, method, path string, in, out any) error {
	f.calls = append(f.calls, method+" "+path)
	sent := map[string]any{}
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(data, &sent); err != nil {
			return err
		}
	}
	var answer any
	switch route, _, _ := strings.Cut(path, "?"); {
	case method == "POST" && strings.HasSuffix(route, "/dispatches"):
		if f.appears >= 0 {
			f.runs = append(f.runs, Run{ID: int64(100 + len(f.runs)), Status: "queued"})
		}
	case strings.HasSuffix(route, "/runs"):
		runs := f.runs
		if len(runs) > 1 && f.appears > 0 {
			f.appears--
			runs = runs[:1]
		}
		answer = map[string]any{"workflow_runs": runs}
	case strings.Contains(route, "/actions/runs/"):
		r := f.runs[len(f.runs)-1]
		if f.ends--; f.ends <= 0 {
			r.Status, r.Conclusion = "completed", f.result
		}
		answer = r
	case method == "GET" && strings.HasSuffix(route, "/issues"):
		open := []map[string]any{}
		for _, i := range f.issues {
			if i["state"] == "open" {
				open = append(open, i)
			}
		}
		answer = open
	case method == "POST" && strings.HasSuffix(route, "/issues"):
		sent["number"], sent["state"], sent["html_url"] = len(f.issues)+1, "open", "https://x/1"
		f.issues = append(f.issues, sent)
		answer = sent
	case method == "PATCH":
		var n int
		if _, err := fmt.Sscanf(route, "repos/acme/app/issues/%d", &n); err != nil {
			return err
		}
		for k, v := range sent {
			f.issues[n-1][k] = v
		}
	default:
		f.t.Errorf("unexpected request: %s %s", method, path)
	}
	if out == nil || answer == nil {
		return nil
	}
	data, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, out)
}

func TestDispatchFindsItsRun(t *testing.T) {
	f := &forge{t: t, runs: []Run{{ID: 7, Status: "completed", Conclusion: "failure"}}, appears: 3, ends: 4, result: "success"}
	s := f.server()
	run, err := s.Dispatch(t.Context(), "main.yml", "release-36.0.0")
	if err != nil || run.ID == 7 {
		t.Fatalf("%+v, %v", run, err)
	}
	if run, err = s.Wait(t.Context(), run); err != nil || !run.Green() {
		t.Errorf("%+v, %v", run, err)
	}
	if !strings.Contains(strings.Join(f.calls, "\n"), "branch=release-36.0.0") {
		t.Errorf("the branch is not asked for: %q", f.calls)
	}
}

func TestDispatchWithoutARun(t *testing.T) {
	f := &forge{t: t, appears: -1}
	if _, err := f.server().Dispatch(t.Context(), "main.yml", "b"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestKeepOneIssue(t *testing.T) {
	f := &forge{t: t}
	s := f.server()
	issue := Issue{Name: "release-36.0.0 main.yml", Title: "CI fails", Text: "red once", Label: "git-backport"}
	other := Issue{Name: "release-36", Title: "CI fails", Text: "red", Label: "git-backport"}
	for _, step := range []struct {
		issue Issue
		wrong bool
		want  string
		open  int
	}{
		{issue, false, "none", 0},
		{issue, true, "opened", 1},
		{issue, true, "updated", 1},
		{other, true, "opened", 2},
		{Issue{issue.Name, issue.Title, "red twice", issue.Label}, true, "updated", 2},
		{issue, false, "closed", 1},
		{issue, false, "none", 1},
		{issue, true, "opened", 2},
	} {
		kept, err := s.Keep(t.Context(), step.issue, step.wrong)
		if err != nil || kept.What != step.want {
			t.Errorf("%+v: %+v, %v", step, kept, err)
		}
		open := 0
		for _, i := range f.issues {
			if i["state"] == "open" {
				open++
			}
		}
		if open != step.open {
			t.Errorf("%+v: %d issues are open", step, open)
		}
	}
	if body := f.issues[0]["body"].(string); !strings.HasPrefix(body, issue.mark()) { //nolint:forcetypeassert // the test's own
		t.Errorf("the mark is lost: %q", body)
	}
}

func TestMarkIsOneComment(t *testing.T) {
	for _, name := range []string{"a--b", "a-->b", "<!-- x", "a\nb"} {
		mark := Issue{Name: name}.mark()
		inner := strings.TrimSuffix(strings.TrimPrefix(mark, "<!-- "), " -->")
		if strings.ContainsAny(inner, "<>\n-") {
			t.Errorf("%q: %q", name, mark)
		}
	}
}

func TestChildren(t *testing.T) {
	text, err := Children([]string{"release-36.0.0", `o'dd"name`})
	if err != nil {
		t.Fatal(err)
	}
	root, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := root.at("line-2", "trigger", "branch").text; got != `o'dd"name` {
		t.Errorf("got %q", got)
	}
	if none, err := Children(nil); err != nil || !strings.Contains(none, "script:") {
		t.Errorf("without lines: %q, %v", none, err)
	}
}
