package publish

import (
	"context"
	"time"
)

// A Client asks one host of a forge through gh or glab.
type Client struct{ api }

// NewClient asks by a tool, "gh" or "glab". wait, if not nil, waits where the forge limits requests.
func NewClient(tool, host string, run Run, wait func(ctx context.Context, d time.Duration, why string) error) *Client {
	return &Client{api{tool: tool, host: host, run: run, wait: wait}}
}

// Call makes one request: in, when not nil, is sent as JSON, and the answer is decoded into out, when not nil. A
// server that refuses is an *APIError.
func (c *Client) Call(ctx context.Context, method, path string, in, out any) error {
	return c.call(ctx, method, path, in, out)
}
