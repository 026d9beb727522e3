//go:build !unix

package gitconfig

// ownerOf cannot tell an owner here: -1, which counts as the user.
func ownerOf(path string) (uid int, ok bool) { return -1, exists(path) }

// deviceOf cannot tell file systems apart here.
func deviceOf(string) uint64 { return 0 }

// searchable reports whether path exists.
func searchable(path string) bool { return exists(path) }
