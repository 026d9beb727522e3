package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
)

// A row is one pick and, where it was recorded, what git made of it.
type row struct {
	id, base, onto, source string
	status                 string // clean, conflict, error; empty when nothing is recorded
	tree                   string // when clean
	kinds                  []string
	paths                  []string // conflicted paths
	hasKinds, hasPaths     bool
}

// readTable reads a TSV file whose first line names the columns.
func readTable(path string) ([]row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []row
	var columns map[string]int
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Split(lines.Text(), "\t")
		if columns == nil {
			columns = make(map[string]int)
			for i, name := range fields {
				columns[name] = i
			}
			continue
		}
		r, err := parseRow(columns, fields)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		rows = append(rows, r)
	}
	return rows, lines.Err()
}

func parseRow(columns map[string]int, fields []string) (row, error) {
	get := func(names ...string) string {
		for _, name := range names {
			if i, ok := columns[name]; ok && i < len(fields) {
				return fields[i]
			}
		}
		return ""
	}
	r := row{id: get("id", "case"), base: get("base"), onto: get("onto", "ours"), source: get("source", "theirs"),
		status: get("status"), tree: get("tree")}
	if kinds := get("kinds"); kinds != "" {
		r.kinds, r.hasKinds = recordedKinds(kinds), true
	}
	if paths := get("conflicted_paths"); paths != "" {
		if err := json.Unmarshal([]byte(paths), &r.paths); err != nil {
			return row{}, fmt.Errorf("column conflicted_paths: %w", err)
		}
		sort.Strings(r.paths)
		r.hasPaths = true
	}
	if r.base == "" || r.onto == "" || r.source == "" {
		return row{}, fmt.Errorf("the columns base, onto and source are needed")
	}
	return r, nil
}

// coarse maps the words of git's messages, and the names of its -z output, to the coarsest that a
// table may hold.
var coarse = map[string]string{
	"contents": "content", "add/add": "content", "submodule": "content",
	"distinct modes":                         "distinct types",
	"directory rename suggested":             "file location",
	"directory rename unclear split":         "directory rename split",
	"file in way of directory rename":        "implicit dir rename",
	"path collision due to directory rename": "implicit dir rename",
}

func coarseKind(kind string) string {
	if name, ok := coarse[kind]; ok {
		return name
	}
	return kind
}

// recordedKinds returns the kinds of a column, each once and sorted.
func recordedKinds(column string) []string {
	seen := make(map[string]bool)
	for _, kind := range strings.Split(column, ",") {
		seen[coarseKind(kind)] = true
	}
	return sortedKeys(seen)
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
