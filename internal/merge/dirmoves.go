package merge

// Directory renames follow from file renames: each rename counts as a move of its directory, and of
// the directories above as long as the names below them agree.

// prepareMoves counts the exact renames and guesses from them where directories went.
func (r *renameSearch) prepareMoves() {
	r.byPath = make(map[string]int)
	for i, target := range r.targets {
		if target.twin == nil {
			r.byPath[target.path] = i
			continue
		}
		r.countMove(target.twin.path, target.path)
	}
	r.guess = make(map[string]string, len(r.s.moves))
	for from, counts := range r.s.moves {
		best, most := "", 0
		counts.each(func(to string, n int) {
			if n > most {
				best, most = to, n
			}
		})
		r.guess[from] = best
	}
}

// countMove counts the rename of a file for its directory and those above it.
func (r *renameSearch) countMove(from, to string) {
	fromDir, _ := splitPath(from)
	toDir, _ := splitPath(to)
	for first := true; ; first = false {
		why, removed := r.s.removedDirs[fromDir]
		if !removed || fromDir == "" {
			return
		}
		if why == needSelf || first {
			r.move(fromDir).add(toDir, 1)
		}
		if why == needNone || toDir == "" {
			return
		}
		fromUp, fromName := splitPath(fromDir)
		toUp, toName := splitPath(toDir)
		if fromName != toName {
			return
		}
		fromDir, toDir = fromUp, toUp
	}
}

func (r *renameSearch) move(dirPath string) *hashOrder {
	counts := r.s.moves[dirPath]
	if counts == nil {
		counts = newHashOrder()
		r.s.moves[dirPath] = counts
	}
	return counts
}

// dropDecided drops the sources that matter only for where their directories went, when that is
// decided already, whatever the sources still open turn out to be.
func (r *renameSearch) dropDecided() {
	open := make(map[string]int)
	for _, source := range r.sources {
		for d, _ := splitPath(source.path); d != "" && r.s.removedDirs[d] != needNone; d, _ = splitPath(d) {
			open[d]++
		}
	}
	for d, n := range open {
		if r.s.removedDirs[d] != needSelf || r.s.moves[d] == nil {
			continue
		}
		first, second := 0, 0
		r.s.moves[d].each(func(_ string, count int) {
			if count > first {
				first, second = count, first
			} else if count > second {
				second = count
			}
		})
		if first > second+n {
			r.s.removedDirs[d] = needAncestor
		}
	}
	r.keepSources(func(c *fileChange) bool {
		if c.need != needLocation {
			return true
		}
		for d, _ := splitPath(c.path); r.s.removedDirs[d] != needNone; d, _ = splitPath(d) {
			if r.s.removedDirs[d] == needSelf {
				return true
			}
			if d == "" {
				break
			}
		}
		return false
	})
}

// forgetUndecided forgets the moves of directories whose renames are of no interest.
func (r *renameSearch) forgetUndecided() {
	for d := range r.s.moves {
		if r.s.removedDirs[d] == needNone {
			delete(r.s.moves, d)
		}
	}
}
