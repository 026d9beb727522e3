// Package gitconfig reads git's configuration as git reads it, decides who the user is, and finds
// the repository a directory belongs to.
//
// Discover walks from a directory to its repository and gives a Layout, or refuses one whose owner
// is not trusted. Load reads every configuration file of that Layout, includes and environment too,
// in git's order: a Config. Identity, format check and settings are read from a Config.
//
// An Environment is a value: nothing here looks at the process's own variables or clock. No file is
// ever written, no program run, no name looked up on a network. The main words: a scope is where a
// setting comes from (system, global, local, worktree, command); protected configuration is system,
// global and command, what a repository cannot write; a variable is "section.subsection.name".
package gitconfig
