//go:build linux

package main

import (
	"fmt"
	"os"
	"strings"
)

// write puts figures into a page, between the two comments that name them; without a page it prints them.
func write(page, name, text string) error {
	if page == "" {
		fmt.Printf("== %s\n%s\n", name, text)
		return nil
	}
	data, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s has no place for the figures of %s: %q and %q", page, name, begin, end)
	}
	return os.WriteFile(page, []byte(before+begin+strings.TrimRight(text, "\n")+"\n"+end+after), 0o644)
}
