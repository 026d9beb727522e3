// Package forgetest is a small server that answers as the REST interface of GitHub is documented to answer. It
// is for tests: the real gh speaks to it over a Unix socket.
package forgetest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A Pull is a pull request of the server.
type Pull struct {
	Number    int      `json:"number"`
	URL       string   `json:"html_url"`
	State     string   `json:"state"`
	Draft     bool     `json:"draft"`
	Title     string   `json:"title"`
	Body      string   `json:"body"`
	MergedAt  *string  `json:"merged_at"`
	Head      Ref      `json:"head"`
	Base      Ref      `json:"base"`
	Labels    []string `json:"-"`
	Assignees []string `json:"-"`
	Reviewers []string `json:"-"`
	Milestone int      `json:"-"`
}

// A Ref is one end of a pull request.
type Ref struct {
	Ref   string `json:"ref"`
	Label string `json:"label"` // OWNER:BRANCH
}

// A Comment is a comment on an issue or a pull request.
type Comment struct {
	ID    int64  `json:"id"`
	Body  string `json:"body"`
	issue int
}

// A Server is a forge with one project and forks of it.
type Server struct {
	Host   string            // "github.example"
	Owner  string            // of the project
	Name   string            // of the project
	Repos  map[string]string // owner → bare repository on this machine
	Socket string

	mu       sync.Mutex
	Pulls    []*Pull
	Comments []*Comment
	Log      []string // "METHOD path" of each request
	// Fail answers a request in the server's place when it returns a status other than 0.
	Fail func(method, path string, n int) (status int, body string, header map[string]string)
	// Labels and Milestones that there are; no label is refused while Labels is nil.
	Labels     []string
	Milestones []string
	NoDrafts   bool
	NoCollab   bool
}

// Start serves on a Unix socket until the test ends.
func (s *Server) Start(t testing.TB, dir string) {
	t.Helper()
	s.Socket = filepath.Join(dir, "forge.sock")
	l, err := net.Listen("unix", s.Socket)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: s}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
}

// Requests returns how many requests were answered since the last call.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.Log
	s.Log = nil
	return out
}

// Merge marks a pull request as merged.
func (s *Server) Merge(number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := "2026-01-01T00:00:00Z"
	p := s.pull(number)
	p.State, p.MergedAt = "closed", &at
}

func (s *Server) pull(number int) *Pull {
	for _, p := range s.Pulls {
		if p.Number == number {
			return p
		}
	}
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Log = append(s.Log, r.Method+" "+r.URL.RequestURI())
	if r.Header.Get("Authorization") == "" {
		reply(w, 401, map[string]string{"message": "Requires authentication"})
		return
	}
	if s.Fail != nil {
		if status, body, header := s.Fail(r.Method, r.URL.Path, len(s.Log)); status != 0 {
			for k, v := range header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
			return
		}
	}
	path := strings.TrimPrefix(r.URL.Path, "/api/v3")
	rest, ok := strings.CutPrefix(path, "/repos/"+s.Owner+"/"+s.Name+"/")
	if !ok {
		reply(w, 404, map[string]string{"message": "Not Found"})
		return
	}
	parts := strings.Split(rest, "/")
	number := 0
	if len(parts) > 1 {
		number, _ = strconv.Atoi(parts[1])
	}
	switch {
	case rest == "pulls" && r.Method == http.MethodGet:
		s.list(w, r.URL.Query())
	case rest == "pulls" && r.Method == http.MethodPost:
		s.create(w, r)
	case parts[0] == "pulls" && len(parts) == 2 && r.Method == http.MethodGet && s.pull(number) != nil:
		reply(w, 200, s.pull(number))
	case parts[0] == "pulls" && len(parts) == 2 && r.Method == http.MethodPatch && s.pull(number) != nil:
		var in struct{ State string }
		decode(r, &in)
		if s.pull(number).State = in.State; in.State == "merged" { // what a test says for the button
			at := "2026-01-01T00:00:00Z"
			s.pull(number).State, s.pull(number).MergedAt = "closed", &at
		}
		reply(w, 200, s.pull(number))
	case parts[0] == "pulls" && len(parts) == 3 && parts[2] == "requested_reviewers" && s.pull(number) != nil:
		var in struct{ Reviewers, Team []string }
		decode(r, &in)
		s.pull(number).Reviewers = append(s.pull(number).Reviewers, in.Reviewers...)
		reply(w, 201, s.pull(number))
	case rest == "milestones":
		s.milestones(w)
	case parts[0] == "issues" && len(parts) == 3 && parts[2] == "comments":
		s.comments(w, r, number)
	case parts[0] == "issues" && len(parts) == 3 && parts[1] == "comments" && r.Method == http.MethodPatch:
		s.edit(w, r, parts[2])
	case parts[0] == "issues" && len(parts) == 2 && r.Method == http.MethodPatch && s.pull(number) != nil:
		s.patch(w, r, s.pull(number))
	default:
		reply(w, 404, map[string]string{"message": "Not Found"})
	}
}

