package merge

// byBasename pairs sources and targets of the same basename that are similar enough, where that
// name is unique on both sides, or where the target is in the directory that the source's directory
// seems to have moved to.
func (r *renameSearch) byBasename() error {
	sources := uniqueNames(r.sources, func(*fileChange) bool { return true })
	targets := uniqueNames(r.targets, func(c *fileChange) bool { return c.twin == nil })
	for i, source := range r.sources {
		if source.need == needNothing {
			continue
		}
		at, ok := targets[source.node.name]
		if !ok {
			continue
		}
		if at < 0 || sources[source.node.name] != i {
			at = r.guessTarget(source)
		}
		if at < 0 || r.targets[at].twin != nil {
			continue
		}
		target := r.targets[at]
		score, err := r.similarity(source, target, basenameScore)
		if err != nil {
			return err
		}
		if score < basenameScore {
			continue
		}
		r.pair(source, target, score)
		r.countMove(source.path, target.path)
	}
	return nil
}

// uniqueNames maps each basename to the index of its only change, or to -1.
func uniqueNames(changes []*fileChange, in func(*fileChange) bool) map[string]int {
	names := make(map[string]int, len(changes))
	for i, c := range changes {
		if !in(c) {
			continue
		}
		if _, twice := names[c.node.name]; twice {
			names[c.node.name] = -1
		} else {
			names[c.node.name] = i
		}
	}
	return names
}

// guessTarget returns the target that source becomes if it went where most of its directory did,
// or -1.
func (r *renameSearch) guessTarget(source *fileChange) int {
	dirPath, name := splitPath(source.path)
	to, ok := r.guess[dirPath]
	if !ok || to == "" { // git never guesses the root
		return -1
	}
	if i, ok := r.byPath[join(to, name)]; ok {
		return i
	}
	return -1
}
