package cmd

import (
	"fmt"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/internal/streams"
)

// follow shows on a terminal how far a plan is, when it turns out to be long. What it returns erases
// the line.
func (a *app) follow(opts *backport.Options) (erase func()) {
	if a.quiet || a.json {
		return func() {}
	}
	line := streams.NewProgress(a.streams.Err, a.streams.ErrWidth, a.started, a.host.Now)
	if line != nil {
		opts.Progress = func(p backport.Progress) { line.Show(progressText(p)) }
	}
	return line.Close
}

// progressText says in a line what is being done.
func progressText(p backport.Progress) string {
	switch p.Doing {
	case backport.DoingTargets:
		return fmt.Sprintf("picking onto %s, %d of %d targets done", p.Target, p.Done, p.Of)
	case backport.DoingCascade:
		return fmt.Sprintf("%s conflicts: trying it as a newer branch has it", p.Target)
	case backport.DoingSearch:
		return fmt.Sprintf("%s conflicts: trying what it may lack, %d of at most %d", p.Target, p.Done, p.Of)
	case backport.DoingPrerequisites:
		return fmt.Sprintf("picking onto %s again, with what it lacks", p.Target)
	}
	return p.Target
}
