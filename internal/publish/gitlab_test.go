package publish

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/child"
)

// findGlab finds the real glab: on PATH, or where .ci/forgetools puts it.
func findGlab(t *testing.T) child.Program {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("glab is not here: " + err.Error())
	}
	dir := filepath.Join(cache, "git-backport", "forgetools", "bin")
	t.Setenv("PATH", os.Getenv("PATH")+string(os.PathListSeparator)+dir)
	glab, err := child.Find("glab")
	if err != nil {
		t.Skip("glab is not on PATH nor in " + dir + " (.ci/forgetools fetches it): nothing speaks to the forge")
	}
	return glab
}

// A lab is a project of GitLab: merge requests, as its REST documentation has them.
type lab struct {
	merges []map[string]any
	limit  int // how many requests are answered with 429
}

func (l *lab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/v4/projects/acme%2Fapp/merge_requests")
	in, q := map[string]any{}, r.URL.Query()
	_ = json.NewDecoder(r.Body).Decode(&in)
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	switch {
	case !ok || r.Header.Get("Private-Token") == "":
		answer(404, map[string]string{"message": "404 Project Not Found"})
	case l.limit > 0:
		l.limit--
		w.Header().Set("Retry-After", "1")
		answer(429, map[string]string{"message": "429 Too Many Requests"})
	case path == "" && r.Method == http.MethodGet:
		found := []map[string]any{}
		for _, m := range l.merges {
			if m["source_branch"] == q.Get("source_branch") && m["target_branch"] == q.Get("target_branch") {
				found = append(found, m)
			}
		}
		answer(200, found)
	case path == "":
		for _, m := range l.merges {
			if m["source_branch"] == in["source_branch"] && m["target_branch"] == in["target_branch"] && m["state"] == "opened" {
				answer(409, map[string]any{"message": []string{"Another open merge request already exists for this source branch: !1"}})
				return
			}
		}
		n := len(l.merges) + 1
		in["iid"], in["state"], in["web_url"] = n, "opened", fmt.Sprintf("https://gitlab.example/acme/app/-/merge_requests/%d", n)
		l.merges = append(l.merges, in)
		answer(201, in)
	default:
		l.one(strings.TrimPrefix(path, "/"), in, answer)
	}
}

func (l *lab) one(number string, in map[string]any, answer func(int, any)) {
	for _, m := range l.merges {
		if fmt.Sprint(m["iid"]) != number {
			continue
		}
		for key, v := range in {
			if m[key] = v; key == "state_event" {
				m["state"] = "closed"
			}
		}
		answer(200, m)
		return
	}
	answer(404, map[string]string{"message": "404 Not found"})
}

func TestGitLabByGlab(t *testing.T) {
	glab := findGlab(t)
	b := newBench(t)
	server := &lab{}
	srv := httptest.NewServer(server)
	t.Cleanup(srv.Close)
	config := filepath.Join(b.dir, "glab")
	if err := os.Mkdir(config, 0o700); err != nil {
		t.Fatal(err)
	}
	text := "check_update: false\nhosts:\n    gitlab.example:\n        api_protocol: http\n        api_host: " +
		strings.TrimPrefix(srv.URL, "http://") + "\n        token: t\n"
	if err := os.WriteFile(filepath.Join(config, "config.yml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b.plan.Forge, b.plan.Base = GitLab, Repository{"gitlab.example:8443", "acme", "app"}
	b.plan.From = b.plan.Base
	b.plan.Tool = runner(glab, b.dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.dir, "GLAB_CONFIG_DIR=" + config, "NO_PROMPT=1", "NO_COLOR=1"})
	server.limit = 1
	if got := states(b.must()); got != "pr-open pr-open" || len(b.waited) != 1 {
		t.Fatalf("states %q, waited %v", got, b.waited)
	}
	if got := states(b.must()); got != "pr-open pr-open" || len(server.merges) != 2 {
		t.Fatalf("again: states %q, %d merge requests", got, len(server.merges))
	}
	m := server.merges[0]
	if title := m["title"]; title != "Draft: Fix it (backport to release-2.0)" {
		t.Errorf("title %q", title)
	}
	if !strings.Contains(fmt.Sprint(m["description"]), "#2 release-1.0") {
		t.Errorf("the sibling is not in %q", m["description"])
	}
	d := &gitlab{api: api{tool: "glab", host: "gitlab.example", run: b.plan.Tool}, base: b.plan.Base, from: b.plan.From}
	r, _, err := d.create(t.Context(), Query{"backport/fix/release-2.0", "release-2.0"}, Text{Title: "twice"})
	if err != nil || r.Number != 1 || len(server.merges) != 2 {
		t.Errorf("a second merge request of a branch: %+v, %v", r, err)
	}
	b.heads()
	out, err := b.plan.Withdraw(t.Context())
	if err != nil || len(out) != 2 || out[0].State != WithdrawDone || m["state"] != "closed" || b.at("backport/fix/release-2.0") != "" {
		t.Errorf("withdrawn: %v, %v, state %v", out, err, m["state"])
	}
}
