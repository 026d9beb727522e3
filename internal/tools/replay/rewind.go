package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/cmd"
	"github.com/git-backport/git-backport/internal/report"
)

// A variant is a way to run the program: which of its means against conflicts it has, and whether newer
// branches have the fix already.
type variant struct {
	name   string
	rules  bool // the policy's path rules
	landed bool
	flags  []string
}

func variants() []variant {
	return []variant{
		{"path rules", true, false, []string{"--no-cascade", "--no-why"}},
		{"cascade, all branches in one run", false, false, []string{"--no-why"}},
		{"cascade, one branch after the other", false, true, []string{"--no-why"}},
		{"prerequisites", false, false, []string{"--no-cascade", "--with-prerequisites"}},
		{"all together, in one run", true, false, []string{"--with-prerequisites"}},
		{"all together, one branch after the other", true, true, []string{"--with-prerequisites"}},
	}
}

// errStopped is a replay that was told to stop.
var errStopped = errors.New("stopped")

// A stage is the scratch clone set up for a fix: its release branches as they stood before the fix landed
// on them, or after it had landed on all that are newer than one.
type stage struct {
	*replay
	match match
	to    []landing // the branches to plan for
}

// set moves the branches of the scratch clone. With landed the first of to is the only one that lacks the
// fix.
func (r *replay) set(m match, only *landing) (stage, error) {
	s := stage{replay: r, match: m, to: m.landed}
	in := r.rewindTags(m.at)
	for i, l := range m.landed {
		at := l.onto
		if only != nil && l.line.Compare(only.line) > 0 {
			at = l.commit
		}
		if only != nil && l.branch == only.branch {
			s.to = m.landed[:i+1]
		}
		fmt.Fprintf(in, "update refs/heads/%s %s\n", l.branch, at)
	}
	c := exec.Command(r.git, "-C", r.scratch, "update-ref", "--stdin")
	c.Stdin = in
	if out, err := c.CombinedOutput(); err != nil {
		return s, fmt.Errorf("git update-ref: %w\n%s", err, out)
	}
	return s, nil
}

// A tag of the clone, and when it was made, in seconds since 1970.
type tag struct {
	ref, id string
	at      int64
}

// readTags reads the tags of the clone.
func (r *replay) readTags() error {
	out, err := r.gitOut("for-each-ref", "--format=%(refname) %(objectname) %(creatordate:unix)", "refs/tags")
	if err != nil {
		return err
	}
	for l := range strings.Lines(out) {
		var t tag
		if _, err := fmt.Sscan(l, &t.ref, &t.id, &t.at); err != nil {
			return fmt.Errorf("tag %q: %w", l, err)
		}
		r.tags = append(r.tags, t)
	}
	return nil
}

// rewindTags returns the commands for git update-ref that leave the tags which were there at a time.
func (r *replay) rewindTags(at int64) *bytes.Buffer {
	in := &bytes.Buffer{}
	for _, t := range r.tags {
		if t.at < at {
			fmt.Fprintf(in, "update %s %s\n", t.ref, t.id)
		} else {
			fmt.Fprintf(in, "delete %s\n", t.ref)
		}
	}
	return in
}

// run runs a verb of the program on the stage.
func (s stage) run(verb string, rules bool, flags ...string) ([]byte, error) {
	file := s.unruled
	if rules {
		file = s.ruled
	}
	args := []string{"--config", file, verb, s.match.source, "--kind", "bugfix", "--reason", "replay", "--as-of", s.match.day, "--no-bump", "--date", "@1787000000 +0000"}
	for _, l := range s.to {
		args = append(args, "--to", l.branch)
	}
	c := s.tool(s.scratch, append(args, flags...)...)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	switch code := cmd.ExitCode(c.ProcessState.ExitCode()); code {
	case cmd.ExitOK, cmd.ExitPerson, cmd.ExitRefused:
	case cmd.ExitInterrupted, cmd.ExitTerminated:
		return nil, errStopped
	default:
		return nil, fmt.Errorf("%s %s: %w\n%s", verb, s.match.source, err, slices.Concat(out, errs.Bytes()))
	}
	return out, nil
}

// document runs plan or apply and returns the targets by branch.
func (s stage) document(verb string, rules bool, flags ...string) (map[string]report.TargetV1, error) {
	out, err := s.run(verb, rules, append(slices.Clone(flags), "--json")...)
	if err != nil {
		return nil, err
	}
	var doc report.PlanV1
	if err := json.Unmarshal(out, &doc); err != nil {
		return nil, fmt.Errorf("%s %s: %w", verb, s.match.source, err)
	}
	by := map[string]report.TargetV1{}
	for _, t := range doc.Targets {
		by[t.Branch] = t
	}
	return by, nil
}

// policies writes the policy twice: as it is, and with a rule before all others that settles nothing.
func (r *replay) policies(text []byte) error {
	const none = "[[path]]\nmatch = \"**\"\non_conflict = \"manual\"\n"
	unruled := string(text) + "\n" + none
	if at := strings.Index(string(text), "\n[[path]]"); at >= 0 {
		unruled = string(text[:at+1]) + none + string(text[at+1:])
	}
	if err := os.WriteFile(r.ruled, text, 0o600); err != nil {
		return err
	}
	return os.WriteFile(r.unruled, []byte(unruled), 0o600)
}
