package ci

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// An Order is what an event asks for. Its texts hold letters, digits and -._/, alone.
type Order struct {
	Number int      // of the pull request; 0: nothing is asked for
	Kind   string   // "security", or ""
	To     []string // exactly these lines; none: by the policy
	Also   []string // lines beside the policy's
	Why    string   // why nothing is asked for
}

// Fix is the order's pull request, as git-backport takes it.
func (o Order) Fix() string { return fmt.Sprintf("#%d", o.Number) }

// maxLines bounds the lines that one event names.
const maxLines = 30

// An event is what is read of a forge's event; all else is left aside.
type event struct {
	Action string `json:"action"`
	Label  struct {
		Name string `json:"name"`
	} `json:"label"`
	Pull struct {
		Number int  `json:"number"`
		Merged bool `json:"merged"`
		Base   struct {
			Ref string `json:"ref"`
		} `json:"base"`
		Labels []struct {
			Name string `json:"name"`
		} `json:"labels"`
	} `json:"pull_request"`
	Issue struct {
		Number int `json:"number"`
		Pull   *struct {
			MergedAt *string `json:"merged_at"`
		} `json:"pull_request"`
	} `json:"issue"`
	Comment struct {
		Body        string `json:"body"`
		Association string `json:"author_association"`
		User        struct {
			Type string `json:"type"`
		} `json:"user"`
	} `json:"comment"`
	Repository struct {
		Name    string `json:"name"`
		Private bool   `json:"private"`
		Default string `json:"default_branch"`
	} `json:"repository"`
}

// advisoryFork matches the name of the private fork that a forge makes for an advisory.
var advisoryFork = regexp.MustCompile(`-ghsa(-[0-9a-z]{4}){3}$`)

// ReadEvent reads an event of a name, "pull_request_target" or "issue_comment". What does not ask for a backport, or
// may not, is an order without a number, with the reason; an error is an event that cannot be read.
func ReadEvent(name string, data []byte) (Order, error) {
	var e event
	if err := json.Unmarshal(data, &e); err != nil {
		return Order{}, fmt.Errorf("the event is not the JSON that was expected: %w", err)
	}
	if advisoryFork.MatchString(strings.ToLower(e.Repository.Name)) {
		return Order{Why: "the repository is the private fork of an advisory: nothing is backported in public"}, nil
	}
	switch name {
	case "pull_request_target":
		return e.pull(), nil
	case "issue_comment":
		return e.comment(), nil
	}
	return Order{Why: fmt.Sprintf("an event %q asks for nothing", name)}, nil
}

func (e *event) pull() Order {
	switch {
	case e.Action != "closed" && e.Action != "labeled":
		return Order{Why: fmt.Sprintf("the action %q asks for nothing", e.Action)}
	case !e.Pull.Merged || e.Pull.Number <= 0:
		return Order{Why: "the pull request is not merged"}
	case e.Pull.Base.Ref != e.Repository.Default:
		return Order{Why: "the pull request was not merged into the default branch"}
	}
	var words []string
	for _, l := range e.Pull.Labels {
		if e.Action == "labeled" && l.Name != e.Label.Name {
			continue
		}
		if what, ok := strings.CutPrefix(l.Name, "backport "); ok {
			words = append(words, what)
		}
	}
	if len(words) == 0 {
		return Order{Why: "no label \"backport …\" asks for it"}
	}
	return order(e.Pull.Number, words)
}

// members are those whose comments count.
func members() []string { return []string{"OWNER", "MEMBER", "COLLABORATOR"} }

func (e *event) comment() Order {
	switch {
	case e.Action != "created":
		return Order{Why: fmt.Sprintf("the action %q asks for nothing", e.Action)}
	case e.Issue.Pull == nil || e.Issue.Pull.MergedAt == nil || e.Issue.Number <= 0:
		return Order{Why: "the comment is not on a merged pull request"}
	case !slices.Contains(members(), e.Comment.Association) || e.Comment.User.Type == "Bot":
		return Order{Why: "the comment is not by a member of the project"}
	}
	for line := range strings.Lines(e.Comment.Body) {
		words := strings.Fields(strings.TrimRight(line, "\r\n"))
		if len(words) > 0 && words[0] == "/backport" && strings.HasPrefix(line, "/") {
			if len(words) == 1 {
				words = append(words, "all")
			}
			return order(e.Issue.Number, words[1:])
		}
	}
	return Order{Why: "no line of the comment is \"/backport …\""}
}

// lineName matches what a line or a branch may be called here.
var lineName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._/-]{0,99}$`)

// order makes an order of lines and of the words all and security, which leave the lines to the policy.
func order(number int, words []string) Order {
	o := Order{Number: number}
	var lines []string
	byPolicy := false
	for _, w := range words {
		switch {
		case w == "all":
			byPolicy = true
		case w == "security":
			byPolicy, o.Kind = true, "security"
		case !lineName.MatchString(w) || strings.Contains(w, ".."):
			return Order{Why: "what stands behind \"backport\" is not the name of a line"}
		case !slices.Contains(lines, w):
			lines = append(lines, w)
		}
	}
	if len(lines) > maxLines {
		return Order{Why: fmt.Sprintf("more than %d lines are named", maxLines)}
	}
	if byPolicy {
		o.Also = lines
	} else {
		o.To = lines
	}
	return o
}

// Outputs are the outputs of a workflow's step, a line each.
func (o Order) Outputs() string {
	if o.Number == 0 {
		return ""
	}
	return fmt.Sprintf("fix=%s\nnumber=%d\nkind=%s\nto=%s\nalso=%s\n",
		o.Fix(), o.Number, o.Kind, strings.Join(o.To, ","), strings.Join(o.Also, ","))
}
