// Package config reads backport.toml, strictly, into a policy.Policy and the options of the other
// stages.
//
// The file is data only. Every key is known by name (schema.go): an unknown one, a value of the wrong
// type, a date that does not exist, a window that ends before it starts are errors with file, line,
// column, a caret under the place and, where there is one, the nearest known key. Main words: a
// preset is a policy file that comes with the program; extends puts a file's tables over those of
// another; an import reads another project's own schedule file and becomes [[branch]] rows.
//
// It decides nothing. What a Policy means is package policy's business.
package config
