package policy

import (
	"slices"
	"sort"
)

// A PatchDay is a day on which several lines were patched, and what the policy said on it.
type PatchDay struct {
	Date      Date
	Patched   []LineID   // by the tags of that day, first releases left out; newest first
	Released  []LineID   // lines whose first release was that day
	Decisions []Decision // of that day
	Required  []LineID   // lines the policy required, pending ones left out; newest first
	Pending   []LineID   // lines required though not released yet
	Extra     []LineID   // patched, and neither required nor pending
	Missing   []LineID   // required, and neither patched nor first released that day
}

// PatchDays replays history: every day on which at least atLeast lines got a patch release, with what
// the policy says about a kind of change on that day. Oldest first. What f.AsOf says is left aside.
func PatchDays(p *Policy, f Facts, k Kind, atLeast int) []PatchDay {
	first := map[LineID]Date{}
	eachRelease(p, f, func(id LineID, day Date) {
		if first[id].IsZero() || day.Before(first[id]) {
			first[id] = day
		}
	})
	days := map[Date]*PatchDay{}
	eachRelease(p, f, func(id LineID, day Date) {
		d := days[day]
		if d == nil {
			d = &PatchDay{Date: day}
			days[day] = d
		}
		if first[id] == day {
			d.Released = include(d.Released, id)
		} else {
			d.Patched = include(d.Patched, id)
		}
	})
	var out []PatchDay
	for _, d := range days {
		if len(d.Patched) >= atLeast {
			out = append(out, *d)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Date.Before(out[j].Date) })
	for i := range out {
		out[i].judge(p, f, k)
	}
	return out
}

func eachRelease(p *Policy, f Facts, do func(LineID, Date)) {
	for _, t := range f.Tags {
		if id, v, ok := p.ReadTag(t.Name); ok && IsStable(v) && !t.Date.IsZero() {
			do(id, t.Date)
		}
	}
}

func (d *PatchDay) judge(p *Policy, f Facts, k Kind) {
	f.AsOf = d.Date
	lines, _ := Lines(p, f)
	d.Decisions = Decide(p, lines, Change{Kind: k})
	for _, dec := range d.Decisions {
		switch {
		case dec.Verdict != Required || dec.Absent: // its branch may be gone since
		case dec.State == StatePending:
			d.Pending = append(d.Pending, dec.ID)
		default:
			d.Required = append(d.Required, dec.ID)
		}
	}
	for _, id := range d.Patched {
		if !slices.Contains(d.Required, id) && !slices.Contains(d.Pending, id) {
			d.Extra = append(d.Extra, id)
		}
	}
	for _, id := range d.Required {
		if !slices.Contains(d.Patched, id) && !slices.Contains(d.Released, id) {
			d.Missing = append(d.Missing, id)
		}
	}
}

func include(list []LineID, id LineID) []LineID {
	if slices.Contains(list, id) {
		return list
	}
	list = append(list, id)
	sort.Slice(list, func(i, j int) bool { return list[i].Compare(list[j]) > 0 })
	return list
}
