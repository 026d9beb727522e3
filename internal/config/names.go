package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// A Naming is how a repository names its release branches and tags, as far as its own names show it.
type Naming struct {
	Scheme   policy.Scheme
	Branches []string // templates; that of the newest lines first
	Tags     []string // templates
	Several  policy.Several
	From     string // oldest line to look at; empty: all
	Matched  int    // branches that the templates match
	Example  string // the one of the newest line
	Recent   int    // lines released lately
	Covered  int    // those among them that have a branch by the templates
	Prefixes []string

	TagExample string // the newest tag that the templates read
}

// recentMonths is how far back a release counts as recent, from the newest one.
const recentMonths = 24

// maxTemplates bounds the families of branch names that are taken.
const maxTemplates = 4

// fewOf bounds how few of the recent lines a first family of branches may have: one in so many.
const fewOf = 8

// FindNames finds the templates of branches and tags. Families of names are chosen by the lines that were
// released lately, not by how many names there are; where no day is known all lines are recent.
func FindNames(f policy.Facts) Naming {
	families := tagFamilies(f)
	branches := branchFamilies(f)
	var best Naming
	bestScore := -1.0
	for _, scheme := range []policy.Scheme{policy.ByMajor, policy.ByMinor} {
		n, score := nameBy(scheme, families, branches)
		if score > bestScore+1e-9 {
			best, bestScore = n, score
		}
	}
	return best
}

// nameBy finds the templates under a scheme, and how well they fit: the share of the recent lines that have
// exactly one branch.
func nameBy(scheme policy.Scheme, tags []*tagFamily, branches []*branchFamily) (Naming, float64) {
	n := Naming{Scheme: scheme}
	if len(tags) == 0 {
		n.Scheme = policy.ByMinor
		return n, 0
	}
	chosen := []*tagFamily{tags[0]}
	recent, other := tags[0].recentLines(scheme), map[policy.LineID]bool{}
	for _, t := range tags[1:] {
		for id := range t.recentLines(scheme) {
			other[id] = true
		}
	}
	var taken []*branchFamily
	covered := map[policy.LineID]bool{}
	for len(taken) < maxTemplates {
		var next *branchFamily
		gain, fromOther := 0, 0
		for _, b := range branches {
			if slices.Contains(taken, b) || len(b.rows) == 1 && !b.speaks(tags) {
				continue
			}
			main, extra := b.covers(scheme, recent, covered), b.covers(scheme, other, covered)
			larger := next != nil && main == gain && extra == fromOther && main+extra > 0 && len(b.rows) > len(next.rows)
			if main > gain || main == gain && extra > fromOther || larger {
				next, gain, fromOther = b, main, extra
			}
		}
		if next == nil || gain == 0 && (len(taken) == 0 || !next.newestOf(scheme, tags, recent)) {
			break
		}
		if len(taken) == 0 && gain*fewOf < len(recent) {
			break // a name or two among dozens of lines says nothing of how release branches are called
		}
		taken = append(taken, next)
		for id := range next.lines(scheme) {
			covered[id] = true
		}
	}
	chosen = append(chosen, furtherTags(scheme, tags, recent, taken)...)
	for _, t := range chosen {
		for id := range t.recentLines(scheme) {
			recent[id] = true
		}
		n.Prefixes = append(n.Prefixes, t.prefix)
	}
	n.tagTemplates(chosen)
	n.branchTemplates(taken, recent)
	n.leaveZeroes(chosen, recent)
	hit := 0
	for id := range recent {
		if covered[id] {
			hit++
		}
	}
	n.Recent, n.Covered = len(recent), hit
	score := float64(hit)/float64(max(len(recent), 1)) + float64(hit)*1e-4 // of two that fit alike, the one that tells more lines apart
	if scheme == policy.ByMinor && !n.named("{minor") && len(taken) > 0 {
		score = 0 // names without a minor number tell no lines apart
	}
	if scheme == policy.ByMajor && n.named("{minor") {
		score -= 1e-3 // the names tell more than the lines would
	}
	if len(taken) == 0 && scheme == policy.ByMinor {
		score += 1e-6 // nothing to go by: the common scheme
	}
	return n, score
}

func (n Naming) named(field string) bool {
	return slices.ContainsFunc(n.Branches, func(t string) bool { return strings.Contains(t, field) })
}

// furtherTags are the families of tags whose recent lines have a branch and are lines of no family before:
// docker-v29.0.0 beside v25.0.0.
func furtherTags(scheme policy.Scheme, tags []*tagFamily, recent map[policy.LineID]bool, taken []*branchFamily) []*tagFamily {
	var out []*tagFamily
	for _, t := range tags[1:] {
		own, fresh := t.recentLines(scheme), 0
		for id := range own {
			has := slices.ContainsFunc(taken, func(b *branchFamily) bool { return b.lines(scheme)[id] == 1 })
			if !recent[id] && has {
				fresh++
			}
		}
		if fresh > 0 && fresh == len(own) {
			out = append(out, t)
			for id := range own {
				recent[id] = true
			}
		}
	}
	return out
}

