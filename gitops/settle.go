package gitops

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/merge"
)

// maxSettled bounds the files whose conflicts are settled by a rule, in bytes.
const maxSettled = 64 << 20

// SetStages returns the tree in which each path holds what its stage says, mode included; a nil stage
// takes the file out. Where none is left it is the empty tree.
func (s *Session) SetStages(tree ID, stages map[string]*Stage) (ID, error) {
	root := &editDir{}
	for path, stage := range stages {
		root.put(path, fileEdit{stage: stage})
	}
	id, err := s.applyEdit(tree, root)
	if err == nil && id.IsZero() {
		return s.writeTree(nil)
	}
	return id, err
}

// Entry returns what a tree holds at a path, which may be a directory; nil when there is nothing.
func (s *Session) Entry(tree ID, path string) (*Stage, error) {
	e, err := s.TreeFS(tree).find("read", path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // an absent path is an answer
	}
	if err != nil {
		return nil, err
	}
	return &Stage{Mode: uint32(e.Mode), ID: e.ID}, nil
}

// WriteBlob keeps the bytes of a file, and returns their id.
func (s *Session) WriteBlob(data []byte) (ID, error) { return s.mem.Write(object.KindBlob, data) }

// StageData returns the bytes of a stage; none for a nil one. A stage that is no regular file, or is
// larger than 64 MiB, is an error.
func (s *Session) StageData(st *Stage) ([]byte, error) {
	if st == nil {
		return nil, nil
	}
	if !st.Regular() {
		return nil, errors.New("not a regular file")
	}
	_, data, err := s.mem.ReadLimited(st.ID, maxSettled)
	return data, err
}

// Regular reports whether a stage is a regular file, executable or not.
func (st *Stage) Regular() bool {
	return st.Mode == uint32(object.ModeRegular) || st.Mode == uint32(object.ModeExec)
}

// Union merges two texts as git's merge driver "union" does: where both sides changed the same lines,
// both changes stay, ours first. Binary texts are an error.
func Union(base, ours, theirs []byte) ([]byte, error) {
	res, err := merge.Text(base, ours, theirs, merge.TextOptions{Union: true})
	if err != nil {
		return nil, err
	}
	if res.Binary || res.Conflicts > 0 {
		return nil, fmt.Errorf("a binary file has no lines to unite")
	}
	return res.Merged, nil
}
