package operation

import (
	"bytes"
	"iter"
)

// An Offer is what a person made of a path that conflicted with the very same three versions as another
// does now.
type Offer struct {
	Settled
	Origin
	State  State    // of the operation it was made in
	Beside [][]byte // other paths that the person changed along with it
}

// Offers returns what can be used again for each conflict of a target, by position; nil where there is
// nothing. What was made last counts.
func (l *Log) Offers(t *Target) []*Offer {
	out := make([]*Offer, len(t.Conflicts))
	for i, c := range t.Conflicts {
		var last int64
		for r, o := range l.settlements() {
			for _, f := range r.Files {
				if f.settles(c) && (out[i] == nil || r.At >= last) {
					out[i], last = l.offer(o, r, f), r.At
				}
			}
		}
	}
	return out
}

// settlements are all conflicts that persons settled, oldest operation first, with where each was settled.
func (l *Log) settlements() iter.Seq2[Resolved, Origin] {
	return func(yield func(Resolved, Origin) bool) {
		for _, op := range l.ops {
			for _, t := range op.Targets {
				for _, r := range t.Resolved {
					if !yield(r, Origin{Operation: op.ID, Branch: t.Branch, At: r.At, By: r.By}) {
						return
					}
				}
			}
		}
	}
}

// offer is a settled path, with where it was settled first.
func (l *Log) offer(at Origin, r Resolved, f Settled) *Offer {
	o := &Offer{Settled: f, Origin: at, Beside: r.Beside}
	if f.From != nil && l.by[f.From.Operation] != nil {
		o.Origin = *f.From
	}
	o.State = l.State(l.by[o.Operation])
	return o
}

// settles reports whether a path conflicted as it does in c.
func (f Settled) settles(c Conflict) bool {
	return bytes.Equal(f.Path, c.Path) && same(f.Base, c.Base) && same(f.Ours, c.Ours) && same(f.Theirs, c.Theirs) && (f.Base != nil || f.Ours != nil || f.Theirs != nil)
}

// Gives reports whether the path became what a stage holds.
func (f Settled) Gives(st *Stage) bool { return same(f.Result, st) }

func same(a, b *Stage) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
