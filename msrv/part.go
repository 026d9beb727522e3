package msrv

import (
	"path"
	"slices"
	"strings"
)

// A Part says which part of a project a file belongs to, by the directories it lies in. The zero Part is
// what is shipped.
type Part uint8

// The parts.
const (
	PartShipped  Part = iota // what users get, and all that is not known to be one of the others
	PartTest                 // tests and their fixtures
	PartExample              // examples and documentation
	PartVendored             // code of others
	PartTool                 // tools that only the project's developers run
)

var partNames = [...]string{"shipped", "test", "example", "vendored", "tool"}

// String returns the part's name in JSON, "test".
func (p Part) String() string { return nameOf(partNames[:], int(p), "part") }

// partDirs are the directories, in lower case, that make what lies below them a part of its own.
var partDirs = [...][]string{
	PartTest: {"test", "tests", "testing", "testdata", "test-data", "test_data", "testsuite", "fixture", "fixtures", "__tests__",
		"__fixtures__", "spec", "specs", "e2e", "integration-tests", "androidtest", "fuzz", "bench", "benches", "benchmark", "benchmarks"},
	PartExample:  {"example", "examples", "sample", "samples", "demo", "demos", "doc", "docs", "documentation"},
	PartVendored: {"vendor", "vendored", "third-party", "third_party", "thirdparty", "3rdparty", "node_modules", "subprojects", "extern", "external"},
	PartTool:     {"tools", "scripts", "script", "hack", "ci", ".ci", "xtask", "eng"},
}

// PartOf returns the part that the file at a path belongs to: that of the outermost directory which says so.
func PartOf(p string) Part {
	dir := path.Dir(p)
	if dir == "." {
		return PartShipped
	}
	for name := range strings.SplitSeq(strings.ToLower(dir), "/") {
		for part, names := range partDirs {
			if slices.Contains(names, name) {
				return Part(part)
			}
		}
	}
	return PartShipped
}
