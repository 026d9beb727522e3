package odb

import "github.com/git-backport/git-backport/gitops/object"

// maxHeaded bounds the objects that have to be read whole for their head: 16 MiB.
const maxHeaded = 16 << 20

// ReadHead returns the kind of an object and its first bytes, at most limit of them, which are not
// checked against its name. It uses buf when that is large enough: of an object that is stored whole
// in a pack nothing beyond the head is inflated; another one of more than 16 MiB is a *TooLargeError.
func (db *DB) ReadHead(id object.ID, limit int, buf []byte) (object.Kind, []byte, error) {
	if id == object.EmptyTree {
		return object.KindTree, nil, nil
	}
	var kind object.Kind
	var head []byte
	err := db.visit(id, visitor{
		packed: func(p *pack, off int64) (err error) {
			kind, head, err = db.packHead(p, off, limit, buf)
			return err
		},
		loose: func(r *region) (err error) {
			_, size, _, err := db.looseHeader(r)
			if err == nil && size > maxHeaded {
				err = &TooLargeError{Size: size, Limit: maxHeaded}
			}
			if err == nil {
				kind, head, err = db.readLoose(r, id)
			}
			return err
		},
	})
	if err != nil {
		return "", nil, err
	}
	return kind, head[:min(len(head), limit)], nil
}

func (db *DB) packHead(p *pack, off int64, limit int, buf []byte) (object.Kind, []byte, error) {
	r, err := p.open()
	if err != nil {
		return "", nil, err
	}
	e, err := p.entryAt(r, off)
	if err != nil {
		return "", nil, err
	}
	kind := entryKinds[e.typ]
	if kind == "" {
		if _, size, err := db.packHeader(p, off); err != nil || size > maxHeaded {
			if err == nil {
				err = &TooLargeError{Size: size, Limit: maxHeaded}
			}
			return "", nil, err
		}
		return db.unpack(p, off)
	}
	n := int(min(e.size, int64(limit)))
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	head, err := db.zlib.head(r, e.data, r.size-int64(idSize), buf[:n])
	if err == nil && len(head) < n {
		err = damaged(e.data, "%v", errTooShort)
	}
	return kind, head, err
}
