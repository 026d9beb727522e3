package txfs

import (
	"os"

	"golang.org/x/sys/unix"
)

// reserve sets n bytes aside from an offset on, without making the file longer.
func reserve(f *os.File, from, n int64) error {
	return unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, from, n)
}
