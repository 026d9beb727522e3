package object_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// raw encodes a tree without any check.
func raw(entries ...object.TreeEntry) []byte {
	var b bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&b, "%o %s\x00%s", uint32(e.Mode), e.Name, e.ID[:])
	}
	return b.Bytes()
}

// hostileTrees are trees of one odd entry each, then whole odd trees.
func hostileTrees() [][]byte {
	id := object.ID{1}
	var trees [][]byte
	for _, name := range []string{
		"", ".", "..", "...", ".git", ".GIT", ".Git", ".giT", ".git ", ".git.", ".git . .", " .git", "..git", ".git2", ".gitx", ".g", "git", "git~1", "GIT~1", "gIt~1 ", "git~1.", "git~1:x", "git~2", "git~10", "git~",
		".git::$INDEX_ALLOCATION", ".git:", ".git:x", ".git .:x", ".git:x y", ".GIT::$index", ".git\\", ".git\\x", "a\\.git", "a\\.git\\b", "a\\..", "..\\a", "\\", "a\\b", "a\\git~1", "a\\GIT~1 .", "a/b", "/", "a/", "/a", ".git/", ".git/config", "../a", "./a",
		".g\u200cit", "\u200c.git", ".git\u200d", ".\u200egit", ".gi\u200ft", ".g\u202ait", ".g\u202bit", ".g\u202cit", ".g\u202dit", ".g\u202eit", ".g\u206ait", ".g\u206bit", ".g\u206cit", ".g\u206dit", ".g\u206eit", ".g\u206fit", ".g\ufeffit", ".G\u200cI\u200dT", ".g\u200bit", ".g\u2010it", ".g\u2060it", ".g\u00adit", ".gıt", ".gİt", ".ɡit",
		".git\xff", ".g\xffit", "\xff.git", ".g\u200c\xffit", ".git\u200c ", ".git\u200c.", ".git\x01", ".git\n", "\n", "a\nb", "\t", " ", "a ", "a.", "-x", "--upload-pack=x", "CON", "con.txt", "nul", "a:b", "a*b", "a?b", "\x7f", "\x1b[31m", "é", "\xe9", strings.Repeat("a", 255), strings.Repeat("a", 4096), strings.Repeat("a", 4097),
		".gitmodules", ".GITMODULES", ".gitmodules ", ".gitmodules.", ".gitmodules:x", ".git\u200cmodules", ".gitmodules\u200c", "gitmod~1", "GITMOD~1", "gitmod~4", "gitmod~5", "gitmod~1 .", "gi7eba~1", "GI7EBA~1", "gi7eb~10", "gi7e~100", "gi7~1000", "gi~10000", "g~100000", "~1000000", "gi7eba~0", "gi7eba~9", "gi7d29~1", ".gitmodule", ".gitmodulesx", "a\\.gitmodules", "gitmodules",
		".gitattributes", ".gitignore", ".mailmap", "gitatt~1", "gi7d29~1", "gitign~1", "mailma~1", ".gitattributes ",
	} {
		for _, mode := range []object.Mode{object.ModeRegular, object.ModeTree, object.ModeSymlink} {
			trees = append(trees, raw(object.TreeEntry{Name: name, Mode: mode, ID: id}))
		}
	}
	for _, mode := range []object.Mode{0, 1, 0o644, 0o40755, 0o100000, 0o100600, 0o100664, 0o100775, 0o100777, 0o104755, 0o120777, 0o160755, 0o140000, 0o170000, 0o177777, 0o200000, 0o1000644} {
		trees = append(trees, raw(object.TreeEntry{Name: "a", Mode: mode, ID: id}))
	}
	f := func(name string) object.TreeEntry {
		return object.TreeEntry{Name: name, Mode: object.ModeRegular, ID: id}
	}
	d := func(name string) object.TreeEntry { return object.TreeEntry{Name: name, Mode: object.ModeTree, ID: id} }
	m := func(name string) object.TreeEntry {
		return object.TreeEntry{Name: name, Mode: object.ModeGitlink, ID: id}
	}
	trees = append(trees,
		raw(f("a"), f("a")), raw(f("a"), d("a")), raw(d("a"), f("a")), raw(f("a"), f("a.b"), d("a")), raw(f("a"), f("a-"), f("a.b"), d("a")), raw(f("a"), d("a-b"), f("a.b"), f("a.b.c"), d("a.b"), d("a")),
		raw(d("a"), d("a")), raw(m("a"), d("a")), raw(m("a"), f("a")), raw(f("b"), f("a")), raw(d("a"), f("a-b")), raw(f("a-b"), d("a")), raw(f("a"), f("a0"), d("a")), raw(f("a"), f("A")), raw(f("A"), f("a")), raw(f("a"), f("b"), f("a")),
		raw(f("a"), d("b"), f("b.c")), raw(d("b"), f("b0")), raw(f("b.c"), d("b"), f("b0")), raw(object.TreeEntry{Name: "a", Mode: object.ModeRegular}), raw(object.TreeEntry{Name: "a", Mode: object.ModeGitlink}), raw(object.TreeEntry{Name: "a", Mode: object.ModeTree}),
		raw(), []byte("100644 a"), []byte("100644 a\x00"), []byte("100644 a\x00123"), []byte("100644"), []byte("x"), []byte("\x00"), append(raw(f("a")), 'x'), append(raw(f("a")), raw(f("b"))[:20]...),
		[]byte("0100644 a\x00"+string(id[:])), []byte("040000 a\x00"+string(id[:])), []byte("00 a\x00"+string(id[:])), []byte(" a\x00"+string(id[:])), []byte("10064x a\x00"+string(id[:])), []byte("100648 a\x00"+string(id[:])), []byte("+100644 a\x00"+string(id[:])),
		[]byte("777777777777777777777777100644 a\x00"+string(id[:])), []byte("100644  a\x00"+string(id[:])), []byte("100644\ta\x00"+string(id[:])))
	rnd := rand.New(rand.NewSource(13))
	names := []string{"a", "a.", "a-", "a0", "a/b", "b", "A", ".git", "ab", "a.b", ""}
	for range 150 {
		var entries []object.TreeEntry
		for range 1 + rnd.Intn(4) {
			e := f(names[rnd.Intn(len(names))])
			if rnd.Intn(2) == 0 {
				e.Mode = object.ModeTree
			}
			entries = append(entries, e)
		}
		trees = append(trees, raw(entries...))
	}
	return trees
}

