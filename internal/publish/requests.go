package publish

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// requests opens and updates the change requests of what was pushed, newest line first, then lists its siblings in
// each and decorates it.
func (r *publication) requests(ctx context.Context) error {
	for i := range r.out {
		res := &r.out[i]
		if res.State != StatePushed && res.State != StateUpToDate {
			continue
		}
		if err := r.open(ctx, res); err != nil {
			return err
		}
	}
	for i := range r.out {
		if res := &r.out[i]; res.Request != nil && res.Request.State == RequestOpen && res.Err == nil && res.State != StateSkipped {
			if err := r.finish(ctx, res); err != nil {
				return err
			}
		}
	}
	r.comment(ctx)
	return nil
}

// open makes the change request of a head where there is none.
func (r *publication) open(ctx context.Context, res *Result) error {
	h := res.Head
	switch {
	case res.Request != nil && res.Request.State == RequestClosed:
		res.State = StateClosed
		res.Reason = "it was closed, and stays so: open it again on the forge, or give the operation another --name"
		return nil
	case res.Request != nil:
		res.State = StateOpen
	case r.stop != nil:
		res.State, res.Err = StateFailed, fmt.Errorf("not asked for: %w", r.stop)
		return nil //nolint:nilerr // it is this head's result
	default:
		text := r.text(res)
		made, warnings, err := r.drv.create(ctx, Query{Branch: h.Branch(), Base: h.Base}, text)
		res.Warnings = append(res.Warnings, warnings...)
		if err != nil {
			if _, ok := limited(err); ok {
				r.stop = err
			}
			res.State, res.Err = StateFailed, err
			return nil
		}
		res.State, res.Request, res.New = StateOpen, &made, true
		if text.Draft && !made.Draft && r.Forge == GitHub {
			h.Text.Labels = append(h.Text.Labels[:len(h.Text.Labels):len(h.Text.Labels)], "draft")
		}
	}
	if h.Receipt.Number == res.Request.Number && h.Receipt.Web == res.Request.URL {
		return nil
	}
	h.Receipt.Number, h.Receipt.Web, h.Receipt.Created, h.Receipt.Decorated = res.Request.Number, res.Request.URL, res.New, false
	return r.Record(ctx, h)
}

// finish writes what is not written yet. A text that a person changed stays as it is.
func (r *publication) finish(ctx context.Context, res *Result) error {
	h := res.Head
	if r.stop != nil {
		res.Warnings = append(res.Warnings, "not finished: "+r.stop.Error())
		return nil //nolint:nilerr // it is said of this head
	}
	want := r.text(res)
	var text *Text
	switch ours, edited := marked(res.Request.Title, res.Request.Body); {
	case digest(res.Request.Body) == digest(want.Body) && sameTitle(res.Request.Title, want.Title):
	case !ours:
		res.Warnings = append(res.Warnings, "its text was not written by git-backport: left as it is")
	case edited:
		res.Warnings = append(res.Warnings, "a person changed its text: left as it is")
	default:
		text = &want
	}
	deco := Text{}
	if !h.Receipt.Decorated {
		deco = h.Text
	}
	if text == nil && h.Receipt.Decorated {
		return nil
	}
	if text == nil && len(deco.Labels)+len(deco.Reviewers)+len(deco.Assignees) == 0 && deco.Milestone == "" && !deco.AutoMerge {
		h.Receipt.Decorated = true
		return r.Record(ctx, h)
	}
	if text != nil || len(deco.Labels)+len(deco.Reviewers)+len(deco.Assignees) > 0 || deco.Milestone != "" {
		res.Warnings = append(res.Warnings, r.drv.finish(ctx, *res.Request, text, deco)...)
	}
	if text != nil && !res.New {
		res.State = StateUpdated
	}
	if deco.AutoMerge {
		if res.Request.Draft {
			res.Warnings = append(res.Warnings, "auto-merge is not set: it is a draft")
		} else if err := r.drv.autoMerge(ctx, *res.Request); err != nil {
			res.Warnings = append(res.Warnings, "auto-merge is not set: "+err.Error())
		}
	}
	h.Receipt.Decorated = true
	return r.Record(ctx, h)
}

// text is what a head's change request says now: its own text, its siblings, and the mark of what we wrote.
func (r *publication) text(res *Result) Text {
	t := res.Head.Text
	t.Body = mark(t.Title, r.Body(res.Head, r.siblings(res.Head)))
	return t
}

func (r *publication) siblings(of *Head) []Sibling {
	var out []Sibling
	for i := range r.out {
		if q := r.out[i].Request; q != nil && r.out[i].Head != of && q.State != RequestClosed {
			out = append(out, Sibling{Head: r.out[i].Head, Number: q.Number, URL: q.URL, Merged: q.State == RequestMerged})
		}
	}
	return out
}

// comment writes what became of the backports into one comment on the fix's own change request.
func (r *publication) comment(ctx context.Context) {
	if r.CommentNumber == 0 || r.Comment == nil || r.stop != nil {
		return
	}
	body := r.CommentMarker + "\n" + r.Comment(r.out)
	if err := r.drv.comment(ctx, r.CommentNumber, r.CommentMarker, body); err != nil {
		r.said = append(r.said, fmt.Sprintf("the comment on #%d was not written: %v", r.CommentNumber, err))
	}
}

// The mark stands at the end of a body, invisible on the page: the digests of title and body as we wrote them.
// It tells a later run, on any machine, whether a person has changed the text since.
var markPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)^(.*)\n<!-- git-backport ([0-9a-f]{24}) ([0-9a-f]{24}) -->\s*$`)
})

func mark(title, body string) string {
	body = strings.TrimRight(body, "\n") + "\n"
	return body + "\n<!-- git-backport " + digest(withoutDraft(title)) + " " + digest(body) + " -->"
}

// marked reports whether a text carries our mark, and whether it was changed since.
func marked(title, body string) (ours, edited bool) {
	m := markPattern().FindStringSubmatch(strings.ReplaceAll(body, "\r\n", "\n"))
	if m == nil {
		return false, false
	}
	return true, digest(m[1]) != m[3] || digest(withoutDraft(title)) != m[2]
}

// withoutDraft takes off what GitLab puts before the title of a draft.
func withoutDraft(title string) string { return strings.TrimPrefix(title, "Draft: ") }

func sameTitle(have, want string) bool {
	return digest(withoutDraft(have)) == digest(withoutDraft(want))
}
