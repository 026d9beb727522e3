package release

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/notes"
	"github.com/git-backport/git-backport/policy"
)

// noteEntries adds, under the section of the version, an entry for each commit of the release that the
// notes do not speak of yet, oldest first. What cannot be added is warned about.
func (m Maker) noteEntries(line Line, fsys fs.ReadFileFS, b *Bump, files map[string][]byte, since commits) {
	name := m.notesFile(line, b.Outcome.To)
	if name == "" {
		b.Warnings = append(b.Warnings, "no entries are written: the policy names no notes, [notes] file")
		return
	}
	before, err := fsys.ReadFile(name)
	if err == nil {
		var has *notes.Notes
		if has, err = notes.Parse(before); err == nil {
			entries := since.entries(string(before), has)
			if len(entries) == 0 {
				return
			}
			if before, err = notes.Add(before, b.Outcome.To, entries); err == nil {
				files[name] = before
				return
			}
		}
	}
	b.Warnings = append(b.Warnings, fmt.Sprintf("%s: no entries are written, %s: see to it by hand", name, err))
}

// releaseSubject is what a commit that only makes a release says.
var releaseSubject = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^((release|bump|version|prepare)\b.*\d+\.\d+|v?\d+\.\d+\.\d+)`)
})

// entries words the commits of a release as the file words its own entries: with its bullet, under its
// headings where it has them.
func (c commits) entries(text string, has *notes.Notes) []notes.Entry {
	bullet, grouped := "* ", false
	for _, s := range has.Sections {
		for _, e := range s.Entries {
			if len(e.Text) > 2 && strings.Contains("*-+", e.Text[:1]) && e.Text[1] == ' ' {
				bullet = e.Text[:2]
			}
			grouped = grouped || e.Group != ""
		}
	}
	var out []notes.Entry
	for i := len(c.ids) - 1; i >= 0; i-- {
		id := c.ids[i]
		subject := gitops.Subject(c.message[id])
		if subject == "" || releaseSubject().MatchString(subject) || spokenOf(text, subject) {
			continue
		}
		e := notes.Entry{Text: bullet + subject}
		if grouped {
			e.Group = group(c.kinds[id])
		}
		out = append(out, e)
	}
	return out
}

// spokenOf reports whether notes have the subject already, or name one of its pull requests.
func spokenOf(text, subject string) bool {
	for _, n := range gitops.PRNumbers(subject) {
		if regexp.MustCompile(fmt.Sprintf(`(#|/)%d\b`, n)).MatchString(text) {
			return true
		}
	}
	return strings.Contains(text, subject)
}

// group is the heading that a kind of change is under.
func group(k policy.Kind) string {
	switch k {
	case policy.Security, policy.Critical, policy.Bugfix:
		return "Fixed"
	case policy.Feature:
		return "Added"
	case policy.Dependency, policy.CI, policy.Docs:
	}
	return "Changed"
}
