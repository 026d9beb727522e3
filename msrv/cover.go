package msrv

import (
	"path"
	"slices"
	"strings"
)

// cover returns the floor that a changed pin may go up to, none for the zero Version. A file's own floor
// covers its edition and resolver, and the one beside a lock file the lock's format, as far as it held at
// the tip, or, in a new file, is covered itself.
func (j judge) cover(now Pin) Version {
	own, has := j.now.floors[now.Path]
	if !now.Implied || !has {
		return now.Workspace
	}
	if !j.tip.files[now.Path] {
		if _, ok := j.around(own); ok || covered(own, true) {
			return own.Version
		}
		return Version{}
	}
	was := j.tip.floors[now.Path].Version
	if order, ok := own.Version.Compare(was); ok && order < 0 {
		return own.Version
	}
	return was
}

// covered reports whether a floor asks for no more than one that holds in its place already: an edition
// below the rust-version, or the floor of a new file below that of its workspace. The floor that covers
// is a pin of its own, and judged as one where it changed.
func covered(now Pin, newFile bool) bool {
	if now.Workspace.IsZero() || !now.Implied && !newFile {
		return false
	}
	order, ok := now.Version.Compare(now.Workspace)
	return ok && order <= 0
}

// moved reports whether a file of the same kind that the change takes away has the same pin, as high.
func (j judge) moved(now Pin) bool {
	for _, was := range j.tip.pins {
		if was.Key == now.Key && was.Ecosystem == now.Ecosystem && !j.now.files[was.Path] && sameKind(was.Path, now.Path) && notAbove(now, was) {
			return true
		}
	}
	return false
}

// lowest reports whether a setting says what holds without it: the edition 2015, the resolver 1.
func (p Pin) lowest() bool {
	return p.Implied && p.Version.at.compare(point{nums: []uint64{1}, rank: full}) <= 0
}

// again reports whether a further value of a key asks for no more than one that the file had at the tip.
func (j judge) again(now Pin) bool {
	if now.again == "" {
		return false
	}
	for _, was := range j.tip.pins {
		if was.Path == now.Path && was.Ecosystem == now.Ecosystem && (was.Key == now.again || was.again == now.again) && notAbove(now, was) {
			return true
		}
	}
	return false
}

// risesAmong reports whether one of several places of a key rises to the value that another has: there are
// as many places as before, and not all of them, in order, are as low as they were.
func (j judge) risesAmong(p Pin) bool {
	was, now := j.tip.values(p), j.now.values(p)
	if len(was) != len(now) || len(was) < 2 {
		return false
	}
	unordered := func(v Version) bool { return !v.Ordered() }
	if slices.ContainsFunc(was, unordered) || slices.ContainsFunc(now, unordered) {
		return false
	}
	for i := range was {
		if order, ok := now[i].Compare(was[i]); !ok || order > 0 {
			return true
		}
	}
	return false
}

// values returns what all places of a key say, in order.
func (x indexed) values(p Pin) []Version {
	var out []Version
	key := p.Key
	if p.again != "" {
		key = p.again
	}
	for _, q := range x.pins {
		if q.Path == p.Path && (q.Key == key || q.again == key) {
			for range 1 + len(q.More) {
				out = append(out, q.Version)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Version) int { order, _ := a.Compare(b); return order })
	return out
}

// around returns a pin of the tip that asks for as much as a new file's pin does: one of the nearest
// directory above that says something about the toolchain, else, where none does, the highest of what is
// shipped.
func (j judge) around(now Pin) (limit Pin, ok bool) {
	for _, implied := range []bool{false, true} {
		for dir := path.Dir(now.Path); ; dir = path.Dir(dir) {
			says := false
			for _, p := range j.in.Around {
				if path.Dir(p.Path) == dir && p.Implied == implied && sameSubject(p, now) {
					if says = true; notAbove(now, p) {
						return p, true
					}
				}
			}
			if says {
				return Pin{}, false
			}
			if dir == "." {
				break
			}
		}
	}
	for _, p := range j.in.Around {
		if PartOf(p.Path) == PartShipped && sameSubject(p, now) && notAbove(now, p) {
			return p, true
		}
	}
	return Pin{}, false
}

// sameSubject reports whether a pin of the tip says what a new one of another file may ask for.
func sameSubject(p, now Pin) bool {
	return p.Ecosystem == now.Ecosystem && p.Path != now.Path && p.Role <= now.Role && p.Role != 0 &&
		(!strings.HasPrefix(string(now.Ecosystem), "custom") || p.Key == now.Key)
}

// notAbove reports whether a pin asks for no more than another.
func notAbove(now, other Pin) bool {
	order, ok := now.Version.Compare(other.Version)
	return ok && order <= 0
}
