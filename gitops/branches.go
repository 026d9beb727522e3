package gitops

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// A Branch is a branch as the repository knows it: on the chosen remote, locally, or both.
type Branch struct {
	Name   string // short: "release-36.0.0"
	Ref    string // where Tip was read: "refs/remotes/origin/release-36.0.0"
	Tip    ID
	Local  ID // refs/heads/<name>; zero when there is none
	Remote ID // refs/remotes/<remote>/<name>; zero when there is none
}

// Ahead reports whether a local branch of the same name points elsewhere than the one on the remote.
func (b Branch) Ahead() bool { return !b.Local.IsZero() && !b.Remote.IsZero() && b.Local != b.Remote }

// A Base says which of two branches of one name is the tip of a line.
type Base int

// The values of --base.
const (
	BaseAuto   Base = iota // the remote's if there is one, else the local one
	BaseLocal              // local branches alone
	BaseRemote             // the remote's branches alone
)

// Branches returns the branches of a remote and of the repository itself, merged by name and sorted.
// An empty remote means local branches alone.
func (r *Repo) Branches(remote string, base Base) ([]Branch, error) {
	byName := map[string]*Branch{}
	add := func(prefix string, set func(*Branch, ID)) error {
		for ref, err := range r.refs.All(prefix) {
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(ref.Name, prefix)
			if ref.Symbolic != "" || name == "HEAD" {
				continue
			}
			b := byName[name]
			if b == nil {
				b = &Branch{Name: name}
				byName[name] = b
			}
			set(b, ref.ID)
		}
		return nil
	}
	if base != BaseRemote {
		if err := add("refs/heads/", func(b *Branch, id ID) { b.Local = id }); err != nil {
			return nil, err
		}
	}
	if remote != "" && base != BaseLocal {
		if err := add("refs/remotes/"+remote+"/", func(b *Branch, id ID) { b.Remote = id }); err != nil {
			return nil, err
		}
	}
	out := make([]Branch, 0, len(byName))
	for _, b := range byName {
		b.Tip, b.Ref = b.Local, "refs/heads/"+b.Name
		if !b.Remote.IsZero() {
			b.Tip, b.Ref = b.Remote, "refs/remotes/"+remote+"/"+b.Name
		}
		out = append(out, *b)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, nil
}

// Branch returns one branch by its short name; ErrNoRef when neither the remote nor the repository has it.
func (r *Repo) Branch(remote, name string, base Base) (Branch, error) {
	b := Branch{Name: name}
	var err error
	if base != BaseRemote {
		if b.Local, err = r.Ref("refs/heads/" + name); err != nil && !errors.Is(err, ErrNoRef) {
			return Branch{}, err
		}
		b.Tip, b.Ref = b.Local, "refs/heads/"+name
	}
	if remote != "" && base != BaseLocal {
		if b.Remote, err = r.Ref("refs/remotes/" + remote + "/" + name); err != nil && !errors.Is(err, ErrNoRef) {
			return Branch{}, err
		}
		if !b.Remote.IsZero() {
			b.Tip, b.Ref = b.Remote, "refs/remotes/"+remote+"/"+name
		}
	}
	if b.Tip.IsZero() {
		return Branch{}, fmt.Errorf("branch %q: %w", name, ErrNoRef)
	}
	return b, nil
}

// Remotes returns the names of the configured remotes and of those that only have branches here, sorted.
func (r *Repo) Remotes() ([]string, error) {
	seen := map[string]bool{}
	for _, name := range r.Config.Subsections("remote") {
		seen[name] = true
	}
	for ref, err := range r.refs.All("refs/remotes/") {
		if err != nil {
			return nil, err
		}
		name, _, ok := strings.Cut(strings.TrimPrefix(ref.Name, "refs/remotes/"), "/")
		if ok {
			seen[name] = true
		}
	}
	out := make([]string, 0, len(seen))
	for name := range seen {
		out = append(out, name)
	}
	sort.Strings(out)
	return out, nil
}

// A NoRemoteError is a remote that was asked for and is not there.
type NoRemoteError struct {
	Name  string
	Known []string
}

func (e *NoRemoteError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("remote %q: this repository has no remotes", e.Name)
	}
	return fmt.Sprintf("remote %q: not one of %s", e.Name, strings.Join(e.Known, ", "))
}

