package propose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/policy"
)

// A binding says which branch a line has where the names do not: stable/2026.1 has 33.0.2, rust-1.98.0 has 0.99.0.
type binding struct {
	template string                   // where the numbers differ by the same amount always
	rows     map[policy.LineID]string // else the branches of the lines
}

const maxBound = 80 // branches that are looked into

// bind looks for the branches of lines by the tags that are on them, where names alone do not tell.
func bind(s Seen, n config.Naming, p policy.Policy) (binding, policy.Scheme, error) {
	if s.Owned == nil || n.Recent == 0 || 2*n.Covered >= n.Recent {
		return binding{}, n.Scheme, nil
	}
	var candidates []policy.BranchFact
	for _, b := range s.Facts.Branches {
		if b.Name != s.Main && strings.ContainsAny(b.Name, "0123456789") && !strings.HasPrefix(b.Name, "dependabot/") && !strings.HasPrefix(b.Name, "pull/") {
			candidates = append(candidates, b)
		}
	}
	if len(candidates) > 4*maxBound {
		return binding{}, n.Scheme, nil
	}
	owned, err := s.Owned(candidates)
	if err != nil {
		return binding{}, n.Scheme, err
	}
	best, scheme := binding{}, n.Scheme
	for _, p.Repo.Scheme = range []policy.Scheme{policy.ByMajor, policy.ByMinor} {
		if b := boundBy(&p, candidates, owned); len(b.rows) > len(best.rows) {
			best, scheme = b, p.Repo.Scheme
		}
	}
	return best, scheme, nil
}

// boundBy gives lines the branches that have stable tags of that line alone.
func boundBy(p *policy.Policy, candidates []policy.BranchFact, owned map[string][]string) binding {
	out := binding{rows: map[policy.LineID]string{}}
	for _, b := range candidates {
		lines := map[policy.LineID]bool{}
		for _, tag := range owned[b.Name] {
			if id, v, ok := p.ReadTag(tag); ok && policy.IsStable(v) {
				lines[id] = true
			}
		}
		if len(lines) != 1 {
			continue
		}
		for id := range lines {
			if old := out.rows[id]; old == "" || len(b.Name) < len(old) {
				out.rows[id] = b.Name
			}
		}
	}
	out.template = sameOffset(out.rows)
	return out
}

// sameOffset returns a template where the names of all lines 0.N hold N plus the same number: rust-1.{minor-1}.0.
func sameOffset(rows map[policy.LineID]string) string {
	text := ""
	for id, name := range rows {
		parts := strings.FieldsFunc(name, func(r rune) bool { return r < '0' || r > '9' })
		if id.Major != 0 || len(parts) < 2 {
			return ""
		}
		var n int
		if _, err := fmt.Sscan(parts[1], &n); err != nil {
			return ""
		}
		field := fmt.Sprintf("{minor%+d}", n-int(id.Minor))
		if n == int(id.Minor) {
			field = "{minor}"
		}
		one := strings.Replace(name, parts[0]+"."+parts[1], parts[0]+"."+field, 1)
		if text != "" && one != text || one == name {
			return ""
		}
		text = one
	}
	if len(rows) < 3 || !strings.Contains(text, "{minor-") && !strings.Contains(text, "{minor+") {
		return ""
	}
	return text
}

// sortedLines returns the lines of the rows, newest first.
func (b binding) sortedLines() []policy.LineID {
	var out []policy.LineID
	for id := range b.rows {
		out = append(out, id)
	}
	slices.SortFunc(out, func(x, y policy.LineID) int { return y.Compare(x) })
	return out
}
