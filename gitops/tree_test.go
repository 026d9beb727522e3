package gitops

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

func TestTreeFS(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	c := im.commit("refs/heads/main", 1, "x", nil, "M 100644 inline a/b/c.txt\ndata 2\nc\n", "M 100755 inline a/run.sh\ndata 3\nrun", "M 100644 inline a.txt\ndata 0\n",
		"M 100644 inline a/b.d/x\ndata 1\nx", "M 120000 inline link\ndata 5\na.txt", "M 160000 0123456789012345678901234567890123456789 sub", "M 100644 inline é ü\ndata 1\nx")
	ids := im.run(r)
	s := openRepo(t, r).NewSession()
	tree, err := s.TreeOf(ids[c])
	if err != nil {
		t.Fatal(err)
	}
	// fstest opens every file, which a symlink refuses: it is left out of what is tested so.
	plain, err := s.ReplaceFiles(tree, map[string][]byte{"link": nil})
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(s.TreeFS(plain), "a/b/c.txt", "a/run.sh", "a.txt", "a/b.d/x", "é ü"); err != nil {
		t.Error(err)
	}
	fsys := s.TreeFS(tree)
	if _, err := fsys.ReadFile("link"); !errors.Is(err, ErrSymlink) {
		t.Errorf("reading a symlink: %v", err)
	}
	if _, err := fsys.Open("link"); !errors.Is(err, ErrSymlink) {
		t.Errorf("opening a symlink: %v", err)
	}
	for a, same := range map[string]string{"a/b.d/x": "é ü", "a.txt": "a.txt"} {
		x, err := fsys.Sum(a)
		y, errY := fsys.Sum(same)
		if err != nil || errY != nil || x != y {
			t.Errorf("%s and %s: %v %v, %v %v", a, same, x, err, y, errY)
		}
		if z, err := fsys.Sum("a/b/c.txt"); err != nil || z == x {
			t.Errorf("%s and another file: %v %v", a, z, err)
		}
	}
	for _, none := range []string{"a", "link", "sub", "nothing"} {
		if _, err := fsys.Sum(none); err == nil {
			t.Errorf("%s has a sum", none)
		}
	}
	for _, absent := range []string{"sub", "sub/x", "link/x", "a.txt/x", "nothing", "a/nothing", "a/b/c.txt/d"} {
		if _, err := fs.Stat(fsys, absent); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", absent, err)
		}
	}
	for _, bad := range []string{"", "/a", "a/", "../a", "a//b", "./a"} {
		if _, err := fsys.Open(bad); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for path, mode := range map[string]fs.FileMode{"a/run.sh": 0o755, "a.txt": 0o644, "link": fs.ModeSymlink | 0o777, "a": fs.ModeDir | 0o755} {
		if info, err := fs.Stat(fsys, path); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	if names, err := fs.Glob(fsys, "a/*"); err != nil || !slices.Equal(names, []string{"a/b", "a/b.d", "a/run.sh"}) {
		t.Errorf("glob: %v, %v", names, err)
	}
	if got := s.TreeFS(object.EmptyTree); fstest.TestFS(got) != nil {
		t.Error(fstest.TestFS(got))
	}
}

func TestChangesAgreeWithDiffTree(t *testing.T) {
	r := gittest.NewBare(t)
	rnd := rand.New(rand.NewSource(2))
	im := &importer{t: t}
	state := firstSnapshot()
	var marks []int
	for i := range 60 {
		if i%7 == 3 { // a file becomes a directory, and back
			for _, p := range slices.Sorted(maps.Keys(state)) {
				if rnd.Intn(3) == 0 {
					state = maps.Clone(state)
					file := state[p]
					delete(state, p)
					state[p+"/inner"] = file
				}
			}
		}
		marks = append(marks, im.commit("refs/heads/x", int64(i), "x", nil, state.commands()...))
		state = state.edit(rnd, fmt.Sprint("w", i))
		if i%20 == 19 {
			state = firstSnapshot()
		}
	}
	ids := im.run(r)
	s := openRepo(t, r).NewSession()
	for i := range 59 {
		j := i + 1
		if i%5 == 0 {
			j = rnd.Intn(60)
		}
		a, err := s.TreeOf(ids[marks[i]])
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.TreeOf(ids[marks[j]])
		if err != nil {
			t.Fatal(err)
		}
		changes, err := s.Changes(t.Context(), a, b, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range changes {
			side := func(st *Stage) (string, string) {
				if st == nil {
					return "000000", ID{}.String()
				}
				return fmt.Sprintf("%06o", st.Mode), st.ID.String()
			}
			m1, o1 := side(c.Old)
			m2, o2 := side(c.New)
			got = append(got, strings.Join([]string{m1, m2, o1, o2, c.Path}, " "))
		}
		var want []string
		for line := range strings.Lines(r.Git("diff-tree", "-r", "--no-renames", a.String(), b.String())) {
			head, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			f := strings.Fields(strings.TrimPrefix(head, ":"))
			want = append(want, strings.Join([]string{f[0], f[1], f[2], f[3], path}, " "))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%s..%s:\n%s\ngit:\n%s", a, b, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if !slices.IsSortedFunc(changes, func(x, y Change) int { return strings.Compare(x.Path, y.Path) }) {
			t.Error("the changes are not sorted by path")
		}
	}
}

func TestReplaceFilesAgreesWithWriteTree(t *testing.T) {
	r := gittest.NewBare(t)
	rnd := rand.New(rand.NewSource(9))
	im := &importer{t: t}
	base := firstSnapshot()
	base["run.sh"] = struct{ mode, data string }{"100755", "run"}
	base["link"] = struct{ mode, data string }{"120000", "run.sh"}
	c := im.commit("refs/heads/main", 1, "x", nil, base.commands()...)
	ids := im.run(r)
	s := openRepo(t, r).NewSession()
	tree, err := s.TreeOf(ids[c])
	if err != nil {
		t.Fatal(err)
	}
	all := &importer{t: t}
	var trees []ID
	var edits [][]string
	for i := range 60 {
		files := map[string][]byte{}
		for range 1 + rnd.Intn(5) {
			paths := slices.Sorted(maps.Keys(base))
			path := paths[rnd.Intn(len(paths))]
			switch rnd.Intn(6) {
			case 0:
				path = fmt.Sprintf("new/%d/x", rnd.Intn(3))
			case 1:
				path = fmt.Sprintf("lib.%d", rnd.Intn(3))
			case 2:
				path = "doc-x"
			}
			files[path] = fmt.Appendf(nil, "content %d\n", rnd.Intn(100))
			if rnd.Intn(3) == 0 {
				files[path] = nil
			}
		}
		if i == 0 { // everything goes
			for p := range base {
				files[p] = nil
			}
		}
		got, err := s.ReplaceFiles(tree, files)
		if err != nil {
			t.Fatal(err)
		}
		next := maps.Clone(base)
		for p, data := range files {
			switch {
			case data == nil:
				delete(next, p)
			case next[p].mode == "100755":
				next[p] = struct{ mode, data string }{"100755", string(data)}
			default:
				next[p] = struct{ mode, data string }{"100644", string(data)}
			}
		}
		all.commit(fmt.Sprintf("refs/edits/%03d", i), 1, "x", nil, next.commands()...)
		trees, edits = append(trees, got), append(edits, slices.Sorted(maps.Keys(files)))
	}
	all.run(r)
	want := strings.Fields(r.Git("for-each-ref", "--format=%(tree)", "refs/edits/"))
	for i, got := range trees {
		if got.String() != want[i] {
			t.Errorf("edit %d of %q: %s, git has %s", i, edits[i], got, want[i])
		}
	}
	if same, err := s.ReplaceFiles(tree, nil); err != nil || same != tree {
		t.Errorf("no edit makes %s, %v", same, err)
	}
	for _, bad := range []string{"", "/x", "a//b", "../x", "a/../b", ".git/x", "a/", "."} {
		if got, err := s.ReplaceFiles(tree, map[string][]byte{bad: []byte("x")}); err == nil {
			t.Errorf("%q is written: %s", bad, got)
		}
	}
}

func TestSomeAdditionIn(t *testing.T) {
	r := gittest.NewBare(t)
	im := &importer{t: t}
	file := func(path, data string) string {
		return fmt.Sprintf("M 100644 inline %s\ndata %d\n%s", path, len(data), data)
	}
	base := im.commit("refs/heads/main", 1, "base", nil, file("f", "one\ntwo\n"), file("g", "g\n"))
	fix := im.commit("refs/heads/main", 2, "fix", []int{base}, file("f", "one\nfixed\n"))
	gone := im.commit("refs/heads/x", 3, "delete", []int{base}, "D g")
	ids := im.run(r)
	s := openRepo(t, r).NewSession()
	tree := func(files map[string][]byte) ID {
		id, err := s.ReplaceFiles(ID{}, files)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for _, c := range []struct {
		source int
		files  map[string][]byte
		want   bool
	}{
		{fix, map[string][]byte{"f": []byte("other\nfixed\n")}, true},
		{fix, map[string][]byte{"f": []byte("fixed\r\n")}, true},
		{fix, map[string][]byte{"f": []byte("one\ntwo\n")}, false},
		{fix, map[string][]byte{"h": []byte("fixed\n")}, false},
		{fix, map[string][]byte{"f/x": []byte("fixed\n")}, false},
		{gone, map[string][]byte{"f": []byte("x\n")}, false},
	} {
		got, err := s.SomeAdditionIn(t.Context(), ids[c.source], tree(c.files), 0)
		if err != nil || got != c.want {
			t.Errorf("%d in %q: %v, %v", c.source, c.files, got, err)
		}
	}
	if !bytes.Equal([]byte(ids[base].String()), []byte(r.Git("rev-parse", "main~1"))) {
		t.Error("the fixture is not what it should be")
	}
}

func raw20(id ID) []byte { return id[:] }

// Trees of old writers hold modes that nobody writes today; git takes them for those it knows.
func TestOddModes(t *testing.T) {
	r := gittest.NewBare(t)
	blob := r.GitIn([]byte("x\n"), "hash-object", "-w", "--stdin")
	raw := func(mode string) ID {
		data := append([]byte(mode+" f\x00"), raw20(id(t, blob))...)
		return id(t, r.GitIn(data, "hash-object", "-t", "tree", "-w", "--literally", "--stdin"))
	}
	group, exec, usual := raw("100664"), raw("100775"), raw("100644")
	s := openRepo(t, r).NewSession()
	if changes, err := s.Changes(t.Context(), group, usual, nil); err != nil || len(changes) != 0 || r.Git("diff-tree", "-r", group.String(), usual.String()) != "" {
		t.Errorf("100664 and 100644 differ: %v, %v", changes, err)
	}
	if info, err := fs.Stat(s.TreeFS(exec), "f"); err != nil || info.Mode() != 0o755 {
		t.Errorf("100775 is %v, %v", info, err)
	}
	edited, err := s.ReplaceFiles(exec, map[string][]byte{"f": []byte("y\n")})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := fs.Stat(s.TreeFS(edited), "f"); err != nil || info.Mode() != 0o755 {
		t.Errorf("edited, 100775 becomes %v, %v", info, err)
	}
}
