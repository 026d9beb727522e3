// Package ledger says what a branch has of main, and how we know: commits in, evidence out. It has no
// repository and no clock; what it is not handed it asks of a Source.
//
// Words: a fix is a commit of main; a copy is a commit of a branch that carries one fix or several, or a
// part of one; evidence is one reason to take a commit for a copy of a fix, of one of the Kinds. A copy
// is undone when a later commit of the branch that stands takes it back.
package ledger
