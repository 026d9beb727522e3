//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package odb

import (
	"errors"
	"os"
)

// mapFile fails: files are read piece by piece here.
func mapFile(*os.File, int) ([]byte, error) { return nil, errors.ErrUnsupported }

func unmapFile([]byte) error { return nil }
