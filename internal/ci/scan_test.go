package ci

import (
	"fmt"
	"strings"
	"testing"
)

func TestInspect(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"clean", "on: [push, workflow_dispatch]\njobs:\n  a:\n    steps:\n    - run: make\n", ""},
		{"one trigger", "on: push\njobs: {}\n", "1 no-dispatch"},
		{"a list", "on:\n- push\n- pull_request\njobs: {}\n", "2 no-dispatch"},
		{"flow mapping", "on: {push: {}, workflow_dispatch: {}}\njobs: {}\n", ""},
		{"rights of the job", "on: workflow_dispatch\njobs:\n  a:\n    permissions:\n      contents: write\n    steps: []\n", "5 may-publish a"},
		{"rights of the workflow", "on: workflow_dispatch\npermissions: write-all\njobs:\n  a:\n    steps: []\n", "2 may-publish a"},
		{"the job has less", "on: workflow_dispatch\npermissions: write-all\njobs:\n  a:\n    permissions: {}\n    steps: []\n", ""},
		{"a secret", "on: workflow_dispatch\njobs:\n  a:\n    steps:\n    - env:\n        T: ${{ secrets.NPM }}\n      run: x\n", "6 may-publish a"},
		{"the run's own token", "on: workflow_dispatch\njobs:\n  a:\n    steps:\n    - env:\n        T: ${{ secrets.GITHUB_TOKEN }}\n      run: x\n", ""},
		{"a push", "on: workflow_dispatch\njobs:\n  a:\n    steps:\n    - run: |\n        make\n        git push origin HEAD\n", "5 may-publish a"},
		{"a word that is like one", "on: workflow_dispatch\njobs:\n  a:\n    steps:\n    - run: echo not-git pushing\n", ""},
		{"a registry", "on: workflow_dispatch\njobs:\n  a:\n    steps:\n    - uses: docker/login-action@v3\n", "5 may-publish a"},
		{"not on a dispatch", "on: workflow_dispatch\njobs:\n  a:\n    if: github.event_name == 'push'\n    permissions: {contents: write}\n    steps: []\n", ""},
		{"only of a tag", "on: workflow_dispatch\njobs:\n  a:\n    if: startsWith(github.ref, 'refs/tags/v')\n    permissions: {contents: write}\n    steps: []\n", ""},
		{"or anything", "on: workflow_dispatch\njobs:\n  a:\n    if: github.event_name == 'push' || always()\n    permissions: {contents: write}\n    steps: []\n", "5 may-publish a"},
		{"a step's condition", "on: workflow_dispatch\njobs:\n  a:\n    steps:\n    - if: github.event_name == 'release'\n      run: cargo publish\n", ""},
		{"secrets of a called one", "on: workflow_dispatch\njobs:\n  a:\n    uses: ./.github/workflows/x.yml\n    secrets: inherit\n", "5 may-publish a"},
		{"an anchor", "on: workflow_dispatch\nx: &p {contents: write}\njobs:\n  a:\n    permissions: *p\n    steps: []\n", "2 may-publish a"},
		{"not YAML", "on: [\n", "1 not-read"},
		{"two documents", "a: 1\n---\nb: 1\n", "1 not-read"},
	} {
		var got []string
		for _, f := range Inspect("ci.yml", []byte(c.text)) {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %s", f.Line, f.Code, f.Job)))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestMainCI(t *testing.T) {
	files := map[string][]byte{
		"a.yml":    []byte("on: pull_request\njobs: {a: {}, b: {}}\n"),
		"big.yml":  []byte("on: {pull_request: {paths: [docs/**]}}\njobs: {a: {}, b: {}, c: {}, d: {}}\n"),
		"ci.yml":   []byte("on: {pull_request: {}}\njobs: {a: {}, b: {}, c: {}}\n"),
		"cron.yml": []byte("on: schedule\njobs: {a: {}, b: {}, c: {}, d: {}, e: {}}\n"),
		"bad.yml":  []byte("on: ["),
	}
	if got := MainCI(files); got != "ci.yml" {
		t.Errorf("got %q", got)
	}
	if got := MainCI(nil); got != "" {
		t.Errorf("got %q of nothing", got)
	}
}

func FuzzInspect(f *testing.F) {
	f.Add([]byte("on: workflow_dispatch\njobs:\n  a:\n    permissions: &x {contents: write}\n    steps:\n    - run: git push\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("{{{{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := strings.Count(string(data), "\n") + 1
		for _, x := range Inspect("x.yml", data) {
			if x.Line < 0 || x.Line > lines+1 || x.Code == "" {
				t.Errorf("finding %+v of %d lines", x, lines)
			}
		}
	})
}
