package manifest

import (
	"bytes"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// A version file holds nothing but the version: one line, which may start with v, among white space.

func readVersionFile(data []byte) ([]document.Entry, error) {
	body := bytes.TrimPrefix(data, []byte(document.BOM))
	text := strings.TrimSpace(string(body))
	start := len(data) - len(body) + strings.Index(string(body), text)
	if strings.HasPrefix(text, "v") {
		text, start = text[1:], start+1
	}
	if _, err := version.Parse(text); err != nil {
		if len(text) > 60 {
			text = text[:60] + "…"
		}
		return nil, document.At("", 1+bytes.Count(data[:start], []byte("\n")), "%w: %q", version.ErrVersion, text)
	}
	return []document.Entry{{Key: "version", Text: text, Span: document.Span{Start: start, End: start + len(text)}}}, nil
}

func versionFileAnchor(src *document.Source, rule Rule) (Anchor, error) {
	data, err := src.Read(rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	list, err := readVersionFile(data)
	if err != nil {
		return Anchor{}, document.InFile(rule.Path, err)
	}
	return Anchor{Path: rule.Path, Line: 1 + bytes.Count(data[:list[0].Span.Start], []byte("\n")), Version: list[0].Text}, nil
}

func bumpVersionFile(r *run, rule Rule) error {
	a, err := versionFileAnchor(r.src, rule)
	if err != nil {
		return err
	}
	if err := r.holds(a.Path, a.Line, a.Version); err != nil {
		return err
	}
	data, err := r.src.Read(rule.Path)
	if err != nil {
		return err
	}
	list, err := readVersionFile(data)
	if err != nil {
		return document.InFile(rule.Path, err)
	}
	return r.set(rule.Path, readVersionFile, map[int]string{list[0].Span.Start: r.to.String()})
}
