package manifest

import (
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

var (
	pythonAssign = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^(?P<k>[A-Za-z_]\w*)[ \t]*(?::[ \t]*[\w.\[\]]+[ \t]*)?=[ \t]*(?:"(?P<v>[^"\\\r\n]*)"|'(?P<v>[^'\\\r\n]*)')[ \t]*(?:#.*)?\r?$`)
	})
	pythonName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[-_.]+`) })
)

// A Python module holds its version in __version__ = "1.2.3", or in the variable that the rule names.

func readAssignments(data []byte) ([]document.Entry, error) { return matches(pythonAssign())(data) }

// plainName spells a distribution's name as Python compares it.
func plainName(s string) string { return strings.ToLower(pythonName().ReplaceAllString(s, "-")) }
