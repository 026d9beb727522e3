package audit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/git-backport/git-backport/backport/ledger"
	"github.com/git-backport/git-backport/policy"
)

// A Decision is what a person said of a fix on some lines.
type Decision struct {
	Fix    string // digits of a commit of main, "#12321", or an advisory
	Lines  []policy.LineID
	Status string // one of DecisionStatuses
	Reason string
	Until  policy.Date // the last day on which it holds; zero: always
	By     string      // "file", or "operation": on this machine alone
}

// DecisionStatuses are what a decision can say.
func DecisionStatuses() []string { return []string{"not-affected", "wont-fix", "done-otherwise"} }

// decided notes which decision takes a cell off the list.
func (a *auditing) decided(row *Row, line int) *Decision {
	for i := range a.Decisions {
		d := &a.Decisions[i]
		if d.means(row) {
			a.used[i] = true
			if slices.Contains(d.Lines, a.Lines[line].ID) && (d.Until.IsZero() || !a.AsOf.After(d.Until)) {
				return d
			}
		}
	}
	return nil
}

// means reports whether a decision is about a row.
func (d *Decision) means(row *Row) bool {
	switch {
	case strings.HasPrefix(d.Fix, "#"):
		n, err := strconv.Atoi(d.Fix[1:])
		return err == nil && n == row.Number && n > 0
	case strings.Contains(d.Fix, "-"):
		return slices.Contains(row.Advisories, strings.ToUpper(d.Fix))
	}
	return d.Fix != "" && strings.HasPrefix(row.Commit().ID.String(), strings.ToLower(d.Fix))
}

// Means reports whether a decision names a commit, and not its advisory.
func (d *Decision) Means(c *ledger.Commit) bool {
	row := Row{Fix: c}
	if n := len(c.Numbers); n > 0 {
		row.Number = c.Numbers[n-1]
	}
	return d.means(&row)
}

// unused warns of decisions that are about nothing that is there.
func (a *auditing) unused() []string {
	var out []string
	for i, d := range a.Decisions {
		if !a.used[i] && d.By == "file" && len(a.Fixes) == 0 {
			out = append(out, fmt.Sprintf("decision on %q: no fix since the oldest line left main is called so", d.Fix))
		}
		for _, id := range d.Lines {
			at := slices.IndexFunc(a.Known, func(l policy.Line) bool { return l.ID == id })
			switch {
			case d.By != "file":
			case at < 0:
				out = append(out, fmt.Sprintf("decision on %q: line %s does not exist", d.Fix, id))
			case a.Known[at].State == policy.StateEnded:
				out = append(out, fmt.Sprintf("decision on %q: line %s has ended, and the decision can go", d.Fix, id))
			}
		}
	}
	return out
}
