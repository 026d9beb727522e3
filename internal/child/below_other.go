//go:build !unix

package child

import "os/exec"

// Only the command itself can be ended, not what it has started.

func adopt() error { return nil }

func separate(*exec.Cmd) {}

func guarded(*exec.Cmd) {}

func endGently(cmd *exec.Cmd) { _ = cmd.Process.Kill() } // it may have ended

func countBelow() int { return 0 }

func endAll(cmd *exec.Cmd, _ func(pid int) bool) int {
	if cmd != nil {
		_ = cmd.Process.Kill() // it may have ended
	}
	return 0
}

func reap() {}
