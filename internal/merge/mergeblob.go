package merge

import "strconv"

// maxMarkerSize is the length of conflict markers above which an attribute that asks for it is refused.
const maxMarkerSize = 1 << 16

// A blobMerge steers the merge of one file's content.
type blobMerge struct {
	Labels Labels
	Style  Style
	// ExtraMarkers is added to the length of the conflict markers: 1 where the result is merged again.
	ExtraMarkers int
}

// A blobKind says what kind of conflict a content merge ended in.
type blobKind int

// The kinds of blobResult.
const (
	blobContent     blobKind = iota // conflicting lines, shown with markers
	blobBinary                      // not merged as text: Data is ours
	blobDriver                      // a custom merge driver would have to run: Data is ours
	blobRenormalize                 // a filter would have to run first: Data is ours
)

// A blobResult is the merged content of a file.
type blobResult struct {
	Data  []byte
	Clean bool
	Kind  blobKind // what the conflict is; meaningless where Clean
	// Attribute is what decided, "merge=union" or "-merge"; for blobDriver and blobRenormalize what
	// would have to run. It is empty where no attribute was used.
	Attribute string
	Hunks     []Hunk // where Data has markers
}

// mergeBlobs merges the content of the file at path as git's low-level merge does: by the attributes
// merge and conflict-marker-size. The attribute used is remembered for Facts.Attributes.
func (a *attributes) mergeBlobs(path string, base, ours, theirs []byte, o blobMerge) (blobResult, error) {
	v, err := a.lookup(path)
	if err != nil {
		return blobResult{}, err
	}
	if a.src.Renormalize {
		if what := needsRenormalize(v, base, ours, theirs); what != "" {
			a.note(path, what)
			return blobResult{Data: ours, Kind: blobRenormalize, Attribute: what}, nil
		}
	}
	driver, why := a.driver(v.get("merge"))
	if why != "" {
		a.note(path, why)
	}
	switch driver {
	case driverCustom:
		return blobResult{Data: ours, Kind: blobDriver, Attribute: why}, nil
	case driverBinary:
		return blobResult{Data: ours, Kind: blobBinary, Attribute: why}, nil
	}
	size := v.get("conflict-marker-size")
	markers := markerSize(size)
	if markers > maxMarkerSize {
		return blobResult{}, &LimitError{What: "bytes in a conflict marker", Size: markers, Most: maxMarkerSize}
	}
	r, err := Text(base, ours, theirs, TextOptions{
		Labels: o.Labels, Style: o.Style, MarkerSize: markers + o.ExtraMarkers, Union: driver == driverUnion,
	})
	if err != nil {
		return blobResult{}, err
	}
	if r.Binary {
		return blobResult{Data: ours, Kind: blobBinary, Attribute: why}, nil
	}
	if r.Conflicts > 0 && markers != defaultMarkerSize {
		a.note(path, size.String())
	}
	return blobResult{Data: r.Merged, Clean: r.Conflicts == 0, Attribute: why, Hunks: r.Hunks}, nil
}

// A driver is a way to merge a file's content.
type driver int

const (
	driverText driver = iota
	driverUnion
	driverBinary
	driverCustom
)

// driver returns how a file with the attribute merge is merged, and what says so. A name for which no
// driver is configured means text.
func (a *attributes) driver(merge attribute) (driver, string) {
	name, why := merge.value, merge.String()
	switch merge.state {
	case attrSet:
		return driverText, why
	case attrUnset:
		return driverBinary, why
	case attrUnspecified:
		if name, why = a.src.MergeDefault, ""; name != "" {
			why = "merge.default=" + name
		}
	}
	if _, configured := a.src.Drivers[name]; configured {
		return driverCustom, why
	}
	switch name {
	case "union":
		return driverUnion, why
	case "binary":
		return driverBinary, why
	}
	return driverText, why
}

// markerSize reads conflict-marker-size; anything but a positive number means 7.
func markerSize(a attribute) int {
	size, err := strconv.ParseInt(a.value, 10, 32)
	if a.state != attrValue || err != nil || size <= 0 {
		return defaultMarkerSize
	}
	return int(size)
}
