package manifest

import "path"

// TypeOf returns the type of a version file that has the usual name of one, and whether there is such a
// type.
func TypeOf(file string) (string, bool) {
	table := handlers()
	for _, name := range Types() {
		h := table[name]
		if h.usual != "" && !h.lock && path.Base(h.usual) == path.Base(file) {
			return name, true
		}
	}
	return "", false
}
