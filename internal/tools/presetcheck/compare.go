package main

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

// A project is a preset with the file that its project's calendar is published in.
type project struct {
	preset, product string // of endoflife.date; "" is Node's schedule.json
	why             string // of the differences that remain
}

func published() []project {
	return []project{
		{"node", "", "8 and 16 were ended early with their OpenSSL, 4 began under another rule, odd lines up to 9 ended with June. With [import] of schedule.json every day is the published one"},
		{"go", "go", "1.19 was listed until a month after its end"},
		{"kubernetes", "kubernetes", "days that were moved by hand differ; with [import] of schedule.yaml every day is the published one"},
		{"django", "django", "a last patch release at the end moves the published day by days, and the published day of an LTS is that release or the first of the month; 1.4, 1.8 and 1.11 were LTS before A.2 was the rule: [[branch]] class says so; the lines that end with a release to come are open"},
		{"containerd", "containerd", ""},
		{"etcd", "etcd", ""},
		{"postgres", "postgresql", ""},
		{"envoy", "envoy", ""},
		{"dotnet", "dotnet", ""},
		{"openssl", "openssl", ""},
	}
}

// A row is a line as it is published.
type row struct {
	id       policy.LineID
	released policy.Date
	end      policy.Date // zero: none is given
	open     bool        // it has not ended, and no day is given
}

// read reads the published rows, as lines of the preset.
func (c project) read(eol, node source) ([]row, error) {
	cfg, err := config.Preset(c.preset)
	if err != nil {
		return nil, err
	}
	format, from, file := "endoflife", eol, "products/"+c.product+".md"
	if c.product == "" {
		format, from, file = "node", node, "schedule.json"
	}
	text, err := from.git("show", "HEAD:"+file)
	if err != nil {
		return nil, err
	}
	imported, err := imported(format, cfg.Policy.Repo.Scheme, text)
	if err != nil {
		return nil, err
	}
	var out []row
	for _, o := range imported.Policy.Branches {
		first := cfg.Policy.Repo.From
		if o.Released.IsZero() || first != nil && o.Line.Compare(*first) < 0 {
			continue
		}
		r := row{id: o.Line, released: o.Released}
		if n := len(o.Phases); n > 0 {
			r.end, r.open = o.Phases[n-1].End, o.Phases[n-1].End.IsZero()
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b row) int { return b.id.Compare(a.id) })
	return out, nil
}

// imported reads a schedule by [import].
func imported(format string, scheme policy.Scheme, text string) (*config.Config, error) {
	file := fmt.Sprintf("schema = 1\n[repo]\nline = %q\n[class.c]\nphases = [{ name = \"p\" }]\n[import]\nformat = %q\nfile = \"x\"\n", scheme, format)
	return config.Load(config.FileName, []byte(file), func(string) ([]byte, error) { return []byte(text), nil })
}

// compare writes the table of a preset.
func (c project) compare(out *bufio.Writer, rows []row, asOf policy.Date) error {
	cfg, err := config.Preset(c.preset)
	if err != nil {
		return err
	}
	p := *cfg.Policy
	explicit := map[policy.LineID]bool{}
	for i, o := range p.Branches {
		explicit[o.Line] = true
		for _, r := range rows {
			if r.id == o.Line {
				p.Branches[i].Released = r.released
			}
		}
	}
	for _, r := range rows {
		if !explicit[r.id] {
			p.Branches = append(p.Branches, policy.Override{Line: r.id, Released: r.released})
		}
	}
	computed := map[policy.LineID]policy.Line{}
	for _, l := range policy.Schedule(&p, policy.Facts{AsOf: asOf}, 0).Lines {
		computed[l.ID] = l
	}
	count := map[string]int{}
	table := "| line | class | released | published | computed | |\n|---|---|---|---|---|---|\n"
	for _, r := range rows {
		l := computed[r.id]
		l.Until = later(l.Until, l.Planned)
		how := judge(r, l)
		if explicit[r.id] && how == "equal" {
			how = "equal, by a row"
		}
		count[how]++
		table += fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", r.id, l.Class, r.released, dayOr(r.end, "open"), dayOr(l.Until, "open"), how)
	}
	fmt.Fprintf(out, "## %s\n\n%d lines: %s.", c.preset, len(rows), summary(count))
	if c.why != "" {
		fmt.Fprintf(out, " Why: %s.", c.why)
	}
	fmt.Fprintf(out, "\n\n%s\n", table)
	return nil
}

func later(a, b policy.Date) policy.Date {
	if b.After(a) {
		return b
	}
	return a
}

func dayOr(d policy.Date, none string) string { return cmp.Or(d.String(), none) }

// judge compares a published end with a computed one.
func judge(r row, l policy.Line) string {
	switch {
	case r.end == l.Until:
		return "equal"
	case r.end.IsZero() || l.Until.IsZero():
		return "one is open"
	}
	n := l.Until.DaysSince(r.end)
	if n == -1 {
		return "one day"
	}
	if n > -32 && n < 32 {
		return "within a month"
	}
	return "differs"
}

func summary(count map[string]int) string {
	out := ""
	for _, how := range []string{"equal", "equal, by a row", "one day", "within a month", "differs", "one is open"} {
		if n := count[how]; n > 0 {
			if out != "" {
				out += ", "
			}
			out += fmt.Sprintf("%d %s", n, how)
		}
	}
	return out
}
