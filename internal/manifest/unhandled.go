package manifest

import "slices"

// Unhandled returns, sorted, the paths that one of the line's former bump commits changed and a bump that
// changes the paths in ours leaves alone: what a person should look at. former are the paths changed by
// the last bump commits, usually two.
func Unhandled(ours []string, former ...[]string) []string {
	var out []string
	for _, list := range former {
		for _, name := range list {
			if !slices.Contains(ours, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
