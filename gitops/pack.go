package gitops

import (
	"bytes"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// encodePack makes one pack of the given objects of the session, and its index. Objects are stored
// whole: a backport has few, and a later repack by git makes the deltas.
func (s *Session) encodePack(ids []ID) (pack, index []byte, sum ID, err error) {
	hashes := make([]plumbing.Hash, len(ids))
	for i, id := range ids {
		hashes[i] = plumbing.Hash(id)
	}
	var buf bytes.Buffer
	checksum, err := packfile.NewEncoder(&buf, packSource{mem: s.mem}, false).Encode(hashes, 0)
	if err != nil {
		return nil, nil, ID{}, fmt.Errorf("packing %d objects: %w", len(ids), err)
	}
	writer := new(idxfile.Writer)
	parser, err := packfile.NewParser(packfile.NewScanner(bytes.NewReader(buf.Bytes())), writer)
	if err != nil {
		return nil, nil, ID{}, fmt.Errorf("reading the new pack back: %w", err)
	}
	if _, err := parser.Parse(); err != nil {
		return nil, nil, ID{}, fmt.Errorf("reading the new pack back: %w", err)
	}
	idx, err := writer.Index()
	if err != nil {
		return nil, nil, ID{}, fmt.Errorf("indexing the new pack: %w", err)
	}
	var ibuf bytes.Buffer
	if _, err := idxfile.NewEncoder(&ibuf).Encode(idx); err != nil {
		return nil, nil, ID{}, fmt.Errorf("indexing the new pack: %w", err)
	}
	return buf.Bytes(), ibuf.Bytes(), ID(checksum), nil
}

// packSource shows a session's objects to go-git's pack encoder, which only asks for EncodedObject.
type packSource struct {
	storer.EncodedObjectStorer
	mem *odb.Overlay
}

func (p packSource) EncodedObject(_ plumbing.ObjectType, h plumbing.Hash) (plumbing.EncodedObject, error) {
	kind, data, err := p.mem.Read(ID(h))
	if err != nil {
		return nil, err
	}
	o := &plumbing.MemoryObject{}
	o.SetType(objectType(kind))
	if _, err := o.Write(data); err != nil {
		return nil, err
	}
	return o, nil
}

func objectType(kind object.Kind) plumbing.ObjectType {
	switch kind {
	case object.KindCommit:
		return plumbing.CommitObject
	case object.KindTree:
		return plumbing.TreeObject
	case object.KindTag:
		return plumbing.TagObject
	}
	return plumbing.BlobObject
}
