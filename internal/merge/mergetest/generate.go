package mergetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/merge"
)

// A generator makes files and edits them. The more often its names come up, the more renames,
// directories and files get in each other's way.
type generator struct {
	rng   *rand.Rand
	dirs  []string
	names []string
	texts int                    // number of different texts, each of different lengths
	grow  int                    // most lines above four
	odds  int                    // one content in so many is of each kind that is not a plain text
	near  func(path string) bool // which files edits are about; nil: all
	step  func(*generator, Files)
	steps int // most edits of a side
}

// make returns a case of up to n files; a quarter of the cases share some of their history.
func (g *generator) make(n int) Case {
	base := Files{}
	for range 1 + g.rng.IntN(n) {
		g.add(base, g.path())
	}
	c := Case{Base: base, Ours: g.edit(base), Theirs: g.edit(base)}
	if g.rng.IntN(4) == 0 {
		shared := g.edit(base)
		c.Ours, c.Theirs = g.edit(shared), g.edit(shared)
	}
	return c
}

func (g *generator) one(words ...string) string { return words[g.rng.IntN(len(words))] }

func (g *generator) dir() string { return g.one(g.dirs...) }

func (g *generator) name() string { return g.one(g.names...) }

func (g *generator) path() string {
	if g.rng.IntN(5) == 0 {
		return g.one(g.name(), g.dir())
	}
	return g.dir() + "/" + g.name()
}

func (g *generator) lines() string {
	var b strings.Builder
	word := g.rng.IntN(g.texts)
	for i := range 4 + g.rng.IntN(g.grow) {
		fmt.Fprintf(&b, "text %d line %d\n", word, i)
	}
	return b.String()
}

func (g *generator) content() File {
	f := File{Mode: merge.ModeRegular}
	switch g.rng.IntN(g.odds) {
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
	paths := files.Paths()
	if g.near != nil {
		paths = slices.DeleteFunc(paths, func(path string) bool { return !g.near(path) })
	}
	if len(paths) == 0 {
		return ""
	}
	return paths[g.rng.IntN(len(paths))]
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
	out := maps.Clone(files)
	for range g.rng.IntN(g.steps + 1) {
		g.step(g, out)
	}
	return out
}

// anyStep makes one edit of any kind.
func anyStep(g *generator, files Files) {
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

// below returns the files in and below a directory, by their path from there.
func below(files Files, dir string) Files {
	out := Files{}
	for path, f := range files {
		if rest, ok := strings.CutPrefix(path, dir+"/"); ok {
			out[rest] = f
		}
	}
	return out
}

// relocate moves the files that are at from to the directory to.
func (g *generator) relocate(files Files, from, to string, moved Files) {
	for rest := range moved {
		delete(files, from+"/"+rest)
	}
	for _, rest := range moved.Paths() {
		g.put(files, strings.TrimPrefix(to+"/"+rest, "/"), moved[rest])
	}
}

// moveDir moves a whole directory one up, one down or below another one, or lets two change places.
func (g *generator) moveDir(files Files, path string) {
	from := parent(path)
	if from == "" {
		return
	}
	moved, to := below(files, from), g.dir()
	switch g.rng.IntN(4) {
	case 0:
		to = parent(from)
	case 1:
		to = from + "/" + g.name()
	case 2:
		to += "/" + from[strings.LastIndexByte(from, '/')+1:]
	default:
		if there := below(files, to); len(there) > 0 && !strings.HasPrefix(to+"/", from+"/") && !strings.HasPrefix(from+"/", to+"/") {
			g.relocate(files, from, "swap", moved)
			g.relocate(files, to, from, there)
			from = "swap"
		}
	}
	g.relocate(files, from, to, moved)
}

// splitDir moves the files of a directory to two others.
func (g *generator) splitDir(files Files, path string) {
	from := parent(path)
	if from == "" {
		return
	}
	parts := [2]Files{{}, {}}
	all := below(files, from)
	for i, rest := range all.Paths() {
		parts[(i+g.rng.IntN(8)/7)%2][rest] = all[rest]
	}
	g.relocate(files, from, g.dir(), parts[0])
	g.relocate(files, from, g.dir(), parts[1])
}

// parent returns the directory of path, "" for the root.
func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }
