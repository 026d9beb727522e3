package manifest

import (
	"regexp"
	"sync"

	"github.com/git-backport/git-backport/internal/document"
)

// cmakeProject finds the version in project(NAME … VERSION 1.2.3 …), over several lines if need be.
var cmakeProject = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?P<k>project)\s*\(\s*[^\s()#]+(?:\s+[^()\s]+)*?\s+VERSION\s+"?(?P<v>\d[^\s")]*)`)
})

func readCMake(data []byte) ([]document.Entry, error) {
	return matches(cmakeProject())(blanked(data))
}
