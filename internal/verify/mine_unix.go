//go:build unix

package verify

import (
	"io/fs"
	"os"
	"syscall"
)

// mine reports whether a directory is this user's.
func mine(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && int(st.Uid) == os.Getuid()
}

// executable reports whether a file is a program.
func executable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
