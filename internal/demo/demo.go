// Package demo builds the demonstration repository: a small project that supports its releases as
// Wasmtime does, with a main branch, five release lines of which four are supported, a Cargo workspace,
// release notes, and a security fix that conflicts on the oldest line. Every byte of it is fixed, so
// that its ids are the same everywhere.
package demo

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/txfs"
)

// AsOf is the day the demonstration plays on.
const AsOf = "2026-07-25"

// Date is when its backports are made, as a committer's date.
const Date = "@1784995200 +0000"

const author = "Ada Maintainer <ada@example.com>"

const config = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
[user]
	name = Ada Maintainer
	email = ada@example.com
`

// A Project is the repository that was built.
type Project struct {
	Repo *gitops.Repo
	Fix  gitops.ID // the security fix on main
}

// Build makes the demonstration repository, a bare one, in dir, which must be empty or not exist.
func Build(ctx context.Context, env gitconfig.Environment, dir string) (*Project, error) {
	repo, err := gitops.Init(env, txfs.Real{}, dir, config)
	if err != nil {
		return nil, err
	}
	b := &builder{session: repo.NewSession(), files: map[string]string{}}
	if err := b.history(); err != nil {
		return nil, fmt.Errorf("building the demonstration: %w", err)
	}
	err = b.session.Land(ctx, gitops.Landing{OpID: "demo", Updates: b.refs, Committer: author + " 1784980800 +0000", Message: "demo"})
	if err != nil {
		return nil, fmt.Errorf("writing the demonstration: %w", err)
	}
	return &Project{Repo: repo, Fix: b.main}, nil
}

// A builder grows main commit by commit, and cuts release branches from it.
type builder struct {
	session *gitops.Session
	tree    gitops.ID
	main    gitops.ID
	files   map[string]string
	refs    []gitops.RefUpdate
}

// commit adds a commit on top of parent with the given files replaced.
func (b *builder) commit(tree, parent gitops.ID, day, message string, files map[string]string) (newTree, id gitops.ID, err error) {
	data := make(map[string][]byte, len(files))
	for path, text := range files {
		data[path] = []byte(text)
	}
	if newTree, err = b.session.ReplaceFiles(tree, data); err != nil {
		return newTree, id, err
	}
	when, err := time.Parse("2006-01-02", day)
	if err != nil {
		return newTree, id, err
	}
	line := fmt.Sprintf("%s %d +0000", author, when.Add(12*time.Hour).Unix())
	c := &gitops.Commit{Tree: newTree, Author: []byte(line), Committer: []byte(line), Message: []byte(message)}
	if !parent.IsZero() {
		c.Parents = []gitops.ID{parent}
	}
	id, err = b.session.WriteCommit(c)
	return newTree, id, err
}

// onMain adds a commit to main.
func (b *builder) onMain(day, message string, files map[string]string) error {
	for path, text := range files {
		b.files[path] = text
	}
	var err error
	b.tree, b.main, err = b.commit(b.tree, b.main, day, message, files)
	return err
}

// release cuts a release branch from main, where main says it is that version, and tags the first
// release on it on the given day.
func (b *builder) release(major int, day string) error {
	version := fmt.Sprintf("%d.0.0", major)
	notes := strings.Replace(b.files["RELEASES.md"], "Unreleased.", "Released "+day+".", 1)
	_, id, err := b.commit(b.tree, b.main, day, "Release "+version+"\n", map[string]string{"RELEASES.md": notes})
	if err != nil {
		return err
	}
	b.refs = append(b.refs,
		gitops.RefUpdate{Name: "refs/heads/release-" + version, New: id},
		gitops.RefUpdate{Name: "refs/tags/v" + version, New: id})
	return nil
}

// history makes two years of it.
func (b *builder) history() error {
	first := map[string]string{"backport.toml": policyFile, "README.md": "# lantern\n\nA small decoder, for demonstrations.\n", "crates/wire/src/lib.rs": decoderOld}
	add(first, versions(24, "1.78.0"))
	steps := []func() error{
		func() error { return b.onMain("2024-08-05", "Begin 24.0.0\n", first) },
		func() error { return b.release(24, "2024-08-20") },
		func() error {
			return b.onMain("2025-03-11", "Split the decoder into a header and a body (#310)\n", map[string]string{"crates/wire/src/lib.rs": decoderNew})
		},
		func() error { return b.onMain("2025-08-05", "Begin 36.0.0\n", versions(36, "1.86.0")) },
		func() error { return b.release(36, "2025-08-20") },
		func() error { return b.onMain("2026-05-05", "Begin 45.0.0\n", versions(45, "1.93.0")) },
		func() error { return b.release(45, "2026-05-20") },
		func() error { return b.onMain("2026-06-05", "Begin 46.0.0\n", versions(46, "1.94.0")) },
		func() error { return b.release(46, "2026-06-20") },
		func() error { return b.onMain("2026-07-05", "Begin 47.0.0\n", versions(47, "1.94.0")) },
		func() error { return b.release(47, "2026-07-20") },
		func() error {
			return b.onMain("2026-07-21", "Begin 48.0.0, and ask for Rust 1.95\n", versions(48, "1.95.0"))
		},
		func() error {
			return b.onMain("2026-07-24", fixMessage, map[string]string{"crates/wire/src/lib.rs": decoderFixed, "crates/wire/tests/short.rs": testOfFix})
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	b.refs = append(b.refs, gitops.RefUpdate{Name: "refs/heads/main", New: b.main})
	sort.Slice(b.refs, func(i, j int) bool { return b.refs[i].Name < b.refs[j].Name })
	return nil
}

func add(to, from map[string]string) {
	for path, text := range from {
		to[path] = text
	}
}
