//go:build unix

package checkout

import (
	"fmt"
	"os"
	"syscall"
)

// identity tells a directory from each other one that there is; "" where there is none.
func identity(dir string) string {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return ""
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("%d:%d", st.Dev, st.Ino)
	}
	return ""
}
