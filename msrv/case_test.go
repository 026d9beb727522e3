package msrv

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the wanted findings in testdata/msrv")

// A gateCase is one archive of testdata/msrv: files below baseline/, changes to them below tip/, changes
// to those below result/; "set", a list of settings; and "want", the findings.
type gateCase struct {
	name    string
	archive *txtar.Archive
	set     []string
	want    string
	trees   [3]fstest.MapFS // baseline, tip, result
	options Options
	in      GateInput
}

func loadCases(t testing.TB) []*gateCase {
	t.Helper()
	names, err := filepath.Glob("../testdata/msrv/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases in testdata/msrv: %v", err)
	}
	var out []*gateCase
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, parseCase(t, name, a))
	}
	return out
}

func parseCase(t testing.TB, name string, a *txtar.Archive) *gateCase {
	t.Helper()
	c := &gateCase{name: name, archive: a}
	for i := range c.trees {
		c.trees[i] = fstest.MapFS{}
	}
	for level, dir := range []string{"baseline/", "tip/", "result/"} {
		for _, f := range a.Files {
			p, ok := strings.CutPrefix(f.Name, dir)
			if !ok {
				continue
			}
			for i := level; i < len(c.trees); i++ {
				if string(f.Data) == "(deleted)\n" {
					delete(c.trees[i], p)
				} else {
					c.trees[i][p] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
				}
			}
		}
	}
	for _, f := range a.Files {
		switch f.Name {
		case "set":
			c.set = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
		case "want":
			c.want = string(f.Data)
		}
	}
	for _, line := range c.set {
		c.apply(t, line)
	}
	return c
}

func (c *gateCase) apply(t testing.TB, line string) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatalf("%s: %s: %v", c.name, line, err)
		}
	}
	verb, rest, _ := strings.Cut(line, " ")
	args := strings.Fields(rest)
	version := func() map[Ecosystem]Version {
		scheme := map[string]Scheme{"rust": SchemeRust, "go": SchemeGo, "node": SchemeRange, "python": SchemePEP440}[args[0]]
		v, err := ParseVersion(scheme, args[1])
		must(err)
		return map[Ecosystem]Version{Ecosystem(args[0]): v}
	}
	switch verb {
	case "exclude":
		c.options.Exclude = args
	case "custom":
		p := strings.Split(rest, " | ")
		custom, err := NewCustom(p[0], p[1], p[2], p[3], p[4])
		must(err)
		c.options.Custom = append(c.options.Custom, custom)
	case "rule":
		rule, err := ParseRule(args[1])
		must(err)
		role, err := ParseRole(args[0])
		must(err)
		*map[Role]*Rule{RoleFloor: &c.in.Rules.Floor, RoleSelector: &c.in.Rules.Selector, RoleCI: &c.in.Rules.CI, RoleImage: &c.in.Rules.Image}[role] = rule
	case "supported":
		c.in.Supported = version()
	case "promised":
		c.in.Promised = version()
	case "reason":
		c.in.Reason = rest
	case "allow-unread":
		c.in.AllowUnread = true
	case "no-baseline":
		c.trees[0] = nil
	default:
		t.Fatalf("%s: unknown setting %q", c.name, line)
	}
}

// changed lists the pin files that differ between the result and one of the others.
func (c *gateCase) changed() []string {
	all := map[string]bool{}
	for _, tree := range c.trees {
		for p := range tree {
			all[p] = true
		}
	}
	data := func(tree fstest.MapFS, p string) string {
		if f := tree[p]; f != nil {
			return "+" + string(f.Data)
		}
		return ""
	}
	var out []string
	for _, p := range slices.Sorted(maps.Keys(all)) {
		now := data(c.trees[2], p)
		if (now != data(c.trees[1], p) || c.trees[0] != nil && now != data(c.trees[0], p)) && c.options.IsPinFile(p) {
			out = append(out, p)
		}
	}
	return out
}

func (c *gateCase) verdict() Verdict {
	trees := Trees{Tip: c.trees[1], Result: c.trees[2]}
	if c.trees[0] != nil {
		trees.Baseline = c.trees[0]
	}
	return Compare(trees, c.changed(), c.options, c.in)
}

// show writes a verdict as the cases have it.
func show(v Verdict) string {
	var b strings.Builder
	for _, f := range v.Findings {
		fmt.Fprintf(&b, "%s %s %s:%d %s [%s]", f.Level, f.Cause, f.Path, f.Line, f.Key, f.Role)
		if f.Problem != nil {
			fmt.Fprintf(&b, " %s: %s\n", f.Problem.Trouble, f.Problem)
			continue
		}
		fmt.Fprintf(&b, " %s: %q", f.Outcome, f.Was)
		if f.Baseline != f.Was {
			fmt.Fprintf(&b, " (%q)", f.Baseline)
		}
		fmt.Fprintf(&b, " -> %q", f.Now)
		if f.Limit != "" {
			fmt.Fprintf(&b, " limit %s", f.Limit)
		}
		b.WriteByte('\n')
	}
	if v.Unread {
		b.WriteString("unread\n")
	}
	fmt.Fprintf(&b, "ok: %v\n", v.OK)
	return b.String()
}

func TestCases(t *testing.T) {
	for _, c := range loadCases(t) {
		t.Run(strings.TrimSuffix(filepath.Base(c.name), ".txtar"), func(t *testing.T) {
			got := show(c.verdict())
			if *update {
				c.save(t, got)
				return
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func (c *gateCase) save(t *testing.T, got string) {
	c.archive.Files = slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	c.archive.Files = append(c.archive.Files, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(c.name, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