// verdicts lets git judge objects by its fsck rules, strictly: empty is accepted.
func verdicts(t *testing.T, kind object.Kind, all [][]byte) []string {
	r := gittest.NewBare(t)
	var out []string
	for _, data := range all {
		_, stderr, code := r.Try(data, "hash-object", "-t", string(kind), "--stdin")
		if code == 0 {
			stderr = ""
		}
		out = append(out, stderr)
	}
	return out
}

func TestCheckTreeAgainstGit(t *testing.T) {
	if major, minor := gittest.OracleVersion(t); major == 2 && minor < 40 {
		t.Skip("git hash-object judges by the rules of fsck from 2.40 on")
	}
	trees := hostileTrees()
	refused, stricter := 0, 0
	for i, git := range verdicts(t, object.KindTree, trees) {
		err := object.Check(object.KindTree, trees[i])
		if informs(git) {
			git = ""
		}
		if again := stored(trees[i]); git != "" && err == nil && bytes.Equal(again, trees[i]) {
			t.Errorf("accepted %q; git: %s", trees[i], git)
		}
		if err != nil {
			refused++
			var fsck *object.FsckError
			if !errors.As(err, &fsck) {
				t.Errorf("%q: %v is no FsckError", trees[i], err)
			} else if rule, _, ok := strings.Cut(strings.TrimPrefix(git, "error: object fails fsck: "), ":"); ok && git != "" && rule != fsck.Rule && fsck.Rule != "badTree" {
				t.Logf("%.80q: rule %s; git: %s", trees[i], fsck.Rule, rule)
			}
		}
		if err != nil && git == "" {
			stricter++
			t.Logf("stricter than git: %.80q: %v", trees[i], err)
		}
	}
	t.Logf("%d trees, %d refused, %d of them only by us", len(trees), refused, stricter)
	if len(trees)-refused < 100 || refused < 150 {
		t.Errorf("%d of %d refused: the table is not what it should be", refused, len(trees))
	}
}

// informs reports whether git only informs: git hash-object refuses such a tree, git fsck --strict does not.
func informs(git string) bool {
	for _, rule := range []string{"gitattributesSymlink", "gitignoreSymlink", "mailmapSymlink", "badFilemode"} {
		if strings.HasPrefix(git, "error: object fails fsck: "+rule) {
			return true
		}
	}
	return false
}

// stored is what would be written of a tree that was read.
func stored(data []byte) []byte {
	entries, err := object.ParseTree(data)
	if err != nil {
		return nil
	}
	again, err := object.EncodeTree(entries)
	if err != nil {
		return nil
	}
	return again
}

