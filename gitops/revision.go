package gitops

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/refs"
)

// A RevisionError is a revision that names nothing, or more than one thing.
type RevisionError struct {
	Spec       string
	Reason     string
	Candidates []string // what an ambiguous spec may mean, one line each
}

func (e *RevisionError) Error() string { return fmt.Sprintf("revision %q: %s", e.Spec, e.Reason) }

// Resolve returns the commit that spec names, peeling tags, by git's rules: a full id, a ref by git's
// order of places, an abbreviated id, "@", and any of the suffixes ^, ^N, ~N, ^{}, ^{commit}.
func (r *Repo) Resolve(_ context.Context, spec string) (ID, error) {
	id, err := r.resolveObject(spec)
	if err != nil {
		return ID{}, err
	}
	return r.peelCommit(spec, id)
}

func (r *Repo) resolveObject(spec string) (ID, error) {
	if spec == "" {
		return ID{}, &RevisionError{Spec: spec, Reason: "is empty"}
	}
	base, suffix := splitSuffix(spec)
	id, err := r.resolveName(spec, base)
	if err != nil {
		return ID{}, err
	}
	for suffix != "" {
		if id, suffix, err = r.applySuffix(spec, id, suffix); err != nil {
			return ID{}, err
		}
	}
	return id, nil
}

// splitSuffix cuts spec before its first ^ or ~; neither is allowed in the name of a ref.
func splitSuffix(spec string) (base, suffix string) {
	if i := strings.IndexAny(spec, "^~"); i >= 0 {
		return spec[:i], spec[i:]
	}
	return spec, ""
}

func (r *Repo) resolveName(spec, name string) (ID, error) {
	if name == "@" {
		name = "HEAD"
	}
	if name == "" || strings.Contains(name, "@{") || strings.Contains(name, ":") {
		return ID{}, &RevisionError{Spec: spec, Reason: "is a form that is not read here: give an id, a branch, a tag, or one of these with ^ or ~"}
	}
	if id, err := object.ParseID(name); err == nil {
		if has, err := r.db.Has(id); err != nil {
			return ID{}, err
		} else if !has {
			return ID{}, &RevisionError{Spec: spec, Reason: "is not in this repository"}
		}
		return id, nil
	}
	for _, place := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		full := fmt.Sprintf(place, name)
		if place == "%s" && !strings.HasPrefix(name, "refs/") && strings.ToUpper(name) != name {
			continue
		}
		id, err := r.Ref(full)
		if err == nil {
			return id, nil
		}
		if !errors.Is(err, ErrNoRef) {
			return ID{}, err
		}
	}
	return r.resolveShort(spec, name)
}

