package odb

import (
	"cmp"
	"encoding/hex"
	"slices"

	"github.com/git-backport/git-backport/gitops/object"
)

// Each calls f with the id of every object: of each pack in the order they are stored, which is
// the cheapest to read them in, then of loose ones. An object with several copies comes several times.
func (db *DB) Each(f func(object.ID) error) error {
	for _, known := range db.list().all() {
		p, isPack := known.(*pack)
		if !isPack {
			continue
		}
		ids, err := p.inOrder()
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := f(id); err != nil {
				return err
			}
		}
	}
	for _, dir := range db.dirs {
		for b := range 256 {
			ids, err := looseWith(dir, hex.EncodeToString([]byte{byte(b)}))
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := f(id); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// inOrder returns the ids of p by where they are stored.
func (p *pack) inOrder() (ids []object.ID, err error) {
	restore := catchFaults()
	defer func() {
		if fault := restore(recover()); fault != nil {
			err = damaged(-1, "%s", faultReason)
		}
		err = placed(err, p.file())
	}()
	x, err := p.index()
	if err != nil {
		return nil, err
	}
	type at struct {
		off int64
		pos int
	}
	order := make([]at, x.count)
	for i := range order {
		off, err := x.offset(i)
		if err != nil {
			return nil, err
		}
		order[i] = at{off, i}
	}
	slices.SortFunc(order, func(a, b at) int { return cmp.Compare(a.off, b.off) })
	ids = make([]object.ID, len(order))
	for i, o := range order {
		name, err := x.name(o.pos)
		if err != nil {
			return nil, err
		}
		ids[i] = object.ID(name)
	}
	return ids, nil
}
