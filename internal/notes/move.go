package notes

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// maxEntries bounds how many entries one change may bring.
const maxEntries = 200

// Move takes the entries that theirs has and base does not have, and puts those that ours does not have either
// under the section of the given version in ours, where that section is not released; where there is
// none it is made on top, in the manner of the newest one. Of a change that has entries for that very
// version only those are taken, and an entry that it has in several sections once. The entries keep their group. Entries that
// the change rewords are reworded in ours where ours has them unchanged; a change of anything but
// entries and headings is ErrOther.
func Move(base, ours, theirs []byte, version string) ([]byte, error) {
	was, err := Parse(base)
	if err != nil {
		return nil, fmt.Errorf("before the change: %w", err)
	}
	is, err := Parse(theirs)
	if err != nil {
		return nil, fmt.Errorf("after the change: %w", err)
	}
	if !slices.Equal(was.around(), is.around()) {
		return nil, fmt.Errorf("%w: text outside of the sections changes", ErrOther)
	}
	added, removed := newEntries(was, is)
	if len(added) > maxEntries {
		return nil, fmt.Errorf("%w: %d entries", document.ErrTooLarge, len(added))
	}
	n, err := Parse(ours)
	if err != nil {
		return nil, err
	}
	if n, added, err = n.reword(added, removed); err != nil {
		return nil, err
	}
	added = meantFor(added, version)
	n.like = is
	if n, err = n.add(added, version, is.loose); err != nil {
		return nil, err
	}
	if n, err = n.addLinks(added, is); err != nil {
		return nil, err
	}
	return n.Bytes(), nil
}

// addLinks adds, at the end of the first section, the definitions of links that moved entries refer to.
func (n *Notes) addLinks(moved []Entry, from *Notes) (*Notes, error) {
	var missing []string
	for i := range from.lines {
		label, _, _ := strings.Cut(from.text(i), "]:")
		known := func(n *Notes) bool {
			return slices.ContainsFunc(n.lines, func(l string) bool { return strings.HasPrefix(l, label+"]:") })
		}
		used := slices.ContainsFunc(moved, func(e Entry) bool { return strings.Contains(e.Text, label+"]") })
		if from.isLink(i) && used && !known(n) && !slices.Contains(missing, from.text(i)) {
			missing = append(missing, from.text(i))
		}
	}
	if len(missing) == 0 {
		return n, nil
	}
	s := n.Top()
	last := s.heading
	for i := s.heading; i < s.end; i++ {
		if !n.blank(i) {
			last = i
		}
	}
	if !n.isLink(last) {
		missing = append([]string{""}, missing...)
	}
	return n.insert(last+1, n.terminated(missing)...)
}

// Add puts entries under the section of the given version, as Move does. The entries' texts
// come without line ends at their end; bullets are the caller's.
func Add(data []byte, version string, entries []Entry) ([]byte, error) {
	n, err := Parse(data)
	if err != nil {
		return nil, err
	}
	if n, err = n.add(entries, version, n.loose); err != nil {
		return nil, err
	}
	return n.Bytes(), nil
}

// around lists the lines that belong to no section: what stands before, between and after them.
func (n *Notes) around() []string {
	var out []string
	next := 0
	for _, s := range n.Sections {
		for ; next < s.heading; next++ {
			out = append(out, n.text(next))
		}
		next = s.end
	}
	for ; next < len(n.lines); next++ {
		out = append(out, n.text(next))
	}
	return slices.DeleteFunc(out, func(s string) bool {
		return strings.TrimSpace(s) == "" || notesRule().MatchString(s) || notesLink().MatchString(s)
	})
}

// newEntries returns the entries of is that was lacks, and those of was that is lacks.
func newEntries(was, is *Notes) (added, removed []Entry) {
	count := map[string]int{}
	for _, e := range was.all() {
		count[e.Text]++
	}
	for _, e := range is.all() {
		if count[e.Text]--; count[e.Text] < 0 {
			added = append(added, e)
		}
	}
	for _, e := range was.all() {
		if count[e.Text] > 0 {
			count[e.Text]--
			removed = append(removed, e)
		}
	}
	return added, removed
}

