package propose

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

// A row is a [[branch]] row of the proposal.
type row struct {
	line              policy.LineID
	name, class, note string
}

// A draft is a policy file in the making.
type draft struct {
	main   string
	naming config.Naming
	ignore []string
	train  train
	rule   rule
	fixed  string // what the rules rest on, for the comment
	rows   []row
	files  files
	left   []string
	former func(tag, version string, read func(fs.FS) string) (*Former, error)
}

func (d *draft) text() string {
	var b strings.Builder
	b.WriteString("# Support policy, read by git-backport (its docs/policy.md describes every key).\n" +
		"# Proposed from the branches, tags and files of this repository, and tried on it: check each line of it.\nschema = 1\n\n")
	b.WriteString(strings.TrimSuffix(d.naming.Repo(d.main), "\n"))
	if len(d.ignore) > 0 {
		fmt.Fprintf(&b, "ignore = [%s]\n", quotedList(d.ignore))
	}
	b.WriteString("\n[dates]\nsource = \"tags\"             # a line is released on the day of its first stable tag\n")
	fmt.Fprintf(&b, "# %s\n", d.train.why)
	if d.train.every != "" {
		fmt.Fprintf(&b, "plan   = { line = %q, date = %s, every = %q }\n", d.train.anchor.id, d.train.anchor.released, d.train.every)
	}
	b.WriteString("\n")
	d.writeClasses(&b)
	d.writeRows(&b)
	d.files.write(&b)
	for _, l := range d.left {
		fmt.Fprintf(&b, "# Left out: %s\n", clean(l))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (d *draft) writeClasses(b *strings.Builder) {
	for _, why := range strings.Split(d.fixed, "\n") {
		fmt.Fprintf(b, "# %s\n", clean(why))
	}
	name := "release"
	if d.rule.split.match != "" {
		long, normal := "lts", "normal"
		fmt.Fprintf(b, "[class.%s]\nmatch  = %s\nphases = [{ name = %q, until = %q }]\n\n", long, d.rule.split.match, long, d.rule.until)
		name = normal
	}
	if kept := d.keptLines(); len(kept) > 0 {
		fmt.Fprintf(b, "# Looked after though the rule has ended them; give a row end = DATE once one is known.\n"+
			"[class.kept]\nmatch  = { lines = [%s] }\nphases = [{ name = \"kept\" }]\n\n", quotedList(kept))
	}
	fmt.Fprintf(b, "[class.%s]\nphases = [{ name = \"current\", until = %q }]\n\n", name, d.rule.other)
	b.WriteString(`# Verdicts by kind of change: required, allowed, ask, refused. What is not said is as here.
[phase."*"]
security   = "required"
bugfix     = "allowed"
dependency = "allowed"
ci         = "allowed"
docs       = "allowed"
feature    = "refused"

[phase.pending]                # cut, and not released yet
feature = "ask"

[rules]
main_first = "required"        # a change lands on main before it is backported
pending    = true
grace      = "1 day"

`)
}

func (d *draft) keptLines() []string {
	var out []string
	for _, r := range d.rows {
		if r.class == keptClass {
			out = append(out, r.line.String())
		}
	}
	return out
}

const keptClass = "kept"

func (d *draft) writeRows(b *strings.Builder) {
	for _, r := range d.rows {
		fmt.Fprintf(b, "[[branch]]\nline  = %q\n", r.line)
		if r.name != "" {
			fmt.Fprintf(b, "name  = %s\n", config.Quote(r.name))
		}
		if r.class != "" {
			fmt.Fprintf(b, "class = %q\n", r.class)
		}
		if r.note != "" {
			fmt.Fprintf(b, "note  = %s\n", config.Quote(r.note))
		}
		b.WriteString("\n")
	}
}

func quotedList(items []string) string {
	out := make([]string, len(items))
	for i, s := range items {
		out[i] = config.Quote(s)
	}
	return strings.Join(out, ", ")
}

// clean makes a text safe for one line of a comment.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '?'
		}
		return r
	}, s)
}
