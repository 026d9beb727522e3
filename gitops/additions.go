package gitops

import (
	"bytes"
	"context"

	"github.com/git-backport/git-backport/gitops/object"
)

// maxAdditionBlob bounds the files that are searched for added lines, in bytes.
const maxAdditionBlob = 32 << 20

// SomeAdditionIn reports whether at least one line that source adds to a file is in the same file of
// tree. It tells a fix that is there from one that has nothing to fix.
func (s *Session) SomeAdditionIn(ctx context.Context, source, tree ID, mainline int) (bool, error) {
	c, err := s.Commit(source)
	if err != nil {
		return false, err
	}
	base, _, err := s.SourceBase(source, c, mainline)
	if err != nil {
		return false, err
	}
	changes, err := s.Changes(ctx, base, c.Tree, nil)
	if err != nil {
		return false, err
	}
	fsys := s.TreeFS(tree)
	for _, ch := range changes {
		if ch.New == nil || ch.New.Mode == uint32(object.ModeGitlink) {
			continue
		}
		entry, err := fsys.lookup("read", ch.Path)
		if err != nil {
			continue // absent there: it holds no line of the fix
		}
		found, err := s.sharesAddition(ch, entry.ID)
		if err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// sharesAddition reports whether the blob now has a line that a change adds. Files that are the same to
// the byte share all of them.
func (s *Session) sharesAddition(ch Change, now ID) (bool, error) {
	var old []byte
	if ch.Old != nil {
		if ch.Old.ID == ch.New.ID {
			return false, nil // only the mode changed: no line was added
		}
		_, data, err := s.mem.ReadLimited(ch.Old.ID, maxAdditionBlob)
		if err != nil {
			return false, err
		}
		old = data
	}
	_, added, err := s.mem.ReadLimited(ch.New.ID, maxAdditionBlob)
	if err != nil {
		return false, err
	}
	_, have, err := s.mem.ReadLimited(now, maxAdditionBlob)
	if err != nil {
		return false, err
	}
	before, there := lineSet(old), lineSet(have)
	for line := range bytes.Lines(added) {
		line = bytes.TrimRight(line, "\r\n")
		if !before[string(line)] && there[string(line)] {
			return true, nil
		}
	}
	return false, nil
}

func lineSet(data []byte) map[string]bool {
	set := map[string]bool{}
	for line := range bytes.Lines(data) {
		set[string(bytes.TrimRight(line, "\r\n"))] = true
	}
	return set
}
