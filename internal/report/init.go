package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/propose"
	"github.com/git-backport/git-backport/internal/streams"
)

// An InitV1 is the document of init.
type InitV1 struct {
	Schema   string       `json:"schema"`
	File     string       `json:"file"`
	Written  bool         `json:"written"`
	Text     string       `json:"text"`
	Patched  []string     `json:"patched"`
	Required []string     `json:"required_by_rule"`
	Kept     []string     `json:"kept"`
	Live     []InitLineV1 `json:"live"`
	LeftOut  []string     `json:"left_out"`
	Exit     int          `json:"exit"`
}

// An InitLineV1 is a live line and what was tried on it.
type InitLineV1 struct {
	Line    string  `json:"line"`
	Branch  string  `json:"branch"`
	Version *string `json:"version"`
	Next    string  `json:"next"`
	Bump    string  `json:"bump"`
}

// NewInit makes the document of a proposal.
func NewInit(p propose.Proposal, file string, written bool) InitV1 {
	doc := InitV1{
		Schema: Schema("init"), File: file, Written: written, Text: p.Text,
		Patched: validAll(p.Patched), Required: validAll(p.Judged), Kept: validAll(p.Kept), LeftOut: validAll(p.Left), Live: []InitLineV1{},
	}
	for _, l := range p.Live {
		doc.Live = append(doc.Live, InitLineV1{valid(l.Line), valid(l.Branch), optional(l.Version), valid(l.Next), l.Bump})
	}
	return doc
}

// shownLines bounds the lines of a list.
const shownLines = 12

// InitText says what was found and tried.
func InitText(w io.Writer, p propose.Proposal) error {
	out := &page{w: w}
	if len(p.Live) > 0 {
		rows := [][]string{{"line", "branch", "version", "next", "bump"}}
		for _, l := range p.Live[:min(len(p.Live), shownLines)] {
			rows = append(rows, []string{dash(l.Line), dash(l.Branch), dash(l.Version), dash(l.Next), l.Bump})
		}
		widths := columns(rows)
		out.row(rows[0], widths, dim, "")
		for _, r := range rows[1:] {
			out.row(r, widths, "", "")
		}
		if more := len(p.Live) - shownLines; more > 0 {
			out.printf("  and %s\n", count(more, "line"))
		}
		out.printf("\n")
	}
	if len(p.Patched) > 0 {
		out.printf("lines patched in the last year: %s\n", shownList(p.Patched))
		out.printf("the rules would have required:  %s\n", shownList(p.Judged))
	}
	if p.Share[1] > 0 {
		out.printf("patch releases of two years within the rules: %d of %d\n", p.Share[0], p.Share[1])
	}
	if len(p.Kept) > 0 {
		out.printf("added as rows, for the rules have ended them: %s\n", shownList(p.Kept))
	}
	for _, l := range p.Left {
		out.printf("left out: %s\n", streams.Clean(l))
	}
	if len(p.Live)+len(p.Patched)+len(p.Left) > 0 {
		out.printf("\n")
	}
	return out.err
}

func shownList(items []string) string {
	if len(items) == 0 {
		return "none"
	}
	items = slices.Clone(items)
	if more := len(items) - shownLines; more > 0 {
		items = append(items[:shownLines], fmt.Sprintf("and %d more", more))
	}
	return streams.Clean(strings.Join(items, " "))
}
