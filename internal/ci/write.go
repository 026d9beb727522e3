package ci

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// A Workflow is one of the files that are written.
type Workflow struct {
	Name   string // "gate"
	Does   string // one line
	Rights string // of the token that its jobs get
	Forges []Forge
}

// Workflows lists the workflows, in the order in which they are shown.
func Workflows() []Workflow {
	return []Workflow{
		{"release-lines", "runs the project's CI on each supported release branch once a week; one issue for each that fails", "contents: read; actions: write, issues: write in the second job", Forges()},
		{"gate", "judges each pull request to a release branch", "contents: read", Forges()},
		{"preview", "shows on pull requests to main where their commits would go, and what would conflict", "contents: read", Forges()},
		{"backport", "backports a merged pull request by a label or a comment of a member", "contents: write, pull-requests: write, issues: write", []Forge{GitHub}},
		{"audit", "lists once a week what release branches lack, in one issue", "contents: read, issues: write", Forges()},
	}
}

// A File is a file to write, at a path from the root of the work tree.
type File struct{ Path, Text string }

// Write makes the files of some workflows. The facts must have what these need; the error says what is missing.
func Write(f Forge, names []string, facts Facts) ([]File, error) {
	if err := facts.check(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := writable(f, name, facts); err != nil {
			return nil, err
		}
	}
	page := &page{Facts: facts, forge: f, names: names}
	if f == GitLab {
		text, err := page.fill("templates/gitlab/backport.yml")
		return []File{{Path(f, ""), text}}, err
	}
	var out []File
	for _, name := range names {
		from := "templates/" + string(f) + "/" + name + ".yml"
		if _, err := templates.ReadFile(from); err != nil {
			from = "templates/actions/" + name + ".yml"
		}
		text, err := page.fill(from)
		if err != nil {
			return nil, err
		}
		out = append(out, File{Path(f, name), text})
	}
	return out, nil
}

// Path is where the file of a workflow is, from the root of the work tree. GitLab has one file for all.
func Path(f Forge, name string) string {
	switch {
	case f == GitLab:
		return ".gitlab/backport.yml"
	case name != "backport" && name != "release-lines":
		name = "backport-" + name
	}
	return "." + string(f) + "/workflows/" + name + ".yml"
}

// ErrNoCI is a repository in which no workflow was found that is the project's CI.
var ErrNoCI = errors.New("no workflow of the main branch was found that runs for pull requests")

func writable(f Forge, name string, facts Facts) error {
	i := slices.IndexFunc(Workflows(), func(w Workflow) bool { return w.Name == name })
	switch {
	case i < 0:
		return fmt.Errorf("unknown workflow %q", name)
	case !slices.Contains(Workflows()[i].Forges, f):
		return fmt.Errorf("workflow %q is not written for %s: git-backport opens pull requests through gh, which does not work there", name, f)
	case name == "release-lines" && f == GitHub && facts.CI == "":
		return fmt.Errorf("workflow %q dispatches the project's CI: %w", name, ErrNoCI)
	case name == "gate" && len(facts.Templates) == 0:
		return fmt.Errorf("workflow %q runs for pull requests to release branches, and the policy names none", name)
	}
	return nil
}

// A page is what a template is filled with.
type page struct {
	Facts
	forge Forge
	names []string
}

func (p *page) fill(path string) (string, error) {
	text, err := templates.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading the template: %w", err)
	}
	t, err := template.New(path).Delims("<%", "%>").Option("missingkey=error").Parse(string(text))
	if err != nil {
		return "", fmt.Errorf("reading the template: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return "", fmt.Errorf("filling %s: %w", path, err)
	}
	return seal(b.String(), p.Version), nil
}

// Minute and Hour are when the weekly runs start.
func (p *page) Minute() int { return p.minute() }

// Hour is the hour of the weekly runs, UTC.
func (p *page) Hour() int { return p.hour() }

// Rights reports whether the forge knows the permissions of a job's token.
func (p *page) Rights() bool { return p.forge == GitHub }

// Runner is the label of the machines that jobs run on.
func (p *page) Runner() string {
	if p.forge == Forgejo {
		return "docker"
	}
	return "ubuntu-latest"
}

func (p *page) uses(pin Pin, sub string) string {
	at := pin
	at.Name += sub
	if p.forge == Forgejo {
		at.Name = "https://github.com/" + at.Name
	}
	return at.String()
}

// Checkout is the action that checks a repository out.
func (p *page) Checkout() string { return p.uses(checkout(), "") }

// AppToken is the action that makes a token of a GitHub App.
func (p *page) AppToken() string { return p.uses(appToken(), "") }

// Setup is the action that puts git-backport on PATH.
func (p *page) Setup() string { return p.uses(p.Facts.Action, "/setup") }

// Apply is the action that backports a fix and opens the pull requests.
func (p *page) Apply() string { return p.uses(p.Facts.Action, "") }

// Source is the repository that git-backport is built from.
func (p *page) Source() string { return "https://github.com/" + p.Facts.Action.Name + ".git" }

// MainQuoted is the main branch as a text of YAML.
func (p *page) MainQuoted() string { return quote(p.Main) }

// Filters are the release branches, as texts of YAML.
func (p *page) Filters() []string {
	out := Filters(p.Templates)
	for i := range out {
		out[i] = quote(out[i])
	}
	return out
}

// Expressions are the conditions under which a GitLab pipeline is for a release branch.
func (p *page) Expressions() []string {
	out := Expressions(p.Templates)
	for i := range out {
		out[i] = quote("$CI_MERGE_REQUEST_TARGET_BRANCH_NAME =~ " + out[i])
	}
	return out
}

// OnMain is the condition under which a GitLab pipeline is for a merge request to the main branch.
func (p *page) OnMain() string {
	return quote(`$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "` + p.Main + `"`)
}

// Has reports whether a workflow is asked for.
func (p *page) Has(name string) bool { return slices.Contains(p.names, name) }

// quote writes a text of YAML that means itself.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
