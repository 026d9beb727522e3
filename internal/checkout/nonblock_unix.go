//go:build unix

package checkout

import "syscall"

// nonblock lets a pipe be opened without anyone at its other end.
const nonblock = syscall.O_NONBLOCK
