package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
)

// An oracle is the git that judges.
type oracle struct{ git, repo string }

func (o oracle) args(r row) []string {
	return []string{"--attr-source=" + r.onto, "-C", o.repo, "-c", "advice.submoduleMergeConflict=false",
		"merge-tree", "--write-tree", "-z", "--merge-base=" + r.base, r.onto, r.source}
}

// merge asks git. The attribute source belongs to the process, so each pick is one process.
// What git writes goes to a directory of its own.
func (o oracle) merge(ctx context.Context, r row, scratch string) (answer, error) {
	cmd := exec.CommandContext(ctx, o.git, o.args(r)...)
	cmd.Env = o.environment(scratch)
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return answer{}, fmt.Errorf("running %s: %w", o.git, err)
	}
	return gitAnswer(out.String(), cmd.ProcessState.ExitCode())
}
