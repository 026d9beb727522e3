// Package propose makes a support policy for a repository that has none, and proves it on the repository
// before anything is written.
//
// What is seen are branches, tags, their days, and the trees of the branches. From these come the names
// (config.FindNames), the lives of the lines, the rule that fits how long they were patched, the rows for
// lines that are kept though the rule has ended them, and the files that hold the version. The proposal is
// then loaded, decided with, and tried: each live line must have a branch and a next version, a trial bump
// must succeed, the notes must have a section for the line. What cannot be made to work is left out, and
// said. A Proposal is the text and what was found.
package propose
