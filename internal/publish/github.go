package publish

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A github speaks to one repository of GitHub, or GitHub Enterprise Server, by gh api alone.
type github struct {
	api
	base Repository // that gets the pull requests
	from Repository // that holds the branches
	mile map[string]int
}

type githubPull struct {
	Number   int     `json:"number"`
	URL      string  `json:"html_url"`
	State    string  `json:"state"`
	Draft    bool    `json:"draft"`
	Title    string  `json:"title"`
	Body     string  `json:"body"`
	MergedAt *string `json:"merged_at"`
	Head     struct {
		Ref string `json:"ref"`
	} `json:"head"`
	Base struct {
		Ref string `json:"ref"`
	} `json:"base"`
}

func (p githubPull) request() Request {
	r := Request{Number: p.Number, URL: p.URL, State: p.State, Draft: p.Draft, Title: p.Title, Body: p.Body}
	if p.MergedAt != nil {
		r.State = RequestMerged
	}
	return r
}

func (g *github) repo() string { return "repos/" + g.base.Path() }

func (g *github) find(ctx context.Context, q Query) ([]Request, error) {
	v := url.Values{"state": {"all"}, "head": {g.from.Owner + ":" + q.Branch}, "base": {q.Base}, "per_page": {"100"}}
	var list []githubPull
	if err := g.call(ctx, "GET", g.repo()+"/pulls?"+v.Encode(), nil, &list); err != nil {
		return nil, err
	}
	var out []Request
	for _, p := range list {
		if p.Head.Ref == q.Branch && p.Base.Ref == q.Base { // a filter that a server does not know is ignored
			out = append(out, p.request())
		}
	}
	slices.SortFunc(out, func(a, b Request) int { return b.Number - a.Number })
	return out, nil
}

func (g *github) get(ctx context.Context, number int) (Request, error) {
	var p githubPull
	err := g.call(ctx, "GET", fmt.Sprintf("%s/pulls/%d", g.repo(), number), nil, &p)
	return p.request(), err
}

func (g *github) close(ctx context.Context, number int) error {
	return g.call(ctx, "PATCH", fmt.Sprintf("%s/pulls/%d", g.repo(), number), map[string]string{"state": "closed"}, nil)
}

// githubNew is the body of POST pulls.
type githubNew struct {
	Title    string `json:"title"`
	Body     string `json:"body"`
	Head     string `json:"head"`
	Base     string `json:"base"`
	Draft    bool   `json:"draft,omitempty"`
	Maintain *bool  `json:"maintainer_can_modify,omitempty"`
}

func (g *github) create(ctx context.Context, q Query, t Text) (Request, []string, error) {
	in := githubNew{Title: t.Title, Body: t.Body, Head: q.Branch, Base: q.Base, Draft: t.Draft}
	if g.from != g.base {
		yes := true
		in.Head, in.Maintain = g.from.Owner+":"+q.Branch, &yes
	}
	var warnings []string
	for {
		var p githubPull
		err := g.call(ctx, "POST", g.repo()+"/pulls", in, &p)
		if err == nil {
			return p.request(), warnings, nil
		}
		var e *APIError
		if !errors.As(err, &e) || e.Status != 422 {
			return Request{}, warnings, err
		}
		said := strings.ToLower(e.Said)
		switch {
		case strings.Contains(said, "already exists"):
			list, findErr := g.find(ctx, q)
			if findErr != nil || len(list) == 0 {
				return Request{}, warnings, errors.Join(err, findErr)
			}
			return list[0], warnings, nil
		case in.Draft && strings.Contains(said, "draft"):
			in.Draft = false
			warnings = append(warnings, "the repository has no draft pull requests: it is opened without draft, and labelled draft")
		case in.Maintain != nil && (strings.Contains(said, "fork_collab") || strings.Contains(said, "maintainer")):
			in.Maintain = nil
			warnings = append(warnings, "the fork does not let maintainers of the project push to the branch")
		default:
			return Request{}, warnings, err
		}
	}
}

