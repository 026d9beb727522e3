// Package notes edits release notes: RELEASES.md, CHANGELOG.md and their like. Notes are sections, one for a
// version, of entries; Move takes what a change adds to the notes of one branch to the section of another
// branch's next version, Date says that a section is released, Check whether notes, tree and tags agree.
//
// Every edit leaves the other lines alone, to the byte. The package knows no repository, no file system and
// no clock.
package notes

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// Causes why release notes cannot be dealt with.
var (
	// ErrSection says that no section for a version is recognised in the notes.
	ErrSection = errors.New("no section for a version in the release notes")
	// ErrVersion says that the notes, the tree and the tags are not about the same version.
	ErrVersion = errors.New("the release notes are about another version")
	// ErrOther says that a change touches more of the notes than entries below a version: it
	// must be merged as any other text.
	ErrOther = errors.New("the change is not to entries of the release notes alone")
)

// Notes are release notes: RELEASES.md, CHANGELOG.md. Sections are Markdown headings that name a version
// or say "Unreleased", newest first; they may be parted by rules of dashes and may have a line
// "Released DATE." of their own, as Wasmtime's, or carry the date in the heading.
type Notes struct {
	lines    []string // with their line ends
	eol      string
	Sections []Section
	loose    bool   // entries are parted by empty lines
	inside   []bool // lines of code blocks and comments
	like     *Notes // notes of the same project, whose manner counts where these do not tell
}

// A Section is what the notes say about one version.
type Section struct {
	Version    string // empty for a section that is only "Unreleased"
	Unreleased bool   // the heading or the line below says so
	Date       string // as written; empty when there is none
	Line       int    // of the heading, from 1
	Entries    []Entry

	heading  int // index of the heading's line
	body     int // index of the first line after the heading, and the line below it where one underlines it
	dateLine int // index of the line "Released …" or "Unreleased", or -1
	end      int // index of the line after the last one of the section; a rule is not part of it
	groups   map[string]int
}

// An Entry is one item of a section: a bullet with what belongs to it, or a paragraph.
type Entry struct {
	Group string // the heading it is under, "Fixed"; empty when there is none
	Text  string // without the final line end, line ends as "\n"

	first, last int    // indices of its lines
	section     string // the version whose section it is in; set by all
}

var (
	notesHeading = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(#{1,3})[ \t]+(?:[A-Za-z][\w.-]*[ \t]+)?(\[?)v?(\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?|(?i:unreleased))(\]?)(.*)$`)
	})
	// notesOpen says that a section is not released yet.
	notesOpen = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\bunreleased\b|\btbd\b|\bin development\b|\bnot yet released\b`)
	})
	// notesTitle is a heading without marks, above a line of one sign.
	notesTitle = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^()(?:[A-Za-z][\w.-]*[ \t]+)?(\[?)v?(\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?|(?i:unreleased))(\]?)((?:[ \t,(:].*)?)$`)
	})
	notesState = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([*_]*)(?i:(unreleased|released)(?:[ \t]+on)?(?:[ \t]+([^.*_]*?))?)(\.?)([*_]*)$`)
	})
	notesRule   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:-{3,}|\*{3,}|_{3,})[ \t]*$`) })
	notesGroup  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(#{2,6})[ \t]+(.*?)[ \t]*#*$`) })
	notesBullet = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[*+-]|\d{1,9}[.)])[ \t]`) })
	notesLink   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[[^\]]+\]:[ \t]`) })
)

// Parse reads release notes. Text without any section is ErrSection.
func Parse(data []byte) (*Notes, error) {
	if len(data) > document.MaxText {
		return nil, document.At("", 0, "%w: %d bytes, at most %d are read", document.ErrTooLarge, len(data), document.MaxText)
	}
	n := &Notes{lines: strings.SplitAfter(string(data), "\n"), eol: document.LineEnd(data)}
	if last := len(n.lines) - 1; n.lines[last] == "" {
		n.lines = n.lines[:last]
	}
	n.sections()
	if len(n.Sections) == 0 {
		return nil, document.At("", 0, "%w", ErrSection)
	}
	for i := range n.Sections {
		n.fill(&n.Sections[i])
	}
	return n, nil
}

