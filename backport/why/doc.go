// Package why finds out why a pick conflicts, and what would make it clean. It decides nothing.
//
// It reads the history of the conflicted files, from the fix back to where the branch left main: which
// commits of main, absent from the branch, wrote the lines that conflict (the candidates), which of
// them, picked before the fix, make it clean (a set), and whether the branch has the fix's lines
// already or never had the code that the fix changes (a hint).
//
// The searches are bounded by counted work.
package why
