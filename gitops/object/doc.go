// Package object reads and writes git's commits and trees byte for byte: ids, the commit codec, the
// rules of cherry-pick for messages and trailers, and the fsck rules that everything stored must pass.
package object
