package publish

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Plan is all that a run does: which heads go to which remote, and who carries them there.
type Plan struct {
	Remote     string     // its name
	URL        string     // its address, without user information
	Base, From Repository // that gets the change requests, and that holds the branches; zero when unknown
	Forge      Forge
	Heads      []*Head // newest line first, a bump after its fix
	NoAtomic   bool    // newest first, and stop at the first that is refused
	Requests   bool    // open change requests

	Git  Run
	Tool Run // gh or glab; nil when no change request is opened
	// Record writes a head's receipt, at once.
	Record func(ctx context.Context, h *Head) error
	// Body makes the text of a head's change request, with those of its siblings that are open.
	Body func(h *Head, siblings []Sibling) string
	// Comment is what the change request of the fix is told, and its number: 0 for none.
	Comment       func(results []Result) string
	CommentNumber int
	CommentMarker string
	Wait          func(ctx context.Context, d time.Duration, why string) error
	Now           func() int64
}

// A Sibling is the change request of another head of the operation.
type Sibling struct {
	Head   *Head
	Number int
	URL    string
	Merged bool
}

// A Summary is what a run did.
type Summary struct {
	Results  []Result // in the order of the heads
	Asks     int      // requests made to the forge
	Warnings []string
}

// publication is one run.
type publication struct {
	Plan
	drv  driver
	api  *api
	out  []Result
	said []string
	stop error // a limit on requests: nothing further is asked
}

// Run publishes. An error means that nothing was pushed, or that a receipt could not be written; what failed
// for single heads is in their results.
func (p Plan) Run(ctx context.Context) (Summary, error) {
	r := publication{Plan: p}
	r.connect()
	for _, h := range p.Heads {
		res := Result{Head: h, Push: NotTried}
		if h.Skip != "" {
			res.State, res.Reason = StateSkipped, h.Skip
		}
		r.out = append(r.out, res)
	}
	err := r.findAll(ctx)
	if err == nil {
		err = r.pushAll(ctx)
	}
	if err == nil && r.drv != nil {
		err = r.requests(ctx)
	}
	return r.summary(), err
}

func (r *publication) summary() Summary {
	s := Summary{Results: r.out, Warnings: r.said}
	if r.api != nil {
		s.Asks = r.api.asks
	}
	return s
}

// connect chooses the driver of the forge.
func (r *publication) connect() {
	if !r.Requests || r.Tool == nil {
		return
	}
	base := api{host: r.Base.Host, run: r.Tool, wait: r.Wait}
	switch r.Forge {
	case GitHub:
		base.tool = "gh"
		d := &github{api: base, base: r.Base, from: r.From}
		r.drv, r.api = d, &d.api
	case GitLab:
		base.tool = "glab"
		base.host = WithoutPort(r.Base.Host)
		d := &gitlab{api: base, base: r.Base, from: r.From}
		r.drv, r.api = d, &d.api
	case Gitea, None:
	}
}

// findAll asks the forge for the change requests that are there, before anything is pushed: a branch whose
// request was merged, and which the forge deleted, is not pushed again.
func (r *publication) findAll(ctx context.Context) error {
	if r.drv == nil {
		return nil
	}
	for i := range r.out {
		res := &r.out[i]
		if res.State == StateSkipped {
			continue
		}
		list, err := r.drv.find(ctx, Query{Branch: res.Head.Branch(), Base: res.Head.Base})
		if err != nil {
			return fmt.Errorf("asking for the pull requests of %s: %w; nothing was pushed", res.Head.Branch(), err)
		}
		if len(list) == 0 {
			continue
		}
		res.Request = &list[0]
		for j := range list { // an open one counts before newer ones that were closed
			if list[j].State == RequestOpen {
				res.Request = &list[j]
				break
			}
		}
		if res.Request.State == RequestMerged {
			res.State = StateMerged
		}
	}
	return nil
}

// pushAll pushes what is not merged, all or none unless NoAtomic, and records it.
func (r *publication) pushAll(ctx context.Context) error {
	var heads []*Head
	for i := range r.out {
		if r.out[i].State == "" {
			heads = append(heads, r.out[i].Head)
		}
	}
	if len(heads) == 0 {
		return nil
	}
	groups := [][]*Head{heads}
	if r.NoAtomic {
		groups = nil
		for _, h := range heads {
			groups = append(groups, []*Head{h})
		}
	}
	for n, group := range groups {
		refs, said, err := push(ctx, r.Git, r.Remote, group, !r.NoAtomic)
		if err != nil {
			var pe *PushError
			if errors.As(err, &pe) && n > 0 { // others are there already: it is this one's result
				r.rejected(group[0], pe)
				return nil
			}
			r.note(refs, said)
			return err
		}
		r.note(refs, said)
		for _, h := range group {
			h.Receipt.Remote, h.Receipt.URL, h.Receipt.Pushed, h.Receipt.At = r.Remote, r.URL, h.ID, r.Now()
			if err := r.Record(ctx, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// note takes over what git told of each ref.
func (r *publication) note(refs map[string]refResult, said []string) {
	for i := range r.out {
		res := &r.out[i]
		got, ok := refs[res.Head.Ref]
		if !ok || res.State == StateSkipped || res.State == StateMerged {
			continue
		}
		res.Push, res.Reason, res.Said = got.state, got.reason, said
		switch got.state {
		case Pushed:
			res.State = StatePushed
		case UpToDate:
			res.State = StateUpToDate
		case Rejected:
			res.State = StateRejected
		case NotTried:
		}
	}
}

func (r *publication) rejected(h *Head, e *PushError) {
	failed := false
	for i := range r.out {
		res := &r.out[i]
		if res.Head == h {
			res.State, res.Push, res.Reason, res.Said, res.Err = StateRejected, Rejected, e.Why, e.Said, e
			failed = true
		} else if failed && res.State == "" {
			res.State, res.Reason = StateFailed, "not pushed: "+h.Branch()+" was refused before it"
		}
	}
}
