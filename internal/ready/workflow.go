package ready

import (
	"regexp"
	"strings"
	"sync"
)

// A workflow is what is read of a file of CI, line by line: no expression is run, and what cannot be read is
// counted.
type workflow struct {
	images   []place // images of runners, in runs-on and in lists of a matrix
	actions  []place // "actions/cache@v2"
	unread   int     // runs-on that is computed, in a file whose matrix names no image
	dispatch bool    // somebody can start it by hand
	publish  int     // the line on which it publishes; 0 for none
	guarded  bool    // it asks for a tag or an event before it does something
}

// A place is a text with its line.
type place struct {
	text string
	line int
}

var (
	imageName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:ubuntu|macos|windows)-(?:latest|\d+(?:\.\d+)?)(?:-[a-z0-9]+)*$`)
	})
	keyOf = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:-\s+)?["']?([A-Za-z0-9_-]+)["']?\s*:(?:\s+|$)(.*)$`)
	})
	publishing = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\bcargo publish\b|\bnpm publish\b|\byarn publish\b|\bpnpm publish\b|\btwine upload\b|\bgoreleaser release\b|\bgh release (?:create|upload)\b|\bdocker push\b|pypa/gh-action-pypi-publish|softprops/action-gh-release`)
	})
	guardWord = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`refs/tags/|github\.ref_type|github\.event_name|--dry-run|startsWith\(github\.ref`)
	})
)

// readWorkflow reads a workflow.
func readWorkflow(data []byte) workflow {
	var w workflow
	computed := 0
	block := -1 // the indent of a block of text, such as a script: its lines are no YAML
	for i, line := range strings.Split(string(data), "\n") {
		text := strings.TrimSpace(strings.TrimSuffix(line, "\r"))
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if publishing().MatchString(text) && w.publish == 0 {
			w.publish = i + 1
		}
		if guardWord().MatchString(text) {
			w.guarded = true
		}
		if block >= 0 && indent > block {
			continue
		}
		block = -1
		key, value := "", strings.TrimSpace(strings.TrimPrefix(text, "- "))
		if m := keyOf().FindStringSubmatch(text); m != nil {
			key, value = m[1], m[2]
		}
		if strings.HasPrefix(value, "|") || strings.HasPrefix(value, ">") {
			block = indent
			continue
		}
		if cut := strings.Index(value, " #"); cut >= 0 {
			value = value[:cut]
		}
		switch {
		case key == "workflow_dispatch" || key == "on" && strings.Contains(value, "workflow_dispatch") || key == "" && strings.Trim(value, `"'[],`) == "workflow_dispatch":
			w.dispatch = true
		case key == "uses":
			w.actions = append(w.actions, place{strings.Trim(strings.TrimSpace(value), `"'`), i + 1})
		case key == "name" || key == "run" || key == "path" || key == "key":
		default:
			for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" ,[]{}'\"()", r) }) {
				if imageName().MatchString(word) {
					w.images = append(w.images, place{word, i + 1})
				}
			}
			if key == "runs-on" && strings.Contains(value, "${{") {
				computed++
			}
		}
	}
	if len(w.images) == 0 {
		w.unread = computed
	}
	return w
}
