package manifest

import (
	"bytes"
	"regexp"
	"sync"
)

// cmakeProject finds the version in project(NAME … VERSION 1.2.3 …), over several lines if need be.
var cmakeProject = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?P<k>project)\s*\(\s*[^\s()#]+(?:\s+[^()\s]+)*?\s+VERSION\s+"?(?P<v>\d[^\s")]*)`)
})

func readCMake(data []byte) ([]entry, error) {
	blank := bytes.Clone(data) // of the same length, comments blanked out
	for start := 0; start < len(blank); {
		end := bytes.IndexByte(blank[start:], '\n')
		if end < 0 {
			end = len(blank) - start
		}
		if i := bytes.IndexByte(blank[start:start+end], '#'); i >= 0 {
			for j := start + i; j < start+end; j++ {
				blank[j] = ' '
			}
		}
		start += end + 1
	}
	return matches(cmakeProject())(blank)
}

func anyEntry(entry) bool { return true }

func cmakeAnchor(src *source, rule Rule) (Anchor, error) {
	return namedAnchor(src, rule, readCMake, anyEntry)
}

func bumpCMake(r *run, rule Rule) error { return r.bumpNamed(rule, readCMake, anyEntry) }
