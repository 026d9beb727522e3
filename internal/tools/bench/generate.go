package main

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
)

// The size of the generated repository.
const (
	generatedFiles    = 3000
	generatedCommits  = 2400
	generatedReleases = 24
)

// generatedPolicy is the policy of the generated repository.
const generatedPolicy = `schema = 1

[repo]
branch = ["release-{major}.0.0"]

[class.normal]
phases = [{ name = "current", until = "4 releases" }]
`

// A maker writes the history of a repository for git fast-import: a workspace of crates, fixes on
// main, a release branch now and then with its tags.
type maker struct {
	rnd   *rand.Rand
	in    *bufio.Writer
	paths []string
	mark  int
	at    int64
}

// generate makes the repository that anyone can measure on, the same one each time.
func (b *bench) generate(dir string) error {
	if out, err := exec.CommandContext(b.ctx, b.git, "init", "-q", "--bare", "--initial-branch=main", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("git init: %w: %s", err, out)
	}
	cmd := exec.CommandContext(b.ctx, b.git, "-C", dir, "fast-import", "--quiet")
	cmd.Stderr, cmd.Env = os.Stderr, environment(b.work)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git fast-import: %w", err)
	}
	m := &maker{rnd: rand.New(rand.NewPCG(1, 2)), at: 1690000000, in: bufio.NewWriter(in)}
	m.history()
	if err := errors.Join(m.in.Flush(), in.Close(), cmd.Wait()); err != nil {
		return fmt.Errorf("git fast-import: %w", err)
	}
	if _, err = b.run(dir, "repack", "-adfq", "--window=20", "--depth=50"); err == nil {
		_, err = b.run(dir, "pack-refs", "--all")
	}
	return err
}

func (m *maker) history() {
	m.first()
	for i := 1; i < generatedCommits; i++ {
		m.fix(i)
		if i%(generatedCommits/generatedReleases) == 0 {
			m.release(i / (generatedCommits / generatedReleases))
		}
	}
}

func (m *maker) commit(ref, message string, from string) {
	m.mark++
	m.at += 20000
	fmt.Fprintf(m.in, "commit refs/heads/%s\nmark :%d\ncommitter C O Mitter <c@example.com> %d +0000\ndata %d\n%s\n", ref, m.mark, m.at, len(message), message)
	if from != "" {
		fmt.Fprintf(m.in, "from %s\n", from)
	}
}

func (m *maker) file(path, text string) {
	fmt.Fprintf(m.in, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
}

// text is the content of a file, which its number and its edits decide.
func (m *maker) text(number int) string {
	var b strings.Builder
	edit := m.rnd.IntN(100)
	for line := range 40 + number%160 {
		word := (number*31 + line*7) % 9973
		if line == edit {
			word = m.rnd.IntN(1 << 20)
		}
		fmt.Fprintf(&b, "    let value_%d = compute(%d, %d); // step %d of %d\n", line, word, word*line%65537, line, number)
	}
	return b.String()
}

func (m *maker) first() {
	m.commit("main", "Begin\n", "")
	for i := range generatedFiles {
		path := fmt.Sprintf("crates/part%02d/src/area%d/file%04d.rs", i%40, i%7, i)
		m.paths = append(m.paths, path)
		m.file(path, m.text(i))
	}
	m.file("Cargo.toml", cargo(1))
	m.file("rust-toolchain.toml", "[toolchain]\nchannel = \"1.86.0\"\n")
}

func cargo(major int) string {
	return fmt.Sprintf("[package]\nname = \"generated\"\nversion = \"%d.0.0\"\nedition = \"2024\"\nrust-version = \"1.86\"\n", major)
}

// fix changes files; some fixes move them, and some are large.
func (m *maker) fix(i int) {
	m.commit("main", fmt.Sprintf("Fix the thing (#%d)\n", i), "")
	n := []int{1, 1, 2, 2, 3, 3, 5, 10, 20, 25}[m.rnd.IntN(10)]
	if i%150 == 0 {
		n = 50
	}
	moves := i%60 == 0
	seen := map[int]bool{}
	for range n {
		k := m.rnd.IntN(len(m.paths))
		if seen[k] {
			continue
		}
		seen[k] = true
		if moves {
			to := fmt.Sprintf("crates/part%02d/src/moved%d/%s", m.rnd.IntN(40), i/60, m.paths[k][strings.LastIndexByte(m.paths[k], '/')+1:])
			fmt.Fprintf(m.in, "R %s %s\n", m.paths[k], to)
			m.paths[k] = to
		}
		m.file(m.paths[k], m.text(k))
	}
}

func (m *maker) release(major int) {
	main := m.mark
	branch := fmt.Sprintf("release-%d.0.0", major)
	m.commit(branch, fmt.Sprintf("Release %d.0.0\n", major), fmt.Sprintf(":%d", main))
	m.file("Cargo.toml", cargo(major))
	tag := fmt.Sprintf("v%d.0.0", major)
	fmt.Fprintf(m.in, "tag %s\nfrom :%d\ntagger C O Mitter <c@example.com> %d +0000\ndata %d\n%s\n", tag, m.mark, m.at, len(tag), tag)
	for range 3 {
		m.commit(branch, "Fix on the branch\n", "")
		k := m.rnd.IntN(len(m.paths))
		m.file(m.paths[k], m.text(k))
	}
	m.commit("main", fmt.Sprintf("Begin %d.0.0\n", major+1), fmt.Sprintf(":%d", main))
	m.file("Cargo.toml", cargo(major+1))
}
