package ledger

import (
	"bytes"
	"regexp"
	"strconv"
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
)

var (
	mergeSubject = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:Merge pull request #(\d{1,9})\b|Merge (?:PR )?#(\d{1,9})\b|Auto merge of #(\d{1,9})\b|Rollup merge of #(\d{1,9})\b|Merge pull request !(\d{1,9})\b|Merged in .* \(pull request #(\d{1,9})\)|.*\((?:#|GH-|gh-)(\d{1,9})\)$)`)
	})
	mergeBody = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^(?:See merge request (?:[\w./-]+)?!(\d{1,9})|PR-URL: \S*?(?:/pull/|/merge_requests/|#)(\d{1,9})/?\s*$|Merge-request: !?(\d{1,9})\s*$|Pull Request resolved: \S*/pull/(\d{1,9})/?\s*$|Part-of: <\S*/merge_requests/(\d{1,9})>)`)
	})
)

// MergeNumber returns the number of the pull or merge request that a merge's message names, in the forms
// of GitHub, its merge queue, bors and homu, GitLab and Bitbucket.
func MergeNumber(message []byte) (int, bool) {
	subject := object.Subject(message)
	if first, _, ok := bytes.Cut(bytes.TrimLeft(message, "\n"), []byte("\n")); ok {
		subject = string(first)
	}
	if n, ok := group(mergeSubject().FindStringSubmatch(subject)); ok {
		return n, true
	}
	return TrailerNumber(message)
}

// TrailerNumber returns the number that a line of its own names: "See merge request group/project!12",
// "PR-URL: …/pull/12".
func TrailerNumber(message []byte) (int, bool) {
	if !bytes.Contains(message, []byte("\n")) {
		return 0, false
	}
	return group(mergeBody().FindStringSubmatch(string(message)))
}

func group(m []string) (int, bool) {
	for _, s := range m[min(1, len(m)):] {
		if n, err := strconv.Atoi(s); err == nil && n > 0 {
			return n, true
		}
	}
	return 0, false
}
