package gitops

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// attributes says where the merge reads gitattributes when ours is checked out: in its tree alone. What
// this machine or this user has besides, git heeds; here it is left aside, so that everyone gets the same.
func (r *Repo) attributes(ours ID) merge.AttributeSource {
	src := merge.AttributeSource{Tree: merge.ID(ours), Drivers: map[string]bool{}}
	for _, name := range r.Config.Subsections("merge") {
		if _, ok := r.Config.Get("merge." + name + ".driver"); ok && name != "" {
			src.Drivers[name] = true
		}
	}
	src.Renormalize, _ = r.Config.Bool("merge.renormalize", false)
	return src
}

// FilterOf returns the filter attribute that git sees for a path with a tree checked out here, "" where
// it has none: the driver by which git would make the blob of a file.
func (s *Session) FilterOf(tree ID, path string) (string, error) {
	src := s.repo.attributes(tree)
	src.Info, src.Global, src.System = readIfThere(s.repo.attrFiles.Info), readIfThere(s.repo.attrFiles.User), readIfThere(s.repo.attrFiles.System)
	return merge.AttributeValue(mergeStore{s}, src, path, "filter")
}

// LeftAside says which attributes of this machine and this user git would heed in a merge, and are left
// aside here; one line a file.
func (r *Repo) LeftAside() []string {
	var out []string
	for _, path := range []string{r.attrFiles.Info, r.attrFiles.User, r.attrFiles.System} {
		if rule := mergeRule(readIfThere(path)); rule != "" {
			out = append(out, fmt.Sprintf("the attributes in %s are ignored here: git merges by them (%q), and without them the result may be another one", path, rule))
		}
	}
	return out
}

// mergeRule is the first rule of a file of attributes that has a say in a merge.
func mergeRule(text []byte) string {
	const most = 80
	for line := range bytes.Lines(text) {
		rule := strings.TrimSpace(string(line))
		if strings.HasPrefix(rule, "#") {
			continue
		}
		for i, word := range strings.Fields(rule) {
			word, _, _ = strings.Cut(strings.TrimLeft(word, "-!"), "=")
			macro := i == 0 && strings.HasPrefix(word, "[attr]")
			if macro || i > 0 && (word == "merge" || word == "diff" || word == "binary" || word == "conflict-marker-size") {
				return rule[:min(len(rule), most)]
			}
		}
	}
	return ""
}

// maxAttributesFile is the size above which git ignores a file of attributes: 100 MiB.
const maxAttributesFile = 100 << 20

// readIfThere reads a regular file of attributes.
func readIfThere(path string) []byte {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxAttributesFile {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return data
}

// autoShort is an id as git abbreviates it by itself: core.abbrev is one person's.
func (r *Repo) autoShort(id ID) string {
	s, err := r.db.Shorten(id, 0)
	if err != nil {
		return id.String()
	}
	return s
}
