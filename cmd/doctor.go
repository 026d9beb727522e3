package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/internal/child"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/ready"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/verify"
)

// doctorFlags are the flags of doctor.
type doctorFlags struct {
	lines                    []string
	format                   string
	strict, online, rehearse bool
	noAudit                  bool
	timeout                  time.Duration
}

func (a *app) doctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use: "doctor [flags] [--rehearse [-- CMD [ARG...]]]", GroupID: "look",
		Short: "Ask whether every supported line could be released today",
		Long: `Looks at the tip of each supported line for what would stand in the way of a release: a remote that was
not asked for long, tree, tags and notes that disagree, a next release commit that cannot be made, fixes
without notes, fixes that wait, pins above the branch's promise, fixes that are missing, operations under
way, images and actions of its CI that are gone, CI that cannot be started, and what the calendar has.
Each failure comes with the command that cures it, or that shows what to change.

Images and actions are known by a table that comes with the program, with its day; --as-of asks for any
day. Nothing is asked of a network but with --online, which has your gh tell the last run of each line's CI.

--rehearse makes the release commit of each line in memory, with today's date, and runs CMD on its tree as
verify does: the release automation is tried without a tag. --format markdown is for a weekly issue.` +
			exitStatus(ExitOK, ExitUsage, ExitRefused, ExitRepository),
		Example: `  git backport doctor
  git backport doctor --line 36 -v
  git backport doctor --online --format markdown
  git backport doctor --rehearse -- cargo publish --workspace --dry-run`,
		Args: func(cmd *cobra.Command, args []string) error {
			if n := cmd.ArgsLenAtDash(); len(args) > 0 && n != 0 {
				return usageError(fmt.Errorf("%q: doctor takes no argument; a line is named by --line, the command of --rehearse after --", args[0]), "")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.doctor(cmd.Context(), &f, args) },
	}
	fs := cmd.Flags()
	fs.StringSliceVar(&f.lines, "line", nil, "only these `LINE`s")
	fs.StringVar(&f.format, "format", "table", "`FORMAT`: table, markdown or json")
	fs.BoolVar(&f.strict, "strict", false, "a warning keeps a line from being ready too")
	fs.BoolVar(&f.online, "online", false, "ask the forge, by your gh, how the last run of each line's CI ended")
	fs.BoolVar(&f.noAudit, "no-audit", false, "do not look for fixes that are missing, which takes the longest")
	fs.BoolVar(&f.rehearse, "rehearse", false, "make each line's release commit in memory, and run the command on its tree")
	fs.DurationVar(&f.timeout, "timeout", time.Hour, "with --rehearse: end the command after `D`")
	return cmd
}

// doctor examines the supported lines.
func (a *app) doctor(ctx context.Context, f *doctorFlags, argv []string) error {
	switch {
	case !slices.Contains([]string{"table", "markdown", "json"}, f.format):
		return usageError(fmt.Errorf("--format %q: want table, markdown or json", f.format), "")
	case len(argv) > 0 && !f.rehearse:
		return usageError(errors.New("a command is run by --rehearse alone"), "git backport doctor --rehearse -- CMD")
	case f.timeout <= 0:
		return usageError(fmt.Errorf("--timeout %s: want a duration such as 20m", f.timeout), "")
	}
	a.json = a.json || f.format == "json"
	in, err := a.open(ctx, project.NeedPolicy)
	if err != nil {
		return err
	}
	o := ready.Options{Now: a.host.Now(), Fetched: fetched(in), Stage: backport.Options{AsOf: in.AsOf, Main: in.Main, Remote: in.Remote}}
	if err := in.StageOptions(&o.Stage); err != nil {
		return err
	}
	if o.Only, err = doctorLines(in, f.lines); err != nil {
		return err
	}
	if o.Log, err = in.Operations(); err != nil {
		return err
	}
	if f.online {
		if o.Online, err = a.askRuns(in); err != nil {
			return err
		}
	}
	d := report.Doctor{Strict: f.strict, Say: a.sayCure}
	if !f.noAudit {
		if o.Audit, err = a.doctorAudit(ctx, in, &d); err != nil {
			return err
		}
	}
	if d.Report, err = ready.Examine(ctx, in, o); err != nil {
		return err
	}
	if f.rehearse {
		if err := a.rehearse(ctx, in, f, argv, d.Report); err != nil {
			return verifyError(err)
		}
	}
	d.Warnings = append(slices.Clone(in.Warnings), d.Warnings...)
	if in.Guessed() {
		d.Warnings = append(d.Warnings, "no backport.toml: the two newest lines are guessed ('git backport init' writes a policy)")
	}
	for _, l := range d.Lines {
		if !l.Ready(f.strict) {
			a.code = ExitRefused
		}
	}
	if !a.json {
		for _, text := range d.Warnings {
			a.warn(text)
		}
	}
	return a.render(report.DoctorDocument(version(), d, int(a.code)), func(w io.Writer) error {
		if f.format == "markdown" {
			return report.DoctorMarkdown(w, d)
		}
		return report.DoctorText(w, d, a.textOptions(in.Repo))
	})
}

