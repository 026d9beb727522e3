package ready

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// The bounds of the CI checks.
const (
	workflows   = ".github/workflows"
	retiresSoon = 90  // days
	longLife    = 365 // days from which on a floating image will be another one before the line ends
)

// ci looks at the workflows of a branch: what they name may be gone.
func (e *examiner) ci(l *Line, files fs.FS) error {
	entries, err := fs.ReadDir(files, workflows)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	dispatch, floating, all, unread := false, 0, 0, 0
	read := 0
	for _, entry := range entries {
		name := path.Join(workflows, entry.Name())
		if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" {
			continue
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			continue // a link, or a directory of that name
		}
		w := readWorkflow(data)
		read++
		dispatch = dispatch || w.dispatch
		unread += w.unread
		all += len(w.images)
		floating += e.images(l, name, w)
		e.actions(l, name, w)
		if w.dispatch && w.publish > 0 && !w.guarded {
			l.add(Finding{
				Check: CheckDispatch, Level: Warn, Path: name, Lineno: w.publish, Message: "a run that is started by hand publishes: nothing there asks for a tag or a dry run",
				Command: show(l, name),
			})
		}
	}
	if read > 0 && !dispatch {
		l.add(Finding{Check: CheckDispatch, Level: Warn, Path: workflows, Message: "no workflow has workflow_dispatch: its CI cannot be started without a push", Verb: []string{"ci", "init"}})
	}
	if floating > 0 && e.longLived(l) {
		l.add(Finding{Check: CheckImages, Level: Info, Path: workflows, Message: fmt.Sprintf("%d of %d images are floating (-latest) on a line that lives for more than a year", floating, all), Command: "git grep -n -e -latest " + l.Target.Branch + " -- " + workflows})
	}
	if unread > 0 {
		l.add(Finding{Check: CheckImages, Level: Info, Path: workflows, Message: fmt.Sprintf("%d runs-on are computed, and were not read", unread), Command: "git grep -n runs-on " + l.Target.Branch + " -- " + workflows})
	}
	return nil
}

// images finds the images that are gone or about to go, and counts those that float.
func (e *examiner) images(l *Line, name string, w workflow) (floating int) {
	lines := map[string][]int{}
	for _, p := range w.images {
		if strings.Contains(p.text, "-latest") {
			floating++
			continue
		}
		lines[p.text] = append(lines[p.text], p.line)
	}
	for _, image := range sorted(lines) {
		gone, known := retired(image)
		if !known {
			continue
		}
		f := Finding{Check: CheckImages, Path: name, Lineno: lines[image][0], Command: "git log --oneline -S" + image + " " + e.mainName() + " -- " + workflows}
		times := ""
		if n := len(lines[image]); n > 1 {
			times = fmt.Sprintf(", %d times", n)
		}
		switch left := gone.DaysSince(e.in.AsOf); {
		case left <= 0:
			f.Level, f.Message = Fail, fmt.Sprintf("the image %s is gone since %s%s", image, gone, times)
		case left <= retiresSoon:
			f.Level, f.Message = Warn, fmt.Sprintf("the image %s goes on %s, in %d days%s", image, gone, left, times)
		default:
			continue
		}
		l.add(f)
	}
	return floating
}

// actions finds the actions that the forge refuses.
func (e *examiner) actions(l *Line, name string, w workflow) {
	lines := map[string][]int{}
	for _, p := range w.actions {
		lines[p.text] = append(lines[p.text], p.line)
	}
	for _, use := range sorted(lines) {
		since, known := refused(use)
		if !known || since.After(e.in.AsOf) {
			continue
		}
		l.add(Finding{
			Check: CheckActions, Level: Fail, Path: name, Lineno: lines[use][0], Message: fmt.Sprintf("%s is refused since %s: the job fails at its start", use, since),
			Command: "git log --oneline -S" + quoted(use) + " " + e.mainName() + " -- " + workflows,
		})
	}
}

func sorted(m map[string][]int) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// quoted quotes what a workflow says for a command that is shown.
func quoted(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@/._-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func show(l *Line, name string) string { return "git show " + quoted(l.Target.Branch+":"+name) }

// mainName is how a command names main.
func (e *examiner) mainName() string {
	if e.in.Main.Ref == "" {
		return "HEAD"
	}
	return strings.TrimPrefix(strings.TrimPrefix(e.in.Main.Ref, "refs/remotes/"), "refs/heads/")
}

// longLived reports whether a line is supported for more than a year.
func (e *examiner) longLived(l *Line) bool {
	d := l.Target.Decision
	end := d.Until
	if end.IsZero() {
		end = d.Planned
	}
	return !d.Released.IsZero() && (end == policy.Date{} && d.Class == "lts" || !end.IsZero() && end.DaysSince(d.Released) > longLife)
}
