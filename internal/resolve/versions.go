package resolve

import (
	"bytes"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
)

// A Versioned is a conflicted file with what each side has of it, for a directory that is edited.
type Versioned struct {
	Conflict operation.Conflict
	Names    checkout.Versions
	Data     [3][]byte // base, ours, theirs; nil where a side has none
}

// Versions reads the versions of a target's conflicted files.
func Versions(s *gitops.Session, t *operation.Target) ([]Versioned, error) {
	var paths []string
	for _, c := range t.Conflicts {
		paths = append(paths, string(c.Path))
	}
	names := checkout.VersionNames(paths)
	var out []Versioned
	for _, c := range t.Conflicts {
		if !Regular(c) {
			continue
		}
		v := Versioned{Conflict: c, Names: names[string(c.Path)]}
		for i, st := range Stages(c) {
			if st == nil {
				continue
			}
			data, err := s.Blob(st.ID)
			if err != nil {
				return nil, err
			}
			v.Data[i] = append([]byte{}, data...)
		}
		out = append(out, v)
	}
	return out, nil
}

// Files are the versions as files.
func (v Versioned) Files() []checkout.File {
	var out []checkout.File
	for i, data := range v.Data {
		if data != nil {
			out = append(out, checkout.File{Path: v.Names[i], Data: data})
		}
	}
	return out
}

// leaveVersions takes the versions of conflicted files out of what was read from a directory. One that
// was edited is not what the person meant.
func (r *Resolution) leaveVersions(files []checkout.File) ([]checkout.File, error) {
	versions, err := Versions(r.session, r.target)
	if err != nil {
		return nil, err
	}
	var out []checkout.File
	for _, f := range files {
		v, data := versionAt(versions, f.Path)
		switch {
		case data == nil:
			out = append(out, f)
		case !bytes.Equal(data, f.Data):
			r.never = append(r.never, fmt.Sprintf("%q is what one side has, and was edited: the result goes into %q", f.Path, v.Conflict.Path))
		}
	}
	return out, nil
}

// versionAt finds the version that is written at a path, and its bytes; nil where there is none.
func versionAt(versions []Versioned, path string) (Versioned, []byte) {
	for _, v := range versions {
		for i, data := range v.Data {
			if v.Names[i] == path && data != nil {
				return v, data
			}
		}
	}
	return Versioned{}, nil
}