// meantFor returns the entries of a change that are for a version: those it puts under that very version, as
// a change of main does which brings the notes of several releases, or else all, each once.
func meantFor(added []Entry, version string) []Entry {
	if slices.ContainsFunc(added, func(e Entry) bool { return e.section == version }) {
		added = slices.DeleteFunc(added, func(e Entry) bool { return e.section != version })
	}
	var out []Entry
	for _, e := range added {
		if !slices.ContainsFunc(out, func(o Entry) bool { return o.Text == e.Text }) {
			out = append(out, e)
		}
	}
	return out
}

func (n *Notes) all() []Entry {
	var out []Entry
	for _, s := range n.Sections {
		for _, e := range s.Entries {
			e.section = s.Version
			out = append(out, e)
		}
	}
	return out
}

func (n *Notes) has(text string) bool {
	return slices.ContainsFunc(n.all(), func(e Entry) bool { return e.Text == text })
}

// reword replaces entries that a change took away by those it put in their stead, which works only where
// as many came as went, and ours has what went.
func (n *Notes) reword(added, removed []Entry) (*Notes, []Entry, error) {
	if len(removed) == 0 {
		return n, added, nil
	}
	if len(removed) != len(added) {
		return nil, nil, fmt.Errorf("%w: %d entries go and %d come", ErrOther, len(removed), len(added))
	}
	for i, old := range removed {
		all := n.all()
		at := slices.IndexFunc(all, func(e Entry) bool { return e.Text == old.Text })
		if at < 0 {
			return nil, nil, fmt.Errorf("%w: an entry is reworded that is not here: %.60q", ErrOther, old.Text)
		}
		e := all[at]
		n.lines = slices.Delete(n.lines, e.first, e.last+1)
		var err error
		if n, err = n.insert(e.first, n.terminated(strings.Split(added[i].Text, "\n"))...); err != nil {
			return nil, nil, err
		}
	}
	return n, nil, nil
}

