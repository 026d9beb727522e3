// Package manifest edits the files in which a project writes its version down, and reads the values of
// TOML and JSON files together with the bytes they stand in.
//
// A Document is a parsed file whose every Value knows its Span, the bytes it occupies, and its line. An
// Edit replaces a span; whatever no edit covers stays to the byte: quotes, comments, CRLF, a byte order
// mark, the missing final newline. After an edit the file is parsed again, and exactly the intended
// values must differ, else nothing is returned but an error.
//
// An anchor is the file that answers "which version is this tree"; a handler knows one kind of file
// (Cargo workspace, npm package, C header, …) and how a version is written in it; a companion is a
// package of the tree whose version is another one but moves in step (cranelift 0.123.4 beside
// wasmtime 36.0.4). Next says which version comes next, Bump makes the edits, Notes deals with the
// release notes.
//
// The package reads a tree through io/fs.FS and returns new contents as values. It knows no
// repository, no file system and no clock.
package manifest
