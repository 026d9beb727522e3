package gitops

import "strings"

// A FileEdit is what a commit does to a file, against its first parent.
type FileEdit struct {
	Was     bool     // the parent has the file
	Binary  bool     // one of the two is no text
	Old     []string // the lines of the parent's, as they are
	Changes []LineChange
}

// EditOf returns what a commit does to a file.
func (s *Session) EditOf(id ID, path string) (FileEdit, error) {
	var out FileEdit
	c, err := s.Commit(id)
	if err != nil {
		return out, err
	}
	base, _, err := s.SourceBase(id, c, min(len(c.Parents), 1))
	if err != nil || base.IsZero() {
		return out, err
	}
	ch := Change{Path: path}
	if ch.Old, err = s.Entry(base, path); err != nil || ch.Old == nil {
		return out, err
	}
	if ch.New, err = s.Entry(c.Tree, path); err != nil {
		return out, err
	}
	out.Was = true
	if !ch.Old.Regular() || ch.New != nil && !ch.New.Regular() {
		out.Binary = true
		return out, nil
	}
	old, now, err := s.bothTexts(ch)
	if err != nil {
		return out, err
	}
	if binary(old) || binary(now) {
		out.Binary = true
		return out, nil
	}
	out.Old = strings.Split(strings.TrimSuffix(string(old), "\n"), "\n")
	out.Changes, err = DiffLines(withoutSpace(old), withoutSpace(now))
	return out, err
}

// withoutSpace takes the white space out of the lines of a text.
func withoutSpace(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for _, b := range text {
		if b == '\n' || b != ' ' && b != '\t' && b != '\r' {
			out = append(out, b)
		}
	}
	return out
}

// DiffWithoutSpace is DiffLines with the white space in lines left aside.
func DiffWithoutSpace(old, now []byte) ([]LineChange, error) {
	return DiffLines(withoutSpace(old), withoutSpace(now))
}
