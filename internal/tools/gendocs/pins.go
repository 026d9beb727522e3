package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/git-backport/git-backport/msrv"
)

// The lines of docs/pins.md between which the table of the readers stands.
const (
	readersBegin = "<!-- readers: begin -->\n"
	readersEnd   = "<!-- readers: end -->\n"
)

// pins returns docs/pins.md with the table of the readers as it is now; the figures around it are kept.
func pins() ([]byte, error) {
	page, err := os.ReadFile("docs/pins.md")
	if err != nil {
		return nil, err
	}
	before, rest, ok := bytes.Cut(page, []byte(readersBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(readersEnd))
	if !ok || !ok2 {
		return nil, fmt.Errorf("docs/pins.md has no lines %q and %q", strings.TrimSpace(readersBegin), strings.TrimSpace(readersEnd))
	}
	return bytes.Join([][]byte{before, []byte(readersBegin + readers() + readersEnd), after}, nil), nil
}

// readers writes the table of what is read, and the list of what is not.
func readers() string {
	var table, unread strings.Builder
	table.WriteString("| file | key | toolchain | role | compared by |\n|---|---|---|---|---|\n")
	for _, k := range msrv.FileKinds() {
		if len(k.Keys) == 0 {
			fmt.Fprintf(&unread, "* `%s`\n", strings.Join(k.Files, "`, `"))
		}
		for i, key := range k.Keys {
			files := ""
			if i == 0 {
				files = "`" + strings.Join(k.Files, "`, `") + "`"
			}
			fmt.Fprintf(&table, "| %s | %s | %s | %s | %s |\n", files, strings.ReplaceAll(key.Name, "*", `\*`), key.Ecosystem, key.Role, key.Compared)
		}
	}
	var locks, silent strings.Builder
	for _, l := range msrv.LockFiles() {
		if l.Shows != "" {
			fmt.Fprintf(&locks, "| `%s` | %s | %s |\n", l.Name, l.Ecosystem, l.Shows)
		} else {
			fmt.Fprintf(&silent, ", `%s`", l.Name)
		}
	}
	return table.String() + "\nDependencies that a change brings in are measured by the floor of the branch; one that needs more is warned about, and those of which " +
		"nothing is\nknown here are named once.\n\n| lock file | toolchain | where a dependency's floor is found |\n|---|---|---|\n" + locks.String() +
		"\nNot read, and named when they change: " + strings.TrimPrefix(silent.String(), ", ") + ".\n\nFiles that are known to declare a toolchain, and that no reader reads: a change to the lines that do so is `unread`.\n\n" + unread.String()
}
