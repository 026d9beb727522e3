package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/txfs"
	"github.com/git-backport/git-backport/policy"
)

// scheduleFlags are the flags of schedule.
type scheduleFlags struct {
	pairFlags
	format, update, check string
	next, ended           int
}

func (a *app) scheduleCommand() *cobra.Command {
	var f scheduleFlags
	cmd := &cobra.Command{
		Use: "schedule [--pairs [LINE|REV]]", GroupID: "look",
		Short: "Show the support calendar, past and planned",
		Long: `Shows when each release line is supported, in which phase, and how long two lines of a class overlap:
the time there is to upgrade. Planned days come from [dates] plan in the policy.

--update writes the calendar into FILE, between the lines
  ` + report.CalendarBegin + `
  ` + report.CalendarEnd + `
and --check reports whether it is up to date there. The format is markdown then, unless --format says
otherwise; a FILE that ends in .svg, .ics or .json is the calendar as a whole.

--pairs lists instead which releases must work together, by the rules of [pairs]: for the release of a tag,
the next one of a line, or the next ones of all lines. --report FILE reads results, lines "RELEASE WITH
passed|failed|untested", and prints the compatibility report; --path FROM TO prints the upgrades from one
line to another with their days.` + exitStatus(ExitOK, ExitUsage, ExitRefused, ExitRepository),
		Example: `  git backport schedule --next 3
  git backport schedule --format mermaid --update docs/support.md
  git backport schedule --check docs/support.md
  git backport schedule --pairs 36 --format matrix
  git backport schedule --pairs --path 24 48`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.pairFlags.check(args, f); err != nil {
				return err
			}
			if f.pairs {
				in, err := a.open(cmd.Context(), project.NeedPolicy)
				if err != nil {
					return err
				}
				return a.pairs(cmd.Context(), in, f.pairFlags, f.format, args)
			}
			format, err := f.calendarFormat(a.json)
			if err != nil {
				return err
			}
			in, err := a.open(cmd.Context(), project.NeedPolicy)
			if err != nil {
				return err
			}
			return a.schedule(in, f, format)
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "", "table (the default), markdown, mermaid, svg, ics or json; with --pairs table, matrix or json")
	cmd.Flags().IntVar(&f.next, "next", 4, "show `N` lines to come, where the policy plans them")
	cmd.Flags().IntVar(&f.ended, "ended", 3, "show the newest `N` lines that have ended; -1 shows all")
	cmd.Flags().StringVar(&f.update, "update", "", "write the calendar into `FILE`")
	cmd.Flags().StringVar(&f.check, "check", "", "tell whether `FILE` holds the calendar as it is")
	cmd.Flags().BoolVar(&f.pairs, "pairs", false, "show which releases must work together")
	cmd.Flags().StringSliceVar(&f.rules, "rule", nil, "with --pairs: by the rule `NAME`, may be repeated")
	cmd.Flags().StringVar(&f.report, "report", "", "with --pairs: read results from `FILE`, print the compatibility report")
	cmd.Flags().BoolVar(&f.path, "path", false, "with --pairs: the upgrades from line FROM to line TO")
	cmd.MarkFlagsMutuallyExclusive("update", "check")
	return cmd
}

// file is the file that is written or checked; "" for none.
func (f scheduleFlags) file() string { return f.update + f.check }

// whole reports whether the file is the calendar and nothing else.
func (f scheduleFlags) whole() bool {
	ext := strings.ToLower(filepath.Ext(f.file()))
	return ext == ".svg" || ext == ".json" || ext == ".ics"
}

// calendarFormat is the format asked for, or what fits the file.
func (f scheduleFlags) calendarFormat(json bool) (report.CalendarFormat, error) {
	switch {
	case f.next < 0 || f.next > 100:
		return "", usageError(fmt.Errorf("--next %d: want 0 to 100", f.next), "")
	case f.format == "" && f.whole():
		return report.CalendarFormat(strings.ToLower(filepath.Ext(f.file()))[1:]), nil
	case f.format == "" && f.file() != "":
		return report.CalendarMarkdown, nil
	case json && f.file() == "":
		return report.CalendarJSON, nil
	case f.format == "":
		return report.CalendarTable, nil
	}
	format := report.CalendarFormat(f.format)
	if !slices.Contains(report.CalendarFormats(), format) {
		return "", usageError(fmt.Errorf("--format %q: want table, markdown, mermaid, svg, ics or json", f.format), "")
	}
	return format, nil
}

func (a *app) schedule(in *project.Project, f scheduleFlags, format report.CalendarFormat) error {
	var text bytes.Buffer
	calendar := policy.Schedule(in.Config.Policy, in.Facts, f.next)
	if err := report.WriteCalendar(&text, calendar, format, report.CalendarOptions{Ended: f.ended, Project: in.Name(), Title: calendarTitle(in, format)}); err != nil {
		return err
	}
	if !a.json {
		for _, text := range in.Warnings {
			a.warn(text)
		}
	}
	if f.file() == "" {
		_, err := a.streams.Out.Write(text.Bytes())
		return err
	}
	path := f.file()
	if !filepath.IsAbs(path) {
		path = filepath.Join(in.Env.Dir, path)
	}
	was, now, err := f.calendarFile(path, text.Bytes(), format)
	if err != nil {
		return err
	}
	stale := !bytes.Equal(was, now)
	if stale && f.update != "" {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		if err := txfs.Replace(txfs.Real{}, path, now, 0o666); err != nil {
			return fmt.Errorf("writing the calendar: %w", err)
		}
	}
	if stale && f.check != "" {
		a.code = ExitRefused
	}
	return a.scheduleDone(f, stale)
}

// calendarTitle names the project where a calendar stands beside those of others.
func calendarTitle(in *project.Project, format report.CalendarFormat) string {
	if format == report.CalendarICS && in.Name() != "" {
		return in.Name() + " releases and support"
	}
	return ""
}

// calendarFile returns what the file holds, and what it holds with the calendar in it.
func (f scheduleFlags) calendarFile(path string, text []byte, format report.CalendarFormat) (was, now []byte, err error) {
	was, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && f.whole() {
		return nil, text, nil
	}
	if err != nil {
		return nil, nil, usageError(fmt.Errorf("reading the file for the calendar: %w", err), "make the file first, with the two lines that 'git backport schedule --help' shows")
	}
	if f.whole() {
		return was, text, nil
	}
	now, err = report.ReplaceCalendar(was, text, format)
	if err != nil {
		return nil, nil, usageError(fmt.Errorf("%s: %w", f.file(), err), "put the lines\n  "+report.CalendarBegin+"\n  "+report.CalendarEnd+"\nwhere the calendar belongs")
	}
	return was, now, nil
}

// scheduleDone says what became of the file.
func (a *app) scheduleDone(f scheduleFlags, stale bool) error {
	if a.json {
		return a.writeJSON(struct {
			Schema  string `json:"schema"`
			File    string `json:"file"`
			Stale   bool   `json:"stale"`
			Written bool   `json:"written"`
			Exit    int    `json:"exit"`
		}{"git-backport/schedule-file/v1", f.file(), stale, stale && f.update != "", int(a.code)})
	}
	said := "holds the calendar as it is"
	switch {
	case stale && f.update != "":
		said = "updated"
	case stale:
		said = "does not hold the calendar as it is; git backport schedule --update " + quoteArg(f.check) + " writes it"
	}
	_, err := fmt.Fprintf(a.streams.Out, "%s: %s\n", f.file(), said)
	return err
}
