package gitconfig

import (
	"fmt"
	"strings"
)

// An UnsupportedRepository is one whose format this program does not read, or git itself refuses.
type UnsupportedRepository struct {
	Feature string // what is not supported, as the configuration names it: "extensions.refStorage=reftable"
	Detail  string // why it matters
	Hint    string // what the user can do
}

func (e *UnsupportedRepository) Error() string {
	return fmt.Sprintf("unsupported repository: %s: %s", e.Feature, e.Detail)
}

// extensionRule says what is known of an extension.
type extensionRule struct {
	onlyV1  bool   // git refuses it in version 0
	want    string // what its value has to be: "boolean", "string", "" for anything
	allowed string // the only value supported, "" for any
	detail  string // why another value is not
	hint    string
	never   bool // supported with no value
}

func extensionRules() map[string]extensionRule {
	return map[string]extensionRule{
		"noop":                {},
		"noop-v1":             {onlyV1: true},
		"worktreeconfig":      {want: "boolean"},
		"preciousobjects":     {want: "boolean"},
		"partialclone":        {want: "string"},
		"relativeworktrees":   {onlyV1: true, want: "boolean"},
		"submodulepathconfig": {onlyV1: true, want: "boolean"},
		"objectformat": {onlyV1: true, want: "sha1 sha256", allowed: "sha1", detail: "only SHA-1 object ids are read",
			hint: "git init --object-format=sha1 in a new directory, and fetch from a repository with SHA-1 ids"},
		"refstorage": {onlyV1: true, want: "files reftable", allowed: "files", detail: "references are read from files only",
			hint: "git refs migrate --ref-format=files"},
		"compatobjectformat": {onlyV1: true, want: "string", never: true, detail: "a second object format is not read",
			hint: "use a clone made without --object-format options"},
	}
}

// checkValue refuses the values git refuses in any version.
func (r extensionRule) checkValue(e Entry) error {
	switch r.want {
	case "":
		return nil
	case "boolean":
		_, err := e.Bool()
		return err
	}
	if e.Bare {
		return e.invalid("string", "")
	}
	if r.want == "string" {
		return nil
	}
	scheme, _, _ := strings.Cut(e.Value, "://") // refStorage may name a place, too
	for _, known := range strings.Fields(r.want) {
		if scheme == known {
			return nil
		}
	}
	return e.invalid(strings.ReplaceAll(r.want, " ", " or "), "")
}

// CheckFormat reports whether the repository that c was loaded for can be worked on: nil, or an
// *UnsupportedRepository. It asks the repository's own file alone, as git does. Without a repository
// it is nil.
func CheckFormat(c *Config) error {
	f := c.format
	if f.version > 1 {
		return &UnsupportedRepository{
			Feature: fmt.Sprintf("core.repositoryFormatVersion=%d", f.version),
			Detail:  "versions 0 and 1 are known", Hint: "use a newer version of this program",
		}
	}
	if backend, ok := c.env.lookup("GIT_REFERENCE_BACKEND"); ok && backend != "files" {
		return &UnsupportedRepository{Feature: "GIT_REFERENCE_BACKEND=" + backend,
			Detail: "references are read from the repository's own files only", Hint: "unset GIT_REFERENCE_BACKEND"}
	}
	last := map[string]Entry{}
	for _, e := range f.extensions {
		last[e.Key] = e
	}
	rules := extensionRules()
	for _, e := range f.extensions {
		name := strings.TrimPrefix(e.Key, "extensions.")
		rule, known := rules[name]
		switch {
		case !known && f.version == 1:
			return &UnsupportedRepository{Feature: e.Key, Detail: "the extension is not known (" + e.Origin.String() + ")",
				Hint: "use a newer version of this program, or a clone without the extension"}
		case !known:
		case rule.onlyV1 && f.version == 0:
			return &UnsupportedRepository{Feature: e.Key, Detail: "git allows it with core.repositoryFormatVersion=1 only (" + e.Origin.String() + ")",
				Hint: "git config core.repositoryFormatVersion 1, if the extension is meant"}
		case rule.never || rule.allowed != "" && last[e.Key].Value != rule.allowed:
			return &UnsupportedRepository{Feature: e.Key + "=" + last[e.Key].Value, Detail: rule.detail, Hint: rule.hint}
		}
	}
	return nil
}

// UsesReplaceRefs reports whether git would read refs/replace: core.useReplaceRefs is not false and
// GIT_NO_REPLACE_OBJECTS is not set.
func (c *Config) UsesReplaceRefs(env Environment) (bool, error) {
	if _, off := env.lookup("GIT_NO_REPLACE_OBJECTS"); off {
		return false, nil
	}
	return c.Bool("core.useReplaceRefs", true)
}
