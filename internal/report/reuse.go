package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/git-backport/git-backport/internal/operation"
	"github.com/git-backport/git-backport/internal/resolve"
	"github.com/git-backport/git-backport/internal/streams"
)

// A ReuseV1 is a resolution that is there for a conflicted path.
type ReuseV1 struct {
	Path      Path     `json:"path"`
	Operation string   `json:"operation"`
	Branch    string   `json:"branch"`
	At        string   `json:"at"`
	By        *string  `json:"by"`
	State     string   `json:"state"`
	Deleted   bool     `json:"deleted"`
	Beside    []Path   `json:"beside"`
	Diff      []string `json:"diff"`
}

// ReusesV1 makes the document's part of resolutions.
func ReusesV1(list []resolve.Reuse) []ReuseV1 {
	out := []ReuseV1{}
	for _, r := range list {
		v := ReuseV1{
			Path: Path(r.Path), Operation: r.Operation, Branch: valid(r.Branch), At: stamp(r.At), By: optional(valid(r.By)), State: string(r.State),
			Deleted: r.Result == nil, Beside: []Path{}, Diff: validAll(r.Diff),
		}
		for _, b := range r.Beside {
			v.Beside = append(v.Beside, Path(b))
		}
		out = append(out, v)
	}
	return out
}

// Made says where and when a resolution was made, and by whom: the name, without the address.
func Made(o operation.Origin) string {
	s := stamp(o.At)[:10]
	if o.Branch != "" {
		s = streams.Clean(o.Branch) + ", " + s
	}
	if name, _, _ := strings.Cut(o.By, " <"); name != "" {
		s += ", " + streams.Clean(name)
	}
	return s
}

// ReuseText writes what was made of conflicts before, with the difference where it is to be seen.
func ReuseText(w io.Writer, list []resolve.Reuse, o TextOptions) error {
	p := &page{w: w, o: o}
	for _, r := range list {
		p.printf("%s: %s\n", streams.Clean(string(r.Path)), reuseText(r))
		p.difference(r.Diff, "    ")
	}
	return p.err
}

func reuseText(r resolve.Reuse) string {
	what := "settled as on "
	if r.Result == nil {
		what = "deleted as on "
	}
	s := fmt.Sprintf("%s%s (operation %.8s", what, Made(r.Origin), r.Operation)
	if r.State != operation.StateApplied && r.State != operation.StateOpen {
		s += ", " + string(r.State)
	}
	s += ")"
	if r.Result != nil && r.Gives(r.Ours) {
		s += ", which leaves the branch's file as it is"
	}
	if len(r.Beside) > 0 {
		s += fmt.Sprintf("; made along with changes of %s, which are not taken", pathList(r.Beside))
	}
	return s
}

func pathList(list [][]byte) string {
	var out []string
	for _, p := range list {
		out = append(out, streams.Clean(string(p)))
	}
	return strings.Join(out, ", ")
}

// difference prints lines of a difference, not more than fit a glance unless all are asked for.
func (p *page) difference(lines []string, indent string) {
	if p.o.Quiet {
		return
	}
	more := len(lines) - glanceLines
	if p.o.Verbose || more <= 1 {
		more = 0
	}
	for _, l := range lines[:len(lines)-more] {
		color := ""
		switch {
		case strings.HasPrefix(l, "+"):
			color = green
		case strings.HasPrefix(l, "-"):
			color = red
		case strings.HasPrefix(l, "@@"):
			color = cyan
		}
		p.printf("%s\n", strings.TrimRight(indent+p.paint(color, streams.Line(strings.ReplaceAll(l, "\t", "    "))), " "))
	}
	if more > 0 {
		p.printf("%s%s\n", indent, p.paint(dim, "… "+count(more, "line")+" more (-v shows them)"))
	}
}

// reuseOf says what can be taken for a conflict.
func (p *page) reuseOf(list []resolve.Reuse, c operation.Conflict) {
	for _, r := range list {
		if bytes.Equal(r.Path, c.Path) {
			p.printf("        can be %s\n", reuseText(r))
			p.difference(r.Diff, "          ")
		}
	}
}

// A SettledV1 is a conflict that a person settled: when, who, and which of its paths as elsewhere.
type SettledV1 struct {
	Source string     `json:"source"`
	At     *string    `json:"at"`
	By     *string    `json:"by"`
	Files  []SettleV1 `json:"files"`
}

// A SettleV1 is a path that conflicted; reused names the branch whose resolution was taken for it.
type SettleV1 struct {
	Path   Path    `json:"path"`
	Reused *string `json:"reused"`
}

func settledV1(list []operation.Resolved) []SettledV1 {
	out := []SettledV1{}
	for _, r := range list {
		v := SettledV1{Source: r.Source.String(), By: optional(valid(r.By)), Files: []SettleV1{}}
		if r.At != 0 {
			v.At = optional(stamp(r.At))
		}
		for _, f := range r.Files {
			s := SettleV1{Path: Path(f.Path)}
			if f.From != nil {
				s.Reused = optional(valid(f.From.Branch))
			}
			v.Files = append(v.Files, s)
		}
		out = append(out, v)
	}
	return out
}

// settledBy says how conflicts of a target were settled.
func (p *page) settledBy(list []operation.Resolved) {
	for _, r := range list {
		for _, f := range r.Files {
			how := "settled by hand, " + Made(operation.Origin{At: r.At, By: r.By})
			if f.From != nil {
				how = "settled as on " + Made(*f.From)
			}
			p.printf("      %s: %s\n", streams.Clean(string(f.Path)), how)
		}
	}
}
