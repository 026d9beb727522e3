//go:build unix && !linux

package child

import (
	"os/exec"
	"syscall"
)

// Without Linux's subreapers only the group of a command can be ended, not what has left it.

func adopt() error { return nil }

func separate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func guarded(cmd *exec.Cmd) { separate(cmd) }

func endGently(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) } // it may have ended

func countBelow() int { return 0 }

func endAll(cmd *exec.Cmd, _ func(pid int) bool) int {
	if cmd != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended
	}
	return 0
}

func reap() {}
