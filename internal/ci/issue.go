package ci

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// An Issue is a report that is kept in one issue of the forge, found by a mark in its text.
type Issue struct {
	Name  string // of the report, unique in the repository: "audit", "release-36.0.0 main.yml"
	Title string
	Text  string // Markdown
	Label string // by which it is looked for
}

// Kept is what became of an issue.
type Kept struct {
	Number int
	URL    string
	What   string // "opened", "updated", "closed", "none": nothing was wrong, and no issue is open
}

// mark is the line of an issue's text by which it is found again.
func (i Issue) mark() string {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '<' || r == '>' || r < ' ' {
			return '_'
		}
		return r
	}, i.Name)
	return "<!-- git backport ci: " + name + " -->"
}

type issueV3 struct {
	Number int    `json:"number"`
	URL    string `json:"html_url"`
	Body   string `json:"body"`
	Pull   any    `json:"pull_request"`
}

// maxPages bounds the pages of open issues that are looked through.
const maxPages = 20

func (s *Server) find(ctx context.Context, i Issue) (*issueV3, error) {
	for page := 1; page <= maxPages; page++ {
		q := url.Values{"state": {"open"}, "labels": {i.Label}, "per_page": {"100"}, "page": {fmt.Sprint(page)}}
		var list []issueV3
		if err := s.Call(ctx, "GET", "repos/"+s.Repo+"/issues?"+q.Encode(), nil, &list); err != nil {
			return nil, fmt.Errorf("listing issues: %w", err)
		}
		for _, found := range list {
			if found.Pull == nil && strings.HasPrefix(found.Body, i.mark()) {
				return &found, nil
			}
		}
		if len(list) < 100 {
			return nil, nil //nolint:nilnil // no issue is open
		}
	}
	return nil, fmt.Errorf("more than %d open issues have the label %q", 100*maxPages, i.Label)
}

// Keep sees to it that one issue is open while something is wrong, with the last text, and none when nothing is.
func (s *Server) Keep(ctx context.Context, i Issue, wrong bool) (Kept, error) {
	found, err := s.find(ctx, i)
	if err != nil {
		return Kept{}, err
	}
	body := i.mark() + "\n" + i.Text
	issues := "repos/" + s.Repo + "/issues"
	switch {
	case found == nil && !wrong:
		return Kept{What: "none"}, nil
	case found == nil:
		var made issueV3
		err := s.Call(ctx, "POST", issues, map[string]any{"title": i.Title, "body": body, "labels": []string{i.Label}}, &made)
		if err != nil {
			return Kept{}, fmt.Errorf("opening an issue: %w", err)
		}
		return Kept{made.Number, made.URL, "opened"}, nil
	}
	path := fmt.Sprintf("%s/%d", issues, found.Number)
	if wrong {
		if strings.ReplaceAll(found.Body, "\r\n", "\n") == body {
			return Kept{found.Number, found.URL, "updated"}, nil
		}
		if err := s.Call(ctx, "PATCH", path, map[string]any{"body": body}, nil); err != nil {
			return Kept{}, fmt.Errorf("changing issue %d: %w", found.Number, err)
		}
		return Kept{found.Number, found.URL, "updated"}, nil
	}
	if err := s.Call(ctx, "PATCH", path, map[string]any{"body": body, "state": "closed", "state_reason": "completed"}, nil); err != nil {
		return Kept{}, fmt.Errorf("closing issue %d: %w", found.Number, err)
	}
	return Kept{found.Number, found.URL, "closed"}, nil
}
