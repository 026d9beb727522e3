package merge

import "fmt"

// mergeVersions merges the three versions of a file, each at a path of its own; base may be absent.
// Where they cannot be merged, ours is kept. extra lengthens conflict markers.
func (m *merger) mergeVersions(path string, paths [3]string, v [3]Version, extra int) (Version, bool, error) {
	base, ours, theirs := v[sideBase], v[sideOurs], v[sideTheirs]
	merged, clean := Version{Mode: ours.Mode}, true
	if ours.Mode == theirs.Mode || ours.Mode == base.Mode {
		merged.Mode = theirs.Mode
	} else {
		clean = theirs.Mode == base.Mode
	}
	switch {
	case ours.ID == theirs.ID || ours.ID == base.ID:
		merged.ID = theirs.ID
	case theirs.ID == base.ID:
		merged.ID = ours.ID
	case isRegular(ours.Mode):
		id, whole, err := m.mergeContents(path, paths, v, extra)
		if err != nil {
			return Version{}, false, err
		}
		merged.ID, clean = id, clean && whole
	case ours.Mode == ModeGitlink:
		merged.ID, clean = ours.ID, false
		m.report(KindSubmoduleMissing, []string{path}, "Failed to merge submodule %s (not checked out)", path)
	default:
		merged.ID, clean = ours.ID, false
	}
	return merged, clean, nil
}

func (m *merger) mergeContents(path string, paths [3]string, v [3]Version, extra int) (ID, bool, error) {
	var data [3][]byte
	for side, version := range v {
		if version.ID.IsZero() || !isRegular(version.Mode) {
			continue // a base that is no regular file counts as empty
		}
		content, err := m.st.Blob(version.ID)
		if err != nil {
			return ID{}, false, fmt.Errorf("reading %q (%s): %w", paths[side], version.ID, err)
		}
		data[side] = content
	}
	labels := m.labels
	if paths[0] != paths[1] || paths[1] != paths[2] {
		for side := range labels {
			labels[side] += ":" + paths[side]
		}
	}
	o := blobMerge{Labels: Labels{Base: labels[0], Ours: labels[1], Theirs: labels[2]}, Style: m.opts.Style, ExtraMarkers: extra}
	result, err := m.attrs.mergeBlobs(path, data[0], data[1], data[2], o)
	if err != nil {
		return ID{}, false, fmt.Errorf("merging %q: %w", path, err)
	}
	if !result.Clean {
		switch result.Kind {
		case blobBinary:
			m.report(KindBinary, []string{path}, "warning: Cannot merge binary files: %s (%s vs. %s)", path, labels[1], labels[2])
			return v[sideOurs].ID, false, nil
		case blobDriver:
			m.conflict(KindDriver, []string{path}, "%s asks for a merge driver (%s), which is not run.", path, result.Attribute)
			return v[sideOurs].ID, false, nil
		case blobRenormalize:
			m.conflict(KindRenormalize, []string{path}, "%s asks for a filter (%s), which is not run.", path, result.Attribute)
			return v[sideOurs].ID, false, nil
		}
	}
	id, err := m.st.WriteBlob(result.Data)
	if err != nil {
		return ID{}, false, fmt.Errorf("storing the merge of %q: %w", path, err)
	}
	if len(result.Hunks) > 0 {
		if m.hunks == nil {
			m.hunks = map[ID][]Hunk{}
		}
		m.hunks[id] = result.Hunks
	}
	return id, result.Clean, nil
}
