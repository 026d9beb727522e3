// Package gitops is what the product needs of a git repository: opening it as git would, finding its
// branches, tags and revisions, picking a commit in memory, and landing new branches all or none.
//
// A Repo reads; it is safe for concurrent use and never writes. A Session reads through to a Repo and
// keeps what it makes in memory. Land is the only thing that writes: the objects that the new heads
// reach as one pack, then all refs or none.
//
// Of go-git it uses the pack encoder and the index writer, nothing else: what it must not be used for
// is measured in docs/adr/0002-go-git.md.
package gitops
