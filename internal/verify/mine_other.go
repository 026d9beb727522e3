//go:build !unix

package verify

import (
	"io/fs"
	"os"
)

// mine reports whether a directory is this user's: temporary directories are, where there are no owners.
func mine(info fs.FileInfo) bool { return info.IsDir() }

// executable reports whether a file is a program.
func executable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular()
}
