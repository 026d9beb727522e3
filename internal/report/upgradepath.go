package report

import (
	"fmt"
	"io"

	"github.com/git-backport/git-backport/policy"
)

// An UpgradePathV1 is the document of schedule --pairs --path.
type UpgradePathV1 struct {
	Schema string            `json:"schema"`
	AsOf   string            `json:"as_of"`
	Steps  []CalendarUpgrade `json:"steps"`
}

// NewUpgradePath makes the document of the steps from one line to another.
func NewUpgradePath(steps []policy.Upgrade, asOf policy.Date) UpgradePathV1 {
	doc := UpgradePathV1{Schema: Schema("upgrade-path"), AsOf: asOf.String(), Steps: []CalendarUpgrade{}}
	for _, u := range steps {
		doc.Steps = append(doc.Steps, CalendarUpgrade{u.Class, u.From.String(), u.To.String(), u.Start, u.End, u.Planned})
	}
	return doc
}

// UpgradePathText prints the steps, a line each.
func UpgradePathText(w io.Writer, steps []policy.Upgrade) error {
	for _, u := range steps {
		planned := ""
		if u.Planned {
			planned = ", planned"
		}
		if _, err := fmt.Fprintf(w, "%s -> %s  from %s to %s (%s%s)\n", u.From, u.To, u.Start, u.End, lasting(u), planned); err != nil {
			return err
		}
	}
	return nil
}
