package object

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Dialect is a way of saying in a message where a change was taken from.
type Dialect string

// The dialects that are read, each after who writes it.
const (
	DialectCherryPick Dialect = "cherry picked from commit" // git cherry-pick -x
	DialectBackported Dialect = "backported from commit"    // by hand, after -x
	DialectUpstream   Dialect = "upstream commit"           // "[ upstream commit X ]", "commit X upstream."
	DialectBackport   Dialect = "backport of commit"        // "Backport X", "Backport of X from main."
	DialectBackportPR Dialect = "backport of pull request"  // "Backport of #N", "Automated cherry pick of #N"
	DialectSubjectPR  Dialect = "pull request in subject"   // "subject (#N) (#M)", "[3.9] gh-N: subject (GH-M)"
	DialectPRURL      Dialect = "PR-URL"
	DialectGitCommit  Dialect = "Git-commit"
	DialectFixes      Dialect = "Fixes" // the commit a fix is for: related, never evidence of a backport
)

// A Reference is what a line of a message says about another commit or pull request.
type Reference struct {
	Dialect Dialect
	ID      string // lower-case hexadecimal digits, 7 to 40 of them; empty when a pull request is named
	PR      int    // its number; 0 when a commit is named
	Line    string // as it stands in the message, without white space around it
}

// Repairs reports whether the commit named is the one that the change repairs, and not its origin.
func (r Reference) Repairs() bool { return r.Dialect == DialectFixes }

type dialectRule struct {
	dialect Dialect
	commit  bool                  // it names a commit, not a pull request
	words   []string              // in lower case: one of them stands in every line that pattern matches
	pattern func() *regexp.Regexp // its first group is the id or the number
}

// lazy compiles a pattern when it is first needed: most messages have no word of most rules.
func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

const (
	oid   = `([0-9a-fA-F]{7,40})`
	prRef = `(?:[\w.-]+/[\w.-]+)?(?:#|[Gg][Hh]-|https://[\w.-]+/[\w.-]+/[\w.-]+/pull/)(\d{1,9})`
)

// bodyRules are tried on each line in turn; the first that matches tells its dialect.
var bodyRules = sync.OnceValue(func() []dialectRule {
	backport := []string{"backport", "back-port"}
	return []dialectRule{
		{DialectCherryPick, true, []string{"cherry"}, lazy(`(?i)^\(?cherry[- ]picked from (?:commit )?` + oid + `\b`)},
		{DialectBackported, true, backport, lazy(`(?i)^\(?back-?ported from (?:commit )?` + oid + `\b`)},
		{DialectUpstream, true, []string{"tream"}, lazy(`(?i)^\[?\s*upstream commit:? ` + oid + `\b`)},
		{DialectUpstream, true, []string{"tream"}, lazy(`(?i)^commit ` + oid + ` upstream\b`)},
		{DialectBackport, true, backport, lazy(`(?i)^back-?port(?:ed)?(?: of| from)?:?(?: commit)? ` + oid + `\b`)},
		{DialectBackportPR, false, backport, lazy(`(?i)^(?:this is an? )?(?:automated )?(?:manual )?back-?port(?:s|ed|ing)?(?: of| from)?:?(?: (?:pr|pull request))? ` + prRef + `\b`)},
		{DialectBackportPR, false, []string{"cherry"}, lazy(`(?i)^(?:this is an? )?automated cherry[- ]?pick of ` + prRef + `\b`)},
		{DialectPRURL, false, []string{"pr-url"}, lazy(`(?i)^pr-url:\s*` + prRef + `/?\s*$`)},
		{DialectGitCommit, true, []string{"git-commit"}, lazy(`(?i)^git-commit:\s*` + oid + `\b`)},
		{DialectFixes, true, []string{"fixe"}, lazy(`(?i)^fixes:\s*` + oid + `\b`)},
	}
})

// PickedFrom returns what the lines of message say about commits and pull requests that the change
// comes from, in order. It reads every dialect in use among maintainers; what a reference is worth is
// for the caller to judge: DialectFixes names what a change repairs and not where it is from.
func PickedFrom(message []byte) []Reference {
	var refs []Reference
	subject := Subject(message)
	for _, pr := range PRNumbers(subject) {
		refs = append(refs, Reference{Dialect: DialectSubjectPR, PR: pr, Line: subject})
	}
	for line := range bytes.SplitSeq(message, []byte("\n")) {
		if len(line) > maxEvidenceLine {
			continue
		}
		text := strings.Trim(string(line), space)
		lower := strings.ToLower(text)
		for _, rule := range bodyRules() {
			if !slices.ContainsFunc(rule.words, func(w string) bool { return strings.Contains(lower, w) }) {
				continue
			}
			m := rule.pattern().FindStringSubmatch(text)
			if m == nil {
				continue
			}
			ref := Reference{Dialect: rule.dialect, Line: text}
			if rule.commit {
				ref.ID = strings.ToLower(m[1])
			} else if ref.PR, _ = strconv.Atoi(m[1]); ref.PR == 0 {
				continue
			}
			refs = append(refs, ref)
			break
		}
	}
	return refs
}

