package manifest

import (
	"bytes"
	"strings"
)

// A version file holds nothing but the version: one line, which may start with v, among white space.

func readVersionFile(data []byte) ([]entry, error) {
	body := bytes.TrimPrefix(data, []byte(bom))
	text := strings.TrimSpace(string(body))
	start := len(data) - len(body) + strings.Index(string(body), text)
	if strings.HasPrefix(text, "v") {
		text, start = text[1:], start+1
	}
	if _, err := parseVersion(text); err != nil {
		if len(text) > 60 {
			text = text[:60] + "…"
		}
		return nil, at("", 1+bytes.Count(data[:start], []byte("\n")), "%w: %q", ErrVersion, text)
	}
	return []entry{{key: "version", text: text, span: Span{start, start + len(text)}}}, nil
}

func versionFileAnchor(src *source, rule Rule) (Anchor, error) {
	data, err := src.read(rule.Path)
	if err != nil {
		return Anchor{}, err
	}
	list, err := readVersionFile(data)
	if err != nil {
		return Anchor{}, InFile(rule.Path, err)
	}
	return Anchor{Path: rule.Path, Line: 1 + bytes.Count(data[:list[0].span.Start], []byte("\n")), Version: list[0].text}, nil
}

func bumpVersionFile(r *run, rule Rule) error {
	a, err := versionFileAnchor(r.src, rule)
	if err != nil {
		return err
	}
	if err := r.holds(a.Path, a.Line, a.Version); err != nil {
		return err
	}
	list, err := readVersionFile(r.src.bytes[rule.Path])
	if err != nil {
		return InFile(rule.Path, err)
	}
	return r.set(rule.Path, readVersionFile, map[int]string{list[0].span.Start: r.to.String()})
}
