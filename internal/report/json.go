package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/streams"
)

// An ErrorV1 is an error in any document: a stable code, what happened, and the cure.
type ErrorV1 struct {
	Code    string  `json:"code"`
	Message string  `json:"message"`
	Hint    *string `json:"hint"`
}

// An ErrorDocumentV1 is what a verb prints instead of its own document when it fails.
type ErrorDocumentV1 struct {
	Schema  string  `json:"schema"`
	Version string  `json:"version"`
	Error   ErrorV1 `json:"error"`
	Exit    int     `json:"exit"`
}

// ErrorDocument is the document of a verb that failed.
func ErrorDocument(verb, version, code, message, hint string, exit int) ErrorDocumentV1 {
	return ErrorDocumentV1{Schema: Schema(verb), Version: version, Error: NewError(code, message, hint), Exit: exit}
}

// Schema names the first version of a verb's document.
func Schema(verb string) string { return "git-backport/" + verb + "/v1" }

// NewError makes an ErrorV1; an empty hint becomes null.
func NewError(code, message, hint string) ErrorV1 {
	return ErrorV1{Code: code, Message: valid(message), Hint: optional(hint)}
}

// WriteJSON writes one document, indented.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, streams.JSON(b.Bytes()))
	return err
}

// A Path is a path of a tree: a JSON string, or {"base64": …} when it is not UTF-8.
type Path string

// MarshalJSON writes a string where that loses nothing.
func (p Path) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(p)) {
		return json.Marshal(string(p))
	}
	return json.Marshal(struct {
		Base64 string `json:"base64"`
	}{base64.StdEncoding.EncodeToString([]byte(p))})
}

// UnmarshalJSON reads both forms.
func (p *Path) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err == nil {
		*p = Path(s)
		return nil
	}
	var b struct {
		Base64 string `json:"base64"`
	}
	if err := json.Unmarshal(data, &b); err != nil {
		return fmt.Errorf("path: want a string or {\"base64\": …}: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(b.Base64)
	*p = Path(raw)
	return err
}

// valid makes text from a repository valid UTF-8, for JSON.
func valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

func validAll(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, valid(s))
	}
	return out
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	s = valid(s)
	return &s
}

// oid is an id as JSON shows it: null when there is none.
func oid(id gitops.ID) *string {
	if id.IsZero() {
		return nil
	}
	s := id.String()
	return &s
}

func oids(ids []gitops.ID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, id.String())
	}
	return out
}