// finish writes all in one request; where the forge refuses it, each part in one of its own, so that one label
// that is not there costs no more than itself.
func (g *github) finish(ctx context.Context, r Request, text *Text, t Text) []string {
	parts := map[string]any{}
	if text != nil {
		parts["title"], parts["body"] = text.Title, text.Body
	}
	if len(t.Assignees) > 0 {
		parts["assignees"] = t.Assignees
	}
	var warnings []string
	if t.Milestone != "" {
		n, err := g.milestone(ctx, t.Milestone)
		if err != nil {
			warnings = append(warnings, err.Error())
		} else {
			parts["milestone"] = n
		}
	}
	if len(t.Labels) > 0 {
		parts["labels"] = t.Labels
	}
	path := fmt.Sprintf("%s/issues/%d", g.repo(), r.Number)
	if len(parts) > 0 {
		if err := g.call(ctx, "PATCH", path, parts, nil); err != nil {
			warnings = append(warnings, g.oneByOne(ctx, path, parts, err)...)
		}
	}
	if len(t.Reviewers) > 0 {
		var users, teams []string
		for _, name := range t.Reviewers {
			if _, team, ok := strings.Cut(name, "/"); ok {
				teams = append(teams, team)
				continue
			}
			users = append(users, name)
		}
		in := map[string]any{"reviewers": users, "team_reviewers": teams}
		if err := g.call(ctx, "POST", fmt.Sprintf("%s/pulls/%d/requested_reviewers", g.repo(), r.Number), in, nil); err != nil {
			warnings = append(warnings, "reviewers were not asked: "+err.Error())
		}
	}
	return warnings
}

// oneByOne writes the parts of an issue that one request did not take.
func (g *github) oneByOne(ctx context.Context, path string, parts map[string]any, why error) []string {
	if _, ok := limited(why); ok || len(parts) == 1 {
		return []string{"not all of it was written: " + why.Error()}
	}
	var warnings []string
	if body, ok := parts["body"]; ok {
		if err := g.call(ctx, "PATCH", path, map[string]any{"title": parts["title"], "body": body}, nil); err != nil {
			warnings = append(warnings, "title and body were not written: "+err.Error())
		}
	}
	for _, key := range []string{"labels", "assignees", "milestone"} {
		v, ok := parts[key]
		if !ok {
			continue
		}
		if err := g.call(ctx, "PATCH", path, map[string]any{key: v}, nil); err != nil {
			warnings = append(warnings, key+": "+err.Error())
		}
	}
	return warnings
}

// milestone finds the number of a milestone by its title, once.
func (g *github) milestone(ctx context.Context, title string) (int, error) {
	if g.mile == nil {
		var list []struct {
			Number int    `json:"number"`
			Title  string `json:"title"`
		}
		if err := g.call(ctx, "GET", g.repo()+"/milestones?per_page=100&state=open", nil, &list); err != nil {
			return 0, fmt.Errorf("the milestone %q was not set: %w", title, err)
		}
		g.mile = map[string]int{}
		for _, m := range list {
			g.mile[m.Title] = m.Number
		}
	}
	n, ok := g.mile[title]
	if !ok {
		return 0, fmt.Errorf("the milestone %q was not set: the repository has no open milestone of this title", title) //nolint:err113 // a warning
	}
	return n, nil
}

func (g *github) comment(ctx context.Context, number int, marker, body string) error {
	type comment struct {
		ID   int64  `json:"id"`
		Body string `json:"body"`
	}
	issue := fmt.Sprintf("%s/issues/%d/comments", g.repo(), number)
	for page := 1; page <= 20; page++ {
		var list []comment
		if err := g.call(ctx, "GET", fmt.Sprintf("%s?per_page=100&page=%d", issue, page), nil, &list); err != nil {
			return err
		}
		for _, c := range list {
			if strings.Contains(c.Body, marker) {
				if digest(c.Body) == digest(body) {
					return nil
				}
				return g.call(ctx, "PATCH", fmt.Sprintf("%s/issues/comments/%d", g.repo(), c.ID), map[string]string{"body": body}, nil)
			}
		}
		if len(list) < 100 {
			break
		}
	}
	return g.call(ctx, "POST", issue, map[string]string{"body": body}, nil)
}

func (g *github) autoMerge(ctx context.Context, r Request) error {
	res, err := g.run(ctx, nil, "pr", "merge", "--auto", "--squash", r.URL)
	if err == nil && res.Code != 0 {
		err = &APIError{Tool: "gh", Path: "pr merge --auto", Said: complaint(res.Stderr)}
	}
	return err
}