// hostileCommits are commits that are odd in one place each.
func hostileCommits() [][]byte {
	const tree, ok = "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "A <a@b> 1 +0000"
	var all [][]byte
	add := func(format string, args ...any) { all = append(all, fmt.Appendf(nil, format, args...)) }
	for _, who := range []string{
		ok, "A <a@b> 1 +051800", "A <a@b> 1 -0000", "A <a@b> 1 +2460", "A <a@b> 01 +0000", "A <a@b> 0 +0000", "A <a@b> 00 +0000", "A <a@b> -1 +0000", "A <a@b> 99999999999999999999 +0000", "A <a@b> 9223372036854775807 +0000", "A <a@b> 9223372036854775808 +0000",
		"A <a@b>  1 +0000", "A <a@b> 1  +0000", "A <a@b> 1 +0000 ", "A <a@b> 1 +000", "A <a@b> 1", "A <a@b> ", "A <a@b>", "A<a@b> 1 +0000", "<a@b> 1 +0000", " <a@b> 1 +0000", "A <> 1 +0000", "A <a<b> 1 +0000", "A > B <ab> 1 +0000", "A a@b 1 +0000", "A <a@b 1 +0000", "A <a@b>1 +0000",
		"A\x00 <a@b> 1 +0000", "A\nB <a@b> 1 +0000", "A\ncommitter X <x@y> 1 +0000", "A <a@b> \n1 +0000", "A <a@b>\t1 +0000", "A\tB <a@b> 1 +0000", "A\rB <a@b> 1 +0000", "A <a@b> +1 +0000", "A <a@b> 1 *0000", "A <a@b> 1 +00000", "A <a@b> 1\t+0000", "A <a@b> 1 UTC", "", " ", "A <a@b> 1 +0000 <x@y>", "A <a@b> 1 +0000>", "A <a>b> 1 +0000", "A <a b> 1 +0000", "é <é> 1 +0000", "\xff <\xff> 1 +0000", "A <a@b> 1 ++000", "A <a@b> 1 -12 0",
	} {
		add("tree %s\nauthor %s\ncommitter %s\n\nx\n", tree, who, ok)
		add("tree %s\nauthor %s\ncommitter %s\n\nx\n", tree, ok, who)
	}
	for _, head := range []string{
		"", "\n", "tree", "tree \n", "tree %[1]s", "tree %[1]s\n", "tree %[1]s\n\n", "tree %[1]sx\n", "tree 4b825\n", "Tree %[1]s\n", "parent %[1]s\n", "author %[2]s\ncommitter %[2]s\n", "tree %[1]s\nparent x\nauthor %[2]s\ncommitter %[2]s\n", "tree %[1]s\nparent %[1]s\nauthor %[2]s\ncommitter %[2]s\n",
		"tree %[1]s\nparent %[1]sx\nauthor %[2]s\ncommitter %[2]s\n", "tree %[1]s\ntree %[1]s\nauthor %[2]s\ncommitter %[2]s\n", "tree %[1]s\nauthor %[2]s\nparent %[1]s\ncommitter %[2]s\n", "tree %[1]s\ncommitter %[2]s\nauthor %[2]s\n", "tree %[1]s\nauthor %[2]s\n", "tree %[1]s\ncommitter %[2]s\n",
		"tree %[1]s\nauthor %[2]s\nauthor %[2]s\ncommitter %[2]s\n", "tree %[1]s\nauthor %[2]s\ncommitter %[2]s\ncommitter %[2]s\n", "tree %[1]s\nauthor %[2]s\ncommitter %[2]s\nauthor %[2]s\n", "tree %[1]s\nauthor %[2]s\ncommitter %[2]s\nfoo\n", "tree %[1]s\nauthor %[2]s\ncommitter %[2]s\n foo\n", "tree %[1]s\nauthor %[2]s\n foo\ncommitter %[2]s\n",
		"tree %[1]s\nauthor %[2]s\ncommitter %[2]s\ngpgsig x\n y\n z\n", "tree %[1]s\nauthor %[2]s\ncommitter %[2]s\nencoding\n", "tree %[1]s\nauthor %[2]s\ncommitter %[2]s\nx\x00y z\n", "tree %[1]s\nauthor %[2]s\ncommitter %[2]s", "tree %[1]s \nauthor %[2]s\ncommitter %[2]s\n", "tree  %[1]s\nauthor %[2]s\ncommitter %[2]s\n", "tree %[1]s\r\nauthor %[2]s\r\ncommitter %[2]s\r\n", "tree 0000000000000000000000000000000000000000\nauthor %[2]s\ncommitter %[2]s\n",
	} {
		for _, body := range []string{"", "\nmessage\n", "\n", "\na\x00b"} {
			all = append(all, []byte(strings.NewReplacer("%[1]s", tree, "%[2]s", ok).Replace(head)+body))
		}
	}
	return all
}

