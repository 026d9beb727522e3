// Package release makes the release commit of a line: the next version in the files that hold one, the
// date and the entries in the release notes. It says why there is none to make, and checks that a
// line's tree, tags and notes agree.
//
// Words: a bump is the change of the version files; a release commit is a bump with its notes, alone
// on the tip of a line's branch; a former bump is one that the branch has already, whose files tell
// which files a bump of this line is expected to change.
package release
