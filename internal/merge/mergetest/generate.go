package mergetest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// Random returns a random case: few names, so that renames, directories and files get in each
// other's way.
func Random(rng *rand.Rand) Case {
	g := &generator{rng: rng, dirs: 2 + rng.IntN(4), pool: 4 + rng.IntN(12)}
	base := Files{}
	for range 1 + rng.IntN(14) {
		g.add(base, g.path())
	}
	c := Case{Base: base, Ours: g.edit(base), Theirs: g.edit(base)}
	if rng.IntN(4) == 0 { // both sides share some of their history
		shared := g.edit(base)
		c.Ours, c.Theirs = g.edit(shared), g.edit(shared)
	}
	return c
}

type generator struct {
	rng  *rand.Rand
	dirs int
	pool int
}

func (g *generator) one(words ...string) string { return words[g.rng.IntN(len(words))] }

func (g *generator) dir() string {
	d := []string{"a", "b", "c", "d", "a/x", "a/y", "b/x", "c/x/y", "a-b", "a.d"}
	return d[g.rng.IntN(min(len(d), 2*g.dirs))]
}

func (g *generator) name() string {
	return []string{"f", "g", "h", "i", "x", "f.c", "f-1", "j", "k", "l", "m", "n"}[g.rng.IntN(min(12, g.pool))]
}

func (g *generator) path() string {
	if g.rng.IntN(5) == 0 {
		return g.one(g.name(), g.dir())
	}
	return g.dir() + "/" + g.name()
}

func (g *generator) lines() string {
	var b strings.Builder
	word := g.rng.IntN(6)
	for i := range 4 + g.rng.IntN(14) {
		fmt.Fprintf(&b, "text %d line %d\n", word, i)
	}
	return b.String()
}

func (g *generator) content() File {
	f := File{Mode: merge.ModeRegular}
	switch g.rng.IntN(24) {
	case 0:
		return File{merge.ModeSymlink, g.one("a", "b/f", "c")}
	case 1:
		return File{merge.ModeGitlink, strings.Repeat(g.one("1", "2", "3"), 40)}
	case 2:
		f.Mode = merge.ModeExec
	case 3:
		return f
	case 4:
		f.Data = "bin\x00" + g.lines()
		return f
	case 5:
		f.Data = strings.ReplaceAll(g.lines(), "\n", "\r\n")
		return f
	case 6:
		f.Data = strings.TrimSuffix(g.lines(), "\n")
		return f
	}
	f.Data = g.lines()
	return f
}

// clear makes room for a file at path.
func clearPath(files Files, path string) {
	for have := range files {
		if have == path || strings.HasPrefix(have, path+"/") || strings.HasPrefix(path, have+"/") {
			delete(files, have)
		}
	}
}

func (g *generator) add(files Files, path string) { g.put(files, path, g.content()) }

func (g *generator) put(files Files, path string, f File) {
	clearPath(files, path)
	files[path] = f
}

func (g *generator) pick(files Files) string {
	if len(files) == 0 {
		return ""
	}
	return files.Paths()[g.rng.IntN(len(files))]
}

// change changes some lines.
func (g *generator) change(f File) File {
	if f.Mode == merge.ModeSymlink || f.Mode == merge.ModeGitlink {
		next := g.content()
		if next.Mode == f.Mode {
			return next
		}
		return f
	}
	lines := strings.SplitAfter(f.Data, "\n")
	for range 1 + g.rng.IntN(3) {
		i := g.rng.IntN(len(lines))
		switch g.rng.IntN(3) {
		case 0:
			lines[i] = fmt.Sprintf("changed %d\n", g.rng.IntN(5))
		case 1:
			lines[i] += fmt.Sprintf("added %d\n", g.rng.IntN(5))
		default:
			lines[i] = ""
		}
	}
	f.Data = strings.Join(lines, "")
	return f
}

// edit returns files after some random edits.
func (g *generator) edit(files Files) Files {
	out := Files{}
	for path, f := range files {
		out[path] = f
	}
	for range g.rng.IntN(7) {
		g.step(out)
	}
	return out
}

func (g *generator) step(files Files) {
	path := g.pick(files)
	if path == "" {
		g.add(files, g.path())
		return
	}
	f := files[path]
	switch g.rng.IntN(15) {
	case 0, 1:
		files[path] = g.change(f)
	case 2:
		delete(files, path)
	case 3, 4, 5:
		delete(files, path)
		if g.rng.IntN(2) == 0 {
			f = g.change(f)
		}
		to := g.path()
		if g.rng.IntN(3) == 0 {
			to = g.dir() + "/" + path[strings.LastIndexByte(path, '/')+1:]
		}
		g.put(files, to, f)
	case 6, 7, 8:
		g.renameDir(files, path)
	case 9:
		g.put(files, g.path(), f)
	case 10:
		g.flip(files, path)
	case 11:
		g.put(files, path+"/"+g.name(), f)
	default:
		g.add(files, g.path())
	}
}

func (g *generator) flip(files Files, path string) {
	f := files[path]
	switch f.Mode {
	case merge.ModeRegular:
		f.Mode = merge.ModeExec
		if g.rng.IntN(3) == 0 {
			f = File{merge.ModeSymlink, "target"}
		}
	case merge.ModeExec:
		f.Mode = merge.ModeRegular
	default:
		f = g.content()
	}
	files[path] = f
}

// renameDir moves most files of a directory.
func (g *generator) renameDir(files Files, path string) {
	cut := strings.LastIndexByte(path, '/')
	if cut < 0 {
		return
	}
	if g.rng.IntN(3) == 0 {
		cut = strings.IndexByte(path, '/')
	}
	from, to := path[:cut], g.dir()
	if g.rng.IntN(8) == 0 {
		to = ""
	}
	if g.rng.IntN(6) == 0 {
		to = from + "/" + g.name()
	}
	moved := Files{}
	for _, have := range files.Paths() {
		if strings.HasPrefix(have, from+"/") && g.rng.IntN(8) > 0 {
			f := files[have]
			if g.rng.IntN(5) == 0 {
				f = g.change(f)
			}
			moved[strings.TrimPrefix(to+have[cut:], "/")] = f
			delete(files, have)
		}
	}
	for _, have := range moved.Paths() {
		g.put(files, have, moved[have])
	}
}
