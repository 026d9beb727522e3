package gitops

import (
	"bytes"
	"fmt"
	"strings"
)

// HunkLines returns the difference between two texts as git diff prints the hunks of one file, a line each,
// without newlines. Texts that are binary or very large are one line that says so.
func HunkLines(a, b []byte, context int) []string {
	const most = 16 << 20 // nobody reads that
	edits, err := DiffLines(a, b)
	if err != nil || binary(a) || binary(b) || len(a) > most || len(b) > most {
		return []string{fmt.Sprintf("a binary file of %d bytes becomes one of %d", len(a), len(b))}
	}
	before, after := textLines(a), textLines(b)
	var out []string
	for i := 0; i < len(edits); {
		first := edits[i]
		from, shift := max(0, first.Old.Start-1-context), first.New.Start-first.Old.Start
		var body []string
		at := from
		for {
			e := edits[i]
			body = append(body, marked(" ", before[at:e.Old.Start-1])...)
			body = append(body, marked("-", before[e.Old.Start-1:e.Old.Start-1+e.Old.Count])...)
			body = append(body, marked("+", after[e.New.Start-1:e.New.Start-1+e.New.Count])...)
			at = e.Old.Start - 1 + e.Old.Count
			if i++; i == len(edits) || edits[i].Old.Start-1-at > 2*context {
				break
			}
		}
		last := edits[i-1]
		to := min(len(before), at+context)
		body = append(body, marked(" ", before[at:to])...)
		count := to - from + last.New.Start + last.New.Count - last.Old.Start - last.Old.Count - shift
		out = append(out, fmt.Sprintf("@@ -%s +%s @@", span(from, to-from), span(from+shift, count)))
		out = append(out, body...)
	}
	return out
}

// binary reports whether git would not show data as text.
func binary(data []byte) bool { return bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 }

// span writes the place of a hunk as git does: the first line counted from 1, and the number of lines but
// for 1.
func span(start, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", start)
	case 1:
		return fmt.Sprint(start + 1)
	}
	return fmt.Sprintf("%d,%d", start+1, count)
}

func textLines(data []byte) []string {
	var out []string
	for line := range bytes.Lines(data) {
		if text, whole := bytes.CutSuffix(line, []byte("\n")); whole {
			out = append(out, string(text))
		} else {
			out = append(out, string(line)+"\n\\ No newline at end of file")
		}
	}
	return out
}

func marked(mark string, lines []string) []string {
	var out []string
	for _, l := range lines {
		out = append(out, strings.Split(mark+l, "\n")...)
	}
	return out
}
