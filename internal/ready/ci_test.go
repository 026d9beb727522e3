package ready

import (
	"slices"
	"testing"

	"github.com/git-backport/git-backport/policy"
)

func TestReadWorkflow(t *testing.T) {
	w := readWorkflow([]byte(`name: build on ubuntu-18.04 # macos-11
on:
  push:
  workflow_dispatch:
jobs:
  a:
    # runs-on: windows-2016
    runs-on: ubuntu-20.04
    steps:
      - uses: actions/cache@v2.1.3
      - uses: "actions/checkout@v4"
      - run: |
          echo ubuntu-16.04
          cargo publish
  b:
    strategy:
      matrix:
        os: [macos-13, 'windows-latest', self-hosted]
        include:
          - os: macos-13-large
    runs-on: ${{ matrix.os }}
`))
	var images, actions []string
	for _, p := range w.images {
		images = append(images, p.text)
	}
	for _, p := range w.actions {
		actions = append(actions, p.text)
	}
	if want := []string{"ubuntu-20.04", "macos-13", "windows-latest", "macos-13-large"}; !slices.Equal(images, want) {
		t.Errorf("images %q, want %q", images, want)
	}
	if want := []string{"actions/cache@v2.1.3", "actions/checkout@v4"}; !slices.Equal(actions, want) {
		t.Errorf("actions %q, want %q", actions, want)
	}
	if w.images[0].line != 8 || !w.dispatch || w.publish != 14 || w.guarded || w.unread != 0 {
		t.Errorf("%+v", w)
	}
	if w := readWorkflow([]byte("on: [push]\njobs:\n  a:\n    runs-on: ${{ inputs.runner }}\n")); w.unread != 1 || w.dispatch {
		t.Errorf("computed: %+v", w)
	}
	if w := readWorkflow([]byte("on: [push, workflow_dispatch]\njobs: {}\n")); !w.dispatch {
		t.Errorf("in a list: %+v", w)
	}
}

func TestTable(t *testing.T) {
	for image, text := range retirements() {
		if d, ok := retired(image); !ok || d.String() != text {
			t.Errorf("%s: %s, %v", image, d, ok)
		}
	}
	for image, want := range map[string]string{"macos-13-xlarge": "2025-12-08", "ubuntu-22.04-arm": "2027-04-17", "macos-15-intel": "2027-08-31"} {
		if d, ok := retired(image); !ok || d.String() != want {
			t.Errorf("%s: %s, %v", image, d, ok)
		}
	}
	for _, image := range []string{"ubuntu-24.04", "macos-15", "windows-2022-arm", "ubuntu-latest"} {
		if d, ok := retired(image); ok {
			t.Errorf("%s: %s", image, d)
		}
	}
	for use, want := range map[string]bool{
		"actions/cache@v2": true, "actions/cache/restore@v1.0.1": true, "actions/upload-artifact@v3.1.2": true, "actions/cache@v4": false,
		"actions/cache@0c45773b623bea8c8e75f6c82b208c3cf94ea4f9": false, "actions/upload-artifact@v30": false, "./.github/actions/cache": false, "docker://x": false,
	} {
		if _, ok := refused(use); ok != want {
			t.Errorf("%s: %v", use, ok)
		}
	}
	if tableDay() == (policy.Date{}) {
		t.Error("the table has no day")
	}
}

func FuzzReadWorkflow(f *testing.F) {
	f.Add([]byte("on: push\njobs:\n  a:\n    runs-on: ubuntu-20.04\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, p := range readWorkflow(data).images {
			if p.line < 1 || !imageName().MatchString(p.text) {
				t.Errorf("%+v", p)
			}
		}
	})
}
