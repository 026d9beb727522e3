package policy

import (
	"cmp"
	"slices"

	"github.com/Masterminds/semver/v3"
)

// A PairRule says which releases a release must work together with.
type PairRule string

// The rules of [pairs].
const (
	PairSameLine       PairRule = "same-line"            // all other releases of the line
	PairPreviousLatest PairRule = "previous-line-latest" // the newest release of the line before
	PairNextFirst      PairRule = "next-line-first"      // the first release of the line after; its newest candidate before that
	PairAllOlder       PairRule = "all-older"            // all releases with a lower version
	PairUpgrade        PairRule = "upgrade"              // the newest releases of the lines that users move from or to
)

// PairRules returns the rules, in the order in which pairs are listed.
func PairRules() []PairRule {
	return []PairRule{PairSameLine, PairPreviousLatest, PairNextFirst, PairAllOlder, PairUpgrade}
}

// Live reports whether a rule is about releases that run beside each other; the other ones read what an older
// one has written.
func (r PairRule) Live() bool { return r != PairAllOlder }

// A Release is a release that a tag holds.
type Release struct {
	Line    LineID
	Version *semver.Version
	Text    string // the version as the tags write it
	Tag     string // "" for one that is still to be made
	Date    Date
}

// A Pair is two releases that must work together: the one that is asked about, and With.
type Pair struct {
	Rule    PairRule
	Subject Release
	With    Release
}

// Pairs returns the releases that each subject must work together with by the rules; a subject is never paired
// with itself. Releases after the policy's day do not exist, and candidates count for the next line alone.
func Pairs(p *Policy, f Facts, subjects []Release, rules []PairRule) []Pair {
	w := pairing{p: p, byLine: map[LineID][]Release{}, upgrades: Schedule(p, f, 0).Upgrades}
	for _, t := range f.Tags {
		id, v, ok := p.ReadTag(t.Name)
		if !ok || t.Date.After(f.AsOf) || p.Repo.From != nil && id.Compare(*p.Repo.From) < 0 {
			continue
		}
		w.byLine[id] = append(w.byLine[id], Release{id, v, p.VersionText(t.Name, v), t.Name, t.Date})
	}
	for id, list := range w.byLine {
		slices.SortFunc(list, compareReleases)
		w.lines = append(w.lines, id)
	}
	slices.SortFunc(w.lines, LineID.Compare)
	var out []Pair
	for _, s := range subjects {
		for _, r := range PairRules() {
			if !slices.Contains(rules, r) {
				continue
			}
			for _, with := range w.with(s, r) {
				if with.Version != nil && with.Text != s.Text {
					out = append(out, Pair{r, s, with})
				}
			}
		}
	}
	return out
}

func compareReleases(a, b Release) int {
	return cmp.Or(a.Version.Compare(b.Version), cmp.Compare(buildOf(a.Version), buildOf(b.Version)))
}

type pairing struct {
	p        *Policy
	byLine   map[LineID][]Release // oldest first
	lines    []LineID             // that have a tag, oldest first
	upgrades []Upgrade
}

// stable are the releases of a line that are no candidates.
func (w pairing) stable(id LineID) []Release {
	return slices.DeleteFunc(slices.Clone(w.byLine[id]), func(r Release) bool { return !IsStable(r.Version) })
}

func (w pairing) latest(id LineID) []Release {
	if list := w.stable(id); len(list) > 0 {
		return list[len(list)-1:]
	}
	return nil
}

func (w pairing) with(s Release, rule PairRule) []Release {
	switch rule {
	case PairSameLine:
		return w.stable(s.Line)
	case PairPreviousLatest:
		for _, id := range slices.Backward(w.lines) {
			if list := w.latest(id); id.Compare(s.Line) < 0 && list != nil {
				return list
			}
		}
	case PairNextFirst:
		for _, id := range w.lines {
			if id.Compare(s.Line) <= 0 {
				continue
			}
			if list := w.stable(id); len(list) > 0 {
				return list[:1]
			}
			return w.byLine[id][len(w.byLine[id])-1:]
		}
	case PairAllOlder:
		var out []Release
		for _, id := range w.lines {
			for _, r := range w.stable(id) {
				if compareReleases(r, s) < 0 {
					out = append(out, r)
				}
			}
		}
		return out
	case PairUpgrade:
		var out []Release
		for _, u := range w.upgrades {
			switch s.Line {
			case u.From:
				out = append(out, w.latest(u.To)...)
			case u.To:
				out = append(out, w.latest(u.From)...)
			}
		}
		return out
	}
	return nil
}

// UpgradePath returns the steps by which users of one line reach another while each is supported: the fewest
// of the calendar's upgrades. It is empty where there is no such way.
func (c Calendar) UpgradePath(from, to LineID) []Upgrade {
	type reached struct {
		id    LineID
		steps []Upgrade
	}
	seen := map[LineID]bool{from: true}
	for queue := []reached{{id: from}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at.id == to {
			return at.steps
		}
		for _, u := range c.Upgrades {
			if u.From == at.id && !seen[u.To] {
				seen[u.To] = true
				queue = append(queue, reached{u.To, append(slices.Clone(at.steps), u)})
			}
		}
	}
	return nil
}
