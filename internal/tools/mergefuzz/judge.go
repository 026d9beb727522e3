package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// A judge is a throw-away bare repository in which git merges.
type judge struct {
	git, dir, style string
	batches         int
}

func newJudge(git, style string) (*judge, error) {
	dir, err := os.MkdirTemp("", "mergefuzz")
	if err != nil {
		return nil, err
	}
	j := &judge{git: git, dir: dir, style: style}
	_, _, err = j.run(nil, "init", "-q", "--bare", dir)
	return j, err
}

func (j *judge) close() { os.RemoveAll(j.dir) }

// run runs git in the repository; exit code 1 is not an error.
func (j *judge) run(stdin []byte, args ...string) (out []byte, code int, err error) {
	cmd := exec.Command(j.git, append([]string{"-c", "core.fsync=none", "-c", "merge.conflictStyle=" + j.style, "-c", "fastimport.unpackLimit=0"}, args...)...)
	cmd.Dir = j.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + j.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_DIR=" + j.dir, "LC_ALL=C"}
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err = cmd.Output()
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() == 1 {
		return out, 1, nil
	}
	if err != nil {
		return out, 0, fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, 0, nil
}

// A verdict is what git made of a batch, by position.
type verdict struct {
	blobs      []string
	conflicted []bool
	labels     merge.Labels
}

// merge has git merge all cases, each as a file of its own in one tree.
func (j *judge) merge(cases []mergeCase) (verdict, error) {
	j.batches++
	refs := [3]string{}
	var stream bytes.Buffer
	for side := range refs {
		refs[side] = fmt.Sprintf("refs/heads/b%d-%d", j.batches, side)
		fmt.Fprintf(&stream, "commit %s\ncommitter c <c@e> 1 +0000\ndata 0\n", refs[side])
		attributes := "union/* merge=union\nm3/* conflict-marker-size=3\nm10/* conflict-marker-size=10\n"
		fmt.Fprintf(&stream, "M 100644 inline .gitattributes\ndata %d\n%s\n", len(attributes), attributes)
		for i, k := range cases {
			data := [...][]byte{k.base, k.ours, k.theirs}[side]
			fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n", k.path(i), len(data))
			stream.Write(data)
			stream.WriteByte('\n')
		}
		stream.WriteByte('\n')
	}
	if _, _, err := j.run(stream.Bytes(), "fast-import", "--quiet", "--depth=0"); err != nil {
		return verdict{}, err
	}
	out, _, err := j.run(nil, "--attr-source="+refs[1], "merge-tree", "--write-tree", "--no-messages", "--name-only", "-z",
		"--merge-base="+refs[0], refs[1], refs[2])
	if err != nil {
		return verdict{}, err
	}
	return j.read(cases, refs, out)
}

// read reads the ids of the merged files and which of them are conflicted.
func (j *judge) read(cases []mergeCase, refs [3]string, out []byte) (verdict, error) {
	v := verdict{labels: merge.Labels{Ours: refs[1], Theirs: refs[2], Base: refs[0]}}
	fields := strings.Split(string(out), "\x00")
	conflicted := map[string]bool{}
	for _, f := range fields[1:] {
		conflicted[f] = true
	}
	list, _, err := j.run(nil, "ls-tree", "-r", "-z", fields[0])
	if err != nil {
		return v, err
	}
	ids := map[string]string{}
	for _, l := range strings.Split(string(list), "\x00") {
		if meta, path, ok := strings.Cut(l, "\t"); ok {
			ids[path] = strings.Fields(meta)[2]
		}
	}
	for i, k := range cases {
		v.blobs = append(v.blobs, ids[k.path(i)])
		v.conflicted = append(v.conflicted, conflicted[k.path(i)])
	}
	return v, nil
}

func (j *judge) blob(id string) ([]byte, error) {
	out, _, err := j.run(nil, "cat-file", "blob", id)
	return out, err
}

func blobID(data []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// path is where case i stands in the trees.
func (k mergeCase) path(i int) string {
	dir := "plain"
	switch {
	case k.union:
		dir = "union"
	case k.marker != 0:
		dir = fmt.Sprintf("m%d", k.marker)
	}
	return filepath.ToSlash(filepath.Join(dir, fmt.Sprintf("%05d", i)))
}

// isTrivial reports whether git settles the case without looking into the texts.
func (k mergeCase) isTrivial() bool {
	return bytes.Equal(k.base, k.ours) || bytes.Equal(k.base, k.theirs) || bytes.Equal(k.ours, k.theirs)
}

// trivially returns what git makes of a trivial case, else merged.
func (k mergeCase) trivially(merged []byte) []byte {
	switch {
	case bytes.Equal(k.ours, k.theirs), bytes.Equal(k.base, k.theirs):
		return k.ours
	case bytes.Equal(k.base, k.ours):
		return k.theirs
	}
	return merged
}
