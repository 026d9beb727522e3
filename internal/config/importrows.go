package config

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// importRows reads a schedule of another form. What the other project writes as the first day of a
// phase ends the one before it on the day before; its end dates are last days.
func (r *reader) importRows(format, name string, data []byte) ([]policy.Override, error) {
	var rows []policy.Override
	var err error
	switch format {
	case "node":
		rows, err = r.fromNode(data)
	case "python":
		rows, err = r.fromPython(data)
	case "kubernetes":
		rows, err = r.fromKubernetes(data)
	case "endoflife":
		rows, err = r.fromEndOfLife(data)
	case "csv":
		rows, err = r.fromCSV(data)
	default:
		err = fmt.Errorf("unknown format %q", format)
	}
	if err != nil {
		return nil, err
	}
	if rows = r.orderly(rows, name); format == "csv" && len(r.skipped) > 0 {
		return nil, errors.New(r.skipped[0]) // the policy's own table, which can be put right
	}
	if len(rows) == 0 {
		return nil, r.noRow(name, format)
	}
	if len(rows) > maxRows {
		return nil, fmt.Errorf("more than %d lines", maxRows)
	}
	return rows, nil
}

// orderly leaves out rows that contradict themselves or repeat a line.
func (r *reader) orderly(rows []policy.Override, name string) []policy.Override {
	var out []policy.Override
	seen := map[policy.LineID]bool{}
	for _, o := range rows {
		o.Source = name
		err := inOrder(o)
		if seen[o.Line] {
			err = fmt.Errorf("line %s stands in it twice", o.Line)
		}
		if err != nil {
			r.skip(o.Line.String(), err)
			continue
		}
		seen[o.Line] = true
		out = append(out, o)
	}
	return out
}

// skip leaves a row out: one odd old row is no reason to refuse a whole schedule.
func (r *reader) skip(row string, err error) {
	r.skipped = append(r.skipped, fmt.Sprintf("%s: %s", row, err))
}

// noRow is why a schedule without a row that can be read is refused; nil where that is no fault of the file's:
// many products of endoflife.date name their releases by words.
func (r *reader) noRow(name, format string) error {
	switch {
	case len(r.skipped) == 0:
		return errors.New("there is no line in it")
	case format == "endoflife":
		r.cfg.Remarks = append(r.cfg.Remarks, fmt.Sprintf("%q: no row of it names a line as this policy does; the first: %s", name, r.skipped[0]))
		return nil
	}
	return fmt.Errorf("no row can be read; the first: %s", r.skipped[0])
}

// inOrder checks that the phases of a row follow one another.
func inOrder(o policy.Override) error {
	at := o.Released
	for _, ph := range o.Phases {
		if ph.End.IsZero() {
			continue
		}
		if ph.End.AddDays(1).Before(at) {
			return fmt.Errorf("phase %q of line %s ends on %s, before it starts on %s", ph.Name, o.Line, ph.End, at)
		}
		at = ph.End.AddDays(1)
	}
	if !o.End.IsZero() && o.End.Before(o.Released) {
		return fmt.Errorf("line %s ends on %s, before it starts on %s", o.Line, o.End, o.Released)
	}
	return nil
}

// day reads a date, or a month, which ends on its last day; empty gives the zero Date.
func dayOf(s string) (policy.Date, error) {
	if len(s) == len("2029-10") {
		d, err := policy.ParseDate(s + "-01")
		if err != nil {
			return d, err
		}
		return d.MonthEnd(), nil
	}
	if s == "" {
		return policy.Date{}, nil
	}
	if i := strings.IndexByte(s, 'T'); i == 10 {
		s = s[:i]
	}
	return policy.ParseDate(s)
}

// days reads several dates, the first error counts.
func days(texts ...string) ([]policy.Date, error) {
	out := make([]policy.Date, len(texts))
	for i, s := range texts {
		d, err := dayOf(s)
		if err != nil {
			return nil, err
		}
		out[i] = d
	}
	return out, nil
}

