package publish

import (
	"context"
	"errors"
	"fmt"
)

// A Withdrawal is what became of a published head that was to be taken back.
type Withdrawal struct {
	Head   *Head
	State  WithdrawState
	Reason string
	Closed bool // a change request was closed, or had been
}

// A WithdrawState is what became of a published head that was to be taken back.
type WithdrawState string

// The states of a withdrawn head.
const (
	WithdrawDone   WithdrawState = "withdrawn" // the branch is not there any more
	WithdrawMerged WithdrawState = "merged"    // left as it is
	WithdrawMoved  WithdrawState = "moved"     // left: the branch holds what this operation did not push
	WithdrawFailed WithdrawState = "failed"
)

// String says in one line what became of the head.
func (w Withdrawal) String() string {
	what := w.Head.Branch()
	number := ""
	if n := w.Head.Receipt.Number; n > 0 {
		number = fmt.Sprintf("#%d", n)
	}
	switch w.State {
	case WithdrawDone:
		what += ": deleted at " + w.Head.Receipt.Remote
		if w.Closed {
			what += ", " + number + " closed"
		}
	case WithdrawMerged:
		what += ": left, " + number + " is merged"
	case WithdrawMoved:
		what += ": left"
	case WithdrawFailed:
		what += ": failed"
	}
	if w.Reason != "" {
		what += ": " + w.Reason
	}
	return what
}

// Withdraw takes back what is published of a plan's heads, one after another. A branch is deleted only while it
// holds what was pushed, and after it its change request is closed. One that is merged is left. What was taken
// back is recorded at once. An error means that a record could not be written.
func (p Plan) Withdraw(ctx context.Context) ([]Withdrawal, error) {
	r := publication{Plan: p}
	r.connect()
	var out []Withdrawal
	for _, h := range p.Heads {
		w := Withdrawal{Head: h}
		if err := r.withdraw(ctx, &w); err != nil {
			w.State, w.Reason = WithdrawFailed, err.Error()
		}
		out = append(out, w)
		if w.State != WithdrawDone {
			continue
		}
		gone := *h // what is said of it keeps its number
		gone.Receipt.Pushed, gone.Receipt.Number, gone.Receipt.Web, gone.Receipt.Created = "", 0, "", false
		if err := p.Record(ctx, &gone); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (r *publication) withdraw(ctx context.Context, w *Withdrawal) error {
	h := w.Head
	var request *Request
	if h.Receipt.Number > 0 && r.drv != nil {
		got, err := r.drv.get(ctx, h.Receipt.Number)
		if err != nil {
			return err
		}
		if request = &got; got.State == RequestMerged {
			w.State = WithdrawMerged
			return nil
		}
	}
	if err := r.deleteBranch(ctx, w); err != nil || w.State == WithdrawMoved {
		return err
	}
	if request != nil && request.State == RequestOpen {
		if err := r.drv.close(ctx, h.Receipt.Number); err != nil {
			return fmt.Errorf("the branch is deleted, and #%d is not closed: %w", h.Receipt.Number, err)
		}
	}
	w.State, w.Closed = WithdrawDone, request != nil
	if h.Receipt.Number > 0 && request == nil {
		w.Reason = "close " + h.Receipt.Web + " by hand"
	}
	return nil
}

// deleteBranch deletes a head's branch at the remote, by lease. One that is gone already is as good.
func (r *publication) deleteBranch(ctx context.Context, w *Withdrawal) error {
	h, remote := w.Head, r.Remote
	res, err := r.Git(ctx, nil, "push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no",
		"--force-with-lease="+h.Ref+":"+h.Receipt.Pushed, "--", remote, ":"+h.Ref)
	if err != nil || res.Code == 0 {
		return err
	}
	failed := failure(res, porcelain(res.Stdout), serverLines(res.Stderr))
	ids, err := remoteIDs(ctx, r.Git, remote, []*Head{h})
	switch id := ids[h.Ref]; {
	case err != nil:
		return errors.Join(failed, err)
	case id == "":
		return nil
	case id != h.Receipt.Pushed:
		w.State, w.Reason = WithdrawMoved, fmt.Sprintf("it is at %.12s at %s, which this operation did not push", id, remote)
		return nil
	}
	return fmt.Errorf("the branch was not deleted: %s", failed.Why) //nolint:err113 // shown, not matched
}
