package report

import (
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/internal/streams"
)

// probably prints, below a target that seems to have the fix, what picking it would still change, and the
// ways on.
func (p *page) probably(o backport.Outcome) {
	if o.Status != backport.StatusProbable {
		return
	}
	for _, k := range o.Picks {
		if k.Status != backport.PickProbable || k.Evidence == nil {
			continue
		}
		what := "would still change "
		if len(k.Result.Conflicts) > 0 {
			what = "conflicts, or would still change, in "
		}
		p.printf("      picking %s %s%s\n", p.o.Short(k.Source), what, streams.Line(strings.Join(k.Evidence.Still, ", ")))
	}
	if !o.NeedsPerson() {
		return
	}
	p.printf("      look at %s; --again picks it all the same", p.o.Short(o.Present.Commit))
	if o.Target.Onto == "" {
		p.printf(", --skip %s --reason … leaves the branch out", argument(lineName(o)))
	}
	p.printf("\n")
}
