// Package publish brings the branches of an operation to a remote and opens change requests for them.
//
// It starts two programs of the user's and no other: git, which pushes, and gh or glab, which speaks to the
// forge. Credentials, proxies and hooks stay theirs; nothing here holds a token or opens a connection.
//
// Words: a head is a branch that is pushed, with the base that it is to be merged into; a change request is
// a forge's pull request or merge request; a receipt is what is recorded of a head, at once after each step,
// so that a run that was killed is taken up where it stopped. Each step looks before it acts: a second run
// makes nothing twice.
package publish
