package config

import (
	"cmp"
	"slices"

	"github.com/git-backport/git-backport/policy"
)

// BranchesLike finds how the branches with numbers in their names look: those of the lines that were
// released lately, or, where no tag tells these, the largest family of names.
func BranchesLike(f policy.Facts) Naming {
	n := FindNames(f)
	families := branchFamilies(f)
	if len(n.Branches) > 0 || len(families) == 0 {
		return n
	}
	largest := slices.MaxFunc(families, func(a, b *branchFamily) int { return cmp.Compare(len(a.rows), len(b.rows)) })
	n.Scheme = policy.ByMajor
	for _, r := range largest.rows {
		if len(r.numbers) > 1 && bare(r.numbers[1]) != "0" {
			n.Scheme = policy.ByMinor
		}
	}
	newest := policy.LineID{}
	for _, r := range largest.rows {
		if id, ok := r.line(n.Scheme); ok && (n.Example == "" || id.Compare(newest) > 0) {
			newest, n.Example = id, r.name
		}
	}
	n.Branches, n.Matched = largest.templates(n.Scheme), len(largest.rows)
	return n
}
