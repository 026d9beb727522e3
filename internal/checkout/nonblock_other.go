//go:build !unix

package checkout

// nonblock is nothing where pipes have no names in the file system.
const nonblock = 0