// text returns a line without its line end and a byte order mark.
func (n *Notes) text(i int) string {
	return strings.TrimRight(strings.TrimPrefix(n.lines[i], document.BOM), "\r\n")
}

func (n *Notes) blank(i int) bool { return strings.TrimSpace(n.text(i)) == "" }

func (n *Notes) isLink(i int) bool { return !n.inside[i] && notesLink().MatchString(n.text(i)) }

// Bytes returns the notes as they are now.
func (n *Notes) Bytes() []byte { return []byte(strings.Join(n.lines, "")) }

// sections finds the headings. All are of the level of the first, but for those of another level that can be
// nothing else: with a whole version and a date or a link, as conventional-changelog marks patch releases.
// Code blocks and comments have none.
func (n *Notes) sections() {
	level := ""
	block := closer{}
	for i := range n.lines {
		under := block.until == "" && i > 0 && !n.blank(i-1) && n.overline(i) == '~' && len(n.text(i)) >= len(n.text(i-1))
		n.inside = append(n.inside, !under && block.skips(n.text(i)))
	}
	for i := range n.lines {
		if n.inside[i] {
			continue
		}
		m, mark, body := n.headingAt(i)
		if m == nil || level != "" && mark != level && !plainly(m) {
			continue
		}
		if level == "" {
			level = mark
		}
		s := Section{Version: m[3], Line: i + 1, heading: i, body: body, dateLine: -1, end: len(n.lines)}
		if strings.EqualFold(m[3], "unreleased") {
			s.Version, s.Unreleased = "", true
		}
		if d, _ := findDate(m[5]); d != "" {
			s.Date = d
		} else if notesOpen().MatchString(m[5]) {
			s.Unreleased = true
		}
		if k := len(n.Sections) - 1; k >= 0 {
			n.Sections[k].end = i
		}
		n.Sections = append(n.Sections, s)
	}
}

// headingAt reads a line as the heading of a section: with marks before it, or a line of one sign below it. mark
// is what the level is told by.
func (n *Notes) headingAt(i int) (m []string, mark string, body int) {
	if sign := n.underline(i); sign != 0 {
		return notesTitle().FindStringSubmatch(n.text(i)), string(sign), i + 2
	}
	if m = notesHeading().FindStringSubmatch(n.text(i)); m != nil {
		mark = m[1]
	}
	return m, mark, i + 1
}

// plainly reports whether a heading is that of a release, whatever its level.
func plainly(m []string) bool {
	date, _ := findDate(m[5])
	return strings.Count(m[3], ".") >= 2 && (date != "" || m[2] != "" && strings.HasPrefix(m[5], "("))
}

// underline returns the sign of the line that underlines a line; 0 where none does.
func (n *Notes) underline(i int) byte {
	if i+1 >= len(n.lines) || n.blank(i) || n.inside[i] || i > 0 && !n.blank(i-1) && n.overline(i-1) == 0 {
		return 0
	}
	if sign := n.overline(i + 1); sign != 0 && len(n.text(i+1)) >= len(n.text(i)) {
		return sign
	}
	return 0
}

// overline returns the sign of which a whole line is; 0 where it is not.
func (n *Notes) overline(i int) byte {
	line := strings.TrimRight(n.text(i), " \t")
	if len(line) < 3 || !strings.ContainsRune("=-~^`#*+\"'.", rune(line[0])) || strings.Trim(line, line[:1]) != "" {
		return 0
	}
	return line[0]
}

// retitle gives a heading another text, and the line below it the same length where it had it.
func (n *Notes) retitle(s Section, text string) {
	was := n.text(s.heading)
	n.setLine(s.heading, text)
	for i := s.heading + 1; i < s.body; i++ {
		n.setLine(i, underlined(n.text(i), was, text))
	}
}

// underlined is a line below a heading for another one.
func underlined(line, was, text string) string {
	if len(line) == len(was) || len(line) < len(text) {
		return strings.Repeat(line[:1], len(text))
	}
	return line
}

