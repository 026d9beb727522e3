package report

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// A CompatibilityV1 says of a release which other ones it was tried with: beside each other (live), and reading
// what an older one has written (data). What was not tried is untested, and never incompatible.
type CompatibilityV1 struct {
	Schema  string               `json:"schema"`
	Version string               `json:"version"`
	Tag     *string              `json:"tag"`
	Live    map[string][]TriedV1 `json:"live_compatibility"`
	Data    map[string][]TriedV1 `json:"data_compatibility"`
}

// A TriedV1 is a release that another was tried with.
type TriedV1 struct {
	Version string `json:"version"`
	Tag     string `json:"tag"`
	Result  string `json:"result"`
}

// The results of a pair.
const (
	pairPassed   = "passed"
	pairFailed   = "failed"
	pairUntested = "untested"
)

// PairResults reads results: lines "RELEASE WITH RESULT", by version or tag; # begins a comment.
func PairResults(data []byte) (map[[2]string]string, error) {
	out := map[[2]string]string{}
	in := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; in.Scan(); n++ {
		text, _, _ := strings.Cut(in.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 3 {
			return nil, fmt.Errorf("line %d: want RELEASE WITH RESULT, as in \"2.0.1 ccf-1.0.19 passed\"", n)
		}
		switch fields[2] {
		case pairPassed, pairFailed, pairUntested:
		default:
			return nil, fmt.Errorf("line %d: result %q: want passed, failed or untested", n, fields[2])
		}
		key := [2]string{fields[0], fields[1]}
		if was, ok := out[key]; ok && was != fields[2] {
			return nil, fmt.Errorf("line %d: %s with %s is %s, and was %s above", n, fields[0], fields[1], fields[2], was)
		}
		out[key] = fields[2]
	}
	return out, in.Err()
}

// Compatibility makes the report of each release, and returns the results that belong to no pair.
func (d PairsV1) Compatibility(results map[[2]string]string) (reports []CompatibilityV1, unused []string) {
	used := map[[2]string]bool{}
	for _, p := range d.Pairs {
		if n := len(reports); n == 0 || reports[n-1].Version != p.Release.Version {
			reports = append(reports, CompatibilityV1{Schema: Schema("compatibility"), Version: p.Release.Version, Tag: p.Release.Tag,
				Live: map[string][]TriedV1{}, Data: map[string][]TriedV1{}})
		}
		at := &reports[len(reports)-1]
		tried := TriedV1{p.With.Version, deref(p.With.Tag), pairUntested}
		for _, a := range []string{p.Release.Version, deref(p.Release.Tag)} {
			for _, b := range []string{p.With.Version, deref(p.With.Tag)} {
				if r, ok := results[[2]string{a, b}]; ok {
					tried.Result, used[[2]string{a, b}] = r, true
				}
			}
		}
		if policy.PairRule(p.Rule).Live() {
			at.Live[p.Rule] = append(at.Live[p.Rule], tried)
		} else {
			at.Data[p.Rule] = append(at.Data[p.Rule], tried)
		}
	}
	for key := range results {
		if !used[key] {
			unused = append(unused, key[0]+" with "+key[1])
		}
	}
	return reports, unused
}
