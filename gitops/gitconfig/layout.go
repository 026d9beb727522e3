package gitconfig

import "path/filepath"

// A Layout is where the parts of a repository are. Paths are absolute and as they were found:
// symbolic links in them are not resolved. The zero value is no repository.
type Layout struct {
	GitDir    string // of this work tree: has HEAD
	CommonDir string // shared by all work trees: has config, refs, objects; GitDir if not linked
	WorkTree  string // top of the work tree, "" without one
	Bare      bool   // git calls the repository bare
	Linked    bool   // CommonDir came from a commondir file or GIT_COMMON_DIR

	ObjectsDir    string   // GIT_OBJECT_DIRECTORY, else CommonDir/objects
	AlternateDirs []string // GIT_ALTERNATE_OBJECT_DIRECTORIES; those of info/alternates are not here
	Shallow       string   // the file of shallow boundaries, GIT_SHALLOW_FILE; it need not exist
	Grafts        string   // the file of grafts, GIT_GRAFT_FILE; it need not exist
	Index         string   // the index, GIT_INDEX_FILE; it need not exist
}

// ConfigFile returns the path of the repository's own configuration, "" without a repository.
func (l Layout) ConfigFile() string {
	if l.CommonDir == "" {
		return ""
	}
	return filepath.Join(l.CommonDir, "config")
}
