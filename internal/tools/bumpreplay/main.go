// Command bumpreplay judges version bumps by what maintainers committed: for every commit on the given
// branches that raised the patch number, the bump is made on the commit's parent and compared, file by
// file, with the commit.
//
//	bumpreplay -C CLONE [-refs PATTERNS] [-rule TYPE:PATH[:PATTERN]]… [-subject REGEXP] [-notes FILE] [-tag PREFIX] [-burned VERSION]…
//
// It reads the clone with the git command and writes nothing. It exits 1 when a file that both changed
// differs and is not named by -hand COMMIT:PATH.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/git-backport/git-backport/internal/manifest"
)

func main() { os.Exit(run()) }

// options are the flags.
type options struct {
	notes          string
	dir, refs, tag string
	burned         []string
	subject        *regexp.Regexp
	rules          []manifest.Rule
	hand           map[string]bool
	verbose        bool
	dump           string
}

func run() int {
	o := options{hand: map[string]bool{}}
	flag.StringVar(&o.dir, "C", ".", "the clone")
	flag.StringVar(&o.refs, "refs", "refs/heads/release-*", "patterns of the release branches, for git for-each-ref")
	flag.BoolVar(&o.verbose, "v", false, "print a line for each commit")
	flag.StringVar(&o.dump, "dump", "", "write ours and theirs of each file that differs under this directory")
	o.subject = regexp.MustCompile("")
	flag.StringVar(&o.tag, "tag", "v", "what stands before the version in a tag")
	flag.Func("burned", "a version never to be used", func(s string) error {
		o.burned = append(o.burned, s)
		return nil
	})
	flag.StringVar(&o.notes, "notes", "", "the release notes: make each change to them again")
	flag.Func("subject", "only commits whose subject matches", func(s string) (err error) {
		o.subject, err = regexp.Compile(s)
		return err
	})
	flag.Func("rule", "TYPE:PATH[:PATTERN], a file to bump; the first is the anchor", func(s string) error {
		f := strings.SplitN(s, ":", 3)
		rule := manifest.Rule{Type: f[0]}
		if len(f) > 1 {
			rule.Path = f[1]
		}
		if len(f) > 2 {
			rule.Pattern = f[2]
		}
		o.rules = append(o.rules, rule)
		return nil
	})
	flag.Func("hand", "COMMIT:PATH, a file that was edited by hand in that commit", func(s string) error {
		o.hand[s] = true
		return nil
	})
	flag.Parse()
	if len(o.rules) == 0 {
		fmt.Fprintln(os.Stderr, "bumpreplay: at least one -rule is needed: its file finds the commits")
		return 2
	}
	ok, err := replay(o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "bumpreplay: %v\n", err)
		return 1
	}
	if !ok {
		return 1
	}
	return 0
}
