// Command git-backport picks a fix onto every release branch that a support policy requires.
package main

import (
	"os"

	"github.com/git-backport/git-backport/cmd"
)

func main() { os.Exit(int(cmd.Main(os.Args[1:], cmd.System()))) }
