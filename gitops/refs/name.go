package refs

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// CheckName returns nil for a name that `git check-ref-format` accepts: at least two components,
// none of them troublesome. HEAD and its like are not such names.
func CheckName(name string) error {
	if reason := badName(name); reason != "" {
		return fmt.Errorf("ref name %q: %s", name, reason)
	}
	return nil
}

func badName(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case !strings.Contains(name, "/"):
		return "it has one component only"
	case strings.HasSuffix(name, "."):
		return "it ends with a dot"
	case strings.Contains(name, ".."):
		return "it contains two dots in a row"
	case strings.Contains(name, "@{"):
		return `it contains "@{"`
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c <= ' ' || c == 0x7f || strings.IndexByte(`~^:?*[\`, c) >= 0 {
			return fmt.Sprintf("it contains the byte %q", c)
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "":
			return "it has an empty component"
		case part[0] == '.':
			return "a component begins with a dot"
		case strings.HasSuffix(part, ".lock"):
			return `a component ends with ".lock"`
		}
	}
	return ""
}

var ownComponents = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^refs/heads/(backport|bump)(/[A-Za-z0-9][A-Za-z0-9._+-]{0,62}){1,6}$`)
})

// maxOwnName is the longest full name of a branch of ours, in bytes.
const maxOwnName = 211 // 200 and refs/heads/

// CheckOwnName returns nil for a branch name that this program may create: below refs/heads/backport/
// or refs/heads/bump/, of letters, digits and . _ + - only, so that it is harmless in a shell, on a
// case-folding file system, on a terminal and as an argument. Everything it accepts, CheckName does.
func CheckOwnName(name string) error {
	if len(name) > maxOwnName {
		return fmt.Errorf("branch name %q: longer than %d bytes", name, maxOwnName-len("refs/heads/"))
	}
	if !ownComponents().MatchString(name) {
		return fmt.Errorf("branch name %q: want backport/… or bump/…, of letters, digits, '.', '_', '+' and '-'", name)
	}
	return CheckName(name)
}

// perWorktree reports whether a name is each work tree's own: HEAD and other one-component names, and
// refs below refs/bisect, refs/worktree and refs/rewritten.
func perWorktree(name string) bool {
	if !strings.HasPrefix(name, "refs/") {
		return true
	}
	for _, p := range []string{"refs/bisect/", "refs/worktree/", "refs/rewritten/"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// isPseudoRef reports whether name is one of those that may stand beside HEAD in a git directory.
func isPseudoRef(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'A' || c > 'Z') && (i == 0 || (c < '0' || c > '9') && c != '_' && c != '-') {
			return false
		}
	}
	return name != ""
}
