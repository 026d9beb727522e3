package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"github.com/git-backport/git-backport/policy"
)

const maxYAMLDepth = 32

// decodeYAML reads YAML without anchors and aliases, which can make a small file huge, and without
// deep nesting.
func decodeYAML(data []byte, into any) error {
	depth := 0
	for _, t := range lexer.Tokenize(string(data)) {
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return fmt.Errorf("line %d: anchors, aliases and merge keys are not read", t.Position.Line)
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		default:
		}
		if depth > maxYAMLDepth || t.Position.Column > 400 && t.Type == token.SequenceEntryType {
			return fmt.Errorf("line %d: nested too deeply", t.Position.Line)
		}
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		return errors.New(firstLine(err.Error()))
	}
	return nil
}

// A scalar is a YAML value as it is written: 1.20 is a version here, and no number.
type scalar string

// UnmarshalYAML takes the text, without its quotes and comment.
func (s *scalar) UnmarshalYAML(b []byte) error {
	text := strings.TrimSpace(string(b))
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		var quoted string
		if err := yaml.Unmarshal([]byte(text), &quoted); err != nil {
			return err
		}
		*s = scalar(quoted)
		return nil
	}
	text, _, _ = strings.Cut(text, " #")
	if text = strings.TrimSpace(text); text == "null" || text == "~" {
		text = ""
	}
	*s = scalar(text)
	return nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return printable(s)
}

// fromKubernetes reads kubernetes/website's schedule.yaml or eol.yaml.
func (r *reader) fromKubernetes(data []byte) ([]policy.Override, error) {
	type row struct {
		Release     scalar `yaml:"release"`
		Date        scalar `yaml:"releaseDate"`
		Maintenance scalar `yaml:"maintenanceModeStartDate"`
		End         scalar `yaml:"endOfLifeDate"`
	}
	var file struct {
		Schedules []row `yaml:"schedules"`
		Branches  []row `yaml:"branches"`
	}
	if err := decodeYAML(data, &file); err != nil {
		return nil, err
	}
	var rows []policy.Override
	for _, f := range append(file.Schedules, file.Branches...) {
		id, err := r.scheme.ParseLine(string(f.Release))
		if err != nil {
			r.skip(string(f.Release), err)
			continue
		}
		d, err := days(string(f.Date), string(f.Maintenance), string(f.End))
		if err != nil {
			r.skip(string(f.Release), err)
			continue
		}
		o := policy.Override{Line: id, Released: d[0], End: d[2]}
		if !d[0].IsZero() {
			o.End, o.Phases = policy.Date{}, stages([]string{"active", "maintenance"}, d[:2], d[2])
		}
		rows = append(rows, o)
	}
	return rows, nil
}

// fromEndOfLife reads a product of endoflife.date: its page with front matter, or the API's list.
func (r *reader) fromEndOfLife(data []byte) ([]policy.Override, error) {
	type row struct {
		Cycle    scalar `yaml:"releaseCycle"`
		APICycle scalar `yaml:"cycle"`
		Date     scalar `yaml:"releaseDate"`
		Active   scalar `yaml:"eoas"`
		Support  scalar `yaml:"support"`
		End      scalar `yaml:"eol"`
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		text, _, _ = strings.Cut(rest, "\n---")
	}
	var list []row
	if strings.HasPrefix(strings.TrimSpace(text), "[") || strings.HasPrefix(strings.TrimSpace(text), "- ") {
		if err := decodeYAML([]byte(text), &list); err != nil {
			return nil, err
		}
	} else {
		var file struct {
			Releases []row `yaml:"releases"`
		}
		if err := decodeYAML([]byte(text), &file); err != nil {
			return nil, err
		}
		list = file.Releases
	}
	var rows []policy.Override
	for _, f := range list {
		name := string(f.Cycle + f.APICycle)
		id, err := r.scheme.ParseLine(name)
		if err != nil {
			r.skip(name, err)
			continue
		}
		d, err := days(string(f.Date), date(f.Active+f.Support), date(f.End))
		if err != nil {
			r.skip(name, err)
			continue
		}
		o := policy.Override{Line: id, Released: d[0]}
		o.Phases = []policy.DatedPhase{}
		if !d[1].IsZero() && (d[2].IsZero() || d[1].Before(d[2])) {
			o.Phases = append(o.Phases, policy.DatedPhase{Name: "active", End: d[1]}, policy.DatedPhase{Name: "maintenance", End: d[2]})
		} else {
			o.Phases = append(o.Phases, policy.DatedPhase{Name: "active", End: d[2]})
		}
		if f.End == "true" && d[2].IsZero() { // ended on a day that is not known
			o.Phases = []policy.DatedPhase{}
		}
		rows = append(rows, o)
	}
	return rows, nil
}

// date drops what is not one: endoflife.date writes false for "not yet" and true for "yes".
func date(s scalar) string {
	if s == "true" || s == "false" {
		return ""
	}
	return string(s)
}