func (s *Server) list(w http.ResponseWriter, q url.Values) {
	out := []*Pull{}
	for _, p := range slices.Backward(s.Pulls) {
		if q.Get("head") != "" && q.Get("head") != p.Head.Label || q.Get("base") != "" && q.Get("base") != p.Base.Ref {
			continue
		}
		if st := q.Get("state"); st != "all" && st != p.State && (st != "" || p.State != "open") {
			continue
		}
		out = append(out, p)
	}
	reply(w, 200, out)
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title, Body, Head, Base string
		Draft                   bool
		Maintain                *bool `json:"maintainer_can_modify"`
	}
	decode(r, &in)
	owner, branch, ok := strings.Cut(in.Head, ":")
	if !ok {
		owner, branch = s.Owner, in.Head
	}
	label := owner + ":" + branch
	for _, p := range s.Pulls {
		if p.State == "open" && p.Head.Label == label && p.Base.Ref == in.Base {
			invalid(w, "A pull request already exists for "+label+".")
			return
		}
	}
	switch {
	case in.Title == "" || len(in.Body) > 65536:
		invalid(w, "body is too long (maximum is 65536 characters)")
	case !s.has(s.Owner, in.Base):
		invalid(w, "PullRequest base is invalid")
	case !s.has(owner, branch):
		invalid(w, "PullRequest head is invalid")
	case in.Draft && s.NoDrafts:
		reply(w, 422, map[string]any{"message": "Draft pull requests are not supported in this repository."})
	case in.Maintain != nil && *in.Maintain && s.NoCollab:
		invalid(w, "fork_collab Fork collab can't be granted by someone without permission")
	default:
		n := 100 + len(s.Pulls)
		p := &Pull{
			Number: n, URL: fmt.Sprintf("https://%s/%s/%s/pull/%d", s.Host, s.Owner, s.Name, n), State: "open", Draft: in.Draft,
			Title: in.Title, Body: in.Body, Head: Ref{branch, label}, Base: Ref{in.Base, s.Owner + ":" + in.Base},
		}
		s.Pulls = append(s.Pulls, p)
		reply(w, 201, p)
	}
}

// has reports whether a branch is in the repository of an owner.
func (s *Server) has(owner, branch string) bool {
	dir, ok := s.Repos[owner]
	return ok && exec.Command("git", "-C", dir, "rev-parse", "--verify", "-q", "refs/heads/"+branch).Run() == nil
}

func (s *Server) patch(w http.ResponseWriter, r *http.Request, p *Pull) {
	var in struct {
		Title, Body       *string
		Labels, Assignees []string
		Milestone         *int
	}
	decode(r, &in)
	for _, l := range in.Labels {
		if s.Labels != nil && !slices.Contains(s.Labels, l) {
			invalid(w, "Label does not exist")
			return
		}
	}
	if in.Title != nil {
		p.Title = *in.Title
	}
	if in.Body != nil {
		p.Body = *in.Body
	}
	if in.Labels != nil {
		p.Labels = in.Labels
	}
	if in.Assignees != nil {
		p.Assignees = in.Assignees
	}
	if in.Milestone != nil {
		p.Milestone = *in.Milestone
	}
	reply(w, 200, p)
}

func (s *Server) milestones(w http.ResponseWriter) {
	list := []map[string]any{}
	for i, m := range s.Milestones {
		list = append(list, map[string]any{"number": i + 1, "title": m})
	}
	reply(w, 200, list)
}

func (s *Server) comments(w http.ResponseWriter, r *http.Request, issue int) {
	if r.Method == http.MethodPost {
		var c Comment
		decode(r, &c)
		c.ID, c.issue = int64(1000+len(s.Comments)), issue
		s.Comments = append(s.Comments, &c)
		reply(w, 201, c)
		return
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	var all []*Comment
	for _, c := range s.Comments {
		if c.issue == issue {
			all = append(all, c)
		}
	}
	from := min(max(page-1, 0)*100, len(all))
	reply(w, 200, slices.Clip(all[from:min(from+100, len(all))]))
}

// Add puts a comment of somebody's on an issue.
func (s *Server) Add(issue int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Comments = append(s.Comments, &Comment{ID: int64(1000 + len(s.Comments)), Body: body, issue: issue})
}

func (s *Server) edit(w http.ResponseWriter, r *http.Request, id string) {
	for _, c := range s.Comments {
		if strconv.FormatInt(c.ID, 10) == id {
			decode(r, c)
			reply(w, 200, c)
			return
		}
	}
	reply(w, 404, map[string]string{"message": "Not Found"})
}

func decode(r *http.Request, v any) { _ = json.NewDecoder(r.Body).Decode(v) }

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func invalid(w http.ResponseWriter, why string) {
	reply(w, 422, map[string]any{"message": "Validation Failed", "errors": []map[string]string{{"resource": "PullRequest", "code": "custom", "message": why}}})
}
