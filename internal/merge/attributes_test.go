package merge

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// A fileStore is a Store of one tree, made of files; ids are made up.
type fileStore struct {
	trees map[ID][]Entry
	blobs map[ID][]byte
}

// newFileStore makes a store of files by path and returns it with the id of their tree.
func newFileStore(files map[string]string) (*fileStore, ID) {
	s := &fileStore{trees: map[ID][]Entry{}, blobs: map[ID][]byte{}}
	return s, s.tree("", files)
}

func (s *fileStore) newID() ID {
	n := len(s.trees) + len(s.blobs) + 1
	return ID{byte(n), byte(n >> 8), 1}
}

func (s *fileStore) tree(dir string, files map[string]string) ID {
	below := map[string]bool{}
	var entries []Entry
	for path, data := range files {
		rest, in := strings.CutPrefix(path, dir)
		if !in {
			continue
		}
		name, _, isDir := strings.Cut(rest, "/")
		switch {
		case isDir && !below[name]:
			below[name] = true
			entries = append(entries, Entry{name, ModeTree, s.tree(dir+name+"/", files)})
		case !isDir:
			id := s.newID()
			s.blobs[id] = []byte(data)
			entries = append(entries, Entry{name, ModeRegular, id})
		}
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name < entries[j].Name })
	id := s.newID()
	s.trees[id] = entries
	return id
}

var errNoObject = errors.New("no such object")

func (s *fileStore) Tree(id ID) ([]Entry, error) {
	if e, ok := s.trees[id]; ok {
		return e, nil
	}
	return nil, errNoObject
}

func (s *fileStore) Blob(id ID) ([]byte, error) {
	if b, ok := s.blobs[id]; ok {
		return b, nil
	}
	return nil, errNoObject
}

func (s *fileStore) BlobSize(id ID) (int64, error) {
	b, err := s.Blob(id)
	return int64(len(b)), err
}

func (s *fileStore) WriteBlob([]byte) (ID, error)  { return ID{}, errNoObject }
func (s *fileStore) WriteTree([]Entry) (ID, error) { return ID{}, errNoObject }

// An attrCase is the attributes files of a repository, and paths to ask about.
type attrCase struct {
	files                map[string]string // .gitattributes by path
	info, global, system string
	paths                []string
}

var attrNames = []string{"merge", "text", "diff", "x", "y", "m", "n", "binary", "conflict-marker-size"}

