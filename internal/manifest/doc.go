// Package manifest edits the files in which a project writes its version down.
//
// An anchor is the file that answers "which version is this tree"; a handler knows one kind of file
// (Cargo workspace, npm package, C header, …) and how a version is written in it; a companion is a
// package of the tree whose version is another one but moves in step (cranelift 0.123.4 beside
// wasmtime 36.0.4). Next says which version comes next, Bump makes the edits.
//
// Edits are spans, see package document. The package reads a tree through io/fs.FS and returns new
// contents as values. It knows no repository, no file system and no clock.
package manifest
