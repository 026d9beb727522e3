package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

func (b *bench) print(format string, args ...any) { fmt.Fprintf(b.page, format, args...) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func ratio(ours, git result) float64 { return ms(ours.median) / ms(git.median) }

// cells are the columns of a process: median, quartiles, CPU time, memory.
func (r result) cells() string {
	return fmt.Sprintf("| %.1f | %.1f–%.1f | %.1f | %.0f |", ms(r.median), ms(r.low), ms(r.high), ms(r.cpu), float64(r.rss)/1024)
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func highest(list []float64) float64 { return slices.Max(list) }

// method says what is measured, with what, on what.
func (b *bench) method(o options) {
	version, err := b.run(".", "--version")
	if err != nil {
		version = o.git
	}
	b.print("# Performance\n\n<!-- Made by internal/tools/bench (make bench); not to be edited above the mark below. -->\n\n")
	b.print("Measured on %s with %s, %s %s/%s, %d CPUs (%s), beside %s.\n\n", time.Now().UTC().Format("2006-01-02"), runtime.Version(), kernel(),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor(), version)
	b.print("Each line is a whole process, from its start to its end, run %d times in turn with those it is compared with, after one\n"+
		"turn that fills the page cache. Figures are medians with the quartiles; CPU is user and system time of all threads; memory is\n"+
		"the peak of the resident set, mapped pages of packs included. The program is built with CGO_ENABLED=0. git writes what it makes\n"+
		"into an empty object directory, as it would for a pick that was never made before; `plan` writes nothing. Load average\n"+
		"before the first run: %s.\n", b.runs, load())
}

func firstLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

func kernel() string { return "Linux " + firstLine("/proc/sys/kernel/osrelease") }

func load() string { return strings.Join(strings.Fields(firstLine("/proc/loadavg"))[:3], " ") }

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
