package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/msrv"
)

// pullRequestOf is a pull request that holds text from a repository in every place that can.
func pullRequestOf(s string) PullRequest {
	id := gitops.ID{0x12, 0x34}
	return PullRequest{
		Base: s, Head: s, Title: s, Warnings: []string{s},
		Sources: []SourceNote{
			{ID: id, Subject: s, Message: []byte(s), Status: backport.PickClean, Via: "release " + s, Facts: []string{s, s}, Prerequisite: true,
				Differs: []gitops.PathDifference{{Path: s, Lines: []gitops.PatchLine{{In: gitops.InFirst, Text: s}, {In: gitops.InBoth, Text: s}, {In: gitops.LeftOut}}}}},
			{ID: id, Subject: s, Message: []byte("subject\n\n" + s), Status: backport.PickSkipped},
		},
		Gate: &backport.GateOutcome{OK: true, Baseline: s, Findings: []msrv.Finding{
			{Path: s, Line: 3, Key: s, Was: "1" + s, Now: "1" + s, Baseline: "1" + s, Outcome: msrv.Lowered, Level: msrv.LevelWarn},
		}},
		Bump: &release.Outcome{From: s, To: s, Branch: "b" + s, Unhandled: []string{s}},
	}
}

// skeleton is what a Markdown document is made of, without what stands in code: kinds of nodes and text.
// blocks are the contents of its code blocks.
func skeleton(t testing.TB, source string) (outline string, blocks []string) {
	t.Helper()
	src := []byte(source)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(src))
	var b strings.Builder
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			b.WriteString(")")
			return ast.WalkContinue, nil
		}
		fmt.Fprintf(&b, "(%s", n.Kind())
		switch n := n.(type) {
		case *ast.Text:
			fmt.Fprintf(&b, " %q", n.Segment.Value(src))
		case *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.FencedCodeBlock:
			var content strings.Builder
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				content.Write(line.Value(src))
			}
			blocks = append(blocks, content.String())
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), blocks
}

// checkBody wants the body for hostile text to be, outside code, the body for plain text.
func checkBody(t testing.TB, s string) {
	t.Helper()
	want, _ := skeleton(t, Body(pullRequestOf("x")))
	body := Body(pullRequestOf(s))
	got, blocks := skeleton(t, body)
	if got != want {
		t.Fatalf("%q changes the document:\n%s\nwant\n%s\nof\n%s", s, got, want, body)
	}
	if len(blocks) != 2 {
		t.Fatalf("%q: %d code blocks, want the difference from main's version and the messages", s, len(blocks))
	}
	for line := range strings.Lines(blocks[0] + blocks[1]) {
		if !strings.HasPrefix(line, "| ") {
			t.Fatalf("%q: line %q has no gutter", s, line)
		}
	}
	if len(body) > maxBody {
		t.Fatalf("%.40q: a body of %d bytes", s, len(body))
	}
	clean := strings.TrimRight(streams.CleanText(s), "\n")
	if len(s) < 1000 {
		shown := strings.ReplaceAll(strings.TrimPrefix("\n"+blocks[1], "\n| "), "\n| ", "\n")
		if !strings.Contains(shown, clean) {
			t.Fatalf("%q is not in the code block:\n%s", s, blocks[1])
		}
	}
}

