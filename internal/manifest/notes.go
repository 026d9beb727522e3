package manifest

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Causes why release notes cannot be dealt with.
var (
	// ErrNotes says that no section for a version is recognised in the notes.
	ErrNotes = errors.New("no section for a version in the release notes")
	// ErrNotesVersion says that the notes, the tree and the tags are not about the same version.
	ErrNotesVersion = errors.New("the release notes are about another version")
	// ErrNotesOther says that a change touches more of the notes than entries below a version: it
	// must be merged as any other text.
	ErrNotesOther = errors.New("the change is not to entries of the release notes alone")
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
}

// A Section is what the notes say about one version.
type Section struct {
	Version    string // empty for a section that is only "Unreleased"
	Unreleased bool   // the heading or the line below says so
	Date       string // as written; empty when there is none
	Line       int    // of the heading, from 1
	Entries    []Entry

	heading  int // index of the heading's line
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
	notesDate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\d{4}-\d{2}-\d{2}|\bunreleased\b|\btbd\b|\bin development\b`)
	})
	notesState = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([*_]*)(?i:(unreleased|released)(?:[ \t]+on)?(?:[ \t]+([^.*_]*?))?)(\.?)([*_]*)$`)
	})
	notesRule   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:-{3,}|\*{3,}|_{3,})[ \t]*$`) })
	notesGroup  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(#{2,6})[ \t]+(.*?)[ \t]*#*$`) })
	notesBullet = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[*+-]|\d{1,9}[.)])[ \t]`) })
	notesLink   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[[^\]]+\]:[ \t]`) })
)

// ParseNotes reads release notes. Text without any section is ErrNotes.
func ParseNotes(data []byte) (*Notes, error) {
	if len(data) > maxText {
		return nil, at("", 0, "%w: %d bytes, at most %d are read", ErrTooLarge, len(data), maxText)
	}
	n := &Notes{lines: strings.SplitAfter(string(data), "\n"), eol: lineEnd(data)}
	if last := len(n.lines) - 1; n.lines[last] == "" {
		n.lines = n.lines[:last]
	}
	n.sections()
	if len(n.Sections) == 0 {
		return nil, at("", 0, "%w", ErrNotes)
	}
	for i := range n.Sections {
		n.fill(&n.Sections[i])
	}
	return n, nil
}

// text returns a line without its line end and a byte order mark.
func (n *Notes) text(i int) string {
	return strings.TrimRight(strings.TrimPrefix(n.lines[i], bom), "\r\n")
}

func (n *Notes) blank(i int) bool { return strings.TrimSpace(n.text(i)) == "" }

func (n *Notes) isLink(i int) bool { return !n.inside[i] && notesLink().MatchString(n.text(i)) }

// Bytes returns the notes as they are now.
func (n *Notes) Bytes() []byte { return []byte(strings.Join(n.lines, "")) }

// sections finds the headings. All are of the level of the first; code blocks and comments have none.
func (n *Notes) sections() {
	level := ""
	block := closer{}
	for i := range n.lines {
		n.inside = append(n.inside, block.skips(n.text(i)))
		if n.inside[i] {
			continue
		}
		m := notesHeading().FindStringSubmatch(n.text(i))
		if m == nil || level != "" && m[1] != level {
			continue
		}
		level = m[1]
		s := Section{Version: m[3], Line: i + 1, heading: i, dateLine: -1, end: len(n.lines)}
		if strings.EqualFold(m[3], "unreleased") {
			s.Version, s.Unreleased = "", true
		}
		if d := notesDate().FindString(m[5]); d != "" {
			if d[0] >= '0' && d[0] <= '9' {
				s.Date = d
			} else {
				s.Unreleased = true
			}
		}
		if k := len(n.Sections) - 1; k >= 0 {
			n.Sections[k].end = i
		}
		n.Sections = append(n.Sections, s)
	}
}

// closer follows fenced code blocks and comments, whose lines are no headings.
type closer struct{ until string }

// skips tells whether a line is within a block, or opens one.
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
	for i := s.heading + 1; i < s.end; i++ {
		if !n.inside[i] && notesRule().MatchString(n.text(i)) && n.blank(i-1) {
			s.end = i
			break
		}
	}
	first := s.heading + 1
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

// grouped tells whether the notes put entries under headings.
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
	return ParseNotes(n.Bytes())
}

// terminated adds the file's line end to each line.
func (n *Notes) terminated(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l + n.eol
	}
	return out
}
