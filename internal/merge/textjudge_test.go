package merge

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// A textJudge is a running git merge-tree that merges texts, one after the other.
type textJudge struct {
	t       testing.TB
	dir     string
	start   func() (io.WriteCloser, *bufio.Reader, func())
	in      io.WriteCloser
	out     *bufio.Reader
	version int // 255 for 2.55
}

// withoutGit reports whether no git can judge.
func withoutGit() bool {
	_, err := exec.LookPath("git")
	return err != nil && os.Getenv("GIT_BACKPORT_ORACLE") == ""
}

// A textVerdict is what git made of three texts.
type textVerdict struct {
	merged []byte
	clean  bool
	labels Labels
}

// newTextJudge starts git with a conflict style; without a git the test is skipped.
func newTextJudge(t testing.TB, style string) *textJudge {
	t.Helper()
	r := gittest.NewBare(t)
	git := gittest.Oracle(t)
	major, minor := gittest.OracleVersion(t)
	info := filepath.Join(r.Dir, "info")
	if err := os.MkdirAll(info, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(info, "attributes"), []byte("union merge=union\nm10 conflict-marker-size=10\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	j := &textJudge{t: t, dir: r.Dir, version: major*100 + minor}
	j.start = func() (io.WriteCloser, *bufio.Reader, func()) {
		ctx, cancel := context.WithCancel(context.Background())
		cmd := exec.CommandContext(ctx, git, "-c", "core.fsync=none", "-c", "merge.conflictStyle="+style,
			"merge-tree", "--write-tree", "--stdin", "--no-messages", "--name-only")
		cmd.Dir, cmd.Env = r.Dir, r.Env
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return in, bufio.NewReader(out), func() { in.Close(); cancel(); cmd.Wait() }
	}
	if j.version >= 254 {
		in, out, end := j.start()
		j.in, j.out = in, out
		t.Cleanup(end)
	}
	return j
}

// merge has git merge the texts as the content of the file name: "union" has merge=union, "m10"
// markers of length 10, any other no attributes.
func (j *textJudge) merge(name string, base, ours, theirs []byte) textVerdict {
	j.t.Helper()
	parent := ""
	ids := [3]string{}
	for i, text := range [][]byte{base, ours, theirs} {
		tree := append([]byte("100644 "+name+"\x00"), j.write("blob", text)...)
		commit := fmt.Sprintf("tree %x\n%sauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\n%d\n", j.write("tree", tree), parent, i)
		ids[i] = hex.EncodeToString(j.write("commit", []byte(commit)))
		if i == 0 {
			parent = "parent " + ids[0] + "\n"
		}
	}
	if j.version < 254 { // an older git answers at the end of its input only
		in, out, end := j.start()
		defer end()
		j.in, j.out = in, out
	}
	if _, err := fmt.Fprintf(j.in, "%s %s\n", ids[1], ids[2]); err != nil {
		j.t.Fatal(err)
	}
	if j.version < 254 {
		j.in.Close()
	}
	v := textVerdict{clean: j.field() == "1", labels: Labels{Base: ids[0][:7], Ours: ids[1], Theirs: ids[2]}}
	tree := j.read(j.field())
	for j.field() != "" {
	}
	n := bytes.IndexByte(tree, 0)
	if n < 0 {
		j.t.Fatalf("git made a tree without entry: %q", tree)
	}
	v.merged = j.read(hex.EncodeToString(tree[n+1 : n+21]))
	return v
}

// field reads up to the next NUL.
func (j *textJudge) field() string {
	j.t.Helper()
	s, err := j.out.ReadString(0)
	if err != nil {
		j.t.Fatalf("git merge-tree ended: %v", err)
	}
	return s[:len(s)-1]
}

func (j *textJudge) object(id string) string { return filepath.Join(j.dir, "objects", id[:2], id[2:]) }

// write stores a loose object and returns its id.
func (j *textJudge) write(kind string, data []byte) []byte {
	j.t.Helper()
	full := append(fmt.Appendf(nil, "%s %d\x00", kind, len(data)), data...)
	id := sha1.Sum(full)
	path := j.object(hex.EncodeToString(id[:]))
	if _, err := os.Stat(path); err == nil {
		return id[:]
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(full)
	z.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		j.t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o444); err != nil {
		j.t.Fatal(err)
	}
	return id[:]
}

// read returns the content of a loose object.
func (j *textJudge) read(id string) []byte {
	j.t.Helper()
	f, err := os.Open(j.object(id))
	if err != nil {
		j.t.Fatal(err)
	}
	defer f.Close()
	z, err := zlib.NewReader(f)
	if err != nil {
		j.t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		j.t.Fatal(err)
	}
	_, data, _ = bytes.Cut(data, []byte{0})
	return data
}

// here merges as the judge's version of git does: before 2.54 slid groups are not diffed anew.
func (j *textJudge) here(name string, base, ours, theirs []byte, labels Labels, style Style) TextResult {
	o := TextOptions{Labels: labels, Style: style, Union: name == "union"}
	if name == "m10" {
		o.MarkerSize = 10
	}
	d := newDiffer()
	d.rediff = j.version >= 254
	r := d.merge(base, ours, theirs, o)
	d.rediff = true
	d.release()
	return r
}

// agree fails the test where git's merge is another than ours.
func (j *textJudge) agree(name string, base, ours, theirs []byte) {
	j.t.Helper()
	if bytes.Equal(base, ours) || bytes.Equal(base, theirs) || bytes.Equal(ours, theirs) {
		return // settled by git without looking into the texts
	}
	v := j.merge(name, base, ours, theirs)
	r := j.here(name, base, ours, theirs, v.labels, StyleMerge)
	if v.clean != (r.Conflicts == 0) || !bytes.Equal(v.merged, r.Merged) {
		j.t.Fatalf("git and this package differ (git clean: %t, here conflicts: %d)\nbase %q\nours %q\ntheirs %q\ngit  %q\nhere %q",
			v.clean, r.Conflicts, base, ours, theirs, v.merged, r.Merged)
	}
}

// letters makes a text of one line per byte: a letter of a small alphabet, now and then with CRLF; a
// high last byte takes the last newline off.
func letters(data []byte) []byte {
	var b strings.Builder
	for i, c := range data {
		b.WriteByte('a' + c%16)
		if c&0xf0 == 0xe0 {
			b.WriteByte('\r')
		}
		if i < len(data)-1 || c < 0xf0 {
			b.WriteByte('\n')
		}
	}
	return []byte(b.String())
}
