package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/internal/report"
)

// preflight names what in a fix under embargo would tell: words of the commit messages, which become
// those of the new commits, and of the branches' name.
func (p *plannedFix) preflight(f *planRun) error {
	if f.Ack {
		return nil
	}
	texts := [][]byte{[]byte(p.report.Options.Name), []byte(strings.ReplaceAll(p.report.Options.Name, "-", " "))}
	for _, id := range p.report.Fix.Commits {
		c, err := p.project.Session.Commit(id)
		if err != nil {
			return err
		}
		texts = append(texts, c.Message)
	}
	words := report.Telling(texts...)
	if len(words) == 0 {
		return nil
	}
	return &Error{
		Exit: ExitRefused, Code: "embargo",
		Err:  errors.New("the commits' messages would tell: " + quoteWords(words)),
		Hint: "reword the commits, or take it as known with --ack; deleting a branch later does not take back what was published",
	}
}

func quoteWords(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(out, ", ")
}