// stages turns the first days of consecutive phases into phases with last days. Absent phases (zero
// start) are left out; the last one ends on end.
func stages(names []string, starts []policy.Date, end policy.Date) []policy.DatedPhase {
	out := []policy.DatedPhase{}
	for i, name := range names {
		if starts[i].IsZero() {
			continue
		}
		last := end
		for _, next := range starts[i+1:] {
			if !next.IsZero() {
				last = next.AddDays(-1)
				break
			}
		}
		out = append(out, policy.DatedPhase{Name: name, End: last})
	}
	return out
}

// fromNode reads nodejs/Release's schedule.json.
func (r *reader) fromNode(data []byte) ([]policy.Override, error) {
	var file map[string]struct{ Alpha, Start, LTS, Maintenance, End string }
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	var rows []policy.Override
	for _, name := range slices.Sorted(maps.Keys(file)) {
		f := file[name]
		id, err := r.scheme.ParseLine(strings.TrimPrefix(name, "v"))
		if err != nil {
			r.skip(name, err)
			continue
		}
		d, err := days(f.Alpha, f.Start, f.LTS, f.Maintenance, f.End)
		if err != nil {
			r.skip(name, err)
			continue
		}
		o := policy.Override{Line: id, Released: d[0]}
		if d[0].IsZero() {
			o.Released = d[1]
		}
		o.Phases = stages([]string{"alpha", "current", "active", "maintenance"}, d[:4], d[4])
		rows = append(rows, o)
	}
	return rows, nil
}

// fromPython reads python/devguide's release-cycle.json. It knows first release and end of life; the
// phases between come from the policy's class.
func (r *reader) fromPython(data []byte) ([]policy.Override, error) {
	var file map[string]struct {
		First string `json:"first_release"`
		End   string `json:"end_of_life"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	var rows []policy.Override
	for _, name := range slices.Sorted(maps.Keys(file)) {
		id, err := r.scheme.ParseLine(name)
		if err != nil {
			r.skip(name, err)
			continue
		}
		d, err := days(file[name].First, file[name].End)
		if err != nil {
			r.skip(name, err)
			continue
		}
		rows = append(rows, policy.Override{Line: id, Released: d[0], End: d[1]})
	}
	return rows, nil
}

// fromCSV reads a table with a header: line, released, end, name, class, note, PHASE_until.
func (r *reader) fromCSV(data []byte) ([]policy.Override, error) {
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff")))
	in.TrimLeadingSpace = true
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	var rows []policy.Override
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		o, err := r.csvRow(header, record)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		rows = append(rows, o)
	}
}

func (r *reader) csvRow(header, record []string) (o policy.Override, err error) {
	for i, column := range header {
		text := strings.TrimSpace(record[i])
		switch column = strings.TrimSpace(column); column {
		case "line":
			o.Line, err = r.scheme.ParseLine(text)
		case "released":
			o.Released, err = dayOf(text)
		case "end":
			o.End, err = dayOf(text)
		case "name":
			o.Name = text
		case "class":
			o.Class = text
			if text != "" && !r.hasClass(text) {
				err = fmt.Errorf("unknown class %q", text)
			}
		case "note":
			o.Note = text
		default:
			phase, ok := strings.CutSuffix(column, "_until")
			if !ok || indexOf(r.phaseNames(""), phase) < 0 {
				return o, fmt.Errorf("unknown column %q: want line, released, end, name, class, note, or a phase with _until", column)
			}
			if text == "" {
				continue
			}
			if o.Until == nil {
				o.Until = map[string]policy.Date{}
			}
			o.Until[phase], err = dayOf(text)
		}
		if err != nil {
			return o, err
		}
	}
	if o.Line == (policy.LineID{}) {
		return o, errors.New("no line")
	}
	return o, nil
}
