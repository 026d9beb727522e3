package ci

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Finding is a place in a workflow of the project that a dispatched run would trip over.
type Finding struct {
	File string // "main.yml"
	Line int
	Job  string // "" for the file as a whole
	Code string // "no-dispatch", "may-publish", "not-read"
	What string // for people
}

// The codes of findings.
const (
	NoDispatch = "no-dispatch"
	MayPublish = "may-publish"
	NotRead    = "not-read"
)

// DispatchLines are what a workflow lacks that cannot be dispatched.
const DispatchLines = "on:\n  workflow_dispatch:"

// MainCI chooses the workflow that is a project's CI, of the files below .github/workflows by name: of those that
// run for pull requests without a filter of paths the one with the most jobs; "" when none does.
func MainCI(files map[string][]byte) string {
	best, most := "", 0
	for _, name := range sortedNames(files) {
		root, err := parse(files[name])
		if err != nil || !root.at("on").has("pull_request") && !root.at("on").has("merge_group") {
			continue
		}
		pr := root.at("on", "pull_request")
		if pr.at("paths") != nil || strings.Contains(string(files[name]), "git-backport") {
			continue
		}
		jobs := 0
		if j := root.at("jobs"); j != nil {
			jobs = len(j.entries)
		}
		if jobs > most {
			best, most = name, jobs
		}
	}
	return best
}

func sortedNames(files map[string][]byte) []string {
	var out []string
	for name := range files {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Inspect looks at a workflow as a dispatched run on a release branch would meet it.
func Inspect(name string, data []byte) []Finding {
	root, err := parse(data)
	if err != nil {
		return []Finding{{File: name, Line: 1, Code: NotRead, What: "it cannot be read: " + err.Error()}}
	}
	var out []Finding
	if on := root.at("on"); !on.has("workflow_dispatch") {
		line := 1
		if on != nil && on.line > 0 {
			line = on.line
		}
		out = append(out, Finding{File: name, Line: line, Code: NoDispatch, What: "it cannot be dispatched: on: lacks workflow_dispatch"})
	}
	jobs := root.at("jobs")
	if jobs == nil {
		return out
	}
	for _, j := range jobs.entries {
		if excludesDispatch(j.value.at("if")) {
			continue
		}
		out = append(out, publishes(name, j, root.at("permissions"))...)
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return out
}

// excludesDispatch reports whether a condition lets nothing through that was dispatched on a branch.
func excludesDispatch(cond *node) bool {
	if cond == nil {
		return false
	}
	text := strings.Join(strings.Fields(cond.text), " ")
	for _, or := range strings.Split(text, "||") {
		if !excluding.MatchString(or) {
			return false
		}
	}
	return text != ""
}

// excluding matches a condition that a run dispatched on a branch does not meet.
var excluding = regexp.MustCompile(`github\.event_name\s*==\s*'(?:push|pull_request|pull_request_target|schedule|release|merge_group|workflow_run|issue_comment)'` +
	`|github\.event_name\s*!=\s*'workflow_dispatch'` +
	`|startsWith\(\s*github\.ref\s*,\s*'refs/tags|github\.ref_type\s*==\s*'tag'` +
	`|github\.(?:base_ref|head_ref|event\.(?:pull_request|release|comment|issue))\b` +
	`|^\s*(?:\$\{\{)?\s*(?:false|failure\(\))\s*(?:\}\})?\s*$`)

// The steps and rights that publish.
var (
	secret     = regexp.MustCompile(`secrets\s*(?:\.\s*([A-Za-z0-9_]+)|\[)`)
	publishing = regexp.MustCompile(`(?m)(?:^|[\s;&|(])(?:git push|docker (?:push|login)|podman push|cargo publish|npm publish|pnpm publish|yarn publish|twine upload|gem push|gh release (?:create|upload|edit)|mvn\b[^\n]*\bdeploy|dotnet nuget push|helm push|goreleaser release|cosign sign)\b`)
	publisher  = regexp.MustCompile(`(?i)^(?:softprops/action-gh-release|ncipollo/release-action|actions/create-release|svenstaro/upload-release-action|docker/login-action|goreleaser/goreleaser-action|pypa/gh-action-pypi-publish|rubygems/release-gem|actions/attest-build-provenance|actions/deploy-pages|peaceiris/actions-gh-pages|aws-actions/configure-aws-credentials|google-github-actions/auth|azure/login)@`)
)

// publishes lists what a job could publish by when it is dispatched. top are the rights of the workflow, which
// hold for jobs that name none.
func publishes(file string, j entry, top *node) []Finding {
	var out []Finding
	add := func(line int, format string, args ...any) {
		out = append(out, Finding{File: file, Line: line, Job: j.key, Code: MayPublish, What: fmt.Sprintf(format, args...)})
	}
	rights, from := j.value.at("permissions"), "the job"
	if rights == nil {
		rights, from = top, "the workflow"
	}
	if rights != nil {
		if rights.text == "write-all" {
			add(rights.line, "%s may write everything", from)
		}
		for _, e := range rights.entries {
			if e.value.text == "write" && slices.Contains([]string{"id-token", "contents", "packages"}, e.key) {
				add(e.line, "%s has the right %s: write", from, e.key)
			}
		}
	}
	if s := j.value.at("secrets"); s != nil {
		add(s.line, "the workflow that it calls gets secrets")
	}
	if env := j.value.at("env"); env != nil {
		secretsIn(env, add)
	}
	if steps := j.value.at("steps"); steps != nil {
		for _, s := range steps.items {
			if excludesDispatch(s.at("if")) {
				continue
			}
			stepPublishes(s, add)
		}
	}
	return out
}

func stepPublishes(s *node, add func(int, string, ...any)) {
	if uses := s.at("uses"); uses != nil && publisher.MatchString(uses.text) {
		add(uses.line, "it uses %s", uses.text)
	}
	if run := s.at("run"); run != nil {
		if m := publishing.FindString(run.text); m != "" {
			add(run.line, "it runs %s", strings.Trim(m, " \t\n;&|("))
		}
	}
	secretsIn(s, add)
}

// secretsIn lists the secrets other than the workflow's own token that are used below a node.
func secretsIn(n *node, add func(int, string, ...any)) {
	n.texts(func(line int, text string) {
		for _, m := range secret.FindAllStringSubmatch(text, -1) {
			if m[1] != "GITHUB_TOKEN" {
				add(line, "it uses the secret %s", cmp.Or(m[1], "whose name is computed"))
			}
		}
	})
}