// payloads are what a hostile commit, branch or path could hold.
func payloads() []string {
	bases := []string{
		"", "@octocat", "@org/team please", "Fixes #1", "closes org/repo#12", "GH-3", "https://evil.example/x", "www.evil.example", "mail@evil.example",
		"<script>alert(1)</script>", "<!-- ", "-->", "<img src=x onerror=y>", "[a](https://evil.example)", "![a](https://evil.example)", "[a]: https://evil.example", "<https://evil.example>",
		"```", "````", "~~~", "`", "``", "` @octocat `", "```\n@octocat\n```", "````text\n@x", "`````````````````````", "```text", "\n\n```\n\n@octocat\n", "| ```\n@x", "    indented", "\tindented",
		"# heading", "===", "---", "***", "* item", "1. item", "> quote", "| a | b |\n|---|---|\n| c | d |", "- [x] task", "&lt;b&gt;", "&#64;octocat", "\\`", "\\", "\\\n", "  \n", "**bold**", "~~gone~~",
		"/merge", "bors r+", "@dependabot merge", ":tada:", "\r\n@octocat", "\r@octocat", "\x00", "\x1b[31m", "\u202e@octocat", "\u2028@octocat", "\u0085@octocat", "\xff\xfe", "a\u200bb", "$x$", "$$\nx\n$$",
		"Signed-off-by: @octocat", "(cherry picked from commit 0123)", "0123456789012345678901234567890123456789", "{branch}{head}{subject}", "${{ secrets.X }}",
	}
	out := append([]string(nil), bases...)
	for _, b := range bases {
		out = append(out, "x "+b, b+"\n\n"+b, "`"+b+"`")
	}
	return append(out, strings.Repeat("`", 70000), strings.Repeat("@octocat\n", 20000), strings.Repeat("x", 200000), strings.Repeat("```\n", 5000))
}

func TestBodyOfHostileText(t *testing.T) {
	list := payloads()
	if len(list) < 200 {
		t.Fatalf("only %d payloads", len(list))
	}
	for _, s := range list {
		checkBody(t, s)
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range payloads() {
		if len(s) < 200 {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) { checkBody(t, s) })
}

// The policy's own text stays Markdown, and what it opens does not let a commit's text out.
func TestBodyWithTemplate(t *testing.T) {
	pr := pullRequestOf("--> @octocat ```")
	pr.Template = "## Checklist\n\n* [ ] tell @release-team about {branch}, {subject}\n"
	body := Body(pr)
	if !strings.HasSuffix(body, "\n## Checklist\n\n* [ ] tell @release-team about ```` --> @octocat ``` ````, {subject}\n\n") {
		t.Errorf("the template is not at the end: %q", body[len(body)-200:])
	}
	for _, open := range []string{"<!-- never closed", "```\nnever closed", "<script>", "[a]("} {
		pr.Template = open
		without := pr
		without.Template = ""
		want, wantBlocks := skeleton(t, Body(without))
		got, blocks := skeleton(t, Body(pr))
		if !strings.HasPrefix(got, strings.TrimSuffix(want, ")")) || !slices.Equal(blocks[:2], wantBlocks) {
			t.Errorf("%q changes what stands before it:\n%s\n%s", open, got, want)
		}
	}
	pr.Template = strings.Repeat("ü", maxBody)
	if n := len(Body(pr)); n > maxBody {
		t.Errorf("a body of %d bytes", n)
	}
}

func TestBodyIsBounded(t *testing.T) {
	pr := pullRequestOf("x")
	for range 5000 {
		pr.Warnings = append(pr.Warnings, strings.Repeat("w", 1000))
		pr.Sources = append(pr.Sources, pr.Sources[0])
		pr.Gate.Findings = append(pr.Gate.Findings, pr.Gate.Findings[0])
	}
	body := Body(pr)
	if len(body) > maxBody || !strings.Contains(body, " more\n") || !strings.Contains(body, "cut: there is more") {
		t.Errorf("%d bytes", len(body))
	}
	if _, blocks := skeleton(t, body); len(blocks) != 2 {
		t.Errorf("%d code blocks", len(blocks))
	}
}

func TestTitle(t *testing.T) {
	for in, want := range map[string]string{
		"Fix it (#12) (backport to release-1.0)": "Fix it (#12) (backport to release-1.0)",
		"a\nb\x1b[2J\u202e":                      `a\nb\u{1b}[2J\u{202e}`,
		strings.Repeat("é", 300):                 strings.Repeat("é", 199) + "…",
	} {
		if got := Title(in); got != want {
			t.Errorf("Title(%q) = %q, want %q", in, got, want)
		}
	}
}