// newestOf reports whether the family has the branches of a family of tags that continues, with newer lines
// alone, what the first family of tags has.
func (b *branchFamily) newestOf(scheme policy.Scheme, tags []*tagFamily, recent map[policy.LineID]bool) bool {
	newest := policy.LineID{}
	for id := range recent {
		if id.Compare(newest) > 0 {
			newest = id
		}
	}
	for _, t := range tags[1:] {
		own := t.recentLines(scheme)
		fits := len(own) > 0
		for id := range own {
			fits = fits && id.Compare(newest) > 0 && b.lines(scheme)[id] == 1
		}
		if fits {
			return true
		}
	}
	return false
}

func (n *Naming) tagTemplates(chosen []*tagFamily) {
	for _, t := range chosen {
		for _, text := range t.templates(n.Scheme) {
			if !slices.Contains(n.Tags, text) {
				n.Tags = append(n.Tags, text)
			}
		}
	}
	n.TagExample = chosen[0].example()
}

// branchTemplates writes the templates of the families, the one with the newest line first, and settles what
// several branches of a line mean.
func (n *Naming) branchTemplates(taken []*branchFamily, recent map[policy.LineID]bool) {
	slices.SortStableFunc(taken, func(a, b *branchFamily) int {
		return cmp.Or(b.newest(n.Scheme, recent).Compare(a.newest(n.Scheme, recent)))
	})
	var newest policy.LineID
	for _, b := range taken {
		for _, text := range b.templates(n.Scheme) {
			if !slices.Contains(n.Branches, text) {
				n.Branches = append(n.Branches, text)
			}
		}
		n.Matched += len(b.rows)
		for _, row := range b.rows {
			if id, ok := row.line(n.Scheme); ok && (n.Example == "" || id.Compare(newest) > 0) {
				newest, n.Example = id, row.name
			}
		}
	}
	n.settle(taken, recent)
}

// settle looks for lines that several branches claim, and for lines 0.x beside others.
func (n *Naming) settle(taken []*branchFamily, recent map[policy.LineID]bool) {
	claims := map[policy.LineID]int{}
	zero, others := policy.LineID{}, false
	for _, b := range taken {
		for id, k := range b.lines(n.Scheme) {
			claims[id] += k
			if id.Major == 0 && id.Compare(zero) > 0 {
				zero = id
			}
			others = others || id.Major > 0
		}
	}
	oldest := policy.LineID{}
	for id := range recent {
		if id.Major > 0 && (oldest == policy.LineID{} || id.Compare(oldest) < 0) {
			oldest = id
		}
		others = others || id.Major > 0
		if id.Major == 0 && id.Compare(zero) > 0 {
			zero = id
		}
	}
	for id, k := range claims {
		switch {
		case k < 2:
		case oldest != policy.LineID{} && id.Compare(oldest) < 0:
			n.From = oldest.String()
		default:
			n.Several = policy.SeveralHighest
		}
	}
	if n.From == "" && others && zero.HasMinor {
		n.From = "1"
		if n.Scheme == policy.ByMinor {
			n.From = firstOf(claims, recent)
		}
	}
}

// leaveZeroes leaves lines 0.x alone where the project has left them: module tags v0.314.0 beside v3.14.0.
func (n *Naming) leaveZeroes(chosen []*tagFamily, recent map[policy.LineID]bool) {
	if n.From != "" || slices.ContainsFunc(slices.Collect(maps.Keys(recent)), func(id policy.LineID) bool { return id.Major == 0 }) {
		return
	}
	all, zero := map[policy.LineID]int{}, false
	for _, t := range chosen {
		for _, tag := range t.tags {
			id := tag.line(n.Scheme)
			all[id]++
			zero = zero || id.Major == 0
		}
	}
	if zero {
		n.From = firstOf(all, recent)
	}
}

// firstOf is the oldest line that is not of major number 0.
func firstOf(claims map[policy.LineID]int, recent map[policy.LineID]bool) string {
	var first policy.LineID
	look := func(id policy.LineID) {
		if id.Major > 0 && (first == policy.LineID{} || id.Compare(first) < 0) {
			first = id
		}
	}
	for id := range claims {
		look(id)
	}
	for id := range recent {
		look(id)
	}
	if (first == policy.LineID{}) {
		return ""
	}
	return first.String()
}

// writeRepo writes [repo].
func (n Naming) writeRepo(b *strings.Builder, main string) {
	b.WriteString("[repo]\n")
	if main != "" && main != "main" && main != "master" {
		fmt.Fprintf(b, "main   = %s\n", Quote(main))
	}
	if len(n.Branches) > 0 {
		fmt.Fprintf(b, "branch = %s   # %d branches, %s among them\n", tomlList(n.Branches), n.Matched, printable(n.Example))
	} else {
		b.WriteString("# no release branches were recognised; name their template here, as in \"release-{major}.{minor}\"\nbranch = []\n")
	}
	if len(n.Tags) > 0 {
		fmt.Fprintf(b, "tag    = %s\n", tomlList(n.Tags))
	} else {
		b.WriteString("# no release tags were recognised\ntag    = [\"v{version}\"]\n")
	}
	fmt.Fprintf(b, "line   = %q\n", n.Scheme)
	if n.Several != "" {
		fmt.Fprintf(b, "several = %q          # several branches of one line: the highest version counts\n", n.Several)
	}
	if n.From != "" {
		fmt.Fprintf(b, "from   = %q               # older lines are left alone\n", n.From)
	}
	b.WriteString("\n")
}

// Repo writes the section [repo] of a policy file; main is left out where it is usual.
func (n Naming) Repo(main string) string {
	var b strings.Builder
	n.writeRepo(&b, main)
	return b.String()
}
