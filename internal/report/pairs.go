package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/policy"
)

// A PairsV1 is the document of schedule --pairs.
type PairsV1 struct {
	Schema   string   `json:"schema"`
	AsOf     string   `json:"as_of"`
	Rules    []string `json:"rules"`
	Warnings []string `json:"warnings"`
	Pairs    []PairV1 `json:"pairs"`
}

// A PairV1 is two releases that must work together.
type PairV1 struct {
	Rule    string    `json:"rule"`
	Release ReleaseV1 `json:"release"`
	With    ReleaseV1 `json:"with"`
}

// A ReleaseV1 is a release; without a tag it is still to be made, from its branch.
type ReleaseV1 struct {
	Line    string  `json:"line"`
	Version string  `json:"version"`
	Tag     *string `json:"tag"`
	Branch  *string `json:"branch"`
	Date    *string `json:"date"`
}

// NewPairs makes the document of pairs. Branches are those of the lines.
func NewPairs(pairs []policy.Pair, rules []policy.PairRule, asOf policy.Date, branches map[policy.LineID]string, warnings []string) PairsV1 {
	doc := PairsV1{Schema: Schema("pairs"), AsOf: asOf.String(), Rules: []string{}, Warnings: validAll(warnings), Pairs: []PairV1{}}
	for _, r := range rules {
		doc.Rules = append(doc.Rules, string(r))
	}
	of := func(r policy.Release) ReleaseV1 {
		out := ReleaseV1{Line: r.Line.String(), Version: valid(r.Text), Tag: optional(r.Tag), Date: day(r.Date)}
		if r.Tag == "" {
			out.Branch = optional(branches[r.Line])
		}
		return out
	}
	for _, p := range pairs {
		doc.Pairs = append(doc.Pairs, PairV1{string(p.Rule), of(p.Subject), of(p.With)})
	}
	return doc
}

// PairsTable prints pairs, a line each.
func PairsTable(w io.Writer, doc PairsV1, o TextOptions) error {
	p := &page{w: w, o: o}
	rows := [][]string{{"release", "rule", "with", "of"}}
	for _, pair := range doc.Pairs {
		name := pair.Release.Version
		if pair.Release.Branch != nil {
			name += " (" + *pair.Release.Branch + ")"
		}
		rows = append(rows, []string{dash(name), pair.Rule, dash(deref(pair.With.Tag)), dash(deref(pair.With.Date))})
	}
	widths := columns(rows)
	p.row(rows[0], widths, dim, "")
	for _, r := range rows[1:] {
		p.row(r, widths, "", "")
	}
	return p.err
}

// A PairJob is one job of a GitHub Actions matrix: Ref is what is tested, With the tag that it is tested with.
type PairJob struct {
	Line    string `json:"line"`
	Version string `json:"version"`
	Ref     string `json:"ref"`
	With    string `json:"with"`
	Rule    string `json:"rule"`
}

// PairMatrix prints pairs as one line for a GitHub Actions strategy.matrix.
func PairMatrix(w io.Writer, doc PairsV1) error {
	jobs := []PairJob{}
	for _, p := range doc.Pairs {
		ref := deref(p.Release.Tag)
		if ref == "" {
			ref = deref(p.Release.Branch)
		}
		jobs = append(jobs, PairJob{p.Release.Line, p.Release.Version, ref, deref(p.With.Tag), p.Rule})
	}
	data, err := json.Marshal(struct {
		Include []PairJob `json:"include"`
	}{jobs})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", streams.JSON(data))
	return err
}
