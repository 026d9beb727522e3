package backport

import (
	"fmt"
	"path"
	"strings"
)

// matchPath reports whether a path matches a glob: * and ? stay within a name, ** stands for any number
// of directories, also none, and at the end for everything below.
func matchPath(glob, name string) bool {
	g, n := strings.Split(glob, "/"), strings.Split(name, "/")
	i, j := 0, 0              // of what is to be matched next
	afterDeep, retry := -1, 0 // behind the last **, and where what follows it is tried next
	for j < len(n) {
		switch {
		case i < len(g) && g[i] == "**":
			i++
			afterDeep, retry = i, j
		case i < len(g) && matchPart(g[i], n[j]):
			i, j = i+1, j+1
		case afterDeep >= 0:
			retry++
			i, j = afterDeep, retry
		default:
			return false
		}
		if i == len(g) && i == afterDeep {
			return true // ** at the end takes all the rest
		}
	}
	for i < len(g) && g[i] == "**" && i < len(g)-1 {
		i++
	}
	return i == len(g)
}

func matchPart(glob, name string) bool {
	ok, err := path.Match(glob, name)
	return err == nil && ok
}

// CheckGlob reports whether a glob can match anything.
func CheckGlob(glob string) error {
	for _, part := range strings.Split(glob, "/") {
		if _, err := path.Match(part, ""); err != nil {
			return fmt.Errorf("glob %q: %w", glob, err)
		}
	}
	if glob == "" || strings.HasPrefix(glob, "/") {
		return fmt.Errorf("glob %q: want a path from the root of the tree", glob)
	}
	return nil
}