// maxEvidenceLine is the longest line that is looked at, in bytes: nobody writes longer references.
const maxEvidenceLine = 4096

// Subject returns the first paragraph of message on one line, as git shows a subject.
func Subject(message []byte) string {
	var b strings.Builder
	for rest := skipBlank(message); len(rest) > 0; {
		var line []byte
		line, rest = firstLine(rest)
		if isBlank(line) {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.Write(bytes.TrimRight(line, space))
	}
	return b.String()
}

var (
	subjectPR = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\((?:#|[Gg][Hh]-)(\d{1,9})\)`) })
	issuePR   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[[\w.-]+\] (?:gh-|#)(\d{1,9}):`) })
)

// PRNumbers returns the numbers of the pull requests that subject names: "(#N)" and "(GH-N)", in order,
// and before them the N of "[3.9] gh-N: …".
func PRNumbers(subject string) []int {
	var numbers []int
	for _, rule := range []struct {
		may     bool // the subject has what every match has
		pattern func() *regexp.Regexp
	}{{strings.HasPrefix(subject, "["), issuePR}, {strings.Contains(subject, "(#") || strings.Contains(subject, "(g") || strings.Contains(subject, "(G"), subjectPR}} {
		if !rule.may {
			continue
		}
		for _, m := range rule.pattern().FindAllStringSubmatch(subject, -1) {
			if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers
}

// A Revert is what a message says about a commit it takes back.
type Revert struct {
	ID      string // hexadecimal digits, 7 to 40, in lower case; empty when only the subject says it
	Subject string // of what is taken back, or of what is applied again
	Reapply bool   // the message takes a revert back: the change is in again
}

var (
	revertBody    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?im)^This reverts commit ` + oid + `\b`) })
	revertSubject = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:Revert|revert:) "?(.*?)"?(?: \(#\d+\))?$`) })
	reapply       = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:Reapply|Revert "Revert) "(.*?)"+(?: \(#\d+\))?$`)
	})
)

// ParseRevert reads the message that git revert writes, and those written like it. With Reapply the ID
// is that of the revert that is taken back. A message may name several commits.
func ParseRevert(message []byte) []Revert {
	subject := Subject(message)
	var r Revert
	if strings.HasPrefix(subject, "Rev") || strings.HasPrefix(subject, "rev") || strings.HasPrefix(subject, "Reap") {
		if m := reapply().FindStringSubmatch(subject); m != nil {
			r = Revert{Subject: m[1], Reapply: true}
		} else if m := revertSubject().FindStringSubmatch(subject); m != nil {
			r.Subject = m[1]
		}
	}
	var reverts []Revert
	if bytes.Contains(bytes.ToLower(message), []byte("reverts commit")) {
		for _, m := range revertBody().FindAllSubmatch(message, -1) {
			reverts = append(reverts, Revert{ID: strings.ToLower(string(m[1])), Subject: r.Subject, Reapply: r.Reapply})
		}
	}
	if reverts == nil && r.Subject != "" {
		reverts = append(reverts, r)
	}
	return reverts
}

// FindTrailer returns the values of the trailers of message that are named key, in order, with case
// left aside; a value that goes on on the next lines is put on one.
func FindTrailer(message []byte, key string) []string {
	var values []string
	start, end := trailerBlock(message, TrailerRules{})
	open := false
	for block := message[start:end]; len(block) > 0; {
		var line []byte
		line, block = firstLine(block)
		if open && bytes.IndexByte([]byte(space), line[0]) >= 0 && !isBlank(line) {
			values[len(values)-1] += " " + strings.Trim(string(line), space)
			continue
		}
		sep := TrailerRules{}.separator(line)
		open = sep > 0 && equalFold(strings.TrimRight(string(line[:max(sep, 0)]), space), key)
		if open {
			values = append(values, strings.Trim(string(line[sep+1:]), space))
		}
	}
	return values
}
