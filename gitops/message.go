package gitops

import (
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// ID names an object. It is object.ID.
type ID = object.ID

// A Commit is a commit byte for byte. It is object.Commit.
type Commit = object.Commit

// A Reference is a place in a message that names the change it is a copy of. It is object.Reference.
type Reference = object.Reference

// ParseID reads a full id of 40 hexadecimal digits.
func ParseID(s string) (ID, error) { return object.ParseID(s) }

// Subject returns the subject of a commit message: its first paragraph on one line.
func Subject(message []byte) string { return object.Subject(message) }

// PRNumbers returns the pull request numbers at the end of a subject: 12 and 34 of "Fix (#12) (#34)".
func PRNumbers(subject string) []int { return object.PRNumbers(subject) }

// PickedFrom returns what a message says it is a copy of, in any dialect.
func PickedFrom(message []byte) []Reference { return object.PickedFrom(message) }

// FindTrailer returns the value of the last trailer with the given key.
func FindTrailer(message []byte, key string) (string, bool) {
	values := object.FindTrailer(message, key)
	if len(values) == 0 {
		return "", false
	}
	return values[len(values)-1], true
}

// TrailerRules are the settings of git that say what counts as a trailer.
type TrailerRules = object.TrailerRules

// A PickHow says what is added to the message of a picked commit.
type PickHow struct {
	Origin   ID       // adds "(cherry picked from commit …)"; zero adds nothing
	Notes    []string // trailers of our own, "Key: value", put before the line of -x
	SignOff  string   // "name <email>": adds a Signed-off-by line; "" adds nothing
	Trailers TrailerRules
}

// PickedCommit returns the commit that git cherry-pick makes of source with the given tree, parent and
// committer line.
func PickedCommit(source *Commit, tree, parent ID, committer string, how PickHow) (*Commit, error) {
	return object.PickCommit(source, tree, []ID{parent}, committer, object.PickOptions{Notes: how.Notes, Origin: how.Origin, Signoff: how.SignOff, Trailers: how.Trailers})
}

// AddSignature puts a detached signature into a commit, as its header gpgsig.
func AddSignature(c *Commit, signature string) {
	value := strings.ReplaceAll(strings.TrimSuffix(signature, "\n"), "\n", "\n ")
	c.Extra = append(c.Extra, object.Header{Key: "gpgsig", Value: []byte(value)})
}

// IsSigned reports whether a commit has a signature.
func IsSigned(c *Commit) bool {
	return slices.ContainsFunc(c.Extra, func(h object.Header) bool { return h.Key == "gpgsig" })
}

// TrailerRules returns the repository's settings of what counts as a trailer.
func (r *Repo) TrailerRules() TrailerRules {
	rules := TrailerRules{}
	if v, ok := r.Config.Get("trailer.separators"); ok {
		rules.Separators = v.Value
	}
	for _, key := range []string{"core.commentChar", "core.commentString"} {
		if v, ok := r.Config.Get(key); ok && v.Value != "auto" {
			rules.Comment = v.Value
		}
	}
	for _, name := range r.Config.Subsections("trailer") {
		if name == "" {
			continue
		}
		rules.Keys = append(rules.Keys, name)
		if v, ok := r.Config.Get("trailer." + name + ".key"); ok {
			rules.Keys = append(rules.Keys, v.Value)
		}
	}
	return rules
}

// MessageText returns the message of a commit in UTF-8, as its encoding header says.
func MessageText(c *Commit) []byte { return object.MessageText(c) }

// AuthorProblem says which rule of git fsck the author line of a commit breaks, "" for none. git copies
// such an author all the same.
func AuthorProblem(c *Commit) string { return object.AuthorProblem(c) }