// add puts entries that are not there yet under the section of a version.
func (n *Notes) add(entries []Entry, version string, loose bool) (*Notes, error) {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return n.has(e.Text) })
	if len(entries) == 0 {
		return n, nil
	}
	top := n.Top()
	loose = loose || n.loose
	if top.Version != version && (top.Version != "" || !top.Unreleased) {
		if top.Unreleased {
			return nil, document.At("", top.Line, "%w: %q is unreleased here, the entries are for %q", ErrVersion, top.Version, version)
		}
		var err error
		if n, err = n.open(version, n.like); err != nil {
			return nil, err
		}
	} else if top.Version == version && !top.Unreleased && top.Date != "" {
		// dated in advance, as is usual for a release prepared: the section is still the one
		loose = n.loose
	}
	for _, e := range entries {
		var err error
		if n, err = n.addOne(e, loose); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// addOne puts an entry at the end of its group in the first section, making the group if need be.
func (n *Notes) addOne(e Entry, loose bool) (*Notes, error) {
	s := n.Top()
	lines := strings.Split(e.Text, "\n")
	group := e.Group
	if !n.grouped() {
		group = ""
	}
	last := -1
	for _, has := range s.Entries {
		if strings.EqualFold(has.Group, group) {
			last = has.last
		}
	}
	if last >= 0 {
		if loose {
			lines = append([]string{""}, lines...)
		}
		return n.insert(last+1, n.terminated(lines)...)
	}
	if heading, ok := s.groups[strings.ToLower(group)]; ok {
		if n.underline(heading) != 0 {
			heading++
		}
		return n.insert(heading+1, n.terminated(append([]string{""}, lines...))...)
	}
	if group != "" {
		lines = append(append(n.groupHeading(group), ""), lines...)
	}
	where := s.body - 1
	for i := s.body; i < s.end; i++ {
		if !n.blank(i) && !n.isLink(i) && (group != "" || len(s.groups) == 0 || i <= s.dateLine) {
			where = i
		}
	}
	return n.insert(where+1, n.terminated(append([]string{""}, lines...))...)
}

// groupHeading writes the heading of a group as the notes write theirs.
func (n *Notes) groupHeading(group string) []string {
	for _, s := range n.Sections {
		for _, i := range s.groups {
			if n.underline(i) != 0 {
				return []string{group, strings.Repeat(n.text(i + 1)[:1], len(group))}
			}
			level := len(n.text(i)) - len(strings.TrimLeft(n.text(i), "#"))
			return []string{strings.Repeat("#", level) + " " + group}
		}
	}
	return []string{"### " + group}
}

// open makes a section for a version, unreleased, before the first one and in its manner. Where releases of
// this rank have a level of their own, here or in like, so has the new one.
func (n *Notes) open(version string, like *Notes) (*Notes, error) {
	top := n.Top()
	heading := n.text(top.heading)
	m := notesHeading().FindStringSubmatchIndex(heading)
	if top.body > top.heading+1 {
		m = notesTitle().FindStringSubmatchIndex(heading)
	}
	left, right := heading[:m[6]], heading[m[7]:]
	if marks := n.marksFor(version, like); marks != "" && top.body == top.heading+1 {
		left = marks + left[m[3]:]
	}
	if top.Date != "" && top.dateLine < 0 {
		right = strings.Replace(right, top.Date, "Unreleased", 1)
	}
	if i := strings.Index(right, "]("); i >= 0 { // a link compares with the release before
		right = strings.ReplaceAll(right, top.Version, "\x00")
		right = compared().ReplaceAllString(right, "${1}\x01${2}\x00")
		right = strings.NewReplacer("\x01", top.Version, "\x00", version).Replace(right)
	}
	lines := []string{left + version + right}
	for i := top.heading + 1; i < top.body; i++ {
		lines = append(lines, underlined(n.text(i), heading, lines[0]))
	}
	if top.dateLine >= 0 {
		d := notesState().FindStringSubmatch(n.text(top.dateLine))
		lines = append(lines, "", d[1]+"Unreleased"+d[4]+d[5])
	}
	lines = append(lines, "")
	if rule := n.ruleAfter(top); rule != "" {
		lines = append(lines, rule, "")
	}
	out, err := n.insert(top.heading, n.terminated(lines)...)
	if err != nil {
		return nil, err
	}
	return out.linkTo(version, top.Version)
}

// marksFor returns the marks of the headings of releases of a version's rank, a patch release or not, where the
// notes tell ranks apart by them; "" where they do not.
func (n *Notes) marksFor(version string, like *Notes) string {
	patch := !strings.HasSuffix(version, ".0")
	for _, notes := range []*Notes{n, like} {
		if notes == nil {
			continue
		}
		of := map[bool]string{}
		for _, s := range notes.Sections {
			if m := notesHeading().FindStringSubmatch(notes.text(s.heading)); m != nil && s.Version != "" {
				rank := !strings.HasSuffix(s.Version, ".0")
				if of[rank] == "" {
					of[rank] = m[1]
				}
			}
		}
		if of[true] != "" && of[false] != "" && of[true] != of[false] {
			return of[patch]
		}
	}
	return ""
}

// compared finds the old end of a comparison: "v1.2.3...v1.2.4".
var compared = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(v?)[0-9][0-9A-Za-z.-]*?(\.\.\.?v?)\x00`) })

// ruleAfter returns the rule that ends a section, or that which parts other sections.
func (n *Notes) ruleAfter(s Section) string {
	for _, s := range append([]Section{s}, n.Sections...) {
		if s.end < len(n.lines) && notesRule().MatchString(n.text(s.end)) {
			return n.text(s.end)
		}
	}
	if len(n.Sections) == 1 && s.dateLine >= 0 {
		return strings.Repeat("-", 80)
	}
	return ""
}

// linkTo adds the definition of a link for a version before that of the old one, if there is one.
func (n *Notes) linkTo(version, old string) (*Notes, error) {
	if old == "" {
		return n, nil
	}
	for i := range n.lines {
		line := n.text(i)
		if !strings.HasPrefix(line, "["+old+"]:") && !strings.HasPrefix(line, "[v"+old+"]:") {
			continue
		}
		next := strings.ReplaceAll(line, old, "\x00")
		next = compared().ReplaceAllStringFunc(next, func(s string) string {
			m := compared().FindStringSubmatch(s)
			return m[1] + old + m[2] + "\x00"
		})
		return n.insert(i, n.terminated([]string{strings.ReplaceAll(next, "\x00", version)})...)
	}
	return n, nil
}

// moveUnreleased makes the link of "unreleased" compare from a version, where it compared from the release
// before it.
func (n *Notes) moveUnreleased(version, old string) {
	for i := range n.lines {
		line := n.text(i)
		label, rest, ok := strings.Cut(line, "]:")
		if !ok || old == "" || n.inside[i] || !strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(label, "[")), "unreleased") {
			continue
		}
		if at := strings.Index(rest, old+"..."); at >= 0 {
			n.setLine(i, label+"]:"+rest[:at]+version+rest[at+len(old):])
		}
	}
}
