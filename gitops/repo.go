package gitops

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
	"github.com/git-backport/git-backport/gitops/refs"
	"github.com/git-backport/git-backport/internal/txfs"
)

// A Repo is a repository, opened for reading.
type Repo struct {
	Layout gitconfig.Layout
	Config *gitconfig.Config
	// Late is told what went wrong after a change was made, when nothing is left to be done about it; nil:
	// nobody is. Set it before anything is changed.
	Late func(string)

	db         *odb.DB
	refs       *refs.Store
	fs         txfs.FS
	env        gitconfig.Environment
	shallow    map[ID]bool
	commits    commitCache
	ancestries ancestryCache
	abbrev     int // core.abbrev, 0 for automatic
	attrFiles  gitconfig.AttributeFiles
	warnings   []string
}

// An UnsupportedError is a repository that cannot be worked on safely.
type UnsupportedError struct {
	What string // "replacement refs", "grafts"
	Hint string
}

func (e *UnsupportedError) Error() string { return "this repository has " + e.What }

// A ShallowError is a commit whose parents a shallow clone does not have, so that what it changed is not known.
type ShallowError struct{ Commit ID }

func (e *ShallowError) Error() string {
	return fmt.Sprintf("commit %s is the boundary of a shallow clone: its parent is not here", e.Commit)
}

// A LimitError is work on trees or texts that would need more than is granted, such as one on a tree of
// a few objects that stands for billions of paths.
type LimitError struct{ What string }

func (e *LimitError) Error() string { return e.What }

// maxBlob bounds the files that are read, in bytes: a merge of three such takes several times as much
// memory. A larger one that only one side changed is taken by its id, unread.
const maxBlob = 128 << 20

// Open finds and opens the repository that env.Dir belongs to, as git would, and refuses by name what
// cannot be worked on safely: another owner's repository, formats not known here, replaced objects.
func Open(env gitconfig.Environment) (*Repo, error) { return OpenFS(env, txfs.Real{}) }

// OpenFS is Open with the file system that everything is written through.
func OpenFS(env gitconfig.Environment, fsys txfs.FS) (*Repo, error) {
	layout, err := gitconfig.Discover(env, "")
	if err != nil {
		return nil, err
	}
	config, err := gitconfig.Load(env, layout)
	if err != nil {
		return nil, err
	}
	if err := gitconfig.CheckFormat(config); err != nil {
		return nil, err
	}
	r := &Repo{Layout: layout, Config: config, env: env, fs: fsys, commits: commitCache{by: map[ID]commitInfo{}}, ancestries: ancestryCache{by: map[ID]*ancestry{}}}
	r.db, err = r.openObjects(func(s string) { r.warnings = append(r.warnings, s) })
	if err != nil {
		return nil, fmt.Errorf("opening the objects: %w", err)
	}
	r.refs = refs.OpenFS(layout.GitDir, layout.CommonDir, fsys)
	r.refs.Warn = r.Warn
	if shared, _, err := config.String("core.sharedRepository"); err == nil {
		r.refs.Shared, _ = refs.ParseShared(shared) // a wrong value is refused where something is made
	}
	if err := r.checkReplaced(); err != nil {
		return nil, err
	}
	if r.shallow, err = readShallow(layout.Shallow); err != nil {
		return nil, err
	}
	if r.abbrev, err = config.Abbrev(); err != nil {
		return nil, err
	}
	r.attrFiles, err = config.AttributeFiles(env)
	return r, err
}

// openObjects opens the objects as they are now.
func (r *Repo) openObjects(warn func(string)) (*odb.DB, error) {
	useMulti, err := r.Config.Bool("core.multiPackIndex", true)
	return odb.Open(odb.Options{
		ObjectsDir: r.Layout.ObjectsDir, Alternates: r.Layout.AlternateDirs, Limit: maxBlob, PacksAlone: err != nil || !useMulti, Warn: warn,
	})
}

// Warnings returns what git would have warned about when opening, such as an alternate that is gone.
func (r *Repo) Warnings() []string { return r.warnings }

// checkReplaced refuses refs/replace and grafts: with them git sees other objects than the ids say.
func (r *Repo) checkReplaced() error {
	uses, err := r.Config.UsesReplaceRefs(r.env)
	if err != nil {
		return err
	}
	if uses {
		for _, err := range r.refs.All("refs/replace/") {
			if err != nil {
				return err
			}
			return &UnsupportedError{What: "replacement refs (refs/replace/), which make git see other objects than the ids say",
				Hint: "run with GIT_NO_REPLACE_OBJECTS=1 to leave them aside, or remove them with 'git replace -d'"}
		}
	}
	data, err := os.ReadFile(r.Layout.Grafts)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading grafts: %w", err)
	}
	for line := range bytes.Lines(data) {
		if s := strings.TrimSpace(string(line)); s != "" && s[0] != '#' {
			return &UnsupportedError{What: "grafts (" + r.Layout.Grafts + "), which make git see other parents than the commits say",
				Hint: "turn them into commits with 'git replace --convert-graft-file' and 'git filter-repo', or remove the file"}
		}
	}
	return nil
}

// readShallow reads the boundary of a shallow clone.
func readShallow(path string) (map[ID]bool, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the boundary of the shallow clone: %w", err)
	}
	out := map[ID]bool{}
	for line := range strings.Lines(string(data)) {
		id, err := object.ParseID(strings.TrimSpace(line))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out[id] = true
	}
	return out, nil
}

func (r *Repo) isShallow(id ID) bool { return r.shallow[id] }

// IsShallowAt reports whether the parents of a commit are not here, since the clone is shallow.
func (r *Repo) IsShallowAt(id ID) bool { return r.isShallow(id) }

// IsShallow reports whether the clone has a boundary.
func (r *Repo) IsShallow() bool { return len(r.shallow) > 0 }
