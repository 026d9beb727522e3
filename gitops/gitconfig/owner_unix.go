//go:build unix

package gitconfig

import "golang.org/x/sys/unix"

// ownerOf returns the user id that owns path itself, links not followed.
func ownerOf(path string) (uid int, ok bool) {
	var st unix.Stat_t
	if unix.Lstat(path, &st) != nil {
		return 0, false
	}
	return int(st.Uid), true
}

// deviceOf returns the file system path is on, 0 if that cannot be told.
func deviceOf(path string) uint64 {
	var st unix.Stat_t
	if unix.Stat(path, &st) != nil {
		return 0
	}
	return uint64(st.Dev) //nolint:unconvert // its type differs between systems
}

// searchable reports whether path may be searched or run by this process.
func searchable(path string) bool { return unix.Access(path, unix.X_OK) == nil }
