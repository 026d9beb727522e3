// Package operation keeps the durable record of what was done to a repository, so that it can be
// looked at, finished, and taken back.
//
// An operation is one apply with everything that follows from it. Its record is a file of the common
// directory, backport/ops/<counter>-<id>.json, never a ref: a mirror push would publish it. A record is
// written before the refs change and again after; where a process died between the two, the next one
// reads the refs and corrects the record, never the other way.
//
// Words: a change is one ref with its value before and after; a landing is the transaction that makes
// the changes of an operation, all or none; an undo is an operation of its own, whose changes are those
// of another one reversed, and a redo makes them again. Whether an operation has been undone or
// superseded is not written into its record: it follows from the records after it.
package operation
