package checkout

import (
	"context"
	"fmt"
	"strings"
)

// WithoutFilters is a git that runs no filter driver of the configuration: with it a work tree is looked
// at that others may have changed. A file that a filter would have changed is taken as it lies there.
func WithoutFilters(git Git) Git {
	known := map[string][]string{}
	return func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
		off, ok := known[dir]
		if !ok {
			var err error
			if off, err = filtersOff(ctx, git, dir); err != nil {
				return nil, err
			}
			known[dir] = off
		}
		return git(ctx, dir, stdin, append(append([]string{}, off...), args...)...)
	}
}

// filtersOff are the settings that silence each filter driver of the configuration that holds in dir.
func filtersOff(ctx context.Context, git Git, dir string) ([]string, error) {
	out, err := git(ctx, dir, nil, "config", "-z", "--includes", "--name-only", "--list")
	if err != nil {
		return nil, err
	}
	var off []string
	seen := map[string]bool{}
	for _, key := range paths(out) {
		rest, ok := strings.CutPrefix(key, "filter.")
		end := strings.LastIndexByte(rest, '.')
		if !ok || end < 0 || seen[rest[:end]] {
			continue
		}
		name := rest[:end]
		seen[name] = true
		if strings.ContainsAny(name, "=\n") { // git -c would take another key for it
			return nil, fmt.Errorf("the configuration has a filter called %q, which cannot be switched off", name)
		}
		for _, setting := range []string{"clean=", "smudge=", "process=", "required=false"} {
			off = append(off, "-c", "filter."+name+"."+setting)
		}
	}
	return off, nil
}
