package msrv

import (
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/internal/document"
)

// An Ecosystem names what a pin is a version of: a toolchain, by the name its users call it. Tools that
// are not listed here (pnpm, terraform, a container image) are named as their file names them.
type Ecosystem string

// The ecosystems with rules of their own.
const (
	Rust     Ecosystem = "rust"
	Go       Ecosystem = "go"
	Node     Ecosystem = "node"
	Python   Ecosystem = "python"
	Java     Ecosystem = "java"
	Ruby     Ecosystem = "ruby"
	Dotnet   Ecosystem = "dotnet"
	CMake    Ecosystem = "cmake"
	PHP      Ecosystem = "php"
	Elixir   Ecosystem = "elixir"
	Swift    Ecosystem = "swift"
	Bazel    Ecosystem = "bazel"
	Meson    Ecosystem = "meson"
	Autoconf Ecosystem = "autoconf"
	Gradle   Ecosystem = "gradle"
	Maven    Ecosystem = "maven"
	Ansible  Ecosystem = "ansible"
	NPM      Ecosystem = "npm"
)

// Ecosystems lists the ecosystems with rules of their own.
func Ecosystems() []Ecosystem {
	return []Ecosystem{Rust, Go, Node, Python, Java, Ruby, Dotnet, CMake, PHP, Elixir, Swift, Bazel, Meson, Autoconf, Gradle, Maven, Ansible, NPM}
}

// FloorScheme returns how the floors of an ecosystem are written.
func FloorScheme(e Ecosystem) Scheme {
	switch e {
	case Rust:
		return SchemeRust
	case Go:
		return SchemeGo
	case Node, NPM:
		return SchemeRange
	case Python, Ansible:
		return SchemePEP440
	case Ruby:
		return SchemeGem
	case PHP:
		return SchemeComposer
	case Elixir:
		return SchemeElixir
	case Java:
		return SchemeJava
	case Dotnet:
		return SchemeFramework
	case Meson:
		return SchemeMeson
	case CMake, Swift, Autoconf:
		return SchemeDotted
	}
	return SchemeSemver
}

// A Role says whom a pin binds. The zero Role is none.
type Role uint8

// The roles, from the one that binds most.
const (
	RoleFloor    Role = iota + 1 // what users need at least
	RoleSelector                 // what a checkout is built with
	RoleCI                       // what CI builds with
	RoleImage                    // the system it builds on, and whatever else is only noted
)

var roleNames = [...]string{"none", "floor", "selector", "ci", "image"}

// String returns the role's name in policy files and JSON, "floor".
func (r Role) String() string { return nameOf(roleNames[:], int(r), "role") }

// RoleNames lists the names of the roles, from the one that binds most.
func RoleNames() []string { return slices.Clone(roleNames[1:]) }

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) {
	for i, name := range roleNames {
		if i > 0 && name == s {
			return Role(i), nil
		}
	}
	return 0, fmt.Errorf("role %q: want floor, selector, ci or image", s)
}

func nameOf(names []string, i int, what string) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("%s %d", what, i)
	}
	return names[i]
}

// A Pin is one version declared at a place in a file.
type Pin struct {
	Path      string // slash-separated, from the root of the tree
	Line      int    // from 1
	Key       string // "workspace.package.rust-version"; unique in its file
	Ecosystem Ecosystem
	Role      Role
	Value     string // as written, without quotes; for an inherited pin the inherited value
	Version   Version
	// Implied marks a floor that follows from something else than a version: edition, resolver.
	Implied bool
	// From is the file that an inherited value stands in; empty for a value of the pin's own file.
	From string
	// Workspace is the floor that the workspace's root declares, for a pin in a member's file. The
	// zero Version is no such floor.
	Workspace Version
	// Span is the value's bytes in the file, without quotes; empty for an inherited pin.
	Span document.Span
	// More are further places that hold the same value under the same key.
	More []document.Span
	// again is the key without its number, of a further value for one key.
	again string
	many  bool // further values of its key are numbered
}

// Place returns "path:line" for messages.
func (p Pin) Place() string { return fmt.Sprintf("%s:%d", p.Path, p.Line) }

// A Trouble is what keeps a pin, or all pins of a file, from being known. The zero Trouble is none.
type Trouble uint8

// The troubles.
const (
	TroubleIO            Trouble = iota + 1 // the tree could not give the file's bytes
	TroubleNotFile                          // a symbolic link, directory or submodule where a pin file should be
	TroubleTooLarge                         // larger than any such file should be
	TroubleEncoding                         // UTF-16, NUL bytes, or not UTF-8
	TroubleSyntax                           // not of its format
	TroubleValue                            // a value that is no version of its kind
	TroubleAmbiguous                        // the same pin twice, with different values or where the format forbids it
	TroubleContradictory                    // two places that must agree, and do not
	TroubleMissing                          // inherited from a place that does not have it
	TroubleNoReader                         // declares a toolchain, and there is no reader for such a file
	TroubleForm                             // a form that no reader works out: a value that is computed
)

var troubleNames = [...]string{"none", "io", "not-a-file", "too-large", "encoding", "syntax", "value",
	"ambiguous", "contradictory", "missing", "no-reader", "form"}

// String returns the trouble's name in JSON, "ambiguous".
func (t Trouble) String() string { return nameOf(troubleNames[:], int(t), "trouble") }

// Unread reports whether the trouble is a limit of the readers, and nothing wrong with the file.
func (t Trouble) Unread() bool { return t == TroubleNoReader || t == TroubleForm }

// A Problem is a place where pins could not be read. As an error it is one sentence with the place.
type Problem struct {
	Path    string
	Line    int    // from 1; 0 when it is the file as a whole
	Key     string // empty when it is the file as a whole
	Role    Role   // the strongest role of what could not be read
	Trouble Trouble
	Err     error // never nil
	sum     [32]byte
}

// Error returns the place and the cause: `a/Cargo.toml:3: package.rust-version: …`.
func (p Problem) Error() string {
	place := p.Path
	if p.Line > 0 {
		place = fmt.Sprintf("%s:%d", p.Path, p.Line)
	}
	if p.Key != "" {
		place += ": " + p.Key
	}
	return place + ": " + p.Err.Error()
}

// Unwrap returns the cause.
func (p Problem) Unwrap() error { return p.Err }

// A Reading is what ReadPins found in one tree: pins and problems in the order of the paths asked for,
// and within a file from top to bottom.
type Reading struct {
	Pins     []Pin
	Problems []Problem
	// Files are the paths asked for that are there, readable or not.
	Files []string
	// held are, by file, the floors that hold for it and are declared in another file.
	held map[string]Version
}
