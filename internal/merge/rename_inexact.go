package merge

import "sort"

// A candidate is a possible source of a target.
type candidate struct {
	source *fileChange // nil: the slot is free
	target *fileChange
	score  int
	named  bool // both have the same basename
}

// better orders candidates: by score, then same basenames first; free slots last.
func (a *candidate) better(b *candidate) bool {
	switch {
	case a.source == nil:
		return false
	case b.source == nil:
		return true
	case a.score != b.score:
		return a.score > b.score
	}
	return a.named && !b.named
}

// perTarget is how many candidates of a target are kept.
const perTarget = 4

// inexact compares what is left, all sources with all targets, and pairs the most similar first. It
// does nothing but say so when there are too many.
func (r *renameSearch) inexact() error {
	if r.left == 0 || len(r.sources) == 0 {
		return nil
	}
	if uint64(r.left)*uint64(len(r.sources)) > renameLimit*renameLimit {
		r.m.facts.RenameLimit = max(r.m.facts.RenameLimit, r.left, len(r.sources))
		return nil
	}
	var all []candidate
	for _, target := range r.targets {
		if target.twin != nil {
			continue
		}
		best, err := r.candidates(target)
		if err != nil {
			return err
		}
		all = append(all, best...)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].better(&all[j]) })
	for i := range all {
		c := &all[i]
		if c.score < renameScore {
			break
		}
		if c.target.twin != nil || c.source.used {
			continue
		}
		r.pair(c.source, c.target, c.score)
		r.countMove(c.source.path, c.target.path)
	}
	return nil
}

// candidates returns the best sources of target; where a better one comes it takes the slot of the
// worst.
func (r *renameSearch) candidates(target *fileChange) ([]candidate, error) {
	if err := r.m.ctx.Err(); err != nil {
		return nil, err
	}
	var best [perTarget]candidate
	if !isRegular(r.version(target).Mode) {
		return nil, nil
	}
	loaded := false
	for _, source := range r.sources {
		possible, err := r.sizesAllow(source, target, renameScore)
		if err != nil {
			return nil, err
		}
		c := candidate{source: source, target: target, named: sameBasename(source, target)}
		if possible {
			if !loaded {
				if err := r.loadTarget(target); err != nil {
					return nil, err
				}
				loaded = true
			}
			if c.score, err = r.compareLoaded(source, target); err != nil {
				return nil, err
			}
		}
		worst := 0
		for i := 1; i < perTarget; i++ {
			if best[worst].better(&best[i]) {
				worst = i
			}
		}
		if c.better(&best[worst]) {
			best[worst] = c
		}
	}
	if loaded {
		r.scratch.unload()
		target.spans = nil
	}
	n := 0
	for n < perTarget && best[n].source != nil {
		n++
	}
	return best[:n], nil
}
