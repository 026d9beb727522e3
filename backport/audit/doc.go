// Package audit says what is missing where: a ledger of fix × line, made from the repository alone.
//
// Words: a cell is what a line has of a fix; a signal is why anybody looks at a cell; the standing of a
// cell is whether the line's code is the one that the fix changes; a decision is what a person said of a
// cell. A row is the cells of one fix.
package audit
