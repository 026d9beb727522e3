package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

// auditFlags are the flags of audit.
type auditFlags struct {
	format         string
	lines, kinds   []string
	signals        []string
	since          string
	grace          int
	strict, matrix bool
	fixMissing     bool

	fixes, introduced, packages []string // of an advisory
	planned, incomplete         bool
	decide                      decideFlags
}

func (a *app) auditCommand() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use: "audit [FIX…]", GroupID: "look",
		Short: "Show which fixes the supported lines lack",
		Long: `Makes a ledger of fix × line from the repository alone: which fixes of main each supported line has, by
ancestry or as a copy, adapted and combined ones included, and which it lacks and should have. The exit
status is a release gate: 5 while a cell is MISSING. Only what needs a decision is listed; -v lists what
may need one. A fix that a line does not need is decided with a [[decision]] in backport.toml.

With FIX (commits, ranges, pull requests as plan takes them) the rows of those commits are shown, with
every line and all evidence.

Signals, in this order: gap (an older line has it and a newer one does not), required (by the policy, for
the kind of the fix), follow-up (it mends or takes back what the line has as a copy), forward (a line has
it and main does not), uneven (a newer line got it after its first release), advisory (another line's
notes name it). uneven and advisory make candidates; --strict makes uneven ones MISSING where the fix
applies and the code that it changes is there.` + exitStatus(ExitOK, ExitUsage, ExitRefused, ExitRepository),
		Example: `  git backport audit
  git backport audit --strict --format markdown
  git backport audit '#12435'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.audit(cmd.Context(), args, f, cmd.Flags().Changed("grace"))
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "table", "table, markdown, csv, json or svg; of an advisory table, osv or ghsa")
	cmd.Flags().StringSliceVar(&f.lines, "line", nil, "audit this `LINE` too, though it has ended; may be repeated")
	cmd.Flags().StringSliceVar(&f.kinds, "kind", nil, "also fixes of this `KIND` that are left out otherwise: ci, docs, dependency; with FIX its kind")
	cmd.Flags().StringSliceVar(&f.signals, "signal", nil, "only cells with this `SIGNAL`; may be repeated")
	cmd.Flags().StringVar(&f.since, "since", "", "only fixes younger than a commit of main or a day, `REV|DATE`")
	cmd.Flags().IntVar(&f.grace, "grace", audit.Grace, "`DAYS` in which a fix that is no security fix is due and not missing")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "what is uneven, applies and finds its code is MISSING")
	cmd.Flags().BoolVar(&f.matrix, "matrix", false, "print the whole ledger, a row a fix")
	cmd.Flags().BoolVar(&f.fixMissing, "fix-missing", false, "print, for each fix, the one plan line that lands all its MISSING cells")
	a.auditMore(cmd, &f)
	return cmd
}

// auditMore adds the flags about one fix, one advisory, and what people decide.
func (a *app) auditMore(cmd *cobra.Command, f *auditFlags) {
	cmd.Flags().StringSliceVar(&f.introduced, "introduced", nil, "the commit or version `REV` that brought what FIX mends; may be repeated")
	cmd.Flags().StringSliceVar(&f.fixes, "fix", nil, "with an advisory's id: the `FIX` of it, may be repeated")
	cmd.Flags().StringSliceVar(&f.packages, "package", nil, "with an advisory's id: the `PACKAGE` it is about, pkg:cargo/NAME or crates.io:NAME")
	cmd.Flags().BoolVar(&f.planned, "planned", false, "with an advisory's id: take a fix on the branch for released with the next version")
	cmd.Flags().BoolVar(&f.incomplete, "incomplete", false, "with an advisory's id: leave ranges open where a supported line lacks the fix")
	cmd.Flags().StringSliceVar(&f.decide.cells, "decide", nil, "write a decision on `FIX:LINE` to backport.toml in the work tree; may be repeated")
	cmd.Flags().StringVar(&f.decide.status, "status", "", "of the decision: not-affected, wont-fix or done-otherwise")
	cmd.Flags().StringVar(&f.decide.reason, "reason", "", "of the decision")
	cmd.Flags().StringVar(&f.decide.until, "until", "", "the last `DAY` on which the decision holds")
	cmd.Flags().BoolVar(&f.decide.stdout, "stdout", false, "print the decision in place of writing it")
}

// audit runs the verb.
func (a *app) audit(ctx context.Context, fix []string, f auditFlags, graced bool) error {
	if err := a.checkAudit(&f); err != nil {
		return err
	}
	in, err := a.open(ctx, project.NeedPolicy)
	if err != nil {
		return err
	}
	if in.Guessed() && a.host.getenv("CI") != "" {
		return usageError(errors.New("no backport.toml, and a guessed policy does not hold in CI"), "git backport init writes a policy; --config names one")
	}
	if in.Repo.IsShallow() {
		return &Error{Exit: ExitRepository, Code: "shallow", Err: errors.New("this is a shallow clone: what its branches have cannot be told"), Hint: "git fetch --unshallow"}
	}
	if len(f.decide.cells) > 0 {
		return a.auditDecide(ctx, in, f.decide)
	}
	if len(fix) == 1 && isAdvisory(fix[0]) {
		return a.auditRanges(ctx, in, strings.ToUpper(fix[0]), f)
	}
	q, err := a.auditRequest(ctx, in, fix, f, graced)
	if err != nil {
		return err
	}
	end := a.trace.stage("ledger", "")
	rep, err := audit.Run(ctx, in.Session, q)
	end()
	if err != nil {
		return err
	}
	return a.showAudit(in, rep, f)
}

// checkAudit refuses what no audit can be asked.
func (a *app) checkAudit(f *auditFlags) error {
	if a.json {
		f.format = "json"
	}
	if f.format == "json" {
		a.json = true
	}
	if !slices.Contains(auditFormats(), f.format) {
		return usageError(fmt.Errorf("--format %q: want %s", f.format, strings.Join(auditFormats(), ", ")), "")
	}
	if f.grace < 0 {
		return usageError(fmt.Errorf("--grace %d: want days, 0 or more", f.grace), "")
	}
	for _, s := range f.signals {
		if !slices.Contains(audit.Signals(), audit.Signal(s)) {
			var known []string
			for _, k := range audit.Signals() {
				known = append(known, string(k))
			}
			return usageError(fmt.Errorf("--signal %q is not a signal", s), "signals: "+strings.Join(known, ", "))
		}
	}
	return nil
}

func auditFormats() []string {
	return []string{"table", "markdown", "csv", "json", "svg", "osv", "ghsa"}
}

// auditRequest turns flags and policy into what is audited.
func (a *app) auditRequest(ctx context.Context, in *project.Project, fix []string, f auditFlags, graced bool) (audit.Request, error) {
	q, err := in.Audit(ctx, f.lines)
	if err != nil {
		return q, err
	}
	q.Strict = f.strict || q.Strict
	if graced {
		q.Grace = f.grace
	}
	for _, s := range f.signals {
		q.Only = append(q.Only, audit.Signal(s))
	}
	for _, k := range f.kinds {
		if err := in.CheckKind(policy.Kind(k)); err != nil {
			return q, err
		}
		q.Kinds = append(q.Kinds, policy.Kind(k))
	}
	if f.since != "" {
		if q.Since, err = in.Since(ctx, f.since); err != nil {
			return q, err
		}
	}
	if len(fix) == 0 {
		return q, nil
	}
	if len(f.kinds) > 1 {
		return q, usageError(errors.New("--kind: a fix has one kind"), "")
	}
	found, err := in.Fix(ctx, fix, "")
	if err != nil {
		return q, err
	}
	q.Fixes = found.Commits
	for _, rev := range f.introduced {
		id, err := in.RevOrVersion(ctx, rev)
		if err != nil {
			return q, err
		}
		q.Brought = append(q.Brought, id)
	}
	if len(q.Kinds) > 0 {
		q.Kind = q.Kinds[0]
	}
	return q, nil
}

// showAudit prints a report, and sets the exit code.
func (a *app) showAudit(in *project.Project, rep *audit.Report, f auditFlags) error {
	switch {
	case !rep.Lacks.IsZero():
		a.code = ExitRepository
	case rep.Counts[audit.Missing] > 0:
		a.code = ExitRefused
	}
	h := report.AuditHeader{
		Version: version(), PolicySource: in.Source, PolicyRev: in.Rev, Main: in.Main.Name, Exit: int(a.code), Whole: f.matrix,
		Warnings: append(slices.Clone(in.Warnings), rep.Warnings...), Command: a.auditCommandFor,
	}
	if in.Guessed() {
		h.Warnings = append(h.Warnings, "no backport.toml: the two newest lines are guessed ('git backport init' writes a policy)")
	}
	if a.json {
		doc := report.Audit(rep, h)
		if !rep.Lacks.IsZero() {
			e := explain(missingError(rep.Lacks))
			shown := report.NewError(e.Code, e.Error(), e.Hint)
			doc.Error = &shown
		}
		return a.writeJSON(doc)
	}
	for _, text := range h.Warnings {
		a.warn(text)
	}
	o := report.TextOptions{Width: a.streams.Width, Color: a.streams.Color, Verbose: a.verbose, Quiet: a.quiet, Short: in.Repo.Short}
	if err := a.auditText(a.streams.Out, rep, h, f, o); err != nil {
		return err
	}
	if !rep.Lacks.IsZero() {
		e := explain(missingError(rep.Lacks))
		a.warn(fmt.Sprintf("%s; cells that rest on it are unknown", e.Error()))
		a.hint(e.Hint)
	}
	return nil
}

func missingError(id gitops.ID) error { return gitops.NewMissing(id) }

func (a *app) auditText(w io.Writer, rep *audit.Report, h report.AuditHeader, f auditFlags, o report.TextOptions) error {
	switch {
	case f.fixMissing:
		return report.AuditCommands(w, rep, h)
	case f.format == "csv":
		return report.AuditCSV(w, rep, h)
	case f.format == "svg":
		return report.AuditSVG(w, rep, h)
	case f.format == "markdown":
		return report.AuditMarkdown(w, rep, h, o)
	case f.matrix:
		return report.AuditMatrix(w, rep, h, o)
	case len(rep.Request.Fixes) > 0:
		return report.AuditRows(w, rep, h, o)
	}
	return report.AuditText(w, rep, h, o)
}

// auditCommandFor is the command that lands a fix on lines.
func (a *app) auditCommandFor(row *audit.Row, lines []string) string {
	r := operation.Request{Fix: []string{row.Commit().ID.String()[:commandDigits]}, To: lines, Policy: a.Policy, Remote: a.Remote, Base: a.Base, AsOf: a.AsOf}
	if row.Kind == policy.Security && row.KindFrom != backport.KindFromTrailer {
		r.Kind = string(row.Kind)
	}
	if id, err := a.repo.Expand(r.Fix[0]); err != nil || id != row.Commit().ID {
		r.Fix[0] = row.Commit().ID.String()
	}
	return a.say("plan", requestArgs(r, planVerb)...)
}

// commandDigits is how many digits of an id a printed command has.
const commandDigits = 12
