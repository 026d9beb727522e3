package ledger

import (
	"path"
	"regexp"
	"strings"
	"sync"
)

// A Class is what a file is for, by its path.
type Class string

// The classes of files.
const (
	ClassSource   Class = "source"
	ClassTests    Class = "tests"
	ClassDocs     Class = "docs"
	ClassNotes    Class = "notes"
	ClassLock     Class = "lock" // lock files, records of audits of dependencies, and copies of these
	ClassManifest Class = "manifest"
	ClassCI       Class = "ci"
)

var (
	notesName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:releases?|change-?logs?|changes|news|history|release[-_ ]?notes?)(?:[-_.]?v?\d[\w.-]*)?(?:\.(?:md|txt|rst|adoc|org|html|toml|yaml|yml))?$`)
	})
	lockNames = lazySet("go.sum go.work.sum package-lock.json npm-shrinkwrap.json pnpm-lock.yaml bun.lockb composer.lock imports.lock modules.txt")
	manifests = lazySet("cargo.toml go.mod go.work package.json pyproject.toml setup.py setup.cfg requirements.txt gemfile pom.xml build.gradle build.gradle.kts " +
		"composer.json meson.build cmakelists.txt makefile makefile.am configure.ac build.rs dune-project opam rust-toolchain rust-toolchain.toml .go-version .nvmrc .tool-versions .python-version")
)

func lazySet(words string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		out := map[string]bool{}
		for _, w := range strings.Fields(words) {
			out[w] = true
		}
		return out
	})
}

// ClassOf returns what a file is for.
func ClassOf(name string) Class {
	lower := strings.ToLower(name)
	base, dirs := path.Base(lower), "/"+path.Dir(lower)+"/"
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(dirs, "/"+p+"/") {
				return true
			}
		}
		return false
	}
	switch {
	case lockNames()[base] || strings.HasSuffix(base, ".lock") || has("supply-chain", "vendor", "node_modules"):
		return ClassLock
	case notesName().MatchString(base) || has(".changes", "changelogs", "changelog", "releases", "changelog.d", "newsfragments") && isText(base):
		return ClassNotes
	case has(".github", ".circleci", ".gitlab", ".buildkite", ".azure-pipelines", "ci", ".ci", "script", "scripts", "hack") || strings.HasPrefix(base, "dockerfile") || base == ".gitlab-ci.yml" || base == ".travis.yml" || base == ".cirrus.yml" || base == "vagrantfile" || strings.HasPrefix(base, ".golangci"):
		return ClassCI
	case isTest(base) || has("test", "tests", "testing", "testdata", "filetests", "spec", "specs", "fixtures", "benches", "fuzz", "fuzz_targets", "integration", "e2e"):
		return ClassTests
	case has("docs", "doc", "man", "documentation") || strings.HasSuffix(base, ".md") || strings.HasSuffix(base, ".rst") || strings.HasSuffix(base, ".adoc"):
		return ClassDocs
	case manifests()[base] || strings.HasSuffix(base, ".gemspec") || strings.HasSuffix(base, ".csproj") || strings.HasSuffix(base, ".opam") || strings.HasSuffix(base, ".cabal"):
		return ClassManifest
	}
	return ClassSource
}

func isText(base string) bool {
	switch path.Ext(base) {
	case ".md", ".txt", ".rst", ".yaml", ".yml", ".toml", "":
		return true
	}
	return false
}

func isTest(base string) bool {
	stem := strings.TrimSuffix(base, path.Ext(base))
	return strings.HasSuffix(stem, "_test") || strings.HasSuffix(stem, "_tests") || strings.HasPrefix(stem, "test_") || strings.HasSuffix(stem, ".test") ||
		strings.HasSuffix(stem, ".spec") || strings.HasSuffix(stem, "_spec") || stem == "tests" || stem == "test" || strings.HasSuffix(base, ".clif") || strings.HasSuffix(base, ".wast") || strings.HasSuffix(base, ".golden") || strings.HasSuffix(base, ".snap")
}
