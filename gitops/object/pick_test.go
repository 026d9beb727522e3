package object_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/internal/gittest"
)

// A picker makes commits and lets git pick them, many in one process.
type picker struct {
	t     testing.TB
	r     *gittest.Repo
	trees []object.ID // trees[i] holds the file f with the number i
	base  []object.ID // base[i] is a commit of trees[i]
}

const (
	batch   = 250
	person  = "C O Mitter <committer@example.com>"
	written = person + " 1700000100 +0000"
)

func newPicker(t testing.TB) *picker {
	p := &picker{t: t, r: gittest.New(t)}
	p.r.Git("config", "core.looseCompression", "0")
	p.r.Git("config", "core.fsync", "none")
	p.r.Git("config", "gc.auto", "0")
	for i := range batch + 1 {
		blob := p.store(object.KindBlob, []byte(fmt.Sprintln(i)))
		data, err := object.EncodeTree([]object.TreeEntry{{Name: "f", Mode: object.ModeRegular, ID: blob}})
		if err != nil {
			t.Fatal(err)
		}
		tree := p.store(object.KindTree, data)
		p.trees = append(p.trees, tree)
		p.base = append(p.base, p.store(object.KindCommit, (&object.Commit{
			Tree: tree, Author: []byte(written), Committer: []byte(written), Message: []byte("base\n"),
		}).Encode()))
	}
	return p
}

// store writes a loose object as it is, which git would not always do.
func (p *picker) store(kind object.Kind, data []byte) object.ID {
	id := object.Hash(kind, data)
	s := id.String()
	dir := filepath.Join(p.r.Dir, ".git", "objects", s[:2])
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	for _, part := range [][]byte{object.AppendHeader(nil, kind, int64(len(data))), data} {
		if _, err := z.Write(part); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, s[2:]), b.Bytes(), 0o444); err != nil && !os.IsPermission(err) {
		p.t.Fatal(err)
	}
	return id
}

// A source is a commit to be picked: its author line, other headers and message.
type source struct {
	author  string
	extra   []object.Header
	message string
}

// compare lets git pick sources with flags, and us, and wants the same commits. It returns how many
// were compared; those that we refuse are not.
func (p *picker) compare(sources []source, o object.PickOptions, flags ...string) (compared int, refused []error) {
	p.t.Helper()
	for len(sources) > 0 {
		n := min(batch, len(sources))
		c, r := p.compareBatch(sources[:n], o, flags)
		compared, refused, sources = compared+c, append(refused, r...), sources[n:]
	}
	return compared, refused
}

// commits stores sources as commits that can be picked one after the other.
func (p *picker) commits(sources []source) ([]*object.Commit, []object.ID) {
	commits := make([]*object.Commit, len(sources))
	ids := make([]object.ID, len(sources))
	for i, s := range sources {
		commits[i] = &object.Commit{
			Tree: p.trees[i+1], Parents: []object.ID{p.base[i]}, Author: []byte(s.author),
			Committer: []byte("Other <o@example.com> 5 +0000"), Extra: s.extra, Message: []byte(s.message),
		}
		ids[i] = p.store(object.KindCommit, commits[i].Encode())
	}
	return commits, ids
}

func (p *picker) compareBatch(sources []source, o object.PickOptions, flags []string) (compared int, refused []error) {
	p.t.Helper()
	args := append([]string{"cherry-pick", "--allow-empty-message"}, flags...)
	commits, ids := p.commits(sources)
	for _, id := range ids {
		args = append(args, id.String())
	}
	p.r.Git("checkout", "-q", "--detach", p.base[0].String())
	start := p.r.Git("commit-tree", "-m", "start", p.trees[0].String())
	p.r.Git("reset", "-q", "--hard", start)
	if _, stderr, code := p.r.Try(nil, args...); code != 0 {
		p.r.Try(nil, "cherry-pick", "--abort")
		if len(sources) == 1 {
			p.t.Errorf("git cherry-pick %v of %q: %s", flags, sources[0], stderr)
			return 0, nil
		}
		for _, s := range sources {
			c, r := p.compareBatch([]source{s}, o, flags)
			compared, refused = compared+c, append(refused, r...)
		}
		return compared, refused
	}
	picked := strings.Fields(p.r.Git("rev-list", "--reverse", start+"..HEAD"))
	if len(picked) != len(sources) {
		p.t.Fatalf("git made %d commits of %d", len(picked), len(sources))
	}
	parent := start
	var again []source
	for i, want := range picked {
		if o.Origin = (object.ID{}); len(flags) > 0 && flags[0] == "-x" {
			o.Origin = ids[i]
		}
		onto, err := object.ParseID(parent)
		if err != nil {
			p.t.Fatal(err)
		}
		parent = want
		got, err := object.PickCommit(commits[i], p.trees[i+1], []object.ID{onto}, written, o)
		if err != nil {
			refused = append(refused, fmt.Errorf("%q: %w", sources[i], err))
			continue
		}
		compared++
		switch id := object.Hash(object.KindCommit, got.Encode()); {
		case id.String() == want:
		case len(sources) > 1:
			again = append(again, sources[i])
		default:
			p.t.Errorf("cherry-pick %v of %q\n got: %q\n git: %q", flags, sources[i], got.Encode(), p.r.Git("cat-file", "commit", want)+"\n")
		}
	}
	// git's answer for one commit is that of a process for it alone: in a long series it was seen to
	// depend on the commits before it.
	for _, s := range again {
		p.t.Logf("picked again alone: %q %v", s, flags)
		p.compareBatch([]source{s}, o, flags)
	}
	return compared, refused
}

