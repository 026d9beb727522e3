package ci

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// pullEvent is an event of a pull request, with some of it changed.
func pullEvent(change string) string {
	doc := `{"action":"closed","label":{"name":"backport 36"},"pull_request":{"number":12,"merged":true,"base":{"ref":"main"},
 "labels":[{"name":"backport 36"},{"name":"bug"}]},"repository":{"name":"app","default_branch":"main"}}`
	old, now, _ := strings.Cut(change, "=>")
	return strings.Replace(doc, old, now, 1)
}

func commentEvent(change string) string {
	doc := `{"action":"created","issue":{"number":12,"pull_request":{"merged_at":"2026-07-01T00:00:00Z"}},
 "comment":{"body":"/backport 36","author_association":"MEMBER","user":{"type":"User"}},"repository":{"name":"app","default_branch":"main"}}`
	old, now, _ := strings.Cut(change, "=>")
	return strings.Replace(doc, old, now, 1)
}

func TestReadEvent(t *testing.T) {
	const pull, comment = "pull_request_target", "issue_comment"
	for _, c := range []struct{ name, event, text, want string }{
		{"a label", pull, pullEvent(""), "#12 to=36"},
		{"the label that is new", pull, pullEvent(`closed=>labeled`), "#12 to=36"},
		{"another label is new", pull, pullEvent(`"closed","label":{"name":"backport 36"=>"labeled","label":{"name":"bug"`), ""},
		{"by the policy", pull, pullEvent(`[{"name":"backport 36"=>[{"name":"backport all"`), "#12"},
		{"security", pull, pullEvent(`[{"name":"backport 36"=>[{"name":"backport security"`), "#12 kind=security"},
		{"two lines", pull, pullEvent(`"name":"bug"=>"name":"backport release-24.0.0"`), "#12 to=36,release-24.0.0"},
		{"the policy and a line", pull, pullEvent(`"name":"bug"=>"name":"backport all"`), "#12 also=36"},
		{"not merged", pull, pullEvent(`true=>false`), ""},
		{"opened", pull, pullEvent(`closed=>opened`), ""},
		{"merged elsewhere", pull, pullEvent(`"ref":"main"=>"ref":"release-36.0.0"`), ""},
		{"no label", pull, pullEvent(`backport 36"},{=>question"},{`), ""},
		{"an advisory's fork", pull, pullEvent(`"name":"app"=>"name":"app-ghsa-1a2b-3c4d-5e6f"`), ""},
		{"a comment", comment, commentEvent(""), "#12 to=36"},
		{"a comment without lines", comment, commentEvent(`/backport 36=>/backport`), "#12"},
		{"a comment of several lines", comment, commentEvent(`/backport 36=>Thanks!\r\n/backport 36 24\r\nbye`), "#12 to=36,24"},
		{"within a sentence", comment, commentEvent(`/backport 36=>please /backport 36`), ""},
		{"quoted", comment, commentEvent(`/backport 36=>> /backport 36`), ""},
		{"another command", comment, commentEvent(`/backport 36=>/backports 36`), ""},
		{"a stranger", comment, commentEvent(`MEMBER=>CONTRIBUTOR`), ""},
		{"nobody", comment, commentEvent(`MEMBER=>NONE`), ""},
		{"a bot", comment, commentEvent(`"User"=>"Bot"`), ""},
		{"an edit", comment, commentEvent(`created=>edited`), ""},
		{"an issue", comment, commentEvent(`,"pull_request":{"merged_at":"2026-07-01T00:00:00Z"}=>`), ""},
		{"an open pull request", comment, commentEvent(`"2026-07-01T00:00:00Z"=>null`), ""},
		{"another event", "pull_request", pullEvent(""), ""},
	} {
		o, err := ReadEvent(c.event, []byte(c.text))
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.name, err, c.text)
		}
		if got := orderText(o); got != c.want {
			t.Errorf("%s: %q, want %q (%s)", c.name, got, c.want, o.Why)
		}
		if (o.Number == 0) == (o.Why == "") {
			t.Errorf("%s: number %d, why %q", c.name, o.Number, o.Why)
		}
	}
}

func orderText(o Order) string {
	if o.Number == 0 {
		return ""
	}
	out := o.Fix()
	if o.Kind != "" {
		out += " kind=" + o.Kind
	}
	if len(o.To) > 0 {
		out += " to=" + strings.Join(o.To, ",")
	}
	if len(o.Also) > 0 {
		out += " also=" + strings.Join(o.Also, ",")
	}
	return out
}

// hostileWords are names of lines that would be something else to a shell, a runner or git.
func hostileWords() []string {
	return []string{
		"$(id)", "`id`", "36;id", "36|id", "36&id", "36\nfix=#1", "36\r\nto=x", "--force", "-x", "--to=36", "36..main", "../36", "/etc/passwd", "~root",
		"36 --onto main", "36,--onto,main", "${IFS}id", "'; id; '", "\"; id; \"", "%0Afix=#1", "::set-output name=x::y", "##[command]id", "36\u202e", "36\u200b", "３６",
		"<script>", "@everyone", "36\x00", "36\\n", "*", "?", "[0-9]", "{36,24}", strings.Repeat("3", 101), "", " ", "#1", "!1", "HEAD^{/x}", "@{u}", "36:refs/heads/main",
	}
}

func TestHostileEvents(t *testing.T) {
	plain := regexp.MustCompile(`^(fix=#[0-9]+\nnumber=[0-9]+\nkind=(security)?\nto=[0-9A-Za-z._/,-]*\nalso=[0-9A-Za-z._/,-]*\n)?$`)
	ran := 0
	for _, word := range hostileWords() {
		quoted, err := json.Marshal("backport " + word)
		if err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal("/backport " + word)
		if err != nil {
			t.Fatal(err)
		}
		for event, text := range map[string]string{
			"pull_request_target": pullEvent(`[{"name":"backport 36"=>[{"name":` + string(quoted)),
			"issue_comment":       commentEvent(`"/backport 36"=>` + string(body)),
		} {
			ran++
			o, err := ReadEvent(event, []byte(text))
			if err != nil {
				continue
			}
			if !plain.MatchString(o.Outputs()) {
				t.Errorf("%s of %q: %q", event, word, o.Outputs())
			}
			for _, l := range append(o.To, o.Also...) {
				if strings.HasPrefix(l, "-") || strings.Contains(l, "..") {
					t.Errorf("%s of %q names the line %q", event, word, l)
				}
			}
		}
	}
	if ran < 60 {
		t.Errorf("only %d events", ran)
	}
}

func FuzzReadEvent(f *testing.F) {
	f.Add("pull_request_target", []byte(pullEvent("")))
	f.Add("issue_comment", []byte(commentEvent("")))
	plain := regexp.MustCompile(`^(fix=#[0-9]+\nnumber=[0-9]+\nkind=(security)?\nto=[0-9A-Za-z._/,-]*\nalso=[0-9A-Za-z._/,-]*\n)?$`)
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		o, err := ReadEvent(name, data)
		if err == nil && !plain.MatchString(o.Outputs()) {
			t.Errorf("%q", o.Outputs())
		}
	})
}
