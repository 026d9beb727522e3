package publish

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Request is a change request as the forge has it.
type Request struct {
	Number int
	URL    string // its page
	State  string // "open", "merged", "closed"
	Draft  bool
	Title  string
	Body   string
}

// The states of a change request.
const (
	RequestOpen   = "open"
	RequestMerged = "merged"
	RequestClosed = "closed"
)

// A Query asks for the change requests of one head.
type Query struct{ Branch, Base string }

// A driver speaks to one repository of a forge. Every method costs at most the requests that its comment names.
type driver interface {
	// find returns the change requests of a head, newest first: one request.
	find(ctx context.Context, q Query) ([]Request, error)
	// create opens one: one request, and one more for each thing that the forge did not take, said in a warning.
	create(ctx context.Context, q Query, t Text) (Request, []string, error)
	// finish writes title, body and what decorates it: one request, and one for reviewers. A nil text leaves
	// title and body alone. What the forge did not take is a warning.
	finish(ctx context.Context, r Request, text *Text, t Text) []string
	// get returns one by its number: one request.
	get(ctx context.Context, number int) (Request, error)
	// close closes one that is open: one request.
	close(ctx context.Context, number int) error
	// comment writes the one comment of ours on a request, found by its marker: two requests.
	comment(ctx context.Context, number int, marker, body string) error
	// autoMerge asks the forge to merge when all checks pass: one request.
	autoMerge(ctx context.Context, r Request) error
}

// An APIError is an answer of a forge that is no success.
type APIError struct {
	Tool   string // "gh"
	Status int    // of HTTP; 0 when there was no answer
	Path   string
	Said   string // the forge's message, or the tool's
	Wait   time.Duration
}

func (e *APIError) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("%s api %s: %s", e.Tool, e.Path, e.Said)
	}
	return fmt.Sprintf("%s api %s: HTTP %d: %s", e.Tool, e.Path, e.Status, e.Said)
}

// limited reports whether an error is a limit on the rate of requests.
func limited(err error) (*APIError, bool) {
	var api *APIError
	if errors.As(err, &api) && (api.Status == 429 || api.Status == 403 && api.Wait > 0) {
		return api, true
	}
	return nil, false
}
