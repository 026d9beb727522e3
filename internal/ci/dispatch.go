package ci

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// A Call makes one request to the REST API of GitHub: in, when not nil, is sent as JSON, and the answer is decoded
// into out, when that is not nil.
type Call func(ctx context.Context, method, path string, in, out any) error

// A Server is one repository of a forge, with the clock that is waited by.
type Server struct {
	Call  Call
	Repo  string // "owner/name"
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// A Run is a run of a workflow.
type Run struct {
	ID         int64  `json:"id"`
	Status     string `json:"status"`     // "completed" when it has ended
	Conclusion string `json:"conclusion"` // "success", …
	URL        string `json:"html_url"`
	SHA        string `json:"head_sha"`
}

// Done reports whether the run has ended.
func (r Run) Done() bool { return r.Status == "completed" }

// Green reports whether the run ended well.
func (r Run) Green() bool {
	return r.Done() && slices.Contains([]string{"success", "neutral", "skipped"}, r.Conclusion)
}

// How long is waited, for the run to appear and between two looks at it.
const (
	appears   = 2 * time.Minute
	firstLook = 30 * time.Second
	lastLook  = 5 * time.Minute
)

// ErrNotFound is a dispatch whose run did not appear.
var ErrNotFound = errors.New("the run that was dispatched did not appear in two minutes")

// Dispatch starts a workflow on a branch and returns the run that this made: the oldest run that was dispatched
// there and was not there before.
func (s *Server) Dispatch(ctx context.Context, workflow, branch string) (Run, error) {
	before, err := s.dispatched(ctx, workflow, branch)
	if err != nil {
		return Run{}, err
	}
	path := "repos/" + s.Repo + "/actions/workflows/" + url.PathEscape(workflow) + "/dispatches"
	if err := s.Call(ctx, "POST", path, map[string]string{"ref": branch}, nil); err != nil {
		return Run{}, fmt.Errorf("dispatching %s on %s: %w", workflow, branch, err)
	}
	for end := s.Now().Add(appears); ; {
		runs, err := s.dispatched(ctx, workflow, branch)
		if err != nil {
			return Run{}, err
		}
		runs = slices.DeleteFunc(runs, func(r Run) bool {
			return slices.ContainsFunc(before, func(b Run) bool { return b.ID == r.ID })
		})
		if len(runs) > 0 {
			return slices.MinFunc(runs, func(a, b Run) int { return int(min(max(a.ID-b.ID, -1), 1)) }), nil
		}
		if !s.Now().Before(end) {
			return Run{}, ErrNotFound
		}
		if err := s.Sleep(ctx, 5*time.Second); err != nil {
			return Run{}, err
		}
	}
}

// dispatched lists the newest runs of a workflow that were dispatched on a branch.
func (s *Server) dispatched(ctx context.Context, workflow, branch string) ([]Run, error) {
	q := url.Values{"branch": {branch}, "event": {"workflow_dispatch"}, "per_page": {"50"}}
	var answer struct {
		Runs []Run `json:"workflow_runs"`
	}
	err := s.Call(ctx, "GET", "repos/"+s.Repo+"/actions/workflows/"+url.PathEscape(workflow)+"/runs?"+q.Encode(), nil, &answer)
	if err != nil {
		return nil, fmt.Errorf("listing the runs of %s on %s: %w", workflow, branch, err)
	}
	return answer.Runs, nil
}

// Wait looks at a run until it has ended.
func (s *Server) Wait(ctx context.Context, r Run) (Run, error) {
	for pause := firstLook; !r.Done(); pause = min(pause*3/2, lastLook) {
		if err := s.Sleep(ctx, pause); err != nil {
			return r, err
		}
		if err := s.Call(ctx, "GET", fmt.Sprintf("repos/%s/actions/runs/%d", s.Repo, r.ID), nil, &r); err != nil {
			return r, fmt.Errorf("asking for the run %d: %w", r.ID, err)
		}
	}
	return r, nil
}
