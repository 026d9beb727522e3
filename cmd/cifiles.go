package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/internal/checkout"
	"github.com/git-backport/git-backport/internal/ci"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/internal/txfs"
	"github.com/git-backport/git-backport/policy"
)

// actionPin is where the action is: as named, else at the commit that this program was built from.
func actionPin(named string) (ci.Pin, error) {
	if named != "" {
		pin, err := ci.ParsePin(named)
		if err != nil {
			return pin, usageError(fmt.Errorf("--action: %w", err), "")
		}
		return pin, nil
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) == 40 {
				return ci.Pin{Name: actionName, ID: s.Value, Version: strings.Fields(version())[0]}, nil
			}
		}
	}
	return ci.Pin{}, usageError(errors.New("this program does not know the commit it was built from, and workflows name actions by a full commit id"),
		"name it: --action "+actionName+"@ID")
}

const (
	workflowDir  = ".github/workflows"
	maxWorkflows = 200
)

// workflowsAt reads the workflows of a commit, by file name.
func workflowsAt(in *project.Project, commit gitops.ID) map[string][]byte {
	out := map[string][]byte{}
	tree, err := in.Session.TreeOf(commit)
	if err != nil {
		return out
	}
	files := in.Session.TreeFS(tree)
	entries, err := fs.ReadDir(files, workflowDir)
	if err != nil {
		return out
	}
	for _, e := range entries {
		if ext := path.Ext(e.Name()); !e.Type().IsRegular() || ext != ".yml" && ext != ".yaml" || len(out) == maxWorkflows {
			continue
		}
		if data, err := files.ReadFile(path.Join(workflowDir, e.Name())); err == nil {
			out[e.Name()] = data
		}
	}
	return out
}

// ciFindings is what a dispatched run would trip over, on main and on each supported branch: a dispatch runs the
// branch's own file.
func (a *app) ciFindings(in *project.Project, workflow string) []report.CIFinding {
	type place struct {
		branch string
		tip    gitops.ID
	}
	places := []place{{in.Main.Name, in.Main.Tip}}
	supported := supportedBranches(in)
	for _, b := range in.Branches {
		if slices.Contains(supported, b.Name) {
			places = append(places, place{b.Name, b.Tip})
		}
	}
	var out []report.CIFinding
	for _, p := range places {
		data, ok := workflowsAt(in, p.tip)[workflow]
		if !ok {
			out = append(out, report.CIFinding{Branch: p.branch, Finding: ci.Finding{File: workflow, Line: 1, Code: ci.NoDispatch, What: "the branch has no such workflow, so that nothing can be dispatched there"}})
			continue
		}
		for _, f := range ci.Inspect(workflow, data) {
			out = append(out, report.CIFinding{Branch: p.branch, Finding: f})
		}
	}
	return out
}

// writtenBefore lists the workflows of which a file is there.
func writtenBefore(top string, forge ci.Forge) []string {
	var out []string
	for _, w := range ci.Workflows() {
		if !slices.Contains(w.Forges, forge) {
			continue
		}
		if _, err := os.Lstat(filepath.Join(top, filepath.FromSlash(ci.Path(forge, w.Name)))); err == nil {
			out = append(out, w.Name)
		}
	}
	return out
}

// supportedBranches lists the branches on which a security fix is required.
func supportedBranches(in *project.Project) []string {
	var out []string
	for _, d := range policy.Decide(in.Config.Policy, in.Lines, policy.Change{Kind: policy.Security}) {
		if d.Verdict == policy.Required && d.Branch != "" {
			out = append(out, d.Branch)
		}
	}
	return out
}

// maxWorkflow bounds a workflow that is read from the work tree, in bytes.
const maxWorkflow = 1 << 20

// placeWorkflow finds what a file would hold below a directory: what people keep in it stays.
func placeWorkflow(top string, file ci.File, f ciFlags) (state, text string, err error) {
	if top == "" {
		return report.CIFileNew, file.Text, nil
	}
	old, err := checkout.ReadBelow(top, file.Path, maxWorkflow)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return report.CIFileNew, file.Text, nil
	case err != nil:
		return "", "", err
	}
	text, err = ci.Merge(string(old), file.Text, f.force || f.check)
	switch {
	case err != nil && f.stdout:
		return report.CIFileNew, file.Text, nil
	case err != nil:
		return "", "", err
	case text == string(old):
		return report.CIFileSame, text, nil
	}
	return report.CIFileChanged, text, nil
}

// writeBelow writes a file below a directory, whose parents it makes; none of them may be a link.
func writeBelow(top, name, text string) error {
	dir := top
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		dir = filepath.Join(dir, part)
		info, err := os.Lstat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = txfs.Real{}.Mkdir(dir, 0o777)
		case err == nil && !info.IsDir():
			err = errors.New("it is not a directory")
		}
		if err != nil {
			return fmt.Errorf("writing %s: %s: %w", name, dir, err)
		}
	}
	if err := txfs.Replace(txfs.Real{}, filepath.Join(top, filepath.FromSlash(name)), []byte(text), 0o666); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
