package main

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

// patchDays reads the clone's branches and tags and asks the policy about each day of patch releases.
func patchDays(r *replay) ([][]string, error) {
	preset, err := config.Preset("wasmtime")
	if err != nil {
		return nil, err
	}
	refs, err := r.gitOut("for-each-ref", "--format=%(refname)%09%(creatordate:format-local:%Y-%m-%d)", "refs/heads", "refs/remotes", "refs/tags")
	if err != nil {
		return nil, err
	}
	var facts policy.Facts
	for line := range strings.Lines(refs) {
		name, day, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if tag, ok := strings.CutPrefix(name, "refs/tags/"); ok {
			date, err := policy.ParseDate(day)
			if err != nil {
				return nil, fmt.Errorf("tag %s: %w", tag, err)
			}
			facts.Tags = append(facts.Tags, policy.TagFact{Name: tag, Date: date})
			continue
		}
		short := name[strings.LastIndex(name, "/")+1:]
		facts.Branches = append(facts.Branches, policy.BranchFact{Name: short})
	}
	var rows [][]string
	for _, d := range policy.PatchDays(preset.Policy, facts, policy.Security, 2) {
		rows = append(rows, []string{d.Date.String(), ids(d.Patched), ids(d.Required), ids(d.Pending), ids(d.Released), ids(d.Extra), ids(d.Missing), whyExtra(d)})
	}
	return rows, nil
}

// whyExtra says why the policy does not require the lines that were patched all the same.
func whyExtra(d policy.PatchDay) string {
	var out []string
	for _, id := range d.Extra {
		for _, dec := range d.Decisions {
			if dec.ID == id {
				out = append(out, fmt.Sprintf("%s: %s", id, dec.Detail))
			}
		}
	}
	return orDash(strings.Join(out, "; "))
}

func ids(list []policy.LineID) string {
	var out []string
	for _, id := range list {
		out = append(out, id.String())
	}
	return orDash(strings.Join(out, " "))
}

// days replays every day on which several lines were patched.
func (r *replay) days() error {
	rows, err := patchDays(r)
	if err != nil {
		return err
	}
	r.printf("\n## The days of patch releases\n\nEvery day on which at least two lines got a patch release, what the policy (preset wasmtime) requires of a security fix on that\nday, and the difference. *Extra*: patched though the policy does not require it, and why it does not. *Missing*: required and not patched.\n\n| day | patched | required | pending | first releases | extra | missing | why not required |\n|---|---|---|---|---|---|---|---|\n")
	for _, row := range rows {
		r.printf("| %s |\n", strings.Join(row, " | "))
	}
	return nil
}