// modes are the ways of picking that are compared.
var modes = []struct {
	name    string
	flags   []string
	signoff string
}{
	{"plain", nil, ""}, {"-x", []string{"-x"}, ""}, {"-s", []string{"-s"}, person}, {"-x -s", []string{"-x", "-s"}, person},
}

const author = "A U Thor <author@example.com> 1700000000 +0100"

var messages = []string{
	"", "\n", "  \n\t\n", "subject", "subject\n", "subject\n\n", "subject\n\n\n\n", "\n\n \n  subject\n", "subject\r\n\r\nbody\r\n",
	"subject\n\nbody", "subject\n\nbody\n\n\n\nmore  \n\t\n\n", "two\nlines\n", "subject\n\n\n\n\nbody\n", "subject   \t\n\n   body\n",
	"subject\n\nSigned-off-by: A <a@b>\n", "subject\n\nSigned-off-by: A <a@b>", "subject\nSigned-off-by: A <a@b>\n", "Signed-off-by: A <a@b>\n",
	"subject\n\nbody\n\nSigned-off-by: " + person + "\n", "subject\n\nbody\n\nSigned-off-by: " + person,
	"subject\n\nbody\n\nSigned-off-by: " + person + "\nAcked-by: X <x@y>\n", "Signed-off-by: " + person + "\n", "Signed-off-by: " + person,
	"subject\n\nSigned-off-by: " + person + "\nSigned-off-by: " + person + "\n", "subject\n\nSigned-off-by: " + person + "\n\n\n",
	"subject\n\nSigned-off-by: " + person + " \n", "subject\n\nSigned-off-by: " + person + "\n  and more\n", "subject\n\nsigned-off-by: " + person + "\n",
	"subject\n\nSigned-off-by: " + person + "\n# comment\n", "subject\n\nSigned-off-by: " + person + "\n\nConflicts:\n\ta\n\tb\n",
	"subject\n\nbody\n\nReviewed-by: R\nAcked-by: A\n", "subject\n\nbody\n\nReviewed-by: R\nnot a trailer\n", "subject\n\nKey: value\n continued\n",
	"subject\n\nKey : value\n", "subject\n\nKey :value\n", "subject\n\nKey value: x\n", "subject\n\n: value\n", "subject\n\n-: value\n", "subject\n\nK_y: value\n", "subject\n\nhttps://example.com/x\n",
	"subject\n\nnote\nmore\nmore\nSigned-off-by: A <a@b>\n", "subject\n\nnote\nmore\nmore\nmore\nSigned-off-by: A <a@b>\n",
	"subject\n\nnote\n folded\n folded\nSigned-off-by: A <a@b>\n", "subject\n\n folded\nSigned-off-by: A <a@b>\n", "subject\n\n folded\n\nSigned-off-by: A <a@b>\n",
	"subject\n\nbody\n\n(cherry picked from commit 0123456789012345678901234567890123456789)\n",
	"subject\n\nbody\n(cherry picked from commit 0123456789012345678901234567890123456789)\n",
	"subject\n(cherry picked from commit 0123456789012345678901234567890123456789)\n", "(cherry picked from commit 0123456789012345678901234567890123456789)\n",
	"subject\n\nCo-authored-by: X <x@y>\n(cherry picked from commit 0123)\n", "subject\n\n(cherry picked from commit 0123)\nSigned-off-by: A <a@b>\n",
	"subject\n\n(cherry picked from commit 0123)\n\n(cherry picked from commit 4567)\n", "subject\n\n(backported from commit 0123)\n",
	"Conflicts:\nKey: value\n  \nSigned-off-by: A <a@b>\n\n\tcontinued\n", "# comment\n", "# comment\n\nsubject\n", "#12 fix\n\nbody\n#13\n", "subject\n\nKey: v\n# comment\nKey: w\n", "subject\n\n# comment\nKey: v\n", "subject\n# comment\n\nKey: v\n",
	"subject\n\nKey: v\n\n# comment\n# comment\n", "subject\n\nKey: v\n\nConflicts:\n\ta\n\tb\n", "subject\n\nKey: v\n\nConflicts:\na\n", "subject\n\nConflicts:\n\ta\n", "Conflicts:\n\ta\n",
	"subject\n\nKey: v\n\n# Conflicts:\n#\ta\n", "subject\n\nbody\n# ------------------------ >8 ------------------------\nKey: v\n",
	"subject\n\nKey: v\n# ------------------------ >8 ------------------------\nbody\n", "subject\n\nKey: v\n\n# ------------------------ >8 ------------------------\nbody\n",
	"# ------------------------ >8 ------------------------\nbody\n", "subject\n\n---\nKey: v\n", "subject\n\nKey: v\n---\ndiff\n", "subject\n\nKey: v\n\n---\nbody\n",
	"subject\n\n---\n\nKey: v\n", "subject\n\nfixup! x\n", "fixup! x\n", "Revert \"x\"\n\nThis reverts commit 0123456789012345678901234567890123456789.\n",
	"subject\n\n" + strings.Repeat("long ", 20000) + "\n", strings.Repeat("x", 70000) + ": y\n", "subject\n\n" + strings.Repeat("Key: v\n", 2000),
	"größe 日本語 🎉\n\n— Ünï\n", "\ufeffsubject\n", "subject\n\n\u00a0\nKey: v\n", "subject\n\u2028\nKey: v\n", "subject\n\nKéy: v\n", "gr\xfc\xdfe\n\nKey: v\n", "a\xff\xfe\x80b\xc3\n",
	"\xef\xbf\xbe \xef\xbf\xbf \xed\xa0\x80 \xc0\x80 \xf4\x90\x80\x80 \xef\xb7\x90 \xef\xb7\xaf \xf0\x9f\xbf\xbe \xe2\x82\n",
	"subject\n\n\vbody\f\n\v\n\f\nend\n", "subject\n\v\nKey: v\n", "subject\n\n\fKey: v\n", "subject\x1b[31m\n\nKey\x07: v\n", "\r\nsubject\r\n\r\nKey: v\r\n", "subject\n\nKey: v\r\n\r\n", "subject\r\rbody\r\n",
	"subject\n \nKey: v\n", "subject\n\nKey: v\n \n", "subject\n\nKey: v\n \nx\n", "subject\n\n\tKey: v\n", "subject\n\nKey:\n", "subject\n\nKey: \n", "subject\n\nKey\n: v\n",
	"subject\n\nKey: v\nNote\n\tmore\n\tmore\n\tmore\nSigned-off-by: A <a@b>\n", "subject\n\nSigned-off-by:A\n", "subject\n\nSigned-off-by: \n", "subject\n\nSigned-off-by: A\nx\nx\nx\nx\n",
}

