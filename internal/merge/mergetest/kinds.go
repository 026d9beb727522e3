package mergetest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// A Kind is a kind of random cases.
type Kind struct {
	Name   string
	Random func(*rand.Rand) Case
}

// Kinds returns the kinds of random cases, each about another part of the merge.
func Kinds() []Kind {
	return []Kind{
		{"mixed", Random},
		{"nested", nested},
		{"wide", wide},
		{"alike", alike},
		{"similar", similar},
		{"clashes", clashes},
		{"attributes", withAttributes},
	}
}

var (
	someDirs  = []string{"a", "b", "c", "d", "a/x", "a/y", "b/x", "c/x/y", "a-b", "a.d"}
	someNames = []string{"f", "g", "h", "i", "x", "f.c", "f-1", "j", "k", "l", "m", "n"}
)

// Random returns a case of a few names and of everything that a tree can hold.
func Random(rng *rand.Rand) Case {
	g := plain(rng)
	g.dirs = someDirs[:min(len(someDirs), 2*(2+rng.IntN(4)))]
	g.names = someNames[:min(len(someNames), 4+rng.IntN(12))]
	g.odds = 24
	return g.make(14)
}

// plain returns a generator of text files and seldom anything else.
func plain(rng *rand.Rand) *generator {
	return &generator{rng: rng, dirs: someDirs, names: someNames, texts: 6, grow: 14, odds: 200, step: anyStep, steps: 6}
}

// nested returns a case of deep directories, most edits being renames of directories: into one another,
// to the root, in a chain, apart and together.
func nested(rng *rand.Rand) Case {
	g := plain(rng)
	words := []string{"a", "b", "c"}[:2+rng.IntN(2)]
	g.dirs = nil
	for range 4 + rng.IntN(8) {
		var path []string
		for range 1 + rng.IntN(5) {
			path = append(path, words[rng.IntN(len(words))])
		}
		g.dirs = append(g.dirs, strings.Join(path, "/"))
	}
	g.names = append([]string{"a", "b"}, someNames[:2+rng.IntN(8)]...)
	g.texts, g.odds = 12, 60
	g.step = dirStep
	return g.make(24)
}

// dirStep makes an edit that most often moves a directory or files between directories.
func dirStep(g *generator, files Files) {
	path := g.pick(files)
	switch g.rng.IntN(8) {
	case 0, 1:
		if path != "" {
			g.renameDir(files, path)
		}
	case 2:
		if path != "" {
			g.moveDir(files, path)
		}
	case 3:
		if path != "" {
			g.splitDir(files, path)
		}
	case 4:
		g.add(files, g.dir()+"/"+g.name())
	default:
		anyStep(g, files)
	}
}

// wide returns a case of many directories, of which most are edited on one side alone: git puts them off.
func wide(rng *rand.Rand) Case {
	g := plain(rng)
	g.dirs = nil
	n := 4 + rng.IntN(80)
	if rng.IntN(12) == 0 {
		n += 300 // more than fit into git's first table
	}
	for i := range n {
		d := fmt.Sprintf("d%d", i)
		if rng.IntN(4) == 0 {
			d = g.one(append(g.dirs, "top")...) + "/" + d
		}
		g.dirs = append(g.dirs, d)
	}
	g.texts = 2 + rng.IntN(40)
	g.step = dirStep
	base := Files{}
	for _, d := range g.dirs {
		for range 1 + rng.IntN(5) {
			g.add(base, d+"/"+g.name())
		}
	}
	owner := map[string]int{} // by first directory: 0 nobody edits it, 1 ours, 2 theirs, 3 both
	for _, path := range base.Paths() {
		top, _, _ := strings.Cut(path, "/")
		if _, ok := owner[top]; !ok {
			owner[top] = []int{0, 0, 1, 1, 1, 2, 2, 2, 3}[rng.IntN(9)]
		}
	}
	side := func(n int) Files {
		g.near = func(path string) bool { top, _, _ := strings.Cut(path, "/"); return owner[top]&n != 0 }
		g.steps = 2 + len(g.dirs)/4
		return g.edit(base)
	}
	return Case{Base: base, Ours: side(1), Theirs: side(2)}
}

