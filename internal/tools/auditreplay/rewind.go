package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os/exec"
	"strings"
)

// rewind makes a bare clone of a clone as it was at the end of a day: branches at the youngest commit of
// their first parents that was there, tags of that day and earlier.
func rewind(ctx context.Context, args []string) error {
	var from, to, day string
	err := flags("rewind", args, func(fs *flag.FlagSet) {
		fs.StringVar(&from, "repo", "", "the clone")
		fs.StringVar(&to, "to", "", "the new clone")
		fs.StringVar(&day, "day", "", "the day, YYYY-MM-DD")
	})
	if err != nil {
		return err
	}
	if _, err := git(ctx, "", "clone", "--bare", "-s", "-q", from, to); err != nil {
		return err
	}
	refs, err := git(ctx, to, "for-each-ref", "--format=%(refname) %(objecttype) %(creatordate:unix) %(objectname)")
	if err != nil {
		return err
	}
	end, err := git(ctx, to, "rev-parse", "--since="+day+"T23:59:59Z")
	if err != nil {
		return err
	}
	end = strings.TrimPrefix(strings.TrimSpace(end), "--max-age=")
	head, err := git(ctx, to, "symbolic-ref", "HEAD")
	if err != nil {
		return err
	}
	head = strings.TrimSpace(head)
	var updates bytes.Buffer
	for line := range strings.Lines(refs) {
		f := strings.Fields(line)
		switch {
		case strings.HasPrefix(f[0], "refs/tags/"):
			if f[2] > end {
				fmt.Fprintf(&updates, "delete %s\n", f[0])
			}
		case strings.HasPrefix(f[0], "refs/heads/"):
			id, err := git(ctx, to, "rev-list", "-1", "--first-parent", "--before="+end, f[0])
			if err != nil {
				return err
			}
			id = strings.TrimSpace(id)
			if id != "" && id != f[3] { // what was on main then was not cut yet
				on, err := git(ctx, to, "rev-list", "-1", "HEAD.."+id)
				if err != nil {
					return err
				}
				if on == "" && f[0] != head {
					id = ""
				}
			}
			if id == "" {
				fmt.Fprintf(&updates, "delete %s\n", f[0])
			} else {
				fmt.Fprintf(&updates, "update %s %s\n", f[0], id)
			}
		}
	}
	cmd := exec.CommandContext(ctx, "git", "-C", to, "update-ref", "--stdin")
	cmd.Stdin = &updates
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("moving the branches: %w: %s", err, out)
	}
	_, err = git(ctx, to, "remote", "remove", "origin")
	return err
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	if dir != "" {
		args = append([]string{"-C", dir}, args...)
	}
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}
