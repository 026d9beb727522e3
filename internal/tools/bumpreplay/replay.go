package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/manifest"
)

// a bump is one commit that raised the patch number.
type bump struct{ id, parent, from, to string }

// tally counts what a replay found.
type tally struct {
	commits, same, failed    int
	files, identical, opened int
	differing                []string
	hand                     []string
	registry                 []string // imports.lock that differs in the registry's records only
	onlyOurs                 []string
	kinds                    map[string][2]int // by base name: identical, all
	unhandled                map[string]int
	slowest, all             time.Duration
}

func replay(o options) (bool, error) {
	r, err := openRepo(o.dir)
	if err != nil {
		return false, err
	}
	defer r.close()
	bumps, err := findBumps(r, o)
	if err != nil {
		return false, err
	}
	t := tally{unhandled: map[string]int{}, kinds: map[string][2]int{}}
	for _, b := range bumps {
		if err := t.judge(r, o, b); err != nil {
			return false, err
		}
	}
	next, err := replayNext(r, o, bumps)
	if err != nil {
		return false, err
	}
	t.print(len(bumps))
	fmt.Printf("\nnext version found from the tags below it: %d of %d\n", next, len(bumps))
	if o.notes != "" {
		if err := replayNotes(r, o, bumps); err != nil {
			return false, err
		}
	}
	return len(t.differing) == 0 && len(t.onlyOurs) == 0 && t.failed == 0 && len(bumps) > 0, nil
}

// findBumps lists the commits on the branches whose anchor holds the next patch of their parent's.
func findBumps(r *repo, o options) ([]bump, error) {
	refs, err := r.git(append([]string{"for-each-ref", "--format=%(refname)"}, strings.Fields(o.refs)...)...)
	if err != nil {
		return nil, err
	}
	var out []bump
	seen := map[string]bool{}
	for _, ref := range strings.Fields(refs) {
		log, err := r.git("log", "--no-merges", "--format=%H %P %s", ref, "--", o.rules[0].Path)
		if err != nil {
			return nil, err
		}
		for _, line := range strings.Split(strings.TrimSpace(log), "\n") {
			f := strings.SplitN(line, " ", 3)
			if len(f) < 3 || seen[f[0]] || !o.subject.MatchString(f[2]) {
				continue
			}
			seen[f[0]] = true
			b := bump{id: f[0], parent: f[1]}
			if b.from, b.to = anchorAt(r, o, b.parent), anchorAt(r, o, b.id); nextPatch(b.from, b.to) {
				out = append(out, b)
			}
		}
	}
	return out, nil
}

// replayNext counts for how many bumps the version they made is the one found from the parent's tree and the
// tags of versions below it.
func replayNext(r *repo, o options, bumps []bump) (int, error) {
	list, err := r.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags/"+o.tag+"*")
	if err != nil {
		return 0, err
	}
	found := 0
	for _, b := range bumps {
		plain, _, _ := strings.Cut(b.to, "+")
		to, err := semver.NewVersion(plain)
		if err != nil {
			return 0, err
		}
		var tags []string
		for _, tag := range strings.Fields(list) {
			v, err := semver.NewVersion(strings.TrimPrefix(tag, o.tag))
			if err == nil && v.LessThan(to) && v.Major() == to.Major() && v.Minor() == to.Minor() {
				tags = append(tags, strings.TrimPrefix(tag, o.tag))
			}
		}
		res, err := manifest.Next(manifest.NextInput{Line: fmt.Sprintf("%d.%d", to.Major(), to.Minor()), Tags: tags, Tree: b.from, Burned: o.burned})
		switch {
		case err == nil && res.Bump && res.Version == plain:
			found++
		case o.verbose:
			fmt.Printf("%.10s %s: next after %s with tags %v is %q, %v\n", b.id, b.to, b.from, tags, res.Version, err)
		}
	}
	return found, nil
}

// anchorAt returns the version the first rule's file has in a commit; empty when it has none.
func anchorAt(r *repo, o options, commit string) string {
	data, err := r.object(commit + ":" + o.rules[0].Path)
	if err != nil {
		return ""
	}
	rule := o.rules[0]
	if rule.Type == "cargo" { // without its members
		doc, err := document.TOML(data)
		if err != nil {
			return ""
		}
		v, ok := doc.Get("workspace", "package", "version")
		if !ok {
			v, _ = doc.Get("package", "version")
		}
		return v.Text
	}
	a, err := manifest.ReadAnchor(oneFile{rule.Path, data}, []manifest.Rule{rule})
	if err != nil {
		return ""
	}
	return a.Version
}

// nextPatch reports whether to follows from as a patch release: 1.2.4 after 1.2.3, or 1.2.4 after 1.2.4.dev.
func nextPatch(from, to string) bool {
	if suffix, ok := strings.CutPrefix(from, to); ok {
		return slices.Contains([]string{".dev", ".dev0", "-dev", "-pre", "-SNAPSHOT"}, suffix)
	}
	a, err := semver.NewVersion(from)
	if err != nil {
		return false
	}
	b, err := semver.NewVersion(to)
	return err == nil && a.Prerelease() == "" && b.Prerelease() == "" &&
		a.Major() == b.Major() && a.Minor() == b.Minor() && a.Patch()+1 == b.Patch()
}

// judge makes one bump on the parent and compares it with the commit.
func (t *tally) judge(r *repo, o options, b bump) error {
	tree, err := r.tree(b.parent)
	if err != nil {
		return err
	}
	start := time.Now()
	res, err := manifest.Bump(tree, manifest.BumpOptions{From: b.from, To: b.to, Files: o.rules})
	took := time.Since(start)
	t.all, t.slowest, t.opened = t.all+took, max(t.slowest, took), max(t.opened, tree.opened)
	t.commits++
	if err != nil {
		t.failed++
		fmt.Printf("%.10s %s failed: %v\n", b.id, b.to, err)
		return nil
	}
	names, err := r.git("diff-tree", "-r", "--name-only", "-z", b.parent, b.id)
	if err != nil {
		return err
	}
	theirs := strings.Split(strings.TrimSuffix(names, "\x00"), "\x00")
	same, err := t.compare(r, o, b, res, theirs)
	if err != nil {
		return err
	}
	left := 0
	for _, name := range theirs {
		if !slices.Contains(res.Paths(), name) {
			t.unhandled[name]++
			left++
		}
	}
	if same {
		t.same++
	}
	if o.verbose {
		fmt.Printf("%.10s %s -> %s files %d companions %d left %d same %v %v\n", b.id, b.from, b.to, len(res.Files), len(res.Companions), left, same, took.Round(time.Millisecond))
	}
	return nil
}

// compare compares each file ours changed with the commit's.
func (t *tally) compare(r *repo, o options, b bump, res manifest.BumpResult, theirs []string) (bool, error) {
	same := true
	for _, f := range res.Files {
		data, err := r.object(b.id + ":" + f.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		t.files++
		kind := t.kinds[filepath.Base(f.Path)]
		kind[1]++
		name := fmt.Sprintf("%.10s:%s", b.id, f.Path)
		switch {
		case bytes.Equal(data, f.Data):
			t.identical++
			kind[0]++
		case bytes.Equal(manifest.OwnPart(f.Path, data), manifest.OwnPart(f.Path, f.Data)):
			t.registry = append(t.registry, name)
		case o.hand[name]:
			t.hand = append(t.hand, name)
		case !slices.Contains(theirs, f.Path):
			t.onlyOurs = append(t.onlyOurs, name)
			same = false
		default:
			t.differing = append(t.differing, name)
			same = false
		}
		t.kinds[filepath.Base(f.Path)] = kind
		if o.dump != "" && !bytes.Equal(data, f.Data) {
			if err := dump(o.dump, name, f.Data, data); err != nil {
				return false, err
			}
		}
	}
	return same, nil
}

// dump writes two contents of a file where a person can compare them.
func dump(dir, name string, ours, theirs []byte) error {
	base := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
	if err := os.WriteFile(base+".ours", ours, 0o644); err != nil {
		return err
	}
	return os.WriteFile(base+".theirs", theirs, 0o644)
}

func (t *tally) print(found int) {
	fmt.Printf("\n| what | count |\n|---|--:|\n")
	fmt.Printf("| bump commits | %d |\n| bumps made | %d |\n| of these, every file as committed | %d |\n| refused | %d |\n", found, t.commits-t.failed, t.same, t.failed)
	fmt.Printf("| files changed by ours | %d |\n| identical | %d |\n| differing | %d |\n| differing in the registry's records only | %d |\n| differing, edited by hand | %d |\n| changed by ours alone | %d |\n",
		t.files, t.identical, len(t.differing), len(t.registry), len(t.hand), len(t.onlyOurs))
	if t.commits > 0 {
		fmt.Printf("| files read, at most | %d |\n| time, mean / slowest | %v / %v |\n", t.opened, (t.all / time.Duration(t.commits)).Round(time.Millisecond), t.slowest.Round(time.Millisecond))
	}
	fmt.Printf("\n| file | identical | of |\n|---|--:|--:|\n")
	for _, name := range sorted(t.kinds) {
		fmt.Printf("| %s | %d | %d |\n", name, t.kinds[name][0], t.kinds[name][1])
	}
	for _, list := range []struct {
		title string
		names []string
	}{{"differing", t.differing}, {"changed by ours alone", t.onlyOurs}, {"edited by hand", t.hand}} {
		if len(list.names) > 0 {
			fmt.Printf("\n%s:\n  %s\n", list.title, strings.Join(list.names, "\n  "))
		}
	}
	fmt.Printf("\nchanged by the maintainers alone:\n")
	for _, name := range sorted(t.unhandled) {
		fmt.Printf("  %4d %s\n", t.unhandled[name], name)
	}
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
