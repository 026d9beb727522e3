package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// mergeBatch asks git for several rows of one branch in one process. An error says that git died of one
// of them; each has to be asked for alone then.
func (o oracle) mergeBatch(ctx context.Context, rows []row, scratch string) ([]answer, error) {
	var input bytes.Buffer
	for _, r := range rows {
		fmt.Fprintf(&input, "%s -- %s %s\n", r.base, r.onto, r.source)
	}
	cmd := exec.CommandContext(ctx, o.git, "--attr-source="+rows[0].onto, "-C", o.repo, "-c", "advice.submoduleMergeConflict=false",
		"merge-tree", "--stdin", "-z")
	cmd.Env = o.environment(scratch)
	cmd.Stdin = &input
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	fields := strings.Split(string(out), "\x00")
	answers := make([]answer, len(rows))
	for i := range rows {
		if len(fields) < 3 || fields[0] != "0" && fields[0] != "1" {
			return nil, fmt.Errorf("cannot read the answer of git merge-tree for %s", rows[i].id)
		}
		status := "conflict"
		if fields[0] == "1" {
			status = "clean"
		}
		if answers[i], fields, err = readAnswer(status, fields[1:]); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// environment is what git is run with: what it writes goes to a directory of its own.
func (o oracle) environment(scratch string) []string {
	return append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_OBJECT_DIRECTORY="+scratch, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+objectsOf(o.repo), "LC_ALL=C")
}

// A batch is git's answers to the rows of one branch, asked for when the first of them is judged.
type batch struct {
	o       oracle
	scratch string
	ready   map[string]answer // by row
}

// answer returns git's answer to the first of rows; those after it that have the same branch are asked
// for with it.
func (b *batch) answer(ctx context.Context, rows []row) (answer, error) {
	if a, ok := b.ready[rows[0].id]; ok {
		return a, nil
	}
	n := 1
	for n < len(rows) && rows[n].onto == rows[0].onto {
		n++
	}
	b.ready = map[string]answer{}
	if n > 1 {
		if answers, err := b.o.mergeBatch(ctx, rows[:n], b.scratch); err == nil {
			for i, a := range answers {
				b.ready[rows[i].id] = a
			}
			return answers[0], nil
		}
	}
	return b.o.merge(ctx, rows[0], b.scratch)
}
