package merge

import "fmt"

// The kinds of conflict, in git's words.
const (
	KindContent           Kind = "content"
	KindAddAdd            Kind = "add/add"
	KindBinary            Kind = "binary"
	KindModifyDelete      Kind = "modify/delete"
	KindRenameDelete      Kind = "rename/delete"
	KindRenameRename      Kind = "rename/rename"
	KindRenameCollision   Kind = "rename involved in collision"
	KindFileDirectory     Kind = "file/directory"
	KindDistinctTypes     Kind = "distinct types"
	KindFileLocation      Kind = "file location"
	KindDirRenameSplit    Kind = "directory rename split"
	KindImplicitDirRename Kind = "implicit dir rename"
	KindSubmodule         Kind = "submodule"
	KindSubmoduleMissing  Kind = "submodule not initialized"
	// KindDriver and KindRenormalize are ours: the attributes ask for a program, which is never run.
	KindDriver      Kind = "merge driver"
	KindRenormalize Kind = "renormalize"
)

// conflict records a conflict whose message is "CONFLICT (kind): " and what format says.
func (m *merger) conflict(kind Kind, paths []string, format string, args ...any) {
	m.report(kind, paths, "CONFLICT (%s): %s", kind, fmt.Sprintf(format, args...))
}

func (m *merger) report(kind Kind, paths []string, format string, args ...any) {
	m.conflicts = append(m.conflicts, Conflict{Kind: kind, Paths: paths, Message: fmt.Sprintf(format, args...)})
}

func (m *merger) conflictSplit(dirPath string) {
	m.conflict(KindDirRenameSplit, []string{dirPath},
		"Unclear where to rename %s to; it was renamed to multiple other directories, with no destination getting a majority of the files.", dirPath)
}

func (m *merger) conflictRenameDelete(r rename) {
	m.conflict(KindRenameDelete, []string{r.to.path, r.from.path}, "%s renamed to %s in %s, but deleted in %s.",
		r.from.path, r.to.path, m.labels[r.side], m.labels[other(r.side)])
}

func (m *merger) conflictModifyDelete(path string, side int) {
	m.conflict(KindModifyDelete, []string{path}, "%s deleted in %s and modified in %s.  Version %s of %s left in tree.",
		path, m.labels[other(side)], m.labels[side], m.labels[side], path)
}
