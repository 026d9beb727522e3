package cmd

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version returns the version of the build: the module's, with the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v, rev, dirty := info.Main.Version, "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			rev = " (" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ", modified"
		}
	}
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	if rev == "" {
		return v
	}
	return v + rev + dirty + ")"
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", GroupID: "more", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			doc := struct {
				Schema  string `json:"schema"`
				Version string `json:"version"`
				Go      string `json:"go"`
			}{"git-backport/version/v1", version(), runtime.Version()}
			return a.render(doc, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "git-backport %s\n", doc.Version)
				return err
			})
		},
	}
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(fmt.Errorf("%s takes no argument, and got %q", cmd.Name(), args[0]), "'"+cmd.CommandPath()+" --help' shows what it takes")
	}
	return nil
}