// ChooseRemote returns the remote whose branches count: asked if not empty, else the configuration's
// backport.remote, else the first that has a release branch of: the one gh marks as base, "upstream",
// main's own, "origin", then the others by name. It is empty when no remote has one.
func (r *Repo) ChooseRemote(asked string, isRelease func(branch string) bool) (string, error) {
	known, err := r.Remotes()
	if err != nil {
		return "", err
	}
	if asked == "" {
		v, _ := r.Config.Get("backport.remote")
		asked = v.Value
	}
	if asked != "" {
		for _, name := range known {
			if name == asked {
				return asked, nil
			}
		}
		return "", &NoRemoteError{Name: asked, Known: known}
	}
	var candidates []string
	for _, name := range known {
		if v, _ := r.Config.Get("remote." + name + ".gh-resolved"); v.Value == "base" {
			candidates = append(candidates, name)
		}
	}
	candidates = append(candidates, "upstream")
	for _, main := range []string{"main", "master"} {
		if own, ok := r.Config.Get("branch." + main + ".remote"); ok && own.Value != "." {
			candidates = append(candidates, own.Value)
		}
	}
	candidates = append(candidates, "origin")
	for _, name := range append(candidates, known...) {
		branches, err := r.Branches(name, BaseRemote)
		if err != nil {
			return "", err
		}
		for _, b := range branches {
			if isRelease(b.Name) {
				return name, nil
			}
		}
	}
	return "", nil
}

// Main returns the main branch: name if not empty, else where the remote's HEAD points, else main,
// else master, else, in a bare repository, where HEAD points.
func (r *Repo) Main(ctx context.Context, remote, name string, base Base) (Branch, error) {
	if name != "" {
		return r.Branch(remote, name, base)
	}
	var names []string
	if remote != "" {
		prefix := "refs/remotes/" + remote + "/"
		if head, err := r.refs.Read(prefix + "HEAD"); err == nil && strings.HasPrefix(head.Symbolic, prefix) {
			names = append(names, strings.TrimPrefix(head.Symbolic, prefix))
		}
	}
	names = append(names, "main", "master")
	if r.Layout.Bare {
		if head, err := r.refs.Read("HEAD"); err == nil && strings.HasPrefix(head.Symbolic, "refs/heads/") {
			names = append(names, strings.TrimPrefix(head.Symbolic, "refs/heads/"))
		}
	}
	for _, candidate := range names {
		b, err := r.Branch(remote, candidate, base)
		if err == nil || !errors.Is(err, ErrNoRef) {
			return b, err
		}
	}
	return Branch{}, fmt.Errorf("main branch: neither main nor master is here: %w", ErrNoRef)
}

// A Tag is a tag, with the commit it stands for.
type Tag struct {
	Name   string // short: "v36.0.1"
	ID     ID     // of the tag object, or of the commit when it is a lightweight tag
	Commit ID
}

// Tags returns the tags whose short names keep accepts, sorted by name. Those that name no commit are left out.
func (r *Repo) Tags(keep func(name string) bool) ([]Tag, error) {
	var out []Tag
	for ref, err := range r.refs.All("refs/tags/") {
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(ref.Name, "refs/tags/")
		if !keep(name) {
			continue
		}
		tag := Tag{Name: name, ID: ref.ID, Commit: ref.Peeled}
		if tag.Commit.IsZero() && ref.PeelKnown {
			// No annotated tag, so a commit most likely; its date is asked for next.
			if _, err := r.commitInfo(ref.ID); err == nil {
				tag.Commit = ref.ID
			}
		}
		if tag.Commit.IsZero() {
			var err error
			if tag.Commit, err = r.peelCommit(ref.Name, ref.ID); err != nil {
				var not *RevisionError
				if errors.As(err, &not) {
					continue
				}
				return nil, fmt.Errorf("tag %q: %w", name, err)
			}
		}
		out = append(out, tag)
	}
	return out, nil
}

// TagNames returns the short names of all tags, sorted, whatever they name.
func (r *Repo) TagNames() ([]string, error) {
	var out []string
	for ref, err := range r.refs.All("refs/tags/") {
		if err != nil {
			return nil, err
		}
		out = append(out, strings.TrimPrefix(ref.Name, "refs/tags/"))
	}
	return out, nil
}

// TagDate returns when a tag was made, in seconds since 1970: the tagger's date of an annotated tag,
// else the committer's date of the commit.
func (r *Repo) TagDate(tag Tag) (int64, error) {
	if tag.ID != tag.Commit {
		_, data, err := r.readSmall(tag.ID)
		if err != nil {
			return 0, err
		}
		if date, ok := taggerDate(data); ok {
			return date, nil
		}
	}
	info, err := r.commitInfo(tag.Commit)
	return info.date, err
}
