package merge

// applyRenames brings together, for each renamed file, its versions at the new path. renames are
// sorted by their old paths; the two sides' renames of one file follow one another.
func (m *merger) applyRenames(renames []rename) error {
	for i := 0; i < len(renames); i++ {
		r := renames[i]
		var err error
		switch {
		case r.from == r.to:
			// Directory renames took the file back to where it was. Git sees that of one rename, and of
			// ours, but of theirs beside ours it makes a conflict.
		case i+1 < len(renames) && renames[i+1].from == r.from:
			i++
			err = m.renamedTwice(r, renames[i])
		default:
			err = m.renamedOnce(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// renamedTwice handles a file that both sides renamed.
func (m *merger) renamedTwice(ours, theirs rename) error {
	from := ours.from
	if ours.to == theirs.to {
		to := ours.to
		to.stages[sideBase] = from.stages[sideBase]
		to.files |= maskBase // under the new path, as far as conflict markers tell
		from.removed = true
		return nil
	}
	a, b := ours.to, theirs.to
	paths := [3]string{from.path, a.path, b.path}
	merged, clean, err := m.mergeVersions(from.path, paths,
		[3]Version{from.stages[sideBase], a.stages[sideOurs], b.stages[sideTheirs]}, 1)
	if err != nil {
		return err
	}
	second := merged
	if !clean && merged == a.stages[sideOurs] {
		second = b.stages[sideTheirs] // not mergeable: each path keeps its own
	}
	a.stages[sideOurs], b.stages[sideTheirs] = merged, second
	from.disputed, a.disputed, b.disputed = true, true, true
	m.conflict(KindRenameRename, paths[:], "%s renamed to %s in %s and to %s in %s.",
		from.path, a.path, m.labels[sideOurs], b.path, m.labels[sideTheirs])
	return nil
}

// renamedOnce handles a file that one side renamed.
func (m *merger) renamedOnce(r rename) error {
	from, to, rest := r.from, r.to, other(r.side)
	gone := from.files == maskBase
	collides := to.files&(1<<rest) != 0
	retyped := !gone && isRegular(from.stages[rest].Mode) != isRegular(to.stages[r.side].Mode)
	if retyped {
		// The other file at the new path may be the same rename, hidden by what replaced the old file.
		collides = false
	}
	switch {
	case collides && gone:
		to.disputed = true
		m.conflictRenameDelete(r)
	case collides:
		if err := m.mergeCollision(r); err != nil {
			return err
		}
	default:
		to.stages[sideBase] = from.stages[sideBase]
		to.files |= maskBase
		to.from[sideBase] = from.path
		switch {
		case retyped:
			from.stages[sideBase] = Version{}
			from.files &^= maskBase
			return nil
		case gone:
			to.disputed = true
			m.conflictRenameDelete(r)
		default:
			to.stages[rest] = from.stages[rest]
			to.files |= 1 << rest
			to.from[rest] = from.path
		}
	}
	from.removed = true
	return nil
}

// mergeCollision merges the versions of a renamed file whose new path the other side has put another
// file at; the two are merged later.
func (m *merger) mergeCollision(r rename) error {
	from, to := r.from, r.to
	versions := from.stages
	versions[r.side] = to.stages[r.side]
	paths := [3]string{from.path, from.path, from.path}
	paths[r.side] = to.path
	merged, clean, err := m.mergeVersions(from.path, paths, versions, 1)
	if err != nil {
		return err
	}
	to.stages[r.side] = merged
	if !clean {
		// Where both sides have the same file here git forgets this, and may call markers clean.
		m.conflict(KindRenameCollision, []string{to.path, from.path},
			"rename of %s -> %s has content conflicts AND collides with another path; this may result in nested conflict markers.",
			from.path, to.path)
	}
	return nil
}
