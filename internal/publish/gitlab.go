package publish

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A gitlab speaks to one project of GitLab, by glab api alone.
type gitlab struct {
	api
	base, from Repository
	id         int // of the project that gets the merge requests; 0 until it is asked for
}

type gitlabMerge struct {
	Number int    `json:"iid"`
	URL    string `json:"web_url"`
	State  string `json:"state"` // "opened", "merged", "closed", "locked"
	Draft  bool   `json:"draft"`
	Title  string `json:"title"`
	Body   string `json:"description"`
}

func (m gitlabMerge) request() Request {
	r := Request{Number: m.Number, URL: m.URL, State: RequestOpen, Draft: m.Draft, Title: m.Title, Body: m.Body}
	switch m.State {
	case "merged":
		r.State = RequestMerged
	case "closed":
		r.State = RequestClosed
	}
	return r
}

func (g *gitlab) project(r Repository) string { return "projects/" + url.PathEscape(r.Path()) }

func (g *gitlab) find(ctx context.Context, q Query) ([]Request, error) {
	v := url.Values{
		"state": {"all"}, "source_branch": {q.Branch}, "target_branch": {q.Base}, "order_by": {"created_at"}, "per_page": {"100"},
	}
	var list []gitlabMerge
	if err := g.call(ctx, "GET", g.project(g.base)+"/merge_requests?"+v.Encode(), nil, &list); err != nil {
		return nil, err
	}
	out := make([]Request, len(list))
	for i, m := range list {
		out[i] = m.request()
	}
	return out, nil
}

func (g *gitlab) get(ctx context.Context, number int) (Request, error) {
	var m gitlabMerge
	err := g.call(ctx, "GET", fmt.Sprintf("%s/merge_requests/%d", g.project(g.base), number), nil, &m)
	return m.request(), err
}

func (g *gitlab) close(ctx context.Context, number int) error {
	return g.call(ctx, "PUT", fmt.Sprintf("%s/merge_requests/%d", g.project(g.base), number), map[string]string{"state_event": "close"}, nil)
}

// draftTitle is how GitLab marks a draft.
func draftTitle(t Text) string {
	if t.Draft {
		return "Draft: " + t.Title
	}
	return t.Title
}

func (g *gitlab) create(ctx context.Context, q Query, t Text) (Request, []string, error) {
	in := map[string]any{
		"source_branch": q.Branch, "target_branch": q.Base, "title": draftTitle(t), "description": t.Body,
		"labels": strings.Join(t.Labels, ","), "remove_source_branch": true,
	}
	if g.from != g.base {
		id, err := g.projectID(ctx)
		if err != nil {
			return Request{}, nil, err
		}
		in["target_project_id"] = id
	}
	var m gitlabMerge
	err := g.call(ctx, "POST", g.project(g.from)+"/merge_requests", in, &m)
	if err == nil {
		return m.request(), nil, nil
	}
	var e *APIError
	if errors.As(err, &e) && e.Status == 409 {
		list, findErr := g.find(ctx, q)
		if findErr == nil && len(list) > 0 {
			return list[0], nil, nil
		}
	}
	return Request{}, nil, err
}

func (g *gitlab) projectID(ctx context.Context) (int, error) {
	if g.id != 0 {
		return g.id, nil
	}
	var p struct {
		ID int `json:"id"`
	}
	if err := g.call(ctx, "GET", g.project(g.base), nil, &p); err != nil {
		return 0, err
	}
	g.id = p.ID
	return g.id, nil
}

func (g *gitlab) finish(ctx context.Context, r Request, text *Text, t Text) []string {
	in := map[string]any{}
	if text != nil {
		in["title"], in["description"] = draftTitle(*text), text.Body
	}
	if len(t.Labels) > 0 {
		in["add_labels"] = strings.Join(t.Labels, ",")
	}
	var warnings []string
	for _, part := range []struct {
		what string
		set  bool
	}{{"reviewers", len(t.Reviewers) > 0}, {"assignees", len(t.Assignees) > 0}, {"the milestone", t.Milestone != ""}} {
		if part.set {
			warnings = append(warnings, part.what+" are set by hand: GitLab takes ids, which are not looked up")
		}
	}
	if len(in) == 0 {
		return warnings
	}
	path := fmt.Sprintf("%s/merge_requests/%d", g.project(g.base), r.Number)
	if err := g.call(ctx, "PUT", path, in, nil); err != nil {
		warnings = append(warnings, "not all of it was written: "+err.Error())
	}
	return warnings
}

func (g *gitlab) comment(ctx context.Context, number int, marker, body string) error {
	type note struct {
		ID   int64  `json:"id"`
		Body string `json:"body"`
	}
	notes := fmt.Sprintf("%s/merge_requests/%d/notes", g.project(g.base), number)
	for page := 1; page <= 20; page++ {
		var list []note
		if err := g.call(ctx, "GET", fmt.Sprintf("%s?per_page=100&page=%d", notes, page), nil, &list); err != nil {
			return err
		}
		for _, n := range list {
			if strings.Contains(n.Body, marker) {
				if digest(n.Body) == digest(body) {
					return nil
				}
				return g.call(ctx, "PUT", fmt.Sprintf("%s/%d", notes, n.ID), map[string]string{"body": body}, nil)
			}
		}
		if len(list) < 100 {
			break
		}
	}
	return g.call(ctx, "POST", notes, map[string]string{"body": body}, nil)
}

func (g *gitlab) autoMerge(ctx context.Context, r Request) error {
	path := fmt.Sprintf("%s/merge_requests/%d/merge", g.project(g.base), r.Number)
	return g.call(ctx, "PUT", path, map[string]any{"merge_when_pipeline_succeeds": true, "squash": true}, nil)
}
