package manifest

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/git-backport/git-backport/internal/document"
	"github.com/git-backport/git-backport/internal/version"
)

// ErrNone says that a file holds no version that can be counted on: it is dynamic, a placeholder, elsewhere.
var ErrNone = errors.New("no version is written here")

// A Left is a file that a bump leaves alone, because the version of the line is not in it. That is a state of
// the file and no failure: for this file the tag alone makes the release.
type Left struct {
	Path string
	Line int    // from 1; 0 for the whole file
	Why  string // what is there instead
	Cure string // what to do where the file should be bumped
}

func (l Left) String() string {
	place := l.Path
	if l.Line > 0 {
		place = fmt.Sprintf("%s:%d", l.Path, l.Line)
	}
	return fmt.Sprintf("%s: left alone, %s; %s", place, l.Why, l.Cure)
}

// leftOf returns what an error about the file of a rule means where it is a state of that file: it is not
// there, cannot be read as what the rule says, holds no version. ok is false for errors of the rules and of
// the repository, and where going on would publish a wrong version.
func leftOf(rule Rule, err error) (l Left, ok bool) {
	for _, hard := range []error{document.ErrRead, document.ErrEffect, document.ErrOverlap, ErrRule, ErrVersionMoved, ErrCandidate} {
		if errors.Is(err, hard) {
			return Left{}, false
		}
	}
	l = Left{Path: rule.Path, Why: err.Error()}
	if fe, is := errors.AsType[*document.FileError](err); is {
		l.Why = fe.Err.Error()
		if fe.Path != "" {
			l.Path, l.Line = fe.Path, fe.Line
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.Why, l.Cure = "it is not on this branch", "take it out of [[bump.file]] where no branch has it"
	case errors.Is(err, ErrLock):
		l.Cure = "bring the lock file up to date with its package manager"
	case errors.Is(err, version.ErrVersion):
		l.Cure = "the tag alone makes the release; name the file that holds the version in [[bump.file]]"
	case errors.Is(err, ErrNone):
		l.Cure = "the tag alone makes the release; name the file that holds the version in [[bump.file]], if there is one"
	case errors.Is(err, ErrAnchors):
		l.Cure = "name in [[bump.file]] the files that hold the version"
	default:
		l.Why, l.Cure = "it cannot be read: "+l.Why, "repair it, or take it out of [[bump.file]]"
	}
	return l, true
}

// otherLine says that a file holds the version of another line.
func otherLine(a Anchor, line string) Left {
	if _, err := version.Parse(a.Version); err != nil {
		return Left{Path: a.Path, Line: a.Line, Why: err.Error(), Cure: "the tag alone makes the release; name the file that holds the version in [[bump.file]]"}
	}
	return Left{
		Path: a.Path, Line: a.Line, Why: fmt.Sprintf("it says %q, which is not of line %s", a.Version, line),
		Cure: "the tag alone makes the release; take it out of [[bump.file]] where it has a version of its own",
	}
}

// isOf reports whether a version is of a line; a text that is no version is of none.
func isOf(text, line string) bool {
	v, err := version.Parse(text)
	return err == nil && v.In(line)
}
