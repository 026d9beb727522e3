package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/internal/report"
	"github.com/git-backport/git-backport/policy"
)

var update = flag.Bool("update-calendars", false, "rewrite testdata/report/schedule.*")

// wasmtime is the nominal calendar of the preset: one release a month since 24.0.0.
func wasmtime(t *testing.T, asOf string, next int) policy.Calendar {
	t.Helper()
	cfg, err := config.Preset("wasmtime")
	if err != nil {
		t.Fatal(err)
	}
	var f policy.Facts
	if f.AsOf, err = policy.ParseDate(asOf); err != nil {
		t.Fatal(err)
	}
	for n := 24; n <= 48; n++ {
		f.Branches = append(f.Branches, policy.BranchFact{Name: fmt.Sprintf("release-%d.0.0", n)})
		day := policy.Date{Year: 2024, Month: 8, Day: 20}.AddMonths(n - 24)
		f.Tags = append(f.Tags, policy.TagFact{Name: fmt.Sprintf("v%d.0.0", n), Date: day})
	}
	f.Branches = append(f.Branches, policy.BranchFact{Name: "release-49.0.0"})
	return policy.Schedule(cfg.Policy, f, next)
}

func write(t *testing.T, c policy.Calendar, format report.CalendarFormat, o report.CalendarOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteCalendar(&b, c, format, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCalendarGoldens(t *testing.T) {
	t.Parallel()
	c := wasmtime(t, "2026-09-10", 3)
	for _, format := range report.CalendarFormats() {
		file := filepath.Join("../../testdata/report", "schedule."+string(format))
		got := write(t, c, format, report.CalendarOptions{Title: "Wasmtime releases", Ended: 2})
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

func TestCalendarMermaidIDsAreUnique(t *testing.T) {
	t.Parallel()
	text := write(t, wasmtime(t, "2026-09-10", 30), report.CalendarMermaid, report.CalendarOptions{Ended: -1})
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`:(?:\w+, )?(\w+), \d{4}-\d\d-\d\d, \d{4}-\d\d-\d\d\n`).FindAllStringSubmatch(text, -1) {
		if seen[m[1]] {
			t.Errorf("id %q stands twice", m[1])
		}
		seen[m[1]] = true
	}
	if len(seen) < 50 {
		t.Errorf("%d bars in\n%s", len(seen), text)
	}
}

// hostile is a calendar whose every text tries to leave its place.
func hostile() policy.Calendar {
	c := policy.Calendar{AsOf: policy.Date{Year: 2026, Month: 1, Day: 1}}
	evil := "x</title><script>alert(1)</script>\n## h | [a](b) `c` :crit, ]]> \x1b[2J\u202e @all \xff"
	l := policy.Line{ID: policy.LineID{Major: 1}, Branch: evil, Class: evil, State: policy.StateSupported, Released: c.AsOf, Phase: evil, Note: evil, EndWhy: evil, AsOf: c.AsOf}
	l.Windows = []policy.Window{{Phase: evil, Start: c.AsOf, End: c.AsOf.AddDays(40), Why: evil}, {Phase: "open", StartPlanned: true, EndPlanned: true}}
	l.Until = c.AsOf.AddDays(40)
	l.Next = semver.New(1, 0, 1, "", "")
	c.Lines = []policy.Line{l}
	return c
}

func TestCalendarEscapesText(t *testing.T) {
	t.Parallel()
	for _, format := range report.CalendarFormats() {
		got := write(t, hostile(), format, report.CalendarOptions{Title: hostile().Lines[0].Note})
		for _, bad := range []string{"\x1b", "\u202e", "\n## h"} {
			if strings.Contains(got, bad) && format != report.CalendarJSON {
				t.Errorf("%s lets %q through:\n%s", format, bad, got)
			}
		}
		switch format {
		case report.CalendarSVG:
			wellFormed(t, got)
			if strings.Contains(got, "<script") {
				t.Error("the picture holds a script")
			}
		case report.CalendarMarkdown:
			if strings.Contains(got, "<script") || strings.Contains(got, "| [a]") {
				t.Errorf("Markdown is not escaped:\n%s", got)
			}
		case report.CalendarJSON:
			if !json.Valid([]byte(got)) {
				t.Errorf("not JSON:\n%s", got)
			}
		case report.CalendarTable, report.CalendarMermaid, report.CalendarICS:
		}
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = true
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

func TestCalendarSVGIsSelfContained(t *testing.T) {
	t.Parallel()
	for _, c := range []policy.Calendar{wasmtime(t, "2026-09-10", 14), {AsOf: policy.Date{Year: 2026, Month: 1, Day: 31}}} {
		got := write(t, c, report.CalendarSVG, report.CalendarOptions{Ended: -1})
		wellFormed(t, got)
		rest := strings.ReplaceAll(got, `xmlns="http://www.w3.org/2000/svg"`, "")
		for _, bad := range []string{"http:", "https:", "href", "@import", "url("} {
			if strings.Contains(rest, bad) {
				t.Errorf("the picture refers to something outside: %q", bad)
			}
		}
	}
}

func TestReplaceCalendar(t *testing.T) {
	t.Parallel()
	file := "# Releases\n\n" + report.CalendarBegin + "\nold\n" + report.CalendarEnd + "\ntail\n"
	got, err := report.ReplaceCalendar([]byte(file), []byte("gantt\n"), report.CalendarMermaid)
	want := "# Releases\n\n" + report.CalendarBegin + "\n\n```mermaid\ngantt\n```\n\n" + report.CalendarEnd + "\ntail\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	again, err := report.ReplaceCalendar(got, []byte("gantt\n"), report.CalendarMermaid)
	if err != nil || !bytes.Equal(again, got) {
		t.Errorf("a second time: %q, %v", again, err)
	}
	crlf, err := report.ReplaceCalendar([]byte(strings.ReplaceAll(file, "\n", "\r\n")), []byte("a\nb\n"), report.CalendarMarkdown)
	if err != nil || strings.Count(string(crlf), "\n") != strings.Count(string(crlf), "\r\n") {
		t.Errorf("CRLF: %q, %v", crlf, err)
	}
	if _, err := report.ReplaceCalendar([]byte("nothing"), nil, report.CalendarMarkdown); !errors.Is(err, report.ErrNoMarkers) {
		t.Errorf("without markers: %v", err)
	}
	for _, bad := range []string{report.CalendarEnd + report.CalendarBegin, report.CalendarBegin, file + file} {
		if _, err := report.ReplaceCalendar([]byte(bad), nil, report.CalendarMarkdown); err == nil {
			t.Errorf("ReplaceCalendar(%q) succeeds", bad)
		}
	}
}
