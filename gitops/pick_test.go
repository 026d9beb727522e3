package gitops

import (
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

const (
	committer     = "C O Mitter <committer@example.com>"
	committerLine = committer + " 1700000100 +0000"
)

// snapshot is what a commit holds: by path, mode and content.
type snapshot map[string]struct{ mode, data string }

func (s snapshot) commands() []string {
	out := []string{"deleteall"}
	for _, path := range slices.Sorted(maps.Keys(s)) {
		out = append(out, fmt.Sprintf("M %s inline %s\ndata %d\n%s", s[path].mode, path, len(s[path].data), s[path].data))
	}
	return out
}

func firstSnapshot() snapshot {
	s := snapshot{}
	for i := range 9 {
		var b strings.Builder
		for l := range 24 {
			fmt.Fprintf(&b, "file %d line %d\n", i, l)
		}
		s[fmt.Sprintf("%s/f%d.txt", []string{"lib", "lib/deep", "doc"}[i%3], i)] = struct{ mode, data string }{"100644", b.String()}
	}
	return s
}

// edit makes one to three random changes.
func (s snapshot) edit(rnd *rand.Rand, word string) snapshot {
	out := maps.Clone(s)
	for range 1 + rnd.Intn(3) {
		paths := slices.Sorted(maps.Keys(out))
		path := paths[rnd.Intn(len(paths))]
		file := out[path]
		lines := strings.SplitAfter(file.data, "\n")
		switch n := rnd.Intn(20); {
		case n < 12 && file.mode != "120000":
			lines[rnd.Intn(len(lines))] = fmt.Sprintf("%s %d\n", word, rnd.Intn(1000))
			file.data = strings.Join(lines, "")
			out[path] = file
		case n < 14:
			out[fmt.Sprintf("lib/new%d.txt", rnd.Intn(4))] = struct{ mode, data string }{"100644", word + "\nadded\n"}
		case n < 15 && len(paths) > 3:
			delete(out, path)
		case n < 17:
			delete(out, path)
			out[fmt.Sprintf("moved/%s%d", filepath.Base(path), rnd.Intn(2))] = file
		case n < 18:
			if file.mode == "100644" {
				file.mode = "100755"
			}
			out[path] = file
		case n < 19:
			out[fmt.Sprintf("link%d", rnd.Intn(2))] = struct{ mode, data string }{"120000", "lib/" + word}
		default:
			out[fmt.Sprintf("bin%d", rnd.Intn(2))] = struct{ mode, data string }{"100644", "\x00" + word}
		}
	}
	return out
}

// pickCase is a commit to be picked, and how.
type pickCase struct {
	mark     int
	mainline int
	flags    []string
	origin   bool
	signoff  bool
}

var pickMessages = []string{
	"Fix it\n", "Fix it", "Fix it\n\nBody.\n", "Fix it\n\nSigned-off-by: A <a@example.com>\n", "Fix it (#12)\n\nCo-authored-by: X <x@y>\n\n\n",
	"Fix it\n\n(cherry picked from commit 0123456789012345678901234567890123456789)\n", "\n\nFix it\n# not a comment\n", "größe 🎉\n\nünï\n",
	"two\nlines\n\nKey: v\n folded\n", "Fix\r\n\r\nBody\r\n", "Fix it\n\nSigned-off-by: " + committer + "\n",
}

var pickAuthors = []string{
	"A U Thor <a@example.com> 1700000000 +0100", "A <a@b> 0 +0000", "Ü <ü@example.com> 1234567890 -1130", "A <> 1 +1400",
	"A U Thor <a@example.com> 4102444800 -0000", "A <a@b> 1700000000 +0545",
}

// pickSources imports a main line with all kinds of commits, and a release branch.
func pickSources(t *testing.T, r *gittest.Repo, rnd *rand.Rand, n int) (cases []pickCase, ids []ID, release int) {
	im := &importer{t: t}
	state := firstSnapshot()
	base := im.commit("refs/heads/main", 1600000000, "base", nil, state.commands()...)
	branch := state
	release = im.commit("refs/heads/release-1.0", 1600000001, "release", []int{base}, branch.edit(rnd, "release").commands()...)
	tip := base
	for i := range n {
		next := state.edit(rnd, fmt.Sprintf("fix%d", i))
		c := pickCase{origin: rnd.Intn(2) == 0, signoff: rnd.Intn(4) == 0}
		message, author, parents, head := pickMessages[i%len(pickMessages)], pickAuthors[i%len(pickAuthors)], []int{tip}, ""
		switch {
		case i%9 == 4: // a root commit
			parents, next = nil, snapshot{fmt.Sprintf("root%d", i): {"100644", "root\n"}}
		case i%9 == 7: // a merge of a side branch that changed another file
			side := state.edit(rnd, fmt.Sprintf("side%d", i))
			other := im.commit("refs/heads/side", 1600000000+int64(i), "side", []int{base}, side.commands()...)
			parents, c.mainline = []int{tip, other}, 1+i%2
		case i%9 == 2:
			message, head = "gr\xf6\xdfe\n\nB\xfccher\n", "encoding ISO-8859-1\n"
		case i%9 == 3: // nothing
			next = state
		}
		im.marks++
		fmt.Fprintf(&im.in, "reset refs/heads/x\n\ncommit refs/heads/x\nmark :%d\nauthor %s\ncommitter Other <o@example.com> %d +0200\n%sdata %d\n%s\n",
			im.marks, author, 1600000000+i, head, len(message), message)
		for j, p := range parents {
			fmt.Fprintf(&im.in, "%s :%d\n", []string{"from", "merge"}[j], p)
		}
		im.in.WriteString(strings.Join(next.commands(), "\n") + "\n\n")
		c.mark = im.marks
		if c.mainline > 0 {
			c.flags = append(c.flags, "-m", strconv.Itoa(c.mainline))
		}
		if c.origin {
			c.flags = append(c.flags, "-x")
		}
		if c.signoff {
			c.flags = append(c.flags, "-s")
		}
		cases = append(cases, c)
		if len(parents) > 0 {
			state, tip = next, c.mark
		}
	}
	return cases, im.run(r), release
}

// Every pick makes the commit that git cherry-pick makes, or the conflicts and the tree with markers
// that it leaves.
func TestPicksAgreeWithCherryPick(t *testing.T) {
	if major, minor := gittest.OracleVersion(t); major < 2 || (major == 2 && minor < 45) {
		t.Skipf("git %d.%d merges otherwise in some cases: nothing to compare with", major, minor)
	}
	r := gittest.New(t)
	for _, kv := range [][2]string{{"core.fsync", "none"}, {"gc.auto", "0"}, {"core.looseCompression", "0"}} {
		r.Git("config", kv[0], kv[1])
	}
	cases, ids, release := pickSources(t, r, rand.New(rand.NewSource(3)), 90)
	r.Git("checkout", "-q", "--detach", ids[release].String())
	repo := openRepo(t, r)
	s := repo.NewSession()
	head := ids[release]
	clean, conflicted, empty := 0, 0, 0
	for i, c := range cases {
		source := ids[c.mark]
		args := append(append([]string{"cherry-pick"}, c.flags...), source.String())
		_, stderr, code := r.Try(nil, args...)
		ours, err := s.TreeOf(head)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.PickOnto(t.Context(), ours, source, c.mainline)
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		switch {
		case code == 0:
			clean++
			head = compareCommit(t, s, r, i, c, source, head, res)
			continue
		case strings.Contains(stderr, "is now empty") || strings.Contains(stderr, "--allow-empty"):
			empty++
			if !res.Unchanged || res.Tree != ours {
				t.Errorf("case %d: git finds nothing to do, we have tree %s, unchanged %v", i, res.Tree, res.Unchanged)
			}
		default:
			conflicted++
			compareConflict(t, s, r, i, res)
		}
		r.Git("reset", "-q", "--hard")
		r.Git("clean", "-fdxq")
	}
	if clean < 30 || conflicted < 15 || empty < 4 {
		t.Errorf("%d clean, %d conflicted, %d empty: the cases do not try enough", clean, conflicted, empty)
	}
}

func compareCommit(t *testing.T, s *Session, r *gittest.Repo, i int, c pickCase, source, head ID, res PickResult) ID {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.Dir, ".git", "HEAD"))
	if err != nil {
		t.Fatal(err)
	}
	want := id(t, strings.TrimSpace(string(data)))
	if len(res.Conflicts) > 0 {
		t.Fatalf("case %d: git picks cleanly, we have %v", i, res.Conflicts)
	}
	src, err := s.Commit(source)
	if err != nil {
		t.Fatal(err)
	}
	how := PickHow{}
	if c.origin {
		how.Origin = source
	}
	if c.signoff {
		how.SignOff = committer
	}
	commit, err := PickedCommit(src, res.Tree, head, committerLine, how)
	if err != nil {
		t.Fatalf("case %d: %v", i, err)
	}
	if got := object.Hash(object.KindCommit, commit.Encode()); got != want {
		t.Fatalf("case %d, %v:\n got %q\n git %q", i, c.flags, commit.Encode(), r.Git("cat-file", "commit", want.String()))
	}
	return want
}

