package report

import (
	"regexp"
	"sort"
	"strings"
	"sync"
)

// telling matches what gives a fix away while its details are not public: advisory ids, numbers of
// issues and pull requests, addresses of either, and the words of security notes.
var telling = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:CVE-\d{4}-\d{3,}|GHSA(?:-[0-9a-z]{4}){3}|RUSTSEC-\d{4}-\d{4}|GO-\d{4}-\d{4}|OSV-\d{4}-\d+|CWE-\d+)\b` +
		`|(?:^|[^0-9A-Za-z&])(?:#|GH-|!)\d+\b|https?://\S+/(?:issues|pull|pulls|merge_requests|security|advisories)\S*` +
		`|\b(?:security|insecure|vulnerab\w*|exploit\w*|advisor(?:y|ies)|embargo\w*|attack\w*|malicious\w*|untrusted|denial[- ]of[- ]service|dos|rce|xss|csrf|ssrf|` +
		`injection|overflow\w*|underflow\w*|out[- ]of[- ]bounds|oob|use[- ]after[- ]free|uaf|double[- ]free|memory[- ]safety|memory[- ]corruption|corrupt\w*|` +
		`sandbox\w*|escape|bypass\w*|privilege\w*|escalation|spoof\w*|leak\w*|disclos\w*|unsound\w*|traversal|toctou|side[- ]channel|timing|sanitiz\w*|unauthori[sz]ed|hackerone|bounty)\b`)
})

// Telling returns the words of texts that would tell what a fix under embargo is about, as written,
// sorted and each once.
func Telling(texts ...[]byte) []string {
	seen := map[string]bool{}
	var out []string
	for _, text := range texts {
		for _, m := range telling().FindAll(text, -1) {
			word := strings.Trim(string(m), " \t\r\n([{<\"'`,;:./")
			if key := strings.ToLower(word); word != "" && !seen[key] {
				seen[key] = true
				out = append(out, word)
			}
		}
	}
	sort.Strings(out)
	return out
}
