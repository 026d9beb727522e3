// Package document reads TOML and JSON files as values that know the bytes and the line they stand on.
//
// A Document is a parsed file whose every Value knows its Span, the bytes it occupies, and its line. An
// Edit replaces a span; whatever no edit covers stays to the byte: quotes, comments, CRLF, a byte order
// mark, the missing final newline. Rewrite edits a file by its entries, reads the result again, and
// returns it only where exactly the intended values differ. A Source reads the files of one tree, each
// once.
//
// The package reads a tree through io/fs.FS. It knows no repository, no file system and no clock.
package document
