// Command bench measures the program beside git, in turn, on a clone and on a repository it generates,
// and writes what it found as a page of Markdown.
//
// What is measured are whole processes, cold but for the page cache, and in one process what is left
// without a start. Each figure is a median of -n runs with the quartiles, and where git does the same
// work the ratio to git in the same turns.
//
//	bench [-C CLONE [-table PICKS.tsv]] [-also CLONE]… [-git PATH] [-n RUNS] [-o FILE.md]
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

type options struct {
	clone, table, git, out string
	also                   []string
	runs                   int
}

func main() {
	var o options
	flag.StringVar(&o.clone, "C", "", "the clone to measure on: a bare repository, or a .git directory; else only a generated one is")
	flag.StringVar(&o.table, "table", "", "picks of the clone to repeat in one process: a TSV file with the columns source, base and onto")
	flag.StringVar(&o.git, "git", "git", "the git to measure beside")
	flag.IntVar(&o.runs, "n", 21, "how often each process is run")
	flag.StringVar(&o.out, "o", "", "write the page to `FILE` (default standard output)")
	flag.Func("also", "a further `CLONE` for random picks in one process", func(dir string) error {
		o.also = append(o.also, dir)
		return nil
	})
	flag.Parse()
	if flag.NArg() > 0 || o.runs < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	work, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := &bench{ctx: ctx, git: o.git, runs: o.runs, work: work}
	if err := b.build(); err != nil {
		return err
	}
	var page bytes.Buffer
	b.page = &page
	b.method(o)
	if err := b.startUp(); err != nil {
		return err
	}
	var sites []string
	if o.clone != "" {
		clone, err := filepath.Abs(o.clone)
		if err != nil {
			return err
		}
		if err := b.section("The clone "+filepath.Base(clone), clone, "preset:wasmtime"); err != nil {
			return err
		}
		sites = append(append(sites, clone), o.also...)
	}
	made := filepath.Join(work, "generated.git")
	if err := b.generate(made); err != nil {
		return err
	}
	policy := filepath.Join(work, "backport.toml")
	if err := os.WriteFile(policy, []byte(generatedPolicy), 0o644); err != nil {
		return err
	}
	if err := b.section("A generated repository", made, policy); err != nil {
		return err
	}
	if err := b.warm(o.clone, o.table, append(sites, made)); err != nil {
		return err
	}
	if err := b.growth(10_000, 100_000, 1_000_000, 10_000_000); err != nil {
		return err
	}
	return write(o.out, &page)
}

func write(path string, page *bytes.Buffer) error {
	if path == "" {
		_, err := io.Copy(os.Stdout, page)
		return err
	}
	// What bounds the figures is written by a person, below the mark, and kept.
	old, err := os.ReadFile(path)
	if err == nil {
		if _, notes, ok := bytes.Cut(old, []byte(mark)); ok {
			page.WriteString(mark)
			page.Write(notes)
		}
	}
	return os.WriteFile(path, page.Bytes(), 0o644)
}

const mark = "\n<!-- Below this line the page is written by hand, and kept when it is made again. -->\n"
