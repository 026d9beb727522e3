package verify

import (
	"path/filepath"
	"slices"
	"strings"
)

// clean is the user's environment without what leads to the user's repository or opens a door: git's
// variables, tokens, the agent of SSH keys; but for those that allow names.
func clean(environ, allow []string) []string {
	var out []string
	for _, kv := range environ {
		key, _, _ := strings.Cut(kv, "=")
		if key != "" && (!withheld(key) || slices.Contains(allow, key)) {
			out = append(out, kv)
		}
	}
	return out
}

// withheld reports whether a variable is kept from the command.
func withheld(key string) bool {
	return strings.HasPrefix(key, "GIT_") || strings.HasSuffix(key, "_TOKEN") || key == "SSH_AUTH_SOCK"
}

// with returns an environment with some changes: KEY=value sets, -KEY takes away, KEY+=value adds a word.
func with(env, changes []string) []string {
	out := slices.Clone(env)
	for _, change := range changes {
		key, value, set := strings.Cut(change, "=")
		if rest, away := strings.CutPrefix(change, "-"); away {
			key, set = rest, false
		}
		key, adds := strings.CutSuffix(key, "+")
		at := slices.IndexFunc(out, func(kv string) bool { return strings.HasPrefix(kv, key+"=") })
		switch {
		case at < 0 && set:
			out = append(out, key+"="+value)
		case at < 0:
		case !set:
			out = slices.Delete(out, at, at+1)
		case adds:
			out[at] = strings.TrimRight(out[at], " ") + " " + value
			out[at] = strings.Replace(out[at], "= ", "=", 1)
		default:
			out[at] = key + "=" + value
		}
	}
	return out
}

// value returns the value of a variable.
func value(env []string, key string) string {
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, key+"="); ok {
			return v
		}
	}
	return ""
}

// lookPath finds a program by name in the absolute directories of an environment's PATH. A name with a
// slash is one of the tree's, and is left as it is.
func lookPath(env []string, name string) (string, bool) {
	if strings.ContainsRune(name, '/') {
		return name, true
	}
	for _, dir := range filepath.SplitList(value(env, "PATH")) {
		if file := filepath.Join(dir, name); filepath.IsAbs(dir) && executable(file) {
			return file, true
		}
	}
	return "", false
}
