package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
)

// isAdvisory reports whether an argument is the id of an advisory.
func isAdvisory(text string) bool {
	ids := ledger.Advisories([]byte(text))
	return len(ids) == 1 && len(ids[0]) == len(text)
}

// auditRanges prints which versions of each line an advisory is about.
func (a *app) auditRanges(ctx context.Context, in *project.Project, id string, f auditFlags) error {
	if len(f.fixes) == 0 {
		return usageError(fmt.Errorf("audit %s: which commits fix it?", id), "name them: --fix FIX, as often as needed")
	}
	if !strings.Contains("table osv ghsa", f.format) {
		return usageError(fmt.Errorf("--format %q: an advisory's ranges are table, osv or ghsa", f.format), "")
	}
	out := report.Advisory{ID: id, AsOf: in.AsOf.String(), Repo: in.Address()}
	for _, text := range f.packages {
		p, err := report.ParsePackage(text)
		if err != nil {
			return usageError(fmt.Errorf("--package: %w", err), "pkg:cargo/wasmtime, or crates.io:wasmtime")
		}
		out.Packages = append(out.Packages, p)
	}
	if len(out.Packages) == 0 && f.format != "table" {
		return usageError(fmt.Errorf("--format %s needs the package that the advisory is about", f.format), "--package pkg:cargo/NAME")
	}
	fix, err := in.Fix(ctx, f.fixes, "")
	if err != nil {
		return err
	}
	for _, c := range fix.Commits {
		out.Fixes = append(out.Fixes, c.String())
	}
	q, held, err := in.Ranges(ctx, id, fix.Commits)
	if err != nil {
		return err
	}
	q.Planned = f.planned
	if len(f.introduced) > 1 {
		return usageError(errors.New("--introduced: an advisory's ranges have one beginning"), "")
	}
	if len(f.introduced) == 1 && f.introduced[0] != "0" {
		if q.Introduced, err = in.RevOrVersion(ctx, f.introduced[0]); err != nil {
			return err
		}
		out.Introduced = q.Introduced.String()
	}
	if out.Ranges, err = audit.Ranges(ctx, in.Session, held, q.RangeRequest); err != nil {
		return err
	}
	out.Lines, out.Firsts = q.Names, q.Firsts
	for i := range out.Ranges {
		out.Ranges[i].Line = q.Names[i]
	}
	return a.showRanges(in, out, f)
}

func (a *app) showRanges(in *project.Project, out report.Advisory, f auditFlags) error {
	for _, text := range in.Warnings {
		a.warn(text)
	}
	if open := audit.Unsettled(out.Ranges); len(open) > 0 && !f.incomplete {
		a.code = ExitRefused
		a.warn(fmt.Sprintf("lines %s are supported and neither fixed nor decided", strings.Join(open, ", ")))
		a.hint("--planned takes what is on the branch for released, --incomplete leaves the ranges open; a [[decision]] says that a line is not affected")
		if f.format != "table" {
			return nil
		}
	}
	switch f.format {
	case "osv":
		return report.OSV(a.streams.Out, out)
	case "ghsa":
		return report.GHSA(a.streams.Out, out)
	}
	return report.RangesTable(a.streams.Out, out, report.TextOptions{Width: a.streams.Width, Color: a.streams.Color, Short: func(id gitops.ID) string { return in.Repo.Short(id) }})
}
