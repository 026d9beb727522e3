// Package backport is the product: what plan and apply do with a fix.
//
// For each target, in memory: pick the fix's commits onto the branch's tip, ask the gate whether a
// toolchain pin would rise, bump the patch version, seal the commits. A conflict, a gate, a fix that
// is there already are outcomes, not errors. Then either show the Report, or land all new branches in
// one transaction.
//
// Words: a fix is one or more source commits in order; a target is a release line the fix goes to; the
// tip is the commit of its branch; a pick is one source commit merged onto it; to seal is to make the
// commit objects.
package backport
