// Command gendocs makes the documentation that follows from the code: docs/cli, docs/man,
// docs/exit-codes.md and the schema of the policy file. With -check it writes nothing and fails when
// one of them is stale.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/git-backport/git-backport/cmd"
	"github.com/git-backport/git-backport/internal/config"
)

func main() {
	check := flag.Bool("check", false, "only compare with what is there")
	flag.Parse()
	files, err := generate()
	if err == nil && *check {
		err = compare(files)
	} else if err == nil {
		err = write(files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

// generate returns the generated files by path.
func generate() (map[string][]byte, error) {
	files := map[string][]byte{
		"docs/exit-codes.md":        []byte(cmd.ExitCodesMarkdown()),
		"docs/backport.schema.json": config.JSONSchema(),
	}
	var err error
	if files["docs/merge-compatibility.md"], err = compatibility(); err != nil {
		return nil, err
	}
	if files["docs/pins.md"], err = pins(); err != nil {
		return nil, err
	}
	root := cmd.Root(cmd.System())
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	var walk func(c *cobra.Command) error
	walk = func(c *cobra.Command) error {
		name := strings.ReplaceAll(c.CommandPath(), " ", "-")
		var md, man bytes.Buffer
		if err := doc.GenMarkdown(c, &md); err != nil {
			return err
		}
		files["docs/cli/"+name+".md"] = trimmed(md.Bytes())
		date := time.Unix(0, 0).UTC()
		if err := doc.GenMan(c, &doc.GenManHeader{Section: "1", Source: "git-backport", Manual: "git-backport", Date: &date}, &man); err != nil {
			return err
		}
		files["docs/man/"+name+".1"] = man.Bytes()
		for _, sub := range c.Commands() {
			if sub.Hidden || c.Name() == "completion" {
				continue
			}
			if err := walk(sub); err != nil {
				return err
			}
		}
		return nil
	}
	return files, walk(root)
}

// trimmed links pages by the names they have here, and cuts trailing blanks.
func trimmed(md []byte) []byte {
	lines := strings.Split(string(md), "\n")
	for i, line := range lines {
		if strings.Contains(line, "](git-backport_") || strings.Contains(line, "](git-backport-") {
			before, link, _ := strings.Cut(line, "](")
			line = before + "](" + strings.ReplaceAll(link, "_", "-")
		}
		lines[i] = strings.TrimRight(line, " \t")
	}
	return []byte(strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n")
}

func write(files map[string][]byte) error {
	for path, data := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func compare(files map[string][]byte) error {
	for path, data := range files {
		have, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(have, data) {
			return fmt.Errorf("%s is stale: run make docs", path)
		}
	}
	for _, dir := range []string{"docs/cli", "docs/man"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if _, made := files[dir+"/"+e.Name()]; !made {
				return fmt.Errorf("%s/%s is not generated any more: remove it", dir, e.Name())
			}
		}
	}
	return nil
}
