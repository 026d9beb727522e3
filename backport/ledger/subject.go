package ledger

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A decoration is what maintainers put around the subject of a copy to say where it is for.
type decoration struct {
	may     func(string) bool // whether the text can have it at all, which costs nothing to ask
	pattern *regexp.Regexp
}

// decorations are taken off again and again until none is left.
var decorations = sync.OnceValue(func() []decoration {
	branch := `(?:(?:release|releases|stable|backport|maint|branch)[-/ ]?)?v?\d+(?:[.-](?:\d+|x|y))*(?:-stable|-backport|-branch)?`
	begins := func(words ...string) func(string) bool {
		return func(s string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(s, w) })
		}
	}
	ends := func(words ...string) func(string) bool {
		return func(s string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(s, w) })
		}
	}
	has := func(words ...string) func(string) bool {
		return func(s string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
		}
	}
	digits := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "v"}
	return []decoration{
		{begins("["), regexp.MustCompile(`^\[(?:backport(?:ed)?(?: to)? )?` + branch + `(?: backport)?\][:,]?\s+`)},
		{begins("["), regexp.MustCompile(`^\[(?:back-?port|cherry-?pick)\]\s*:?\s*`)},
		{begins("release", "stable", "maint", "(release", "(stable", "(maint"), regexp.MustCompile(`^\(?(?:release|stable|maint)[-/ ]?v?\d+(?:[.-](?:\d+|x))*\)?:\s+`)},
		{begins(digits...), regexp.MustCompile(`^v?\d+(?:\.(?:\d+|x))+:\s+`)},
		{begins("manual", "automated", "back", "cherry"), regexp.MustCompile(`^(?:manual |automated )?(?:back-?port|cherry-?pick)(?:ed)?(?: of)?:?\s+(?:pr\s+)?`)},
		{ends(")"), regexp.MustCompile(`\s+\((?:#|gh-)\d+\)$`)},
		{has("back", "cherry"), regexp.MustCompile(`\s+[\(\[](?:back-?port(?:ed)?|cherry-?pick(?:ed)?)[^()\[\]]*[\)\]]$`)},
		{ends(")", "]"), regexp.MustCompile(`\s+[\(\[](?:for |to )?` + branch + `[\)\]]$`)},
		{has("main", "master", "trunk", "release", "stable"), regexp.MustCompile(`\s+(?:for|to|on|into|onto|in) (?:the )?(?:main|master|trunk|(?:release|releases|stable|maint)[-/ ]?v?\d+(?:[.-](?:\d+|x|y))*)(?: branch)?$`)},
		{has("release", "stable"), regexp.MustCompile(`\s+(?:release|stable)[-/]v?\d+(?:[.-](?:\d+|x))*$`)},
		{ends(".", "…"), regexp.MustCompile(`\s*[.…]+$`)},
	}
})

// Normalize returns a subject in lower case without what maintainers add when they copy a commit: "[36.0.x]",
// "release-36:", "Backport", "(#12)", "(backport to …)", "for main", the name of a branch.
func Normalize(subject string) string {
	s := strings.ToLower(strings.Join(strings.Fields(subject), " "))
	if !strings.ContainsAny(s, "0123456789[(.…") && !strings.Contains(s, "back") && !strings.Contains(s, "pick") && !strings.HasSuffix(s, "main") {
		return s
	}
	for again := true; again; {
		again = false
		for _, d := range decorations() {
			if !d.may(s) {
				continue
			}
			at := d.pattern.FindStringIndex(s)
			if at == nil || at[1]-at[0] == len(s) {
				continue
			}
			s, again = s[:at[0]]+s[at[1]:], true
		}
	}
	return unquoted(s)
}

// unquoted takes the quotation marks off a text that is quoted as a whole.
func unquoted(s string) string {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' && !strings.Contains(s[1:len(s)-1], `"`) {
		return s[1 : len(s)-1]
	}
	return s
}

// Specific reports whether a normal subject can be one commit's alone: it has three words or more.
func Specific(normal string) bool { return strings.Count(normal, " ") >= 2 }

var bullet = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[-*+•]|\d+[.)]|#+)\s+(?:\[[ xX]\]\s+)?|^[0-9a-f]{7,40}:?\s+|^#\d+:?\s+(?:[-:]\s+)?`)
})

// quoted returns the lines of a body that may be the subject of another commit, bullets and numbers
// taken off, each with its normal form.
func quoted(body []byte) map[string]string {
	out := map[string]string{}
	lines := strings.Split(string(body), "\n")
	for i, line := range lines {
		if len(line) > maxQuoted {
			continue
		}
		text := strings.TrimSpace(line)
		add := func(text string) {
			if n := Normalize(stripBullet(text)); Specific(n) {
				if _, known := out[n]; !known {
					out[n] = text
				}
			}
		}
		add(text)
		if i+1 < len(lines) && len(text) > 40 && len(lines[i+1]) < maxQuoted {
			if next := strings.TrimSpace(lines[i+1]); next != "" && stripBullet(next) == next {
				add(text + " " + next) // a long subject that was wrapped
			}
		}
	}
	return out
}

func stripBullet(s string) string {
	for range 3 {
		at := bullet().FindStringIndex(s)
		if at == nil {
			return s
		}
		s = s[at[1]:]
	}
	return s
}

// maxQuoted is the longest line of a body that is looked at, in bytes.
const maxQuoted = 400

var advisory = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|CVE-\d{4}-\d{4,7}|RUSTSEC-\d{4}-\d{4}|GO-\d{4}-\d{4,5})\b`)
})

// Advisories returns the advisory ids in a text, in upper case and sorted.
func Advisories(text []byte) []string {
	if !bytes.Contains(text, []byte("-20")) && !bytes.Contains(bytes.ToUpper(text), []byte("GHSA-")) {
		return nil
	}
	var out []string
	for _, m := range advisory().FindAll(text, -1) {
		out = append(out, strings.ToUpper(string(m)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
