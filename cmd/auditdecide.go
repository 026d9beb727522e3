package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/txfs"
	"github.com/git-backport/git-backport/policy"
)

// decideFlags are what a person decides.
type decideFlags struct {
	cells                 []string // FIX:LINE
	status, reason, until string
	stdout                bool
}

// auditDecide writes what a person decides of cells to the policy in the work tree.
func (a *app) auditDecide(ctx context.Context, in *project.Project, d decideFlags) error {
	if d.status == "" || strings.TrimSpace(d.reason) == "" {
		return usageError(errors.New("--decide needs --status and --reason"), "status: "+strings.Join(audit.DecisionStatuses(), ", "))
	}
	if !slices.Contains(audit.DecisionStatuses(), d.status) {
		return usageError(fmt.Errorf("--status %q is no decision", d.status), "status: "+strings.Join(audit.DecisionStatuses(), ", "))
	}
	if d.until != "" {
		if _, err := parseDay("--until", d.until); err != nil {
			return err
		}
	}
	text, err := a.decisions(ctx, in, d)
	if err != nil {
		return err
	}
	if d.stdout {
		_, err := fmt.Fprint(a.streams.Out, text)
		return err
	}
	if in.Repo.Layout.WorkTree == "" {
		return usageError(errors.New("there is no work tree whose "+config.FileName+" the decision could go to"), "--stdout prints it")
	}
	path := filepath.Join(in.Repo.Layout.WorkTree, config.FileName)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return usageError(fmt.Errorf("%s is not a file in the work tree", config.FileName), "git backport init writes one; --stdout prints the decision")
	}
	was, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	now := appended(was, text)
	if _, err := config.Load(config.FileName, now, func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(in.Repo.Layout.WorkTree, filepath.FromSlash(name)))
	}); err != nil {
		return err
	}
	if err := txfs.Replace(txfs.Real{}, path, now, info.Mode().Perm()); err != nil {
		return fmt.Errorf("writing the decision: %w", err)
	}
	_, err = fmt.Fprintf(a.streams.Out, "%s: %s; it holds once %s has it\n", config.FileName, d.status, in.Main.Name)
	return err
}

// appended is a file with a text at its end, in the file's own line ends.
func appended(was []byte, text string) []byte {
	if bytes.Contains(was, []byte("\r\n")) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	out := bytes.Clone(was)
	if len(out) > 0 && out[len(out)-1] != '\n' {
		if bytes.Contains(was, []byte("\r\n")) {
			out = append(out, '\r')
		}
		out = append(out, '\n')
	}
	if len(out) > 0 {
		if bytes.Contains(was, []byte("\r\n")) {
			out = append(out, '\r')
		}
		out = append(out, '\n')
	}
	return append(out, text...)
}

// decisions are the tables of what is decided, one a fix. A cell that the line has is refused.
func (a *app) decisions(ctx context.Context, in *project.Project, d decideFlags) (string, error) {
	var order []string
	lines := map[string][]policy.LineID{}
	for _, cell := range d.cells {
		at := strings.LastIndexByte(cell, ':')
		if at < 1 {
			return "", usageError(fmt.Errorf("--decide %q: want FIX:LINE", cell), "")
		}
		id, err := in.Config.Policy.ParseLine(cell[at+1:])
		if err != nil {
			return "", usageError(fmt.Errorf("--decide %q: %w", cell, err), "git backport branches lists the lines")
		}
		name, err := a.decidable(ctx, in, cell[:at], id)
		if err != nil {
			return "", err
		}
		if _, known := lines[name]; !known {
			order = append(order, name)
		}
		lines[name] = append(lines[name], id)
	}
	var b strings.Builder
	for i, name := range order {
		if i > 0 {
			b.WriteByte('\n')
		}
		var names []string
		for _, id := range lines[name] {
			names = append(names, strconv.Quote(id.String()))
		}
		fmt.Fprintf(&b, "[[decision]]\nfix    = %s\nlines  = [%s]\nstatus = %s\nreason = %s\n", config.Quote(name), strings.Join(names, ", "), config.Quote(d.status), config.Quote(d.reason))
		if d.until != "" {
			fmt.Fprintf(&b, "until  = %s\n", d.until)
		}
	}
	return b.String(), nil
}

// decidable is how a decision names a fix, on a line that has it not.
func (a *app) decidable(ctx context.Context, in *project.Project, fix string, line policy.LineID) (string, error) {
	if isAdvisory(fix) {
		return strings.ToUpper(fix), nil
	}
	found, err := in.Fix(ctx, []string{fix}, "")
	if err != nil {
		return "", err
	}
	q, err := in.Audit(ctx, []string{line.String()})
	if err != nil {
		return "", err
	}
	q.Fixes = found.Commits
	rep, err := audit.Run(ctx, in.Session, q)
	if err != nil {
		return "", err
	}
	for i := range rep.Rows {
		at := slices.IndexFunc(rep.Request.Lines, func(l audit.Line) bool { return l.ID == line })
		if c := rep.Rows[i].Cells[at]; c.State.Carried() {
			return "", usageError(fmt.Errorf("line %s has %s: there is nothing to decide", line, in.Repo.Short(rep.Rows[i].Commit().ID)), a.say("audit", fix)+" shows how")
		}
	}
	if strings.HasPrefix(fix, "#") {
		return fix, nil
	}
	return shortName(found.Commits[0]), nil
}

// shortName is an id as a decision has it.
func shortName(id gitops.ID) string { return id.String()[:commandDigits] }
