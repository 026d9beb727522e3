package cmd

import (
	"bytes"
	"fmt"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/report"
)

// A versioned is a conflicted file with what each side has of it, for a directory that is edited.
type versioned struct {
	conflict operation.Conflict
	names    checkout.Versions
	data     [3][]byte // base, ours, theirs; nil where a side has none
}

// versionFiles reads the versions of a target's conflicted files.
func versionFiles(s *gitops.Session, t *operation.Target) ([]versioned, error) {
	var paths []string
	for _, c := range t.Conflicts {
		paths = append(paths, string(c.Path))
	}
	names := checkout.VersionNames(paths)
	var out []versioned
	for _, c := range t.Conflicts {
		if !regularConflict(c) {
			continue
		}
		v := versioned{conflict: c, names: names[string(c.Path)]}
		for i, st := range stagesOf(c) {
			if st == nil {
				continue
			}
			data, err := s.Blob(st.ID)
			if err != nil {
				return nil, err
			}
			v.data[i] = append([]byte{}, data...)
		}
		out = append(out, v)
	}
	return out, nil
}

// files are the versions as files.
func (v versioned) files() []checkout.File {
	var out []checkout.File
	for i, data := range v.data {
		if data != nil {
			out = append(out, checkout.File{Path: v.names[i], Data: data})
		}
	}
	return out
}

func (v versioned) doc() stagesDoc {
	d := stagesDoc{Path: report.Path(v.conflict.Path)}
	for i, to := range []**report.Path{&d.Base, &d.Ours, &d.Theirs} {
		if v.data[i] != nil {
			p := report.Path(v.names[i])
			*to = &p
		}
	}
	return d
}

// leaveVersions takes the versions of conflicted files out of what was read from a directory. One that
// was edited is not what the person meant.
func (r *resolution) leaveVersions(files []checkout.File) ([]checkout.File, error) {
	versions, err := versionFiles(r.project.Session, r.target)
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
			r.never = append(r.never, fmt.Sprintf("%q is what one side has, and was edited: the result goes into %q", f.Path, v.conflict.Path))
		}
	}
	return out, nil
}

// versionAt finds the version that is written at a path, and its bytes; nil where there is none.
func versionAt(versions []versioned, path string) (versioned, []byte) {
	for _, v := range versions {
		for i, data := range v.data {
			if v.names[i] == path && data != nil {
				return v, data
			}
		}
	}
	return versioned{}, nil
}
