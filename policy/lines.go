package policy

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Lines finds the release lines of a repository, newest first, and dates them for the policy's day.
// It never fails: what makes no sense is a Problem, and the line concerned is no target.
func Lines(p *Policy, f Facts) ([]Line, []Problem) {
	b := newBuilder(p, f)
	lines := b.build(f)
	return lines, b.folded()
}

// folded returns the problems with those about lines that are no targets, and have not been for long,
// counted in one: Check lists them.
func (b *builder) folded() []Problem {
	oldest := LineID{}
	for _, d := range b.drafts {
		if d.State == StateSupported || d.State == StatePending {
			oldest = d.ID
		}
	}
	var out []Problem
	past, only, count := Problem{Code: PastLines}, Problem{}, 0
	for _, p := range b.problems {
		d := b.byID[p.Line]
		gone := d != nil && !p.Fatal && d.State != StateSupported && d.State != StatePending && d.ID.Compare(oldest) < 0
		if !gone {
			out = append(out, p)
			continue
		}
		past.Refs = append(past.Refs, p.Refs...)
		only = p
		count++
	}
	if count == 0 || count == 1 && only.Code == UndatedLine {
		return b.problems
	}
	past.Message = fmt.Sprintf("%s about lines older than %s, which are no targets: branches --check lists them", plural(count, "remark"), oldest)
	return append(out, past)
}

func newBuilder(p *Policy, f Facts) *builder {
	return &builder{p: p, asOf: f.AsOf, byID: map[LineID]*draft{}, future: map[LineID]Date{}}
}

func (b *builder) build(f Facts) []Line {
	b.tags(f.Tags)
	b.branches(f.Branches)
	for i := range b.p.Branches {
		b.draft(b.p.Branches[i].Line)
	}
	b.sort()
	b.addPlanned()
	for _, d := range b.drafts {
		b.date(d)
	}
	b.states()
	b.expect()
	b.windows()
	lines := make([]Line, 0, len(b.drafts))
	for _, d := range b.drafts {
		b.report(d)
		lines = append(lines, d.Line)
	}
	b.checkPending()
	b.checkTags()
	return lines
}

type builder struct {
	p        *Policy
	asOf     Date
	byID     map[LineID]*draft
	drafts   []*draft // newest first, after sort
	problems []Problem
	preStyle map[string]string // "1.0beta" and "1.0beta." → a tag of that style
	next     int               // planned lines to add
	future   map[LineID]Date   // first stable tag after the policy's day
}

type draft struct {
	Line
	anyTag  bool // a tag of any kind exists on the policy's day
	stable  Date // day of the first stable tag, up to the policy's day
	stableV *semver.Version
	undated bool // a stable tag whose day is not known
	cut     Date
	tagged  Template        // that of the tags
	claims  []string        // branches that claim the line
	branch  *semver.Version // in the name of Branch
	order   int             // of its template
	ignored bool
}

func (b *builder) draft(id LineID) *draft {
	d := b.byID[id]
	if d == nil {
		d = &draft{Line: Line{ID: id, AsOf: b.asOf, override: b.p.override(id)}}
		d.name = b.p.lineName(id, "")
		d.First = semver.New(uint64(id.Major), uint64(id.Minor), 0, "", "")
		b.byID[id] = d
		b.drafts = append(b.drafts, d)
	}
	return d
}

// ReadTag returns the line and version that a tag's name holds, by the policy's templates. A version
// with a pre-release or build part is not a stable release.
func (p *Policy) ReadTag(name string) (LineID, *semver.Version, bool) {
	return p.read(p.Repo.Tags, name)
}

// ReadBranch returns the line that a branch's name holds, by [[branch]] name and by the templates.
func (p *Policy) ReadBranch(name string) (LineID, bool) {
	for i := range p.Branches {
		if p.Branches[i].Name == name && name != "" {
			return p.Branches[i].Line, true
		}
	}
	id, _, ok := p.read(p.Repo.Branches, name)
	return id, ok
}

// branchVersion returns the version in a branch's name, and which template reads it.
func (p *Policy) branchVersion(name string) (*semver.Version, int) {
	for i, t := range p.Repo.Branches {
		if v, ok := t.Match(name); ok {
			return v, i
		}
	}
	return semver.New(0, 0, 0, "", ""), len(p.Repo.Branches)
}

// replaces reports whether a branch counts for a line instead of the one that the line has.
func (p *Policy) replaces(d *draft, v *semver.Version, order int) bool {
	if p.Repo.Several == SeveralHighest && v.Compare(d.branch) != 0 {
		return v.GreaterThan(d.branch)
	}
	return order < d.order
}

// ParseLine reads what a user gives for a line: "36", "release-36.0.0".
func (p *Policy) ParseLine(text string) (LineID, error) {
	if id, ok := p.ReadBranch(text); ok {
		return id, nil
	}
	return p.Repo.Scheme.ParseLine(text)
}

func (p *Policy) read(templates []Template, name string) (LineID, *semver.Version, bool) {
	for _, t := range templates {
		v, ok := t.Match(name)
		if !ok || v.Major() > maxComponent || v.Minor() > maxComponent || v.Patch() > maxComponent {
			continue
		}
		if (p.Repo.Scheme == ByMinor || v.Major() == 0) && !t.HasField("minor") {
			continue
		}
		return p.Repo.Scheme.ID(uint32(v.Major()), uint32(v.Minor())), v, true
	}
	return LineID{}, nil, false
}

