package odb

import "golang.org/x/sys/unix"

// preferLarge asks for large pages in place of many small ones. It is advice: that a system has none is
// no error.
func preferLarge(memory []byte) { _ = unix.Madvise(memory, unix.MADV_HUGEPAGE) }
