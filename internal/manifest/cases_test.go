package manifest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Each archive of testdata/manifest is a tree, in/…, a command, and what comes of it: want/… are the
// files that change, "out" what is said, "error" the error. Lines of the comment that start with "$ "
// make the command:
//
//	$ bump 1.2.3 1.2.4
//	$ rule regex include/v.h (?m)^#define V "(.*)"
//	$ lockstep none | lockstep cranelift* winch*
//	$ release            a candidate may become a release
//	$ crlf               the files in/ and want/ have CRLF line ends
//	$ link PATH TARGET   adds a symbolic link
type manifestCase struct {
	opts BumpOptions
	tree fstest.MapFS
	want map[string]string
	out  string
	err  string
}

func TestCases(t *testing.T) {
	files, err := filepath.Glob("../../testdata/manifest/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := readCase(t, ar)
			if os.Getenv("UPDATE") != "" {
				c.update(t, file, ar)
				return
			}
			c.run(t)
		})
	}
}

func readCase(t *testing.T, ar *txtar.Archive) *manifestCase {
	t.Helper()
	c := &manifestCase{tree: fstest.MapFS{}, want: map[string]string{}}
	crlf := false
	for line := range strings.Lines(string(ar.Comment)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "$" {
			crlf = crlf || f[1] == "crlf"
			c.command(t, f[1], f[2:])
		}
	}
	for _, f := range ar.Files {
		text := string(f.Data)
		if crlf && strings.Contains(f.Name, "/") {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		dir, name, _ := strings.Cut(f.Name, "/")
		switch dir {
		case "in":
			c.tree[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		case "want":
			c.want[name] = text
		case "out":
			c.out = text
		case "error":
			c.err = strings.TrimSpace(text)
		default:
			t.Fatalf("file %q is none of in/, want/, out, error", f.Name)
		}
	}
	return c
}

func (c *manifestCase) command(t *testing.T, verb string, args []string) {
	t.Helper()
	switch verb {
	case "bump":
		c.opts.From, c.opts.To = args[0], args[1]
		if args[0] == "-" {
			c.opts.From = ""
		}
	case "rule":
		rule := Rule{Type: args[0]}
		if len(args) > 1 {
			rule.Path = args[1]
		}
		for _, a := range args[min(2, len(args)):] {
			key, value, _ := strings.Cut(a, ":")
			switch key {
			case "exactly":
				fmt.Sscan(value, &rule.Exactly)
			case "min":
				fmt.Sscan(value, &rule.Min)
			case "max":
				fmt.Sscan(value, &rule.Max)
			case "value":
				rule.Value = value
			default:
				rule.Pattern = strings.TrimPrefix(rule.Pattern+" "+a, " ")
			}
		}
		c.opts.Files = append(c.opts.Files, rule)
	case "lockstep":
		c.opts.Lockstep = Lockstep{Only: args}
		if args[0] == "none" {
			c.opts.Lockstep = Lockstep{None: true}
		}
	case "release":
		c.opts.Release = true
	case "link":
		c.tree[args[0]] = &fstest.MapFile{Data: []byte(args[1]), Mode: fs.ModeSymlink | 0o777}
	case "crlf":
	default:
		t.Fatalf("unknown command %q", verb)
	}
}

func (c *manifestCase) run(t *testing.T) {
	t.Helper()
	res, err := Bump(c.tree, c.opts)
	if got := errText(err); got != c.err {
		t.Fatalf("error\n%s\nwant\n%s", got, c.err)
	}
	if err != nil {
		if len(res.Files) > 0 {
			t.Error("an error came with files")
		}
		return
	}
	got := map[string]string{}
	for _, f := range res.Files {
		got[f.Path] = string(f.Data)
	}
	if diff := cmp.Diff(c.want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.out, said(res)); diff != "" {
		t.Errorf("out (-want +got):\n%s", diff)
	}
}

// update writes what a case says now into its archive: the error, or the files that change and what is said.
func (c *manifestCase) update(t *testing.T, file string, ar *txtar.Archive) {
	t.Helper()
	res, err := Bump(c.tree, c.opts)
	kept := slices.DeleteFunc(ar.Files, func(f txtar.File) bool {
		return f.Name == "out" || f.Name == "error" || strings.HasPrefix(f.Name, "want/")
	})
	if err != nil {
		kept = append(kept, txtar.File{Name: "error", Data: []byte(errText(err) + "\n")})
	} else {
		for _, f := range res.Files {
			kept = append(kept, txtar.File{Name: "want/" + f.Path, Data: []byte(strings.ReplaceAll(string(f.Data), "\r\n", "\n"))})
		}
		kept = append(kept, txtar.File{Name: "out", Data: []byte(said(res))})
	}
	ar.Files = kept
	if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
		t.Fatal(err)
	}
}

// said writes down what a result says besides the files.
func said(r BumpResult) string {
	var b strings.Builder
	if r.TagOnly {
		b.WriteString("tag only\n")
	} else {
		fmt.Fprintf(&b, "%s %s -> %s\n", r.Anchor, r.From, r.To)
	}
	for _, c := range r.Companions {
		fmt.Fprintf(&b, "%s %s -> %s\n", c.Name, c.From, c.To)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	for _, l := range r.Left {
		fmt.Fprintf(&b, "%s\n", l)
	}
	return b.String()
}