// IsStable reports whether v is a release, without a pre-release or build part.
func IsStable(v *semver.Version) bool {
	return v.Prerelease() == "" && (v.Metadata() == "" || buildOf(v) > 0)
}

// newer reports whether v is a later version than w; a fourth number counts.
func newer(v, w *semver.Version) bool {
	if c := v.Compare(w); c != 0 {
		return c > 0
	}
	return buildOf(v) > buildOf(w)
}

// TagName returns the tag of a version, in the form of a tag that the line has, else in the first form of the
// policy; "" where the text is no version.
func (p *Policy) TagName(like, text string) string {
	v, err := semver.NewVersion(text)
	if err != nil || len(p.Repo.Tags) == 0 {
		return ""
	}
	t, ok := p.template(like)
	if !ok {
		t = p.Repo.Tags[0]
	}
	return t.Format(v)
}

// VersionText writes the version of a tag as the project writes it: "257.3" where the tag is v257.3,
// "7.0.8.1", "1.22rc1".
func (p *Policy) VersionText(tag string, v *semver.Version) string {
	t, ok := p.template(tag)
	if !ok {
		return v.String()
	}
	return t.Text(v)
}

// template returns the template that reads a tag.
func (p *Policy) template(tag string) (Template, bool) {
	for _, t := range p.Repo.Tags {
		if _, ok := t.Match(tag); ok {
			return t, true
		}
	}
	return Template{}, false
}

func (b *builder) tags(tags []TagFact) {
	for _, t := range tags {
		id, v, ok := b.p.ReadTag(t.Name)
		if !ok {
			continue
		}
		if t.Date.After(b.asOf) { // it does not exist yet, and says only that its branch may be younger still
			if day := b.future[id]; IsStable(v) && (day.IsZero() || t.Date.Before(day)) {
				b.future[id] = t.Date
			}
			continue
		}
		d := b.draft(id)
		d.anyTag = true
		if !IsStable(v) {
			b.prerelease(id, t.Name, v)
			continue
		}
		if d.Latest == nil || newer(v, d.Latest) {
			d.Latest, d.LatestTag, d.LatestDate = v, t.Name, t.Date
			d.tagged, _ = b.p.template(t.Name)
		}
		switch {
		case t.Date.IsZero():
			d.undated = true
		case d.stable.IsZero() || t.Date.Before(d.stable) || t.Date == d.stable && v.LessThan(d.stableV):
			d.stable, d.stableV, d.DatedBy = t.Date, v, t.Name
		}
	}
}

// prerelease looks for beta1 beside beta.1: as semantic versions they do not sort as they were meant.
func (b *builder) prerelease(id LineID, tag string, v *semver.Version) {
	first, _, dotted := strings.Cut(v.Prerelease(), ".")
	word := strings.TrimRight(first, "0123456789")
	if word == "" || word == first && !dotted {
		return
	}
	key, other := id.String()+word+".", id.String()+word
	if word != first {
		key, other = other, key
	}
	if b.preStyle == nil {
		b.preStyle = map[string]string{}
	}
	if _, seen := b.preStyle[key]; seen {
		return
	}
	b.preStyle[key] = tag
	if rival, ok := b.preStyle[other]; ok {
		refs := []string{rival, tag}
		sort.Strings(refs)
		b.problems = append(b.problems, Problem{Code: MixedPrerelease, Refs: refs,
			Message: fmt.Sprintf("tags %q and %q number their pre-releases in two styles, which do not sort together: %s1 is newer than %s.2 to semantic versions", refs[0], refs[1], word, word)})
	}
}

func (b *builder) branches(branches []BranchFact) {
	sorted := slices.SortedFunc(slices.Values(branches), func(x, y BranchFact) int { return cmp.Compare(x.Name, y.Name) })
	seen := map[string]bool{}
	for _, f := range sorted {
		id, ok := b.p.ReadBranch(f.Name)
		if !ok || seen[f.Name] {
			continue
		}
		seen[f.Name] = true
		d := b.draft(id)
		ignored := b.ignores(f.Name)
		if o := d.override; o != nil && o.Name != "" && o.Name != f.Name {
			continue // [[branch]] name settles which branch it is
		}
		v, order := b.p.branchVersion(f.Name)
		several := b.p.Repo.Several != "" && d.Branch != "" && !d.ignored && !ignored
		switch {
		case d.Branch == "" || d.ignored && !ignored || several && b.p.replaces(d, v, order):
			d.Branch, d.Tip, d.cut, d.ignored = f.Name, f.Tip, f.Cut, ignored
			d.claims, d.name = []string{f.Name}, b.p.lineName(id, f.Name)
			d.branch, d.order = v, order
		case !ignored && !several:
			d.claims = append(d.claims, f.Name)
		}
	}
	for i := range b.p.Branches {
		if o := &b.p.Branches[i]; o.Name != "" && !seen[o.Name] {
			b.problems = append(b.problems, Problem{Code: NoSuchBranch, Line: o.Line, Refs: []string{o.Name},
				Message: fmt.Sprintf("[[branch]] of line %s names branch %q, which is not here", o.Line, o.Name)})
		}
	}
}

func (b *builder) ignores(name string) bool {
	for _, g := range b.p.Repo.Ignore {
		if glob(g, name) {
			return true
		}
	}
	return false
}

// glob matches * (anything) and ? (one byte); it takes time linear in both but for one backtrack point.
func glob(pattern, name string) bool {
	p, n, star, mark := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			mark++
			p, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func (b *builder) sort() {
	slices.SortFunc(b.drafts, func(x, y *draft) int { return y.ID.Compare(x.ID) })
}
