// Command auditreplay measures the ledger and audit on real repositories: against tables of known cells,
// and on clones rewound to a day. It writes the figures of docs/audit.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "auditreplay:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("want a measurement: cells, requests, plans, retro or rewind")
	}
	switch args[0] {
	case "rewind":
		return rewind(ctx, args[1:])
	case "retro":
		return retro(ctx, args[1:])
	case "cells":
		return cells(ctx, args[1:])
	case "requests":
		return requests(ctx, args[1:])
	case "plans":
		return plans(ctx, args[1:])
	}
	return fmt.Errorf("no measurement %q", args[0])
}

func flags(name string, args []string, set func(*flag.FlagSet)) error {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	set(fs)
	return fs.Parse(args)
}