// TestPickMessages compares the table and random messages; GIT_BACKPORT_MESSAGES says how many of the latter.
func TestPickMessages(t *testing.T) {
	p := newPicker(t)
	var sources []source
	for _, m := range messages {
		sources = append(sources, source{author: author, message: m})
	}
	random := 100
	if n, err := strconv.Atoi(os.Getenv("GIT_BACKPORT_MESSAGES")); err == nil {
		random = n
	}
	rnd := rand.New(rand.NewSource(20))
	for range random {
		sources = append(sources, source{author: author, message: randomMessage(rnd)})
	}
	for _, m := range modes {
		n, refused := p.compare(sources, object.PickOptions{Signoff: m.signoff}, m.flags...)
		if n != len(sources) {
			t.Errorf("%s: %d of %d messages compared, refused: %v", m.name, n, len(sources), refused)
		}
	}
}

var fragments = []string{
	"subject", "body text", "Key: value", "key-2 : value", "Signed-off-by: A <a@b>", "Signed-off-by: " + person, "(cherry picked from commit 0123456)",
	" continued", "\tcontinued", "# comment", "#", "", "", "", "  ", "Conflicts:", "\ta/b", "---", "x: y: z", "not a trailer", "Fixes #12", "K=v", "gr\xfc\xdfe: x", "é: x",
	"# ------------------------ >8 ------------------------", "trailing  ", "cr\r", "\r", "Acked-by: X", "Ack: X", "\v", ":", "a:b", "https://x/y", "Note=x",
}