// closer follows fenced code blocks and comments, whose lines are no headings.
type closer struct{ until string }

// skips reports whether a line is within a block, or opens one.
func (c *closer) skips(line string) bool {
	trimmed := strings.TrimSpace(line)
	if c.until != "" {
		if c.until == "-->" && strings.Contains(line, "-->") || c.until != "-->" && strings.HasPrefix(trimmed, c.until) {
			c.until = ""
		}
		return true
	}
	switch {
	case strings.HasPrefix(trimmed, "```"), strings.HasPrefix(trimmed, "~~~"):
		c.until = trimmed[:3]
		return true
	case strings.HasPrefix(trimmed, "<!--") && !strings.Contains(trimmed, "-->"):
		c.until = "-->"
		return true
	}
	return false
}

// fill reads the body of a section: its date line, its groups and its entries.
func (n *Notes) fill(s *Section) {
	for i := s.body; i < s.end; i++ {
		if !n.inside[i] && notesRule().MatchString(n.text(i)) && n.blank(i-1) {
			s.end = i
			break
		}
	}
	first := s.body
	for first < s.end && n.blank(first) {
		first++
	}
	if first < s.end {
		if m := notesState().FindStringSubmatch(n.text(first)); m != nil {
			s.dateLine = first
			s.Unreleased = strings.EqualFold(m[2], "unreleased")
			s.Date = strings.TrimSpace(m[3])
			first++
		}
	}
	s.groups = map[string]int{}
	n.entries(s, first)
}

// entries splits the lines of a section from first on.
func (n *Notes) entries(s *Section, first int) {
	group, open, gap := "", false, false
	for i := first; i < s.end; i++ {
		line := n.text(i)
		if !n.inside[i] && n.blank(i) {
			gap = true
			continue
		}
		if n.isLink(i) { // definitions of links are of no entry
			open, gap = false, false
			continue
		}
		if sign := n.underline(i); sign != 0 && !notesBullet().MatchString(line) {
			group, open, gap = line, false, false
			if _, ok := s.groups[strings.ToLower(group)]; !ok {
				s.groups[strings.ToLower(group)] = i
			}
			i++
			continue
		}
		if m := notesGroup().FindStringSubmatch(line); m != nil && !n.inside[i] {
			group, open, gap = m[2], false, false
			if _, ok := s.groups[strings.ToLower(group)]; !ok {
				s.groups[strings.ToLower(group)] = i
			}
			continue
		}
		bullet := !n.inside[i] && notesBullet().MatchString(line)
		indented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		if open && !bullet && (!gap || indented || n.inside[i] && n.inside[i-1]) {
			s.Entries[len(s.Entries)-1].last = i
		} else {
			n.loose = n.loose || open && gap
			s.Entries = append(s.Entries, Entry{Group: group, first: i, last: i})
			open = true
		}
		gap = false
	}
	for i := range s.Entries {
		e := &s.Entries[i]
		var text []string
		for j := e.first; j <= e.last; j++ {
			text = append(text, n.text(j))
		}
		e.Text = strings.TrimRight(strings.Join(text, "\n"), " \t\n")
	}
}

// Top returns the newest section: the first one.
func (n *Notes) Top() Section { return n.Sections[0] }

// grouped reports whether the notes put entries under headings.
func (n *Notes) grouped() bool {
	return slices.ContainsFunc(n.Sections, func(s Section) bool { return len(s.groups) > 0 })
}

// insert puts lines before the line of an index.
func (n *Notes) insert(i int, lines ...string) (*Notes, error) {
	if i > 0 && i == len(n.lines) && !strings.HasSuffix(n.lines[i-1], "\n") {
		// what was the last line stays the last without a line end's worth of change
		n.lines[i-1] += n.eol
		lines[len(lines)-1] = strings.TrimSuffix(lines[len(lines)-1], n.eol)
	}
	n.lines = slices.Insert(n.lines, i, lines...)
	return Parse(n.Bytes())
}

// terminated adds the file's line end to each line.
func (n *Notes) terminated(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l + n.eol
	}
	return out
}
