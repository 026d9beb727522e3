//go:build unix

package main

import (
	"os"
	"syscall"
)

// peak is the most memory that a process that ended had resident, in the system's unit: kilobytes on Linux.
func peak(p *os.ProcessState) int64 {
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Maxrss) //nolint:unconvert // its type differs between systems
	}
	return 0
}