// sayCure is the command that cures a finding.
func (a *app) sayCure(f ready.Finding) string {
	if len(f.Verb) > 0 {
		return a.say(f.Verb[0], f.Verb[1:]...)
	}
	return f.Command
}

// doctorLines are the lines that are named, by their names or branches.
func doctorLines(in *project.Project, names []string) ([]string, error) {
	for _, name := range names {
		known := false
		var all []string
		for _, l := range in.Lines {
			known = known || l.Branch == name || l.Name() == name
			all = append(all, l.Name())
		}
		if !known {
			return nil, &backport.LineError{Line: name, Reason: "there is no such line", Known: all}
		}
	}
	return names, nil
}

// doctorAudit audits the lines, where the clone has what that takes.
func (a *app) doctorAudit(ctx context.Context, in *project.Project, d *report.Doctor) (*audit.Report, error) {
	if in.Repo.IsShallow() {
		d.Warnings = append(d.Warnings, "this is a shallow clone: what its lines lack is not looked at (git fetch --unshallow)")
		return nil, nil //nolint:nilnil // no audit is an answer
	}
	q, err := in.Audit(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer a.trace.stage("audit", "")()
	return audit.Run(ctx, in.Session, q)
}

// fetched is when the remote was last asked, by what git leaves of it; zero where nothing says so.
func fetched(in *project.Project) time.Time {
	var last time.Time
	look := func(path string) {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	look(filepath.Join(in.Repo.Layout.GitDir, "FETCH_HEAD"))
	look(filepath.Join(in.Repo.Layout.CommonDir, "FETCH_HEAD"))
	logs := filepath.Join(in.Repo.Layout.CommonDir, "logs", "refs", "remotes", in.Remote)
	list, _ := os.ReadDir(logs) // none, where there is none
	for _, e := range list {
		look(filepath.Join(logs, e.Name()))
	}
	return last
}

// askRuns asks the user's gh for the last run of a branch's CI.
func (a *app) askRuns(in *project.Project) (func(ctx context.Context, branch string) (ready.Run, error), error) {
	gh, err := child.Find("gh")
	if err != nil {
		return nil, usageError(fmt.Errorf("--online: %w", err), "it asks by your gh: https://cli.github.com")
	}
	where, ok := in.Repo.Config.Get("remote." + in.Remote + ".url")
	if !ok {
		return nil, usageError(errors.New("--online: there is no remote whose CI could be asked"), "--remote names one")
	}
	parts := strings.FieldsFunc(strings.TrimSuffix(strings.TrimRight(where.Value, "/"), ".git"), func(r rune) bool { return r == '/' || r == ':' })
	if len(parts) < 2 {
		return nil, usageError(fmt.Errorf("--online: %q is not the address of a repository of a forge", where.Value), "")
	}
	repository := strings.Join(parts[len(parts)-2:], "/")
	env := append(a.environment("PATH", "HOME", "XDG_CONFIG_HOME", "GH_TOKEN", "GITHUB_TOKEN", "GH_HOST", "GH_CONFIG_DIR", "GH_ENTERPRISE_TOKEN",
		"http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"), "GH_PROMPT_DISABLED=1", "NO_COLOR=1")
	return func(ctx context.Context, branch string) (ready.Run, error) {
		res, err := gh.Run(ctx, child.Call{Env: env, Dir: in.Env.Dir, Args: []string{
			"api", "--method", "GET", "repos/" + repository + "/actions/runs", "-f", "branch=" + branch, "-f", "per_page=1", "-f", "status=completed",
		}})
		if err != nil {
			return ready.Run{}, err
		}
		if res.Code != 0 {
			return ready.Run{}, errors.New(lastLine(res.Stderr))
		}
		return readRun(res.Stdout)
	}, nil
}

// readRun reads the forge's answer.
func readRun(data []byte) (ready.Run, error) {
	var doc struct {
		Runs []struct {
			Conclusion string    `json:"conclusion"`
			Updated    time.Time `json:"updated_at"`
			Web        string    `json:"html_url"`
		} `json:"workflow_runs"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return ready.Run{}, fmt.Errorf("reading what gh says: %w", err)
	}
	if len(doc.Runs) == 0 {
		return ready.Run{None: true}, nil
	}
	return ready.Run{Conclusion: doc.Runs[0].Conclusion, At: doc.Runs[0].Updated, Web: doc.Runs[0].Web}, nil
}

// rehearse makes the release commit of each line, and runs the command on its tree.
func (a *app) rehearse(ctx context.Context, in *project.Project, f *doctorFlags, argv []string, rep *ready.Report) error {
	plan := &verify.Plan{
		Session: in.Session, Argv: argv, Toolchains: []string{verify.Selected}, Jobs: 1, Timeout: f.timeout, Now: a.host.Now, Grace: 10 * time.Second,
	}
	var of []int
	for i := range rep.Lines {
		l := &rep.Lines[i]
		ask := &bumpAsk{Request: a.Request, dry: true}
		ask.Lines = []string{l.Target.Branch}
		b, err := a.planBump(ctx, in, ask)
		if err != nil {
			return err
		}
		for _, p := range b.plan.Lines {
			cannot := ready.Finding{Check: ready.CheckRehearsal, Level: ready.Fail, Verb: []string{"bump", l.Target.Decision.Name(), "--dry-run"}}
			switch {
			case p.Status == release.Failed:
				cannot.Message = p.Err.Error()
			case p.Status != release.Ready:
				cannot.Level, cannot.Message = ready.Info, "there is nothing to release: "+p.Why
			case p.Outcome.Commit.IsZero() && len(argv) > 0:
				cannot.Message = "without an identity there is no release commit: git config user.name and user.email"
			}
			if cannot.Message != "" {
				l.Findings = append(l.Findings, cannot)
				continue
			}
			if len(argv) == 0 {
				continue
			}
			tree, err := in.Session.TreeOf(p.Outcome.Commit)
			if err != nil {
				return err
			}
			of = append(of, i)
			plan.Targets = append(plan.Targets, verify.Target{Line: l.Target.Decision.Name(), Branch: l.Target.Branch, Head: p.Outcome.Commit, Tree: tree})
		}
	}
	if len(plan.Targets) == 0 {
		return nil
	}
	if err := a.verifyPlaces(ctx, in, &verifyFlags{timeout: f.timeout}, plan); err != nil {
		return err
	}
	results, err := plan.Run(ctx)
	if err != nil {
		return err
	}
	for i, r := range results {
		l := &rep.Lines[of[i]]
		if r.Status == verify.Passed {
			l.Findings = append(l.Findings, ready.Finding{Check: ready.CheckRehearsal, Level: ready.Info, Message: fmt.Sprintf("%s passed", argv[0])})
			continue
		}
		cure := r.Install
		if cure == "" && r.Log != "" {
			cure = "less " + quoteArg(r.Log)
		}
		l.Findings = append(l.Findings, ready.Finding{Check: ready.CheckRehearsal, Level: ready.Fail, Message: fmt.Sprintf("%s: %s, %s", argv[0], r.Status, r.Reason), Command: cure})
	}
	return nil
}
