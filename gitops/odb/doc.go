// Package odb reads the objects of a repository: packs, loose objects and alternates, through mmap.
//
// A DB is safe for concurrent use by construction: what it maps never changes, what it hands out is
// shared and must not be modified. It looks the packs up when first asked, and again when an object is
// not found, since gc may be repacking beside us. A multi-pack-index finds an object of many packs at
// once; where it is of no use, or does not know an object, the packs' own indexes are asked. Everything
// read is hashed and compared with its name, so a damaged file gives a *CorruptError, never other
// content; an object that is nowhere gives a *MissingError. It knows nothing of refs, shallow boundaries or promisors, and never
// writes: new objects live in an Overlay, in memory, until they are landed.
package odb
