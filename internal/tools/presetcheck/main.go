// Command presetcheck holds the presets against what the projects publish. It reads files of two public
// repositories as they lie in clones: the products of endoflife-date/endoflife.date and schedule.json of
// nodejs/Release; each preset gets the release days alone, and its ends stand beside the published ones. It
// also reads every product of endoflife.date by [import], and compares each day with the file.
//
// It prints docs/presets.md.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

func main() {
	eol := flag.String("endoflife", "", "clone of endoflife-date/endoflife.date")
	node := flag.String("node", "", "clone of nodejs/Release")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	err := run(out, source{*eol}, source{*node})
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "presetcheck: error:", err)
		os.Exit(1)
	}
}

// A source is a clone whose newest commit is read.
type source struct{ dir string }

func (s source) git(args ...string) (string, error) {
	out, err := exec.CommandContext(context.Background(), "git", append([]string{"-C", s.dir}, args...)...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s in %s: %w", strings.Join(args, " "), s.dir, err)
	}
	return strings.TrimRight(string(out), "\n"), nil
}

// at names the commit that is read, and its day.
func (s source) at() (id string, day policy.Date, err error) {
	id, err = s.git("rev-parse", "--short=10", "HEAD")
	if err != nil {
		return "", day, err
	}
	text, err := s.git("show", "-s", "--format=%cs", "HEAD")
	if err != nil {
		return "", day, err
	}
	day, err = policy.ParseDate(text)
	return id, day, err
}

func run(out *bufio.Writer, eol, node source) error {
	eolAt, day, err := eol.at()
	if err != nil {
		return err
	}
	nodeAt, _, err := node.at()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, head, eolAt, nodeAt, day)
	for _, c := range published() {
		rows, err := c.read(eol, node)
		if err != nil {
			return fmt.Errorf("%s: %w", c.preset, err)
		}
		if err := c.compare(out, rows, day); err != nil {
			return fmt.Errorf("%s: %w", c.preset, err)
		}
	}
	return everyProduct(out, eol)
}

const head = `# Presets beside what the projects publish

Made by ` + "`go run ./internal/tools/presetcheck -endoflife CLONE -node CLONE`" + ` from endoflife-date/endoflife.date at %s and
nodejs/Release at %s, on %s. A preset is given the days of the first releases and nothing else; what it makes of them
stands beside the published last day. *One day*: a count ends a line on the day before the release that closes it, where the
list writes the day of that release. A day that waits for a release to come is shown as open.

`
