package notes

import (
	"errors"
	"fmt"
	"strings"
)

// A Style is a form of release notes, by its name.
type Style string

// The styles. Edits follow what the file itself shows; a style that is named is what Check demands of it.
const (
	StyleWasmtime Style = "wasmtime"         // a line "Released DATE." below the heading
	StyleKeep     Style = "keep-a-changelog" // "## [1.2.3] - DATE", "[Unreleased]", groups such as "### Fixed"
	StyleHeadings Style = "headings"         // a heading for each version, and nothing of the other two
	StyleNone     Style = "none"             // the notes are a file like any other
)

// Styles returns the names of the styles.
func Styles() []string {
	return []string{string(StyleWasmtime), string(StyleKeep), string(StyleHeadings), string(StyleNone)}
}

// ErrStyle says that notes are not written in the style that is named for them.
var ErrStyle = errors.New("the release notes are written in another style")

// CheckStyle reports whether notes are written in a style; the empty style is any.
func CheckStyle(data []byte, want Style) error {
	if want == "" || want == StyleNone {
		return nil
	}
	n, err := Parse(data)
	if err != nil {
		return err
	}
	if got := n.style(); got != want {
		return fmt.Errorf("%w: style = %q, and they look like %q", ErrStyle, want, got)
	}
	return nil
}

// style is the style that most of the newest sections are in.
func (n *Notes) style() Style {
	newest := n.Sections[:min(len(n.Sections), 5)]
	dated, bracketed := 0, 0
	for _, s := range newest {
		heading := n.text(s.heading)
		switch {
		case s.dateLine >= 0:
			dated++
		case strings.Contains(heading, "["+s.Version+"]") || strings.Contains(strings.ToLower(heading), "[unreleased]"):
			bracketed++
		}
	}
	switch {
	case 2*dated > len(newest):
		return StyleWasmtime
	case 2*bracketed > len(newest):
		return StyleKeep
	}
	return StyleHeadings
}
