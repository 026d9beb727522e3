package cmd

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/project"
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

// applyArgs are the arguments with which apply lands exactly what this plan shows.
func applyArgs(a *app, f *fixFlags, fix backport.Fix, in *project.Project, ident *gitconfig.Ident) []string {
	var out []string
	add := func(flag, value string) {
		if value != "" {
			out = append(out, flag, value)
		}
	}
	for _, id := range fix.Commits {
		out = append(out, in.Repo.Short(id))
	}
	if fix.KindFrom != backport.KindFromTrailer && fix.KindFrom != backport.KindFromID {
		add("--kind", string(fix.Kind))
	}
	add("--to", strings.Join(f.to, ","))
	add("--also", strings.Join(f.also, ","))
	add("--skip", strings.Join(f.skip, ","))
	add("--onto", strings.Join(f.onto, ","))
	add("--reason", f.reason)
	add("--published", f.published)
	add("--config", a.config)
	add("--remote", a.remote)
	if a.base != "auto" {
		add("--base", a.base)
	}
	add("--name", f.name)
	if f.mainline > 0 {
		add("-m", fmt.Sprint(f.mainline))
	}
	for _, b := range []struct {
		flag string
		on   bool
	}{{"-x", f.origin}, {"--no-x", f.noOrigin}, {"-s", f.signoff}, {"-S", f.sign}, {"--no-bump", f.noBump}, {"--no-cascade", f.noCascade}, {"--with-prerequisites", f.prerequisites}, {"--strip-pin", f.stripPin}} {
		if b.on {
			out = append(out, b.flag)
		}
	}
	out = append(out, f.recordFlags.args()...)
	if len(f.onto) == 0 {
		add("--as-of", in.AsOf.String())
	}
	if ident != nil {
		add("--date", "@"+ident.Date.String())
	}
	return out
}