func randomMessage(rnd *rand.Rand) string {
	var b strings.Builder
	for range rnd.Intn(12) {
		b.WriteString(fragments[rnd.Intn(len(fragments))])
		b.WriteByte('\n')
	}
	s := b.String()
	if rnd.Intn(4) == 0 {
		s = strings.TrimSuffix(s, "\n")
	}
	if rnd.Intn(2) == 0 {
		s = "subject\n\n" + s
	}
	return s
}

func TestPickMessagesConfigured(t *testing.T) {
	p := newPicker(t)
	rnd := rand.New(rand.NewSource(21))
	var sources []source
	for range 60 {
		sources = append(sources, source{author: author, message: randomMessage(rnd)})
	}
	p.r.Git("config", "trailer.separators", ":=")
	p.r.Git("config", "trailer.ack.key", "Acked-by")
	p.r.Git("config", "trailer.Note.ifExists", "add")
	p.r.Git("config", "core.commentChar", ";")
	rules := object.TrailerRules{Separators: ":=", Keys: []string{"ack", "Acked-by", "note"}, Comment: ";"}
	for _, m := range modes {
		n, refused := p.compare(sources, object.PickOptions{Signoff: m.signoff, Trailers: rules}, m.flags...)
		if n != len(sources) {
			t.Errorf("%s: %d of %d messages compared, refused: %v", m.name, n, len(sources), refused)
		}
	}
}

func TestPickAuthors(t *testing.T) {
	p := newPicker(t)
	var sources, bad []source
	for _, a := range []string{
		"A <a@b> 1 +0000", "A <a@b> 1 -0000", "A <a@b> 1 +051800", "A <a@b> 1 +2460", "A <a@b> 1 +9999", "A <a@b> 90000 -1200", "A <a@b> 1 0000", "A <a@b> 1 UTC",
		"A <a@b> 1 +5", "A <a@b> 1 +05:30", "A <a@b> 1 ", "A <a@b> 1", "A <a@b> ", "A <a@b>", "A <a@b>  1  +0000", "A <a@b> 1 +0000 ", "A <a@b> 0 +0000",
		"A <a@b> -1 +0000", "A <a@b> 01 +0000", "A <a@b> 9223372036854775807 +0000", "A <a@b> 9223372036854775808 +0000", "A <a@b> 18446744073709551616 -0700",
		"A <a@b> 99999999999999999999999 +0000", "A <a@b> x +0000", "A <a@b> 1e9 +0000", "A <a@b> 1.5 +0000", "A <a@b> 2147483648 +0000", "A <a@b> 4294967296 -0000",
		"<a@b> 1 +0000", " <a@b> 1 +0000", "A<a@b> 1 +0000", "A <> 1 +0000", "A < a@b > 1 +0000", "A, B. <a@b> 1 +0000", "\"A\" <a@b> 1 +0000", "A\tB <a@b> 1 +0000",
		"J\xf6rg <j@b> 1 +0000", "Jörg 日本 <j@b> 1 +0000", "A\r <a@b> 1 +0000", "A\x1b[31m <a@b> 1 +0000", "A  B <a b> 1 +0000", ". <.> 1 +0000", "A\xff <\xfe> 1 +0000",
		strings.Repeat("n", 5000) + " <a@b> 1 +0000",
	} {
		sources = append(sources, source{author: a, message: "subject\n\nbody\n"})
	}
	for _, a := range []string{"A a@b 1 +0000", "A <a<b> 1 +0000", "A > B <a@b> 1 +0000", "A <a@b> 1 +0000 <x>", "A <a@b 1 +0000", ""} {
		bad = append(bad, source{author: a, message: "subject\n"})
	}
	for _, m := range modes {
		if n, refused := p.compare(sources, object.PickOptions{Signoff: m.signoff}, m.flags...); n != len(sources) {
			t.Errorf("%s: %d of %d authors compared, refused: %v", m.name, n, len(sources), refused)
		}
	}
	for _, s := range bad {
		_, err := object.PickCommit(&object.Commit{Tree: p.trees[0], Author: []byte(s.author), Message: []byte("x\n")}, p.trees[0], nil, written, object.PickOptions{})
		if err == nil {
			t.Errorf("author %q is not refused", s.author)
		}
	}
}

