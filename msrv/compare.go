package msrv

import (
	"io/fs"
	"path"
	"slices"
)

// Trees are the trees that Compare reads. Baseline may be nil.
type Trees struct{ Baseline, Tip, Result fs.FS }

// Compare reads the pins of the files that paths names in three trees, and of the tip what a new file is
// measured by, and asks Gate about them under the rules of in.
func Compare(t Trees, paths []string, o Options, in GateInput) Verdict {
	in.Tip, in.Result, in.Baseline, in.Around = ReadPins(t.Tip, paths, o), ReadPins(t.Result, paths, o), nil, nil
	if t.Baseline != nil {
		reading := ReadPins(t.Baseline, paths, o)
		in.Baseline = &reading
	}
	if slices.ContainsFunc(in.Result.Pins, func(p Pin) bool { return !slices.Contains(in.Tip.Files, p.Path) }) {
		in.Around = Census(t.Tip, o).Pins
	}
	return Gate(in)
}

// maxCensus bounds the files that a census reads.
const maxCensus = 20_000

// Census reads the pins of all files of a tree, but those of directories that o excludes. Beyond 20,000
// pin files it stops with a problem that says so.
func Census(tree fs.FS, o Options) Reading {
	var paths []string
	var lost []Problem
	err := fs.WalkDir(tree, ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			lost = append(lost, Problem{Path: p, Role: RoleFloor, Trouble: TroubleIO, Err: err})
			if e != nil && e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir() && p != "." && o.excluded(p+"/") && !o.anyCustomBelow():
			return fs.SkipDir
		case e.IsDir() || !o.IsPinFile(p):
			return nil
		case len(paths) == maxCensus:
			lost = append(lost, Problem{Path: path.Dir(p), Role: RoleFloor, Trouble: TroubleTooLarge, Err: errTooMany})
			return fs.SkipAll
		}
		paths = append(paths, p)
		return nil
	})
	if err != nil {
		lost = append(lost, Problem{Path: ".", Role: RoleFloor, Trouble: TroubleIO, Err: err})
	}
	out := ReadPins(tree, paths, o)
	out.Problems = append(out.Problems, lost...)
	return out
}
