package gitops

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// textScenes are three texts each: what a conversion of line ends, of $Id$ or by a filter would change.
func textScenes() map[string][3]string {
	lines := func(end string, change ...string) string {
		all := []string{"one", "two", "three", "four", "five", "six", "seven", "eight"}
		for i := 0; i < len(change); i += 2 {
			all[slices.Index(all, change[i])] = change[i+1]
		}
		return strings.Join(all, end) + end
	}
	mixed := func(text string) string { return strings.Replace(text, "\n", "\r\n", 3) }
	return map[string][3]string{
		"apart":      {lines("\n"), lines("\n", "one", "1"), lines("\n", "eight", "8")},
		"apart.crlf": {lines("\r\n"), lines("\r\n", "one", "1"), lines("\r\n", "eight", "8")},
		"apart.mix":  {mixed(lines("\n")), mixed(lines("\n", "one", "1")), mixed(lines("\n", "eight", "8"))},
		"same":       {lines("\n"), lines("\n", "four", "ours"), lines("\n", "four", "theirs")},
		"same.crlf":  {lines("\r\n"), lines("\r\n", "four", "ours"), lines("\r\n", "four", "theirs")},
		"to.lf":      {lines("\r\n"), lines("\n"), lines("\r\n", "four", "theirs")},
		"to.crlf":    {lines("\n"), lines("\r\n"), lines("\n", "four", "theirs")},
		"ends":       {lines("\r\n"), lines("\n"), lines("\n", "four", "theirs")},
		"ident":      {"$Id$\n" + lines("\n"), "$Id: x $\n" + lines("\n"), "$Id$\n" + lines("\n", "two", "2")},
	}
}

// importScenes imports base, ours and theirs with all scenes and a file of attributes.
func importScenes(im *importer, attributes string) (ours, theirs int) {
	sides := [3]snapshot{}
	for side := range sides {
		sides[side] = snapshot{".gitattributes": {"100644", attributes}}
		for name, texts := range textScenes() {
			sides[side][name] = struct{ mode, data string }{"100644", texts[side]}
		}
	}
	base := im.commit("refs/heads/base", 1, "base", nil, sides[0].commands()...)
	ours = im.commit("refs/heads/ours", 2, "ours", []int{base}, sides[1].commands()...)
	return ours, im.commit("refs/heads/theirs", 3, "theirs", []int{base}, sides[2].commands()...)
}

// attributeLines are attributes that convert files on their way into the work tree and out of it, and
// whether git finds files of the scenes dirty for them as soon as they are checked out.
func attributeLines() map[string]bool {
	return map[string]bool{
		"": false, "* -text": false, "* text=auto": false, "* binary": false, "* merge=union text=auto": false,
		"* text": true, "* text eol=lf": true, "* eol=crlf": true, "* crlf": true, "* crlf=input": true, "* text=auto eol=crlf": true,
		"* filter=up": true, "* ident": true, "* working-tree-encoding=UTF-16": true, "*.crlf text\n*.lf -merge\n": true,
	}
}

// With merge.renormalize unset, attributes that convert files make no difference to a pick: it is what
// git cherry-pick makes in a work tree. With merge.renormalize a file that would be converted first is
// a conflict that says so, and any other one is picked as by default.
func TestPicksWithConvertingAttributes(t *testing.T) {
	r := gittest.New(t)
	for _, kv := range [][2]string{{"core.fsync", "none"}, {"gc.auto", "0"}, {"filter.up.clean", "tr a-z A-Z"}, {"filter.up.smudge", "tr A-Z a-z"}, {"core.sparseCheckout", "true"}} {
		r.Git("config", kv[0], kv[1])
	}
	lines := attributeLines()
	im := &importer{t: t}
	marks := map[string][2]int{}
	for attributes := range lines {
		ours, theirs := importScenes(im, attributes+"\n")
		marks[attributes] = [2]int{ours, theirs}
	}
	ids := im.run(r)
	plain := openRepo(t, r).NewSession()
	converting := openRepo(t, r, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=merge.renormalize", "GIT_CONFIG_VALUE_0=true").NewSession()
	for _, attributes := range slices.Sorted(maps.Keys(lines)) {
		t.Run(attributes, func(t *testing.T) {
			ours, theirs := ids[marks[attributes][0]], ids[marks[attributes][1]]
			tree, err := plain.TreeOf(ours)
			if err != nil {
				t.Fatal(err)
			}
			res, err := plain.PickOnto(t.Context(), tree, theirs, 0)
			if err != nil {
				t.Fatal(err)
			}
			written := "/*\n"
			if lines[attributes] { // without the files git cannot find them dirty and picks
				written = "/.gitattributes\n"
			}
			r.Write(".git/info/sparse-checkout", written)
			r.Git("checkout", "-qf", "--detach", ours.String())
			out, stderr, code := r.Try(nil, "cherry-pick", theirs.String())
			if code > 1 || (code == 1) != (len(res.Conflicts) > 0) {
				t.Fatalf("git: exit %d\n%s%s\nconflicts here: %v", code, out, stderr, res.Conflicts)
			}
			compareIndex(t, plain, r, res, !lines[attributes])
			asked := compareRenormalized(t, plain, converting, tree, theirs, res)
			if converts := !slices.Contains([]string{"", "* -text", "* binary"}, attributes); converts != (len(asked) > 0) {
				t.Errorf("with merge.renormalize these are conflicts for it: %v", asked)
			}
			r.Git("reset", "-q", "--hard")
			r.Git("clean", "-fdxq")
		})
	}
}

// compareIndex compares a pick with git's index after a cherry-pick, and what is conflicted with the
// work tree where that has the files.
func compareIndex(t *testing.T, s *Session, r *gittest.Repo, res PickResult, checkedOut bool) {
	t.Helper()
	conflicted := map[string]bool{}
	var got []string
	for _, c := range res.Conflicts {
		conflicted[c.Path] = true
		for n, st := range []*Stage{c.Base, c.Ours, c.Theirs} {
			if st != nil {
				got = append(got, fmt.Sprintf("%06o %s %d\t%s", st.Mode, st.ID, n+1, c.Path))
			}
		}
	}
	files := s.TreeFS(res.Tree)
	for name := range textScenes() {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !conflicted[name] {
			got = append(got, fmt.Sprintf("100644 %s 0\t%s", object.Hash(object.KindBlob, data), name))
			continue
		}
		if want, err := os.ReadFile(filepath.Join(r.Dir, name)); checkedOut && string(want) != string(data) {
			t.Errorf("%s:\n%q\ngit (%v):\n%q", name, data, err, want)
		}
	}
	want := strings.Split(r.Git("ls-files", "-s", "--", ":!.gitattributes"), "\n")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\ngit's index\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// compareRenormalized picks with merge.renormalize and returns the paths that are a conflict for it.
func compareRenormalized(t *testing.T, plain, converting *Session, tree, theirs ID, want PickResult) (asked map[string]bool) {
	t.Helper()
	got, err := converting.PickOnto(t.Context(), tree, theirs, 0)
	if err != nil {
		t.Fatal(err)
	}
	asked = map[string]bool{}
	for _, c := range got.Conflicts {
		if c.Kind == "renormalize" {
			asked[c.Path] = true
		}
	}
	for name := range textScenes() {
		a, errA := plain.TreeFS(want.Tree).ReadFile(name)
		b, errB := converting.TreeFS(got.Tree).ReadFile(name)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if !asked[name] && string(a) != string(b) {
			t.Errorf("%s is picked otherwise with merge.renormalize, and nothing says so:\n%q\n%q", name, b, a)
		}
	}
	return asked
}
