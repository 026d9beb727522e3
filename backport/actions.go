package backport

// Actions returns what a path rule can do with a path that conflicts, as the policy file names it.
func Actions() []string {
	var names []string
	for _, a := range []OnConflict{ConflictOurs, ConflictTheirs, ConflictUnion, ConflictNotes, ConflictLock, ConflictManual} {
		names = append(names, string(a))
	}
	return names
}
