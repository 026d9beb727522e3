package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// verbs lists the verbs in the order help shows them.
func (a *app) verbs() []*cobra.Command {
	return []*cobra.Command{
		a.planCommand(), a.applyCommand(), a.bumpCommand(), a.publishCommand(), a.verifyCommand(), a.statusCommand(),
		a.resolveCommand(), a.continueCommand(), a.dropCommand(), a.abortCommand(), a.undoCommand(), a.pruneCommand(),
		a.doctorCommand(), a.auditCommand(), a.branchesCommand(), a.scheduleCommand(), a.gateCommand(),
		a.initCommand(), a.ciCommand(), a.demoCommand(), a.versionCommand(), a.verifyGuardCommand(),
	}
}

// exitStatus is the part of a verb's help that says how it ends.
func exitStatus(codes ...ExitCode) string {
	var b strings.Builder
	b.WriteString("\n\nExit status:\n")
	for _, row := range exitTable() {
		for _, c := range codes {
			if row.Code == c {
				fmt.Fprintf(&b, "  %-4d %s\n", row.Code, row.Meaning)
			}
		}
	}
	b.WriteString("Any other code is a failure.")
	return b.String()
}
