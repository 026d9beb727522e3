package notes

import (
	"fmt"
	"strings"
	"time"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// Date marks the section of a version as released on a day, YYYY-MM-DD, where it is marked unreleased: in the
// line below the heading, or in the heading. The day is written in the form asked for, as strftime has it, or
// in that of the file's other sections. A section that is only "Unreleased" becomes the version's, below a new
// empty one. A section that has a date keeps it; one in whose file no section has a date gets none. The first
// section must be the version's, else it is ErrVersion.
func Date(data []byte, version, day, asked string) ([]byte, error) {
	when, err := time.Parse("2006-01-02", day)
	if err != nil {
		return nil, fmt.Errorf("%q is not a day, YYYY-MM-DD", day)
	}
	n, err := Parse(data)
	if err != nil {
		return nil, err
	}
	layout, err := n.layout(asked)
	if err != nil {
		return nil, err
	}
	day = when.Format(layout)
	top := n.Top()
	if top.Version != "" && top.Version != version {
		return nil, document.At("", top.Line, "%w: the newest section is of %q, not %q", ErrVersion, top.Version, version)
	}
	switch {
	case top.dateLine >= 0 && top.Unreleased:
		m := notesState().FindStringSubmatch(n.text(top.dateLine))
		n.setLine(top.dateLine, m[1]+"Released "+day+m[4]+m[5])
	case top.Version == "":
		return n.split(version, day)
	case top.Unreleased:
		n.retitle(top, notesOpen().ReplaceAllString(n.text(top.heading), day))
	}
	if len(n.Sections) > 1 {
		n.moveUnreleased(version, n.Sections[1].Version)
	}
	return n.Bytes(), nil
}

// setLine replaces the text of a line and keeps its end.
func (n *Notes) setLine(i int, text string) {
	n.lines[i] = strings.Replace(n.lines[i], n.text(i), text, 1)
}

// split makes the section "Unreleased" that of a version, and puts an empty one above it.
func (n *Notes) split(version, day string) ([]byte, error) {
	top := n.Top()
	if top.dateLine >= 0 {
		return nil, document.At("", top.Line, "%w: a section without a version", ErrOther)
	}
	m, _, _ := n.headingAt(top.heading)
	line := m[1]
	if line != "" {
		line += " "
	}
	line += m[2] + version + m[4]
	old := ""
	if len(n.Sections) > 1 { // in the manner of the one before
		s := n.Sections[1]
		old = s.Version
		h := n.text(s.heading)
		k := notesHeading().FindStringSubmatchIndex(h)
		if s.body > s.heading+1 {
			k = notesTitle().FindStringSubmatchIndex(h)
		}
		tail := h[k[9]:]
		line = h[:k[6]] + version + h[k[8]:k[9]]
		switch {
		case s.Date != "" && s.dateLine < 0 && !strings.Contains(tail, "("+"http"):
			line += strings.Replace(tail, s.Date, day, 1)
		case s.Date != "" && s.dateLine < 0:
			line += " (" + day + ")"
		}
	} else {
		line += " - " + day
	}
	lines := []string{"", line}
	for i := top.heading + 1; i < top.body; i++ {
		lines = append(lines, underlined(n.text(i), n.text(top.heading), line))
	}
	out, err := n.insert(top.body, n.terminated(lines)...)
	if err != nil {
		return nil, err
	}
	if out, err = out.linkTo(version, old); err != nil {
		return nil, err
	}
	out.moveUnreleased(version, old)
	return out.Bytes(), nil
}

// Check reports whether notes, tree and tags agree. tree is the version the tree holds, last the
// last release of the line ("" when there is none), next the one that comes next. Where the tree holds
// a release above the last one the newest section must be of that version, and once there is a last one
// it must not say that it is unreleased: such a tree is about to be tagged. Else it may be of the last
// release or the next one.
// A disagreement is ErrVersion, with the line.
func Check(data []byte, tree, last, next string) error {
	n, err := Parse(data)
	if err != nil {
		return err
	}
	top := n.Top()
	if top.Version == "" && len(top.Entries) == 0 && len(n.Sections) > 1 {
		top = n.Sections[1] // an empty "Unreleased" says nothing
	}
	v, err := version.Parse(tree)
	if tree != "" && err != nil {
		return err
	}
	if tree == last || tree == "" || !v.Stable() {
		if top.Version == "" || top.Version == last || top.Version == next {
			return nil
		}
		return document.At("", top.Line, "%w: the newest section is of %q, the last release is %q and the next one %q", ErrVersion, top.Version, last, next)
	}
	switch {
	case top.Version == "":
		return document.At("", top.Line, "%w: the newest section is still called unreleased, the tree says %q", ErrVersion, tree)
	case top.Version != tree || next != tree:
		return document.At("", top.Line, "%w: the newest section is of %q, the tree says %q, the next release is %q", ErrVersion, top.Version, tree, next)
	case top.Unreleased && last != "":
		return document.At("", top.Line, "%w: the section of %q says it is unreleased, the tree is that release", ErrVersion, tree)
	}
	return nil
}
