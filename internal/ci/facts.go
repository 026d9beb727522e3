package ci

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
)

// A Forge is a kind of server that workflows are written for.
type Forge string

// The forges.
const (
	GitHub  Forge = "github"
	GitLab  Forge = "gitlab"
	Forgejo Forge = "forgejo" // Gitea reads the same files
)

// Forges lists them.
func Forges() []Forge { return []Forge{GitHub, GitLab, Forgejo} }

// Facts are what workflows are filled with.
type Facts struct {
	Repository string   // "owner/name"; "" when no remote says
	Main       string   // the branch where changes land first
	Templates  []string // of the release branches, "release-{major}.0.0"
	CI         string   // the file name of main's CI workflow, "main.yml"; "" when none was found
	Action     Pin      // where the action of git-backport is
	Version    string   // of the program that writes
}

// A Pin is an action at a commit.
type Pin struct {
	Name    string // "actions/checkout"
	ID      string // 40 hexadecimal digits
	Version string // "v7.0.1", for people
}

func (p Pin) String() string { return p.Name + "@" + p.ID + " # " + p.Version }

// PinsDay is the day on which the pins of others' actions were looked up.
const PinsDay = "2026-08-23"

// The actions of others that the workflows use.
func checkout() Pin {
	return Pin{"actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"}
}

func appToken() Pin {
	return Pin{"actions/create-github-app-token", "bcd2ba49218906704ab6c1aa796996da409d3eb1", "v3.2.0"}
}

var (
	fullID = regexp.MustCompile(`^[0-9a-f]{40}$`)
	slug   = regexp.MustCompile(`^[0-9A-Za-z._-]+(/[0-9A-Za-z._-]+)+$`)
	ciFile = regexp.MustCompile(`^[0-9A-Za-z._-]+\.ya?ml$`)
)

// ParsePin reads OWNER/NAME@ID.
func ParsePin(text string) (Pin, error) {
	name, id, ok := strings.Cut(text, "@")
	if !ok || !slug.MatchString(name) || !fullID.MatchString(id) {
		return Pin{}, fmt.Errorf("action %q: want OWNER/NAME@ID, the ID of a commit in 40 digits", text)
	}
	return Pin{Name: name, ID: id, Version: id[:12]}, nil
}

// check refuses facts that cannot stand in a workflow.
func (f Facts) check() error {
	switch {
	case f.Main == "" || !plainName(f.Main):
		return fmt.Errorf("main branch %q: a workflow cannot name it: only letters, digits and ._/- are written", f.Main)
	case !fullID.MatchString(f.Action.ID) || !slug.MatchString(f.Action.Name):
		return fmt.Errorf("action %q is not at a full commit id", f.Action.Name+"@"+f.Action.ID)
	case f.CI != "" && !ciFile.MatchString(f.CI):
		return fmt.Errorf("workflow %q: want the name of a file below .github/workflows, as in main.yml", f.CI)
	}
	return nil
}

// plainName reports whether a branch can be written without quoting.
func plainName(s string) bool {
	return regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._/-]*$`).MatchString(s)
}

// minute and hour of the weekly runs come from the repository's name, so that not all of the world's start at once.
func (f Facts) minute() int { return int(f.hash() % 60) }

func (f Facts) hour() int { return int(f.hash() / 60 % 24) }

func (f Facts) hash() uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(f.Repository)) // a hash takes everything
	return h.Sum32()
}

// A field of a template of branch names.
var field = regexp.MustCompile(`\{[a-z]+[^}]*\}`)

// variants writes a template once with and once without each part that may be absent.
func variants(template string) []string {
	open := strings.IndexByte(template, '[')
	if open < 0 {
		return []string{template}
	}
	end := strings.IndexByte(template[open:], ']')
	if end < 0 {
		return []string{template}
	}
	before, inner, after := template[:open], template[open+1:open+end], template[open+end+1:]
	return append(variants(before+inner+after), variants(before+after)...)
}

// Filters are the patterns of branches for a workflow's branches: filter.
func Filters(templates []string) []string {
	return patterns(templates, func(literal string) string {
		var b strings.Builder
		for _, r := range literal {
			if strings.ContainsRune(`*?+[]!\`, r) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
		return b.String()
	}, "[0-9]+", "*")
}

// Expressions are regular expressions of branches, for the rules of GitLab.
func Expressions(templates []string) []string {
	var out []string
	for _, p := range patterns(templates, regexp.QuoteMeta, "[0-9]+", "[^/]*") {
		out = append(out, "/^"+strings.ReplaceAll(p, "/", `\/`)+"$/")
	}
	return out
}

func patterns(templates []string, literal func(string) string, number, text string) []string {
	var out []string
	for _, t := range templates {
		for _, v := range variants(t) {
			var b strings.Builder
			at := 0
			for _, m := range field.FindAllStringIndex(v, -1) {
				b.WriteString(literal(v[at:m[0]]))
				switch name := v[m[0]+1 : m[1]-1]; {
				case strings.HasPrefix(name, "version"), strings.HasPrefix(name, "pre"):
					b.WriteString(text)
				default:
					b.WriteString(number)
				}
				at = m[1]
			}
			b.WriteString(literal(v[at:]))
			if !slices.Contains(out, b.String()) {
				out = append(out, b.String())
			}
		}
	}
	return out
}