// here answers as this package does, "path: attribute: value" per line.
func (c attrCase) here(t *testing.T) string {
	t.Helper()
	st, tree := newFileStore(c.files)
	a := newAttributes(st, AttributeSource{Tree: tree, Info: []byte(c.info), Global: []byte(c.global), System: []byte(c.system)})
	var b strings.Builder
	for _, p := range c.paths {
		v, err := a.lookup(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range attrNames {
			x := v.get(n)
			value := map[attrState]string{attrSet: "set", attrUnset: "unset", attrUnspecified: "unspecified", attrValue: x.value}[x.state]
			fmt.Fprintf(&b, "%s\x00%s\x00%s\x00", p, n, value)
		}
	}
	return b.String()
}

// judged answers as git check-attr does in a work tree with these files.
func (c attrCase) judged(t *testing.T, git string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(path, data string) {
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(".git/HEAD", "ref: refs/heads/main\n")
	write(".git/objects/info/none", "")
	write(".git/refs/heads/none", "")
	write(".git/config", "[core]\nrepositoryformatversion = 0\nbare = false\n")
	write(".git/info/attributes", c.info)
	write(".git/global", c.global)
	for p, data := range c.files {
		write(p, data)
	}
	args := append([]string{"-c", "core.attributesFile=" + filepath.Join(dir, ".git/global"), "check-attr", "--stdin", "-z"}, attrNames...)
	cmd := exec.CommandContext(context.Background(), git, args...)
	cmd.Dir, cmd.Env = dir, gittest.Env(dir)
	cmd.Stdin = strings.NewReader(strings.Join(c.paths, "\x00") + "\x00")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git check-attr: %v", err)
	}
	return string(out)
}

// agree fails the test where git answers otherwise.
func (c attrCase) agree(t *testing.T, git string) {
	t.Helper()
	here, judged := strings.Split(c.here(t), "\x00"), strings.Split(c.judged(t, git), "\x00")
	for i := 0; i+2 < len(judged) && i+2 < len(here); i += 3 {
		if here[i+2] != judged[i+2] {
			t.Fatalf("%s of %s: git says %q, here it is %q\nfiles %q\ninfo %q\nglobal %q", here[i+1], here[i], judged[i+2], here[i+2], c.files, c.info, c.global)
		}
	}
	if len(here) != len(judged) {
		t.Fatalf("%d answers from git, %d here", len(judged)/3, len(here)/3)
	}
}

// recentGit returns the git that judges, or skips the test: an older git takes "a**/b" for "a/**/b" and
// knows no reserved names.
func recentGit(t *testing.T) string {
	t.Helper()
	if major, minor := gittest.OracleVersion(t); major == 2 && minor < 54 {
		t.Skipf("git %d.%d reads some attributes otherwise than 2.55", major, minor)
	}
	return gittest.Oracle(t)
}

func TestAttributesOracle(t *testing.T) {
	git := recentGit(t)
	paths := []string{"a.txt", "dir/a.txt", "dir/sub/b.c", "dir/sub/deep/a.txt", "b.c", "with space", "[x]", "dir/*"}
	long := "*.txt x" + strings.Repeat(" ", maxAttributesLine-len("*.txt x"))
	for _, text := range []string{
		"\xef\xbb\xbf*.txt x\n", "*.txt x\r\n*.c y\r\n", long[1:] + "\n", long + "\n", long[1:] + "\r\n", long + "\r\n", "*.txt x\x00 y\n*.c x\n",
		"\"*.txt\"x y\n", "\"with space\" x\n", "\"\\052.txt\" x\n", "\"*.txt x\n", "\"\\q\" x\n*.c y", "!*.txt x\n\"!*.txt\" y\n", "\\!x x",
		"[attr]m -x y\n*.txt m\n", "[attr] m -x\n*.txt m\n", "\"[attr]m\" -x\n*.txt m\n", "[attr]m n x\n[attr]n y -x\n*.txt m\n", "*.txt m\n[attr]m x\n[attr]m y\n",
		"[attr]m m x\n*.txt m", "[attr]m -x\n*.txt -m\n*.c !m\n", "[attr]binary x\n*.txt binary\n", "*.txt binary\n*.txt diff\n", "*.txt binary diff\n",
		"*.txt x y@ m\n*.c m\n", "*.txt =x\n*.txt x= y=b=c -m=e !n=h\n", "*.txt builtin_x x\n", "*.txt\x0cx y\n", "# *.txt x\n  *.txt y\n",
		"dir/ x\ndir/* y\n", "/a.txt x\ndir/a.txt y\n", "**/a.txt x\ndir/** y\n", "dir/**/a.txt x\n", "d**/a.txt x\n", "dir**/b.c x\n**/sub/** y\n", "*/*.c x\n", "dir/*/b.c x\n",
		"[[:alpha:]].txt x\n[!a].c y\n", "[a-c].txt x\n[]x[].c y\n", "\\[x] x\n", "?.txt x\n", "[a-", "*.[ch] x\n*.[!ch]* y\n", "* x\n*.txt !x\n", "*.txt merge=union\n*.c -merge\n", "x.txt [attr]",
		"*.txt x -x\n*.c -x x\n", "a.txt\tx\n\ta.txt\ty\n", "\"\" x\n", "dir/sub x\n", "sub/b.c x\n/sub/b.c y\n", "* conflict-marker-size=10\n", "dir//a.txt x\n", "/ x", "// x", "*a*t*t x\n",
	} {
		attrCase{files: map[string]string{".gitattributes": text}, paths: paths}.agree(t, git)
		attrCase{files: map[string]string{"dir/.gitattributes": text}, paths: paths}.agree(t, git)
		attrCase{info: text, paths: paths}.agree(t, git)
	}
	for _, c := range []attrCase{
		{files: map[string]string{".gitattributes": "*.txt x\n", "dir/.gitattributes": "*.txt -x\n", "dir/sub/.gitattributes": "*.txt !x\n"}},
		{files: map[string]string{".gitattributes": "[attr]m x\n", "dir/.gitattributes": "*.txt m\n[attr]m y\n"}, global: "[attr]m n\n*.c m"},
		{files: map[string]string{"dir/.gitattributes": "* x=dir\n"}, info: "*.c x=info\n", global: "* x=global y=global\n"},
	} {
		c.paths = paths
		c.agree(t, git)
	}
}

// TestAttributesRandom compares random files with git, many patterns in each.
func TestAttributesRandom(t *testing.T) {
	git := recentGit(t)
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	bits := []string{"a", "b", "c", "/", "*", "**", "**/", "/**", "?", "[ab]", "[!a]", "[a-c]", "\\a", "\\*", "[[:alpha:]]", "[", ".", "d"}
	words := []string{"x", "-x", "!x", "x=1", "y", "-y", "m", "-m", "n", "binary", "merge=union", "-merge", "merge", "text=auto", "!binary"}
	for range 40 {
		file := func() string {
			var b strings.Builder
			for range 12 {
				if r.IntN(6) == 0 {
					b.WriteString("[attr]" + pick([]string{"m", "n", "binary"}))
				} else {
					for range 1 + r.IntN(5) {
						b.WriteString(pick(bits))
					}
				}
				for range 1 + r.IntN(3) {
					b.WriteString(" " + pick(words))
				}
				b.WriteByte('\n')
			}
			return b.String()
		}
		c := attrCase{files: map[string]string{".gitattributes": file(), "a/.gitattributes": file(), "a/b/.gitattributes": file()}, info: file(), global: file()}
		for range 60 {
			var parts []string
			for range 1 + r.IntN(4) {
				parts = append(parts, pick([]string{"a", "b", "c", "ab", "abc", "d", "a.b", "bad", "a*"}))
			}
			c.paths = append(c.paths, strings.Join(parts, "/"))
		}
		c.agree(t, git)
	}
}

func FuzzAttributes(f *testing.F) {
	for _, s := range []string{"*.txt x -y !m", "[attr]m x\na/** m", "\"a\\tb\" merge=union\n", "a/**/b x\n[!a]* y", "[[:alpha:]-z] x"} {
		f.Add(s, "a/b/c.txt")
	}
	f.Add("*0 0", "/b/c.tx") // a path that begins with a slash once never ended
	git := ""
	if !withoutGit() {
		git = gittest.Oracle(f)
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		for _, r := range parseAttributes([]byte(text), true) {
			for _, a := range r.attributes {
				if !validAttrName(a.name) {
					t.Fatalf("attribute %q", a.name)
				}
			}
		}
		c := attrCase{files: map[string]string{".gitattributes": text}, paths: []string{path}}
		c.here(t)
		if git == "" || path != filepath.Clean(path) || strings.ContainsAny(path, "\x00\n") || strings.HasPrefix(path, "/") || strings.HasPrefix(path, ".") {
			return
		}
		c.agree(t, git)
	})
}
