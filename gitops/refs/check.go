package refs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/gitops/object"
)

// checkHeld looks at everything again, now that no other git process can change it: the values, the
// names beside the new ones, the work trees and the reflogs.
func (t *transaction) checkHeld(context.Context) error {
	p, err := t.s.openPacked()
	if err != nil {
		return err
	}
	defer p.close()
	if err := t.checkValues(p); err != nil {
		return err
	}
	if err := t.checkNames(p); err != nil {
		return err
	}
	held, err := t.s.heldBranches(t.tx.Bare)
	if err != nil {
		return err
	}
	for i := range t.j.Refs {
		r := &t.j.Refs[i]
		if r.Verify {
			continue
		}
		if h, ok := held[r.Name]; ok {
			return h
		}
		if err := t.planLog(r); err != nil {
			return err
		}
		if t.j.Protocol == protocolLoose && !r.New.IsZero() {
			if err := t.s.removeEmptyTree(t.s.path(r.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkConnected has the objects looked for, when all of them are where git will find them.
func (t *transaction) checkConnected(ctx context.Context) error {
	if t.tx.Connected == nil {
		return nil
	}
	return t.tx.Connected(ctx)
}

// checkDelegated looks at what git update-ref would not.
func (t *transaction) checkDelegated(context.Context) error {
	held, err := t.s.heldBranches(t.tx.Bare)
	if err != nil {
		return err
	}
	for _, r := range t.j.Refs {
		if h, ok := held[r.Name]; ok && !r.Verify {
			return h
		}
	}
	return nil
}

func (t *transaction) checkValues(p *packedFile) error {
	var moved, exists []Moved
	nowLoose := false
	for _, r := range t.j.Refs {
		got, loose, err := t.value(p, r)
		if err != nil {
			return err
		}
		want := r.Old
		if v, both := t.verifies[r.Name]; both && got != v {
			moved = append(moved, Moved{Name: r.Name, Want: v, Got: got})
			continue
		}
		switch {
		case got != want && want.IsZero():
			exists = append(exists, Moved{Name: r.Name, Got: got})
		case got != want:
			moved = append(moved, Moved{Name: r.Name, Want: want, Got: got})
		}
		nowLoose = nowLoose || loose && !r.Verify
	}
	switch {
	case len(moved) > 0:
		return &MovedError{Refs: moved}
	case len(exists) > 0:
		return &ExistsError{Refs: exists}
	case nowLoose && t.j.Protocol == protocolPacked:
		return errNowLoose
	}
	return nil
}

// value returns what a locked ref holds, zero when it does not exist.
func (t *transaction) value(p *packedFile, r journalRef) (id object.ID, loose bool, err error) {
	ref, err := t.s.readLoose(r.Name)
	if err == nil && ref.Symbolic != "" {
		if !r.Verify {
			return id, true, &ConflictError{Name: r.Name, With: ref.Symbolic, Reason: "it is a symbolic ref, and those are not changed"}
		}
		ref, err = t.s.Read(r.Name)
		if errors.Is(err, ErrNotFound) {
			return id, true, nil
		}
		return ref.ID, true, err
	}
	if !errors.Is(err, ErrNotFound) {
		return ref.ID, true, err
	}
	ref, found, err := p.lookup(r.Name)
	if err != nil || !found {
		return id, false, err
	}
	return ref.ID, false, nil
}

// checkNames refuses a new name that is a directory of an existing one, or inside one, or like one
// but for its case.
func (t *transaction) checkNames(p *packedFile) error {
	for _, r := range t.j.Refs {
		if r.Verify || !r.Old.IsZero() {
			continue
		}
		for dir := path.Dir(r.Name); strings.Contains(dir, "/"); dir = path.Dir(dir) {
			_, err := t.s.readLoose(dir)
			found := !errors.Is(err, ErrNotFound)
			if !found {
				if _, found, err = p.lookup(dir); err != nil {
					return err
				}
			}
			if found {
				return &ConflictError{Name: r.Name, With: dir, Reason: "that ref exists, and would have to be a directory"}
			}
		}
		if err := t.checkBelow(p, r.Name); err != nil {
			return err
		}
		if err := t.s.checkCase(r.Name); err != nil {
			return err
		}
	}
	return t.checkPackedCase(p)
}

// checkPackedCase is checkCase for packed refs: one pass over them for all names.
func (t *transaction) checkPackedCase(p *packedFile) error {
	byLength := map[int][]string{}
	for _, r := range t.j.Refs {
		if !r.Verify && r.Old.IsZero() {
			byLength[len(r.Name)] = append(byLength[len(r.Name)], r.Name)
		}
	}
	if len(byLength) == 0 {
		return nil
	}
	for ref, err := range p.entries("") {
		if err != nil {
			return err
		}
		for _, name := range byLength[len(ref.Name)] {
			if ref.Name != name && strings.EqualFold(ref.Name, name) {
				return &ConflictError{Name: name, With: ref.Name, Reason: "they differ in case alone"}
			}
		}
	}
	return nil
}

// checkBelow refuses a name below which there are refs, or locks of refs about to be.
func (t *transaction) checkBelow(p *packedFile, name string) error {
	below := name + "/"
	for ref, err := range p.entries(below) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(ref.Name, below) {
			return &ConflictError{Name: name, With: ref.Name, Reason: "that ref exists, and the new one would be a directory of it"}
		}
		if p.sorted {
			break
		}
	}
	with := ""
	err := walkRefs(t.s.commonDir, name, func(found string) { with = found })
	if err == nil && with == "" {
		err = walkLocks(t.s.path(name), func(lock string) { with = lock })
	}
	if err == nil && with != "" {
		err = &ConflictError{Name: name, With: with, Reason: "that one exists, and the new one would be a directory of it"}
	}
	return err
}

// walkLocks finds lock files below a directory: refs that another process is about to make.
func walkLocks(dir string, visit func(string)) error {
	list, err := os.ReadDir(dir)
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("listing refs: %w", err)
	}
	for _, e := range list {
		full := filepath.Join(dir, e.Name())
		if e.IsDir() {
			if err := walkLocks(full, visit); err != nil {
				return err
			}
		} else {
			visit(full)
		}
	}
	return nil
}

// checkCase refuses a name that differs from an existing one in case alone: on a file system that
// folds case they would be the same file.
func (s *Store) checkCase(name string) error {
	parts := strings.Split(name, "/")
	for i := 2; i < len(parts); i++ {
		dir := strings.Join(parts[:i], "/")
		list, err := os.ReadDir(s.path(dir + "/"))
		if missing(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("listing refs: %w", err)
		}
		for _, e := range list {
			if e.Name() != parts[i] && strings.EqualFold(e.Name(), parts[i]) {
				return &ConflictError{Name: name, With: dir + "/" + e.Name(), Reason: "they differ in case alone"}
			}
		}
	}
	return nil
}

// removeEmptyTree removes a directory in which there are only directories, where a file will be.
func (s *Store) removeEmptyTree(path string) error {
	info, err := os.Lstat(path)
	if missing(err) || err == nil && !info.IsDir() {
		return nil
	}
	list, err := os.ReadDir(path)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := s.removeEmptyTree(filepath.Join(path, e.Name())); err != nil {
			return err
		}
	}
	if err := s.fs.Rmdir(path); err != nil && !missing(err) {
		return err
	}
	return nil
}
