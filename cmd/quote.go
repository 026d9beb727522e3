package cmd

import (
	"strings"

	"github.com/git-backport/git-backport/internal/streams"
)

// quoted joins arguments as a person would type them here, with -C where this run had it.
func (a *app) quoted(args []string) string {
	if a.dir != "" {
		args = append([]string{"-C", a.dir}, args...)
	}
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = quoteArg(arg)
	}
	return strings.Join(out, " ")
}

// say is a command as a person would type it here.
func (a *app) say(verb string, args ...string) string {
	return strings.TrimSpace("git backport " + verb + " " + a.quoted(args))
}

// quoteArg quotes an argument for a shell, when that is needed to type it.
func quoteArg(s string) string { return streams.Quote(streams.Clean(s)) }
