// Package txfs is the one seam through which bytes reach the disk: every call that changes a file, a
// name or a mode goes through an FS, so that a test can make it fail, stop the world at it, or
// replay what a power cut would leave of it. Reading needs no seam and has none.
//
// Three file systems implement FS: Real; Faulty, which fails or dies at a chosen operation; and
// Recorder, which writes a Trace from which States makes the disks a power cut could leave.
package txfs

import "io/fs"

// An FS changes files. Paths are absolute or relative to the process's directory; errors are those
// of package os and answer errors.Is with fs.ErrExist, fs.ErrNotExist and the errno.
type FS interface {
	// Create makes a new file and opens it for writing. It fails where the name exists, also as a
	// dangling link. The process's umask applies to perm.
	Create(path string, perm fs.FileMode) (File, error)
	// Append opens a file for writing at its end; with create, a missing one is made with perm.
	Append(path string, perm fs.FileMode, create bool) (File, error)
	// Link gives the file a second name, which must not exist.
	Link(oldPath, newPath string) error
	// Rename moves a name over another, in one step.
	Rename(oldPath, newPath string) error
	// Unlink removes the name of a file.
	Unlink(path string) error
	// Mkdir makes one directory. The process's umask applies to perm.
	Mkdir(path string, perm fs.FileMode) error
	// Rmdir removes an empty directory.
	Rmdir(path string) error
	// Chmod sets permission bits, the set-group-id bit of a directory included.
	Chmod(path string, mode fs.FileMode) error
	// SyncDir makes the names in a directory durable, where the file system has a notion of it.
	SyncDir(path string) error
	// Lock takes the advisory lock of the file, made with mode 0600 where missing, and notes holder
	// in it. It never waits: ErrHeld says that another process, or another Lock, has it. The kernel
	// releases it when the process ends, however it ends.
	Lock(path, holder string) (release func() error, err error)
}

// A File is open for writing.
type File interface {
	Write(p []byte) (int, error)
	// Reserve has the disk set aside room for so many bytes more, where the file system can: writing
	// them will not find it full. The file stays as it is.
	Reserve(n int64) error
	// Sync makes the bytes written so far durable.
	Sync() error
	Close() error
}