func TestCheckCommitAgainstGit(t *testing.T) {
	if major, minor := gittest.OracleVersion(t); major == 2 && minor < 40 {
		t.Skip("git hash-object judges by the rules of fsck from 2.40 on")
	}
	commits := hostileCommits()
	refused := 0
	for i, git := range verdicts(t, object.KindCommit, commits) {
		err := object.CheckCommit(commits[i])
		rule, _, _ := strings.Cut(strings.TrimPrefix(git, "error: object fails fsck: "), ":")
		var fsck *object.FsckError
		if err != nil && !errors.As(err, &fsck) {
			t.Errorf("%q: %v is no FsckError", commits[i], err)
		}
		switch {
		case err == nil && git != "":
			t.Errorf("accepted %q; git: %s", commits[i], git)
		case err != nil:
			refused++
			if git == "" {
				t.Logf("stricter than git: %q: %v", commits[i], err)
			} else if fsck.Rule != rule {
				t.Logf("%q: rule %s; git: %s", commits[i], fsck.Rule, rule)
			}
		}
		if object.CheckPicked(commits[i]) != nil && err == nil {
			t.Errorf("%q: a picked commit is checked more strictly than another", commits[i])
		}
	}
	t.Logf("%d commits, %d refused", len(commits), refused)
	if refused < 80 || len(commits)-refused < 20 {
		t.Errorf("%d of %d refused: the table is not what it should be", refused, len(commits))
	}
}

func FuzzParseTree(f *testing.F) {
	for _, tree := range hostileTrees() {
		f.Add(tree)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := object.ParseTree(data)
		if err != nil {
			return
		}
		again, err := object.EncodeTree(entries)
		if err != nil {
			t.Fatalf("%q is read and cannot be written: %v", data, err)
		}
		if len(again) > len(data) || (len(again) == len(data) && !bytes.Equal(again, data)) {
			t.Fatalf("%q is written as %q", data, again)
		}
		if err := object.CheckTree(entries); err == nil && len(entries) > 1 && object.Compare(entries[0], entries[1]) >= 0 {
			t.Fatalf("%q: out of order and not refused", data)
		}
	})
}

func FuzzParseCommit(f *testing.F) {
	for _, c := range hostileCommits() {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := object.ParseCommit(data)
		h, herr := object.ParseCommitHeader(data)
		if err == nil {
			if again := c.Encode(); !bytes.Equal(again, data) {
				t.Fatalf("%q is written as %q", data, again)
			}
			if herr != nil || h.Tree != c.Tree || len(h.Parents) != len(c.Parents) {
				t.Fatalf("%q: header %+v, %v", data, h, herr)
			}
			made, err := object.PickCommit(c, c.Tree, c.Parents, written, object.PickOptions{Origin: object.ID{1}, Signoff: person})
			if err == nil {
				if err := object.CheckPicked(made.Encode()); err != nil {
					t.Fatalf("%q: the pick does not pass: %v", data, err)
				}
			}
		}
		if object.CheckCommit(data) == nil && err != nil {
			t.Fatalf("%q passes and cannot be read: %v", data, err)
		}
	})
}

func FuzzTrailers(f *testing.F) {
	for _, m := range messages {
		if len(m) < 1000 {
			f.Add([]byte(m))
		}
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		c := &object.Commit{Author: []byte(author), Message: message}
		o := object.PickOptions{Origin: object.ID{1}, Signoff: person}
		made, err := object.PickCommit(c, object.ID{2}, []object.ID{{3}}, written, o)
		if err != nil {
			return
		}
		once := made.Message
		if !bytes.HasSuffix(once, []byte("\nSigned-off-by: "+person+"\n")) || !bytes.Equal(once, object.Cleanup(once)) {
			t.Fatalf("%q gives %q", message, once)
		}
		refs := object.PickedFrom(once)
		if len(refs) == 0 || refs[len(refs)-1].ID != o.Origin.String() {
			t.Fatalf("%q: the origin is not found again in %q: %v", message, once, refs)
		}
		object.ParseRevert(message)
		object.FindTrailer(message, "key")
	})
}
