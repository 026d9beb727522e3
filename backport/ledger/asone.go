package ledger

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// AsOne returns a merge seen as one change to its first parent, as a squash of what it brought: it has the
// number and the title of its pull request. Any other commit is returned as it is.
func AsOne(c *Commit) *Commit {
	if !c.IsMerge() {
		return c
	}
	one := *c
	one.Parents = c.Parents[:1]
	if n, ok := MergeNumber(c.Message); ok && !slices.Contains(one.Numbers, n) {
		one.Numbers = append(slices.Clone(c.Numbers), n)
	}
	if title := MergeTitle(c.Message); title != "" {
		one.Normal = Normalize(title)
	}
	return &one
}

var mergeOnly = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:Merge pull request [#!]\d|Merge (?:PR )?#\d|Auto merge of #\d|Rollup merge of #\d|Merged in \S|Merge (?:branch|remote-tracking branch|tag|commit) )`)
})

// IsMergeSubject reports whether a subject says that something is merged, and not what.
func IsMergeSubject(subject string) bool { return mergeOnly().MatchString(subject) }

// MergeTitle returns the title of the pull request that a merge's message tells: the first line below a
// subject that is a forge's; "" where there is none.
func MergeTitle(message []byte) string {
	subject, body, _ := bytes.Cut(bytes.TrimLeft(message, "\n"), []byte("\n"))
	if !IsMergeSubject(string(subject)) {
		return ""
	}
	for line := range strings.Lines(string(body)) {
		if line = strings.TrimSpace(line); line != "" {
			if _, trailer := TrailerNumber([]byte("\n" + line)); trailer || strings.HasPrefix(line, "Signed-off-by:") || strings.HasPrefix(line, "Reviewed-by:") {
				continue
			}
			return line
		}
	}
	return ""
}
