package merge

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
}

// mergeBlobs merges the content of the file at path as git's low-level merge does: by the attributes
// merge and conflict-marker-size. The attribute used is remembered for Facts.Attributes.
func (a *attributes) mergeBlobs(path string, base, ours, theirs []byte, o blobMerge) (blobResult, error) {
	r, err := Text(base, ours, theirs, TextOptions{Labels: o.Labels, Style: o.Style, MarkerSize: defaultMarkerSize + o.ExtraMarkers})
	if err != nil {
		return blobResult{}, err
	}
	kind := blobContent
	if r.Binary {
		kind = blobBinary
	}
	return blobResult{Data: r.Merged, Clean: r.Conflicts == 0, Kind: kind}, nil
}
