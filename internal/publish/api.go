package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/git-backport/git-backport/internal/child"
)

// maxWait is the longest time that a limited request is waited for.
const maxWait = 2 * time.Minute

// An api is gh's or glab's verb api, for one host.
type api struct {
	tool string // "gh"
	host string
	run  Run
	wait func(ctx context.Context, d time.Duration, why string) error // nil when nobody waits
	asks int                                                          // requests made
}

// call makes one request and decodes its answer into out, when out is not nil. A limit on requests is waited
// for once, when that is allowed and short.
func (a *api) call(ctx context.Context, method, path string, in, out any) error {
	err := a.once(ctx, method, path, in, out)
	if e, ok := limited(err); ok && a.wait != nil && e.Wait <= maxWait {
		if err := a.wait(ctx, max(e.Wait, time.Second), e.Error()); err != nil {
			return err
		}
		return a.once(ctx, method, path, in, out)
	}
	return err
}

func (a *api) once(ctx context.Context, method, path string, in, out any) error {
	args := []string{"api", "--include", "--hostname", a.host, "--method", method, path}
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("encoding a request: %w", err)
		}
		args = append(args, "--header", "Content-Type: application/json", "--input", "-")
	}
	a.asks++
	res, err := a.run(ctx, body, args...)
	if err != nil {
		return err
	}
	answer := readAnswer(res.Stdout)
	if answer.status == 0 || answer.status >= 300 || res.Code != 0 {
		return a.failed(path, res, answer)
	}
	if out == nil || answer.status == 204 {
		return nil
	}
	if err := json.Unmarshal(answer.body, out); err != nil {
		return &APIError{Tool: a.tool, Status: answer.status, Path: path, Said: "its answer is not the JSON that was expected: " + err.Error()}
	}
	return nil
}

// An answer is what gh api --include prints: a status line, headers, an empty line, the body.
type answer struct {
	status int
	header map[string]string // names in lower case
	body   []byte
}

func readAnswer(out []byte) answer {
	head, body, _ := bytes.Cut(bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	first, rest, _ := strings.Cut(string(head), "\n")
	fields := strings.Fields(first)
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "HTTP/") {
		return answer{}
	}
	a := answer{header: map[string]string{}, body: body}
	var err error
	if a.status, err = strconv.Atoi(fields[1]); err != nil || a.status < 100 || a.status > 599 {
		return answer{}
	}
	for line := range strings.Lines(rest) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			a.header[strings.ToLower(name)] = strings.TrimSpace(value)
		}
	}
	return a
}

// failed makes the error of an answer that is no success.
func (a *api) failed(path string, res child.Result, ans answer) *APIError {
	e := &APIError{Tool: a.tool, Status: ans.status, Path: path}
	var doc struct {
		Message json.RawMessage `json:"message"`
		Error   json.RawMessage `json:"error"`
		Errors  []any           `json:"errors"`
	}
	var said []string
	if json.Unmarshal(ans.body, &doc) == nil {
		for _, raw := range []json.RawMessage{doc.Message, doc.Error} {
			if text := plainText(raw); text != "" {
				said = append(said, text)
			}
		}
		for _, d := range doc.Errors {
			switch d := d.(type) {
			case string:
				said = append(said, d)
			case map[string]any:
				if m, ok := d["message"].(string); ok {
					said = append(said, m)
				}
			}
		}
	}
	if len(said) == 0 {
		said = append(said, complaint(res.Stderr))
	}
	e.Said = strings.Join(said, "; ")
	e.Wait = retryAfter(ans.header)
	return e
}

// plainText returns a JSON string as it is, and other JSON as text.
func plainText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// retryAfter returns how long a forge asks to wait: seconds in Retry-After; 0 when it does not say.
func retryAfter(h map[string]string) time.Duration {
	n, err := strconv.Atoi(h["retry-after"])
	if err != nil || n < 0 || n > 86400 {
		return 0
	}
	return time.Duration(n) * time.Second
}
