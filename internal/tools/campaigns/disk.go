//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// The disks of a campaign: so many kB are free when a verb begins.
const (
	firstFree = 0
	lastFree  = 160
	stepFree  = 4
)

// disks runs changing verbs where the disk is full but for a few kB: what changed is changed wholly, or not at
// all and says so, and no lock is left.
func disks(b *bench, o options) (string, error) {
	if err := b.prepare(); err != nil {
		return "", err
	}
	out, err := b.runGit(filepath.Join(b.template, "r"), "rev-parse", "main~3", "main~2")
	if err != nil {
		return "", err
	}
	fix := strings.Fields(out)
	if err := b.states(fix); err != nil {
		return "", err
	}
	mount := filepath.Join(b.dir, "disk")
	if err := os.Mkdir(mount, 0o755); err != nil {
		return "", err
	}
	var table strings.Builder
	table.WriteString("| verb | runs | done | refused, nothing changed | bad |\n|---|--:|--:|--:|--:|\n")
	var bad []error
	for _, m := range moments(fix) {
		if m.reads || strings.HasPrefix(m.name, "resolve") {
			continue
		}
		if err := b.undisturbed(&m); err != nil {
			return "", err
		}
		runs, done, refused, wrong := 0, 0, 0, 0
		for kb := firstFree; kb <= lastFree; kb += stepFree {
			made, err := b.full(m, mount, kb)
			switch runs++; {
			case err != nil:
				wrong++
				bad = append(bad, fmt.Errorf("%s, %d kB free: %w", m.name, kb, err))
				fmt.Fprintln(os.Stderr, bad[len(bad)-1])
			case made:
				done++
			default:
				refused++
			}
		}
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %d |\n", m.name, runs, done, refused, wrong)
	}
	fmt.Fprintf(&table, "\nFrom %d to %d kB free, in steps of %d: %d bad.\n", firstFree, lastFree, stepFree, len(bad))
	return table.String(), errors.Join(bad[:min(len(bad), 10)]...)
}

// full runs a verb on a disk of its own that has so many kB left.
func (b *bench) full(m moment, mount string, kb int) (made bool, err error) {
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=8m"); err != nil {
		return false, fmt.Errorf("mounting a tmpfs: %w", err)
	}
	defer func() { err = errors.Join(err, syscall.Unmount(mount, 0)) }()
	world := filepath.Join(mount, "w")
	if err := os.CopyFS(world, os.DirFS(filepath.Join(b.dir, m.state))); err != nil {
		return false, err
	}
	repo := filepath.Join(world, "r")
	before, err := b.refs(repo)
	if err != nil {
		return false, err
	}
	if err := fill(filepath.Join(mount, "filler"), mount, kb); err != nil {
		return false, err
	}
	r, err := b.ours(repo, m.args...)
	if err != nil {
		return false, err
	}
	now, err := b.refs(repo)
	if err != nil {
		return false, err
	}
	if err := judgeFull(m, r, before, now); err != nil {
		return false, err
	}
	s := &sequence{bench: b, dir: repo, repo: repo, tell: newTally()}
	if _, err := s.print(); err != nil {
		return false, fmt.Errorf("exit %d: %w", r.code, err)
	}
	if err := os.Remove(filepath.Join(mount, "filler")); err != nil {
		return false, err
	}
	if err := s.check(); err != nil {
		return false, err
	}
	if r, err = b.ours(repo, m.args...); err != nil || !expected(r.code) {
		return false, fmt.Errorf("with room again: exit %d: %s (%w)", r.code, r.err, err)
	}
	last, err := b.refs(repo)
	if err == nil && last != m.after {
		err = fmt.Errorf("with room again the branches are %q, not %q", last, m.after)
	}
	return now == m.after, err
}

// judgeFull compares what a verb said with what is true.
func judgeFull(m moment, r ran, before, now string) error {
	failed := r.code == 1
	switch {
	case !failed && !expected(r.code):
		return fmt.Errorf("exit %d: %s", r.code, r.err)
	case now != before && now != m.after:
		return fmt.Errorf("a part of the branches: %q", now)
	case failed && strings.Contains(r.err, "nothing was changed") && now != before:
		return fmt.Errorf("it says that nothing was changed: %s", r.err)
	case failed && now == m.after && now != before && !strings.Contains(r.err, "are changed"):
		return fmt.Errorf("the branches are changed, and it does not say so: %s", r.err)
	case !failed && now != m.after:
		return fmt.Errorf("exit %d, and the branches are not changed: %s", r.code, r.err)
	}
	return nil
}

// fill writes a file until so many kB are free.
func fill(name, mount string, kb int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	for {
		var st syscall.Statfs_t
		if err := syscall.Statfs(mount, &st); err != nil {
			return errors.Join(err, f.Close())
		}
		free := int64(st.Bavail)*st.Bsize - int64(kb)<<10
		if free < st.Bsize {
			return f.Close()
		}
		if _, err := f.Write(make([]byte, min(free, 1<<16))); err != nil {
			return errors.Join(err, f.Close())
		}
	}
}
