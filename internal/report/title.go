package report

import (
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/streams"
)

// maxTitle bounds the title of a pull request, in characters.
const maxTitle = 200

// Title makes a title of text from a repository: one line of bounded length that cannot act on a
// terminal, and that names no person, closes no issue, and holds no HTML and no image for a forge, or
// for the commit that a forge makes of a title. A look-alike stands for the character that would.
func Title(s string) string {
	s = streams.Clean(s)
	s = closing().ReplaceAllStringFunc(s, func(found string) string {
		return strings.NewReplacer("#", "＃", "!", "！", "GH-", "GH\u2010", "gh-", "gh\u2010", "://", "：//").Replace(found)
	})
	s = mention().ReplaceAllString(s, "${1}＠$2")
	s = markup().ReplaceAllString(s, "＜$1")
	s = strings.ReplaceAll(s, "![", "！[")
	if r := []rune(s); len(r) > maxTitle {
		s = string(r[:maxTitle-1]) + "…"
	}
	return s
}

// closing finds a word with which GitHub, GitLab, Gitea or Forgejo close what follows, and what follows.
var closing = lazyPattern(`(?i)\b(?:clos|fix|resolv|implement|reopen)(?:e|es|s|ed|ing)?\b:?\s*(?:issues?\s+)?` + reference +
	`(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+)` + reference + `)*`)

// reference finds an issue or a change request as a forge would.
const reference = `(?:(?:[\w.-]+(?:/[\w.-]+)+)?[#!]\d+|gh-\d+|https?://\S+/\d+\b)`

// mention finds "@name" where it stands for a person or a team.
var mention = lazyPattern(`(^|[^\pL\pN_])@([\pL\pN])`)

// markup finds the beginning of a tag, a comment or an autolink.
var markup = lazyPattern(`<([A-Za-z/!?])`)

// lazyPattern compiles a pattern when it is first used.
func lazyPattern(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