func compareConflict(t *testing.T, s *Session, r *gittest.Repo, i int, res PickResult) {
	t.Helper()
	var got []string
	for _, c := range res.Conflicts {
		for n, st := range []*Stage{c.Base, c.Ours, c.Theirs} {
			if st != nil {
				got = append(got, fmt.Sprintf("%06o %s %d\t%s", st.Mode, st.ID, n+1, c.Path))
			}
		}
		if c.Kind == "" || c.Message == "" {
			t.Errorf("case %d: conflict without kind or message: %+v", i, c)
		}
	}
	var want []string // none where only the place of a file is in doubt
	for line := range strings.Lines(r.Git("ls-files", "-u")) {
		want = append(want, strings.TrimSuffix(line, "\n"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("case %d: stages\n%s\ngit's\n%s", i, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	r.Git("add", "-A")
	if tree := r.Git("write-tree"); tree != res.Tree.String() {
		changes, err := s.Changes(t.Context(), id(t, tree), res.Tree, nil)
		for _, ch := range changes {
			for _, side := range []*Stage{ch.Old, ch.New} {
				if side != nil {
					data, _ := s.Blob(side.ID)
					t.Logf("%s %o:\n%q", ch.Path, side.Mode, data)
				}
			}
		}
		t.Errorf("case %d: the tree with markers differs from git's in %d paths (%v)", i, len(changes), err)
	}
}

func TestPickRefusals(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	a := im.commit("refs/heads/main", 1, "a", nil)
	b := im.commit("refs/heads/side", 2, "b", nil)
	m := im.commit("refs/heads/main", 3, "m", []int{a, b})
	ids := im.run(r)
	s := openRepo(t, r).NewSession()
	for _, c := range []struct {
		source, mainline int
		want             string
	}{
		{m, 0, "merge of 2 parents"}, {m, 3, "no parent 3"}, {a, 2, "no parent 2"}, {a, 1, ""}, {a, 0, ""}, {m, 2, ""},
	} {
		_, err := s.PickOnto(t.Context(), object.EmptyTree, ids[c.source], c.mainline)
		if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("picking %d with -m %d: %v, want %q", c.source, c.mainline, err, c.want)
		}
	}
}

// The labels in conflict markers are git's, whatever the message.
func TestConflictLabels(t *testing.T) {
	r := gittest.New(t)
	im := &importer{t: t}
	file := func(data string) string { return fmt.Sprintf("M 100644 inline f\ndata %d\n%s", len(data), data) }
	base := im.commit("refs/heads/main", 1, "base", nil, file("base\n"))
	ours := im.commit("refs/heads/release", 2, "ours", []int{base}, file("ours\n"))
	messages := []string{
		"Fix\n", "Fix", "two\nlines\n", "\n\n  Fix  \n", "Fix\r\nx\r\n\r\n", "", "\n", " \n\t\nlead", "tab\tx \n\nbody", "\r\nFix\r\n", "\v\nFix\n",
		"raw \xff\xfe bytes\n", strings.Repeat("long ", 300) + "\n", "größe\n", "\u00a0\nFix\n", "Fix\x1b[31m\n", "a: b\n", "(a) {b}\n", ">>>>>>> x\n",
	}
	var marks []int
	for _, m := range messages {
		marks = append(marks, im.commit("refs/heads/x", 3, m, []int{base}, file("theirs\n")))
	}
	ids := im.run(r)
	r.Git("checkout", "-q", "--detach", ids[ours].String())
	s := openRepo(t, r).NewSession()
	tree, err := s.TreeOf(ids[ours])
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range marks {
		r.Try(nil, "cherry-pick", ids[m].String())
		want, err := os.ReadFile(filepath.Join(r.Dir, "f"))
		if err != nil {
			t.Fatal(err)
		}
		r.Git("reset", "-q", "--hard")
		res, err := s.PickOnto(t.Context(), tree, ids[m], 0)
		if err != nil || len(res.Conflicts) != 1 {
			t.Fatalf("%q: %v, %v", messages[i], res.Conflicts, err)
		}
		got, err := s.TreeFS(res.Tree).ReadFile("f")
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%q:\n%q\ngit:\n%q", messages[i], got, want)
		}
	}
}
