package merge

// An attributes answers which gitattributes a path has. It reads the .gitattributes files of the
// source's tree as they are needed. It is not safe for concurrent use.
type attributes struct {
	st   Store
	src  AttributeSource
	used map[string]bool
}

// newAttributes returns the attributes of src, whose tree is in st.
func newAttributes(st Store, src AttributeSource) *attributes {
	return &attributes{st: st, src: src, used: map[string]bool{}}
}

// facts returns, sorted, each attribute that mergeBlobs used: "path: merge=union".
func (a *attributes) facts() []string { return nil }

// diffBinary tells what the diff attribute says of path: whether it is binary, and whether the
// attribute says so at all.
func (a *attributes) diffBinary(path string) (binary, known bool, err error) { return false, false, nil }
