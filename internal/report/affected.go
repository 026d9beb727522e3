package report

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/internal/streams"
)

// An AffectedV1 says whether a line has what a fix mends. It decides nothing.
type AffectedV1 struct {
	Schema   string       `json:"schema"`
	Line     string       `json:"line"`
	Word     string       `json:"word"`
	Declared []DeclaredV1 `json:"declared"`
	Mentions []string     `json:"mentions"`
	Removed  int          `json:"removed"`
	There    int          `json:"there"`
	Origins  []OriginV1   `json:"origin"`
	Around   AroundV1     `json:"around"`
	Files    int          `json:"files"`
	Absent   int          `json:"absent"`
	Moved    []MovedV1    `json:"moved"`
	Cut      bool         `json:"cut"`
}

// A DeclaredV1 is a commit that is said to have brought what the fix mends.
type DeclaredV1 struct {
	ID      string `json:"id"`
	How     string `json:"how"`
	Found   bool   `json:"found"`
	Carried bool   `json:"carried"`
}

// An OriginV1 is a commit that removed lines come from; null where they are older than every line.
type OriginV1 struct {
	Commit  *string `json:"commit"`
	Lines   int     `json:"lines"`
	Carried bool    `json:"carried"`
}

// An AroundV1 counts the lines around what a fix adds.
type AroundV1 struct {
	Lines   int `json:"lines"`
	Carried int `json:"carried"`
}

// A MovedV1 is a file that a line has under another name.
type MovedV1 struct {
	From Path `json:"from"`
	To   Path `json:"to"`
}

// Affected is what is seen of a fix on a line; nil where nobody looked.
func Affected(line string, s *audit.Sight) *AffectedV1 {
	if s == nil {
		return nil
	}
	out := &AffectedV1{
		Schema: Schema("affected"), Line: line, Word: string(s.Word), Declared: []DeclaredV1{}, Mentions: validAll(s.Mentions), Removed: s.Removed, There: s.There,
		Origins: []OriginV1{}, Around: AroundV1{s.Around.Lines, s.Around.Carried}, Files: s.Files, Absent: s.Absent, Moved: []MovedV1{}, Cut: s.Cut,
	}
	for _, d := range s.Declared {
		out.Declared = append(out.Declared, DeclaredV1{valid(d.ID), valid(d.How), d.Found, d.Carried})
	}
	for _, o := range s.Origins {
		out.Origins = append(out.Origins, OriginV1{oid(o.Commit), o.Lines, o.Carried})
	}
	for _, m := range s.Moved {
		out.Moved = append(out.Moved, MovedV1{Path(m.From), Path(m.To)})
	}
	return out
}

// affected says in a line what is seen of a fix.
func (p *page) affected(s *audit.Sight) string {
	var parts []string
	for _, d := range s.Declared {
		switch {
		case !d.Found:
			parts = append(parts, "declared, not found: "+streams.Clean(d.How))
		case d.Carried:
			parts = append(parts, "it has what is declared: "+streams.Clean(d.How))
		default:
			parts = append(parts, "it does not have what is declared: "+streams.Clean(d.How))
		}
	}
	if s.Removed > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s are there", s.There, several(s.Removed, "removed line")))
	}
	for i, o := range s.Origins {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("and from %d more", len(s.Origins)-i))
			break
		}
		from, has := "what is older than the lines", ""
		if !o.Commit.IsZero() {
			from = p.o.Short(o.Commit)
			if !o.Carried {
				has = ", which it does not have"
			}
		}
		parts = append(parts, fmt.Sprintf("%d from %s%s", o.Lines, from, has))
	}
	if s.Removed == 0 && s.Around.Lines > 0 {
		parts = append(parts, fmt.Sprintf("nothing is removed; %d of %s around are from what it has", s.Around.Carried, several(s.Around.Lines, "line")))
	}
	if s.Absent > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s absent", s.Absent, several(s.Files, "file")))
	}
	return strings.Join(parts, "; ")
}

// auditAffected says for each line whether it has what a fix mends.
func (p *page) auditAffected(rep *audit.Report, row *audit.Row) {
	rows := [][]string{}
	var why []string
	for j := range row.Cells {
		if s := row.Cells[j].Sight; s != nil {
			rows = append(rows, []string{rep.Request.Lines[j].Name(), string(s.Word)})
			why = append(why, p.affected(s))
		}
	}
	if len(rows) == 0 {
		return
	}
	p.printf("\naffected? %s\n", p.o.Short(row.Commit().ID))
	widths := columns(rows)
	for i := range rows {
		p.row(rows[i], widths, "", why[i])
	}
	p.printf("nothing is left out for this: 'git backport plan %s --skip LINE --reason …' does\n", p.o.Short(row.Commit().ID))
}