// alike returns a case of many identical files: which one was renamed to which place depends on the
// order in which they are met.
func alike(rng *rand.Rand) Case {
	g := plain(rng)
	g.texts, g.grow = 1+rng.IntN(3), 1+rng.IntN(2)
	for i := range rng.IntN(90) {
		g.dirs = append(g.dirs[:len(g.dirs):len(g.dirs)], fmt.Sprintf("%s/e%d", g.one(someDirs...), i))
	}
	g.names = someNames[:1+rng.IntN(len(someNames))]
	g.step = dirStep
	g.steps = 4 + rng.IntN(12)
	return g.make(10 + rng.IntN(250))
}

// similar returns a case of files that are more or less alike, near the bounds of what a rename is.
func similar(rng *rand.Rand) Case {
	g := plain(rng)
	g.texts, g.grow, g.odds = 2, 1+rng.IntN(30), 12
	g.names = someNames[:2+rng.IntN(5)]
	g.step = func(g *generator, files Files) {
		path := g.pick(files)
		if path == "" || g.rng.IntN(3) == 0 {
			dirStep(g, files)
			return
		}
		f := files[path]
		for range g.rng.IntN(6) {
			f = g.change(f)
		}
		if g.rng.IntN(5) == 0 {
			f.Data = strings.ReplaceAll(f.Data, "line", g.one("line", "a much longer line that is cut after sixty-four bytes or so, and goes on", ""))
		}
		if g.rng.IntN(2) == 0 {
			delete(files, path)
			path = g.path()
		}
		g.put(files, path, f)
	}
	return g.make(20)
}

// clashes returns a case in which files, directories, symlinks and submodules take each other's place.
func clashes(rng *rand.Rand) Case {
	g := plain(rng)
	g.dirs = []string{"a", "a/b", "b", "b/a", "c", "c/a/b", "a-b"}[:3+rng.IntN(5)]
	g.names = []string{"a", "b", "c", "d", "e.x"}[:3+rng.IntN(3)]
	g.texts, g.odds = 4, 12
	g.step = func(g *generator, files Files) {
		path := g.pick(files)
		if path == "" {
			anyStep(g, files)
			return
		}
		switch g.rng.IntN(8) {
		case 0: // a file becomes a directory
			f := files[path]
			g.put(files, path+"/"+g.name(), f)
		case 1: // a directory becomes one of its files
			if up := strings.LastIndexByte(path, '/'); up > 0 {
				g.put(files, path[:up], files[path])
			}
		case 2:
			g.flip(files, path)
		case 3: // renamed with another mode or type
			f := files[path]
			delete(files, path)
			to := g.path()
			g.put(files, to, f)
			g.flip(files, to)
		default:
			dirStep(g, files)
		}
	}
	return g.make(16)
}

// withAttributes returns a mixed case with .gitattributes files.
func withAttributes(rng *rand.Rand) Case {
	c := Random(rng)
	g := plain(rng)
	g.odds = 12
	rules := func() File {
		var b strings.Builder
		for range 1 + rng.IntN(4) {
			pattern := g.one("*", "*.c", "f*", "/a/*", "a/**", "**/x", "x/", g.name(), g.name(), g.path(), "[f-h]", "many")
			fmt.Fprintf(&b, "%s %s\n", pattern, g.one("merge=union", "merge=binary", "-merge", "merge", "!merge", "merge=text",
				"merge=nobody", "binary", "-diff", "diff", "conflict-marker-size=3", "conflict-marker-size=12", "text eol=crlf",
				"text=auto", "-text", "many", "merge=union -diff"))
		}
		return File{merge.ModeRegular, "[attr]many merge=union conflict-marker-size=9\n" + b.String()}
	}
	for _, path := range []string{".gitattributes", "a/.gitattributes", "b/x/.gitattributes"} {
		if rng.IntN(3) == 0 {
			continue
		}
		all := rules()
		for _, files := range []Files{c.Base, c.Ours, c.Theirs} {
			g.put(files, path, all)
		}
		if rng.IntN(3) == 0 { // one side has other rules
			g.put([]Files{c.Ours, c.Theirs}[rng.IntN(2)], path, rules())
		}
	}
	return c
}