// described is what git describe prints: a tag, the number of commits since, and the id.
var described = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.+)-[0-9]+-g([0-9a-fA-F]+)$`) })

// resolveShort reads an abbreviated id, or the id in what git describe prints. Of several objects with
// the prefix the only commit is meant, as where git wants a commit.
func (r *Repo) resolveShort(spec, name string) (ID, error) {
	prefix := name
	if strings.Contains(name, "-g") { // else the pattern need not be compiled
		if m := described().FindStringSubmatch(name); m != nil && m[1] != "@" && refs.CheckName("refs/tags/"+m[1]) == nil {
			prefix = m[2]
		}
	}
	if len(prefix) < 4 || len(prefix) > 40 || !isHex(prefix) {
		return ID{}, &RevisionError{Spec: spec, Reason: "names no branch, tag or commit here"}
	}
	ids, err := r.db.Abbrev(strings.ToLower(prefix))
	if err != nil {
		return ID{}, err
	}
	if len(ids) == 0 {
		return ID{}, &RevisionError{Spec: spec, Reason: "names no branch, tag or commit here"}
	}
	if len(ids) == 1 {
		return ids[0], nil
	}
	var commits []ID
	var lines []string
	for _, id := range ids {
		kind, _, err := r.db.Header(id)
		if err != nil {
			return ID{}, err
		}
		if kind == object.KindCommit {
			commits = append(commits, id)
		}
		lines = append(lines, fmt.Sprintf("%s %s", id, kind))
	}
	if len(commits) == 1 {
		return commits[0], nil
	}
	return ID{}, &RevisionError{Spec: spec, Reason: "is ambiguous: " + strconv.Itoa(len(ids)) + " objects begin so", Candidates: lines}
}

func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

// applySuffix applies the first of the suffixes to id and returns the rest.
func (r *Repo) applySuffix(spec string, id ID, suffix string) (ID, string, error) {
	op, rest := suffix[0], suffix[1:]
	if op == '^' && strings.HasPrefix(rest, "{") {
		want, rest, ok := strings.Cut(rest[1:], "}")
		if !ok || (want != "" && want != "commit") {
			return ID{}, "", &RevisionError{Spec: spec, Reason: "has a form of ^{…} that is not read here: only ^{} and ^{commit} are"}
		}
		id, err := r.peelCommit(spec, id)
		return id, rest, err
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	n := 1
	if digits > 0 {
		var err error
		if n, err = strconv.Atoi(rest[:digits]); err != nil {
			return ID{}, "", &RevisionError{Spec: spec, Reason: "has a number that is too large"}
		}
	}
	if op != '^' && op != '~' {
		return ID{}, "", &RevisionError{Spec: spec, Reason: "has something after ^ or ~ that is not read here"}
	}
	id, err := r.peelCommit(spec, id)
	if err != nil {
		return ID{}, "", err
	}
	steps, parent := n, 1
	if op == '^' {
		steps, parent = min(n, 1), n
	}
	for range steps {
		info, err := r.commitInfo(id)
		if err != nil {
			return ID{}, "", err
		}
		if len(info.parents) < parent {
			return ID{}, "", &RevisionError{Spec: spec, Reason: fmt.Sprintf("goes back too far: %s has %d parents", r.Short(id), len(info.parents))}
		}
		id = info.parents[parent-1]
	}
	return id, rest[digits:], nil
}

// peelCommit follows tags from id to a commit.
func (r *Repo) peelCommit(spec string, id ID) (ID, error) {
	for range 16 {
		kind, data, err := r.readSmall(id)
		if err != nil {
			return ID{}, err
		}
		switch kind {
		case object.KindCommit:
			return id, nil
		case object.KindTag:
			target, err := tagTarget(data)
			if err != nil {
				return ID{}, fmt.Errorf("tag %s: %w", id, err)
			}
			id = target
		default:
			return ID{}, &RevisionError{Spec: spec, Reason: "is a " + string(kind) + ", not a commit"}
		}
	}
	return ID{}, &RevisionError{Spec: spec, Reason: "is a tag of a tag of a tag, too deep to follow"}
}

// tagTarget returns the object an annotated tag points at.
func tagTarget(data []byte) (ID, error) {
	line, _, _ := strings.Cut(string(data[:min(len(data), 64)]), "\n")
	hex, ok := strings.CutPrefix(line, "object ")
	if !ok {
		return ID{}, errors.New("has no object line")
	}
	return object.ParseID(hex)
}

// ResolveSource returns the commits that spec names as a fix: one commit, or for A..B those reachable
// from B and not from A, oldest first, as git cherry-pick takes them.
func (r *Repo) ResolveSource(ctx context.Context, spec string) ([]ID, error) {
	if strings.Contains(spec, "...") {
		return nil, &RevisionError{Spec: spec, Reason: "is a symmetric difference, which has no order: give A..B or the commits"}
	}
	from, to, ok := strings.Cut(spec, "..")
	if !ok {
		id, err := r.Resolve(ctx, spec)
		return []ID{id}, err
	}
	if from == "" {
		from = "HEAD"
	}
	if to == "" {
		to = "HEAD"
	}
	a, err := r.Resolve(ctx, from)
	if err != nil {
		return nil, err
	}
	b, err := r.Resolve(ctx, to)
	if err != nil {
		return nil, err
	}
	known, err := r.ancestryOf(a)
	if err != nil {
		return nil, err
	}
	ids, err := known.missing(ctx, b, maxBranchCommits)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, &RevisionError{Spec: spec, Reason: "is an empty range"}
	}
	return r.parentsFirst(ids)
}

// parentsFirst orders ids so that no commit comes before one of its ancestors, keeping the order of
// age, oldest first, where ancestry leaves it open.
func (r *Repo) parentsFirst(ids []ID) ([]ID, error) {
	in := make(map[ID]bool, len(ids))
	for _, id := range ids {
		in[id] = true
	}
	out := make([]ID, 0, len(ids))
	done := make(map[ID]bool, len(ids))
	var visit func(id ID) error
	visit = func(id ID) error {
		if !in[id] || done[id] {
			return nil
		}
		done[id] = true
		info, err := r.commitInfo(id)
		if err != nil {
			return err
		}
		for _, p := range info.parents {
			if err := visit(p); err != nil {
				return err
			}
		}
		out = append(out, id)
		return nil
	}
	for i := len(ids) - 1; i >= 0; i-- {
		if err := visit(ids[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// taggerDate returns the tagger's date of an annotated tag, in seconds since 1970.
func taggerDate(data []byte) (int64, bool) {
	header, _, _ := strings.Cut(string(data), "\n\n")
	for line := range strings.Lines(header) {
		rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "tagger ")
		if !ok {
			continue
		}
		_, when, ok := strings.Cut(rest, "> ")
		if !ok {
			return 0, false
		}
		seconds, _, _ := strings.Cut(when, " ")
		n, err := strconv.ParseInt(seconds, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// Peel follows tags from an object to a commit.
func (r *Repo) Peel(id ID) (ID, error) { return r.peelCommit(id.String(), id) }
