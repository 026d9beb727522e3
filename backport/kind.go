package backport

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/policy"
)

// A KindSource says where the kind of a change was read.
type KindSource string

// The places a kind is read from, in the order they are asked.
const (
	KindFromFlag    KindSource = "flag"
	KindFromTrailer KindSource = "trailer"
	KindFromID      KindSource = "advisory" // a CVE, GHSA or RUSTSEC id in the message
	KindFromPrefix  KindSource = "prefix"   // a conventional-commit prefix
	KindAssumed     KindSource = "assumed"
)

var advisory = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(CVE-\d{4}-\d{4,}|GHSA(-[23456789cfghjmpqrvwx]{4}){3}|RUSTSEC-\d{4}-\d{4})\b`)
})

// namesAdvisory reports whether a message has the id of an advisory. Few have, and the pattern is dear to
// compile.
func namesAdvisory(message []byte) bool {
	for _, word := range []string{"CVE-", "GHSA-", "RUSTSEC-"} {
		if bytes.Contains(message, []byte(word)) {
			return advisory().Match(message)
		}
	}
	return false
}

// conventional reads the prefix of a conventional commit, "fix(scope)!:".
func conventional(subject string) (word, scope string, ok bool) {
	rest := strings.TrimLeft(subject, "abcdefghijklmnopqrstuvwxyz")
	word = subject[:len(subject)-len(rest)]
	if inside, found := strings.CutPrefix(rest, "("); found {
		if scope, rest, found = strings.Cut(inside, ")"); !found {
			return "", "", false
		}
	}
	rest = strings.TrimPrefix(rest, "!")
	return word, scope, word != "" && strings.HasPrefix(rest, ":")
}

// KindOf reads the kind of a change from its commit message: a Backport-Kind trailer, an advisory's id,
// a conventional prefix, else a bugfix is assumed. The diff is never looked at.
func KindOf(message []byte) (policy.Kind, KindSource) {
	if v, ok := gitops.FindTrailer(message, "Backport-Kind"); ok && v != "" {
		return policy.Kind(strings.ToLower(strings.TrimSpace(v))), KindFromTrailer
	}
	if namesAdvisory(message) {
		return policy.Security, KindFromID
	}
	word, scope, ok := conventional(gitops.Subject(message))
	if !ok {
		return policy.Bugfix, KindAssumed
	}
	if scope == "deps" || scope == "deps-dev" {
		return policy.Dependency, KindFromPrefix
	}
	switch word {
	case "fix":
		return policy.Bugfix, KindFromPrefix
	case "feat":
		return policy.Feature, KindFromPrefix
	case "docs":
		return policy.Docs, KindFromPrefix
	case "ci", "build", "test", "chore":
		return policy.CI, KindFromPrefix
	}
	return policy.Bugfix, KindAssumed
}