func TestPickHeaders(t *testing.T) {
	p := newPicker(t)
	sig := object.Header{Key: "gpgsig", Value: []byte("-----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----")}
	custom := object.Header{Key: "HG:extra", Value: []byte("a:b\n c")}
	enc := func(name string) []object.Header {
		return []object.Header{custom, {Key: "encoding", Value: []byte(name)}, sig}
	}
	var sources []source
	for _, c := range []struct{ name, text string }{
		{"ISO-8859-1", "gr\xfc\xdfe \x80\x9f\n"}, {"iso8859-1", "gr\xfc\xdfe\n"}, {"latin1", "gr\xfc\xdfe\n"}, {"ISO-8859-15", "\xa4 \xfc\n"}, {"windows-1252", "\x93gr\xfc\xdfe\x94 \x80\n"},
		{"CP1252", "\x81\x8d\n"}, {"windows-1252", "\x81\n"}, {"KOI8-R", "\xf0\xd2\xc9\xd7\xc5\xd4\n"}, {"SHIFT-JIS", "\x83\x65\x83\x58\x83\x67 \xb1\n"}, {"Shift_JIS", "\x83\x65\x83\x58\n"},
		{"EUC-JP", "\xa5\xc6\xa5\xb9\xa5\xc8\n"}, {"eucJP", "\xa5\xc6\n"}, {"EUC-JP", "\xa5\n"}, {"GBK", "\xc4\xe3\xba\xc3\n"}, {"GB18030", "\xc4\xe3\x81\x30\x81\x30\n"}, {"Big5", "\xa7\x41\xa6\x6e\n"}, {"EUC-KR", "\xb0\xa1\n"},
		{"windows-1251", "\xcf\xf0\n"}, {"ISO-8859-2", "\xb1\xe6\n"}, {"UTF-8", "grüße\n"}, {"utf8", "gr\xfc\n"}, {"UTF-8", "gr\xfc\n"}, {"no-such-encoding", "gr\xfc\n"}, {"", "gr\xfc\n"}, {"US-ASCII", "gr\xfc\n"},
		{"ISO-8859-1", "plain\n"}, {"no-such", "plain\n"}, {"ISO-8859-1\n second", "gr\xfc\n"}, {" ISO-8859-1", "gr\xfc\n"}, {"ISO-8859-1 ", "gr\xfc\n"}, {"ibm866", "\x8f\xe0\n"}, {"macintosh", "\x8a\n"},
	} {
		sources = append(sources, source{author: author, extra: enc(c.name), message: "s: " + c.text},
			source{author: "J\xf6rg <j@b> 1 +0000", extra: enc(c.name), message: "s: " + c.text})
	}
	sources = append(sources, source{author: author, extra: []object.Header{{Key: "mergetag", Value: []byte("object 0\n type commit")}, {Key: "odd"}}, message: "gr\xfc\n"},
		source{author: author, extra: []object.Header{{Key: "encoding", Value: []byte("latin1")}, {Key: "encoding", Value: []byte("koi8-r")}}, message: "gr\xfc\n"})
	for _, m := range modes {
		n, refused := p.compare(sources, object.PickOptions{Signoff: m.signoff}, m.flags...)
		if n < 57 {
			t.Errorf("%s: only %d of %d compared", m.name, n, len(sources))
		}
		for _, err := range refused {
			var e *object.EncodingError
			if !errors.As(err, &e) {
				t.Errorf("%s: refused for another reason than its encoding: %v", m.name, err)
			}
		}
	}
	for _, name := range []string{"UTF-16", "UTF-7", "IBM037", "ISO-2022-JP-2", "Big5-HKSCS", "EUC-TW", "windows-1258"} {
		c := &object.Commit{Tree: p.trees[0], Author: []byte(author), Committer: []byte(written), Extra: enc(name), Message: []byte("gr\xfc\n")}
		if m, err := object.PickCommit(c, c.Tree, nil, written, object.PickOptions{}); err == nil {
			t.Errorf("encoding %s gives %q, want a refusal", name, m.Message)
		}
	}
}
