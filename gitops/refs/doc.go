// Package refs reads and changes git's references in the files format: loose refs, packed-refs,
// reflogs, and git's own locks.
//
// A Store reads without locks, as git does. Commit changes a set of refs all or none, also across
// kill -9 and power loss. New branches are published by a single rename of packed-refs (the packed
// protocol); where a loose ref must change, a journal carries the set through (the loose protocol),
// and readers may meanwhile see a part of it, as with git. Recover finishes or takes back what a
// dead process left, and knows only the journal.
//
// Words: a stage is a file of ours whose hard link serves as a lock in git's protocol, so that after
// a crash the lock is provably ours by its inode; the journal is the record of one running
// transaction; the commit point is the instant after which a transaction is finished, never undone.
//
// Ref names are always full: refs/heads/main. The reftable format is refused by the caller.
package refs
