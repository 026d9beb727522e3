package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// Guess returns the policy of a project that has none: its branches and tags as they are found, and
// the two newest lines.
func Guess(f policy.Facts) *Config {
	var b strings.Builder
	n := FindNames(f)
	n.writeRepo(&b, "")
	b.WriteString("[class.release]\nphases = [{ name = \"current\", until = \"2 releases\" }]\n")
	cfg, err := Load("guessed", []byte(b.String()), nil)
	if err == nil {
		return cfg
	}
	cfg, err = Preset("two-newest")
	if err != nil {
		panic("BUG: preset two-newest: " + err.Error())
	}
	return cfg
}

// Quote writes a text as a basic string of TOML, as a policy file has it.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func tomlList(items []string) string {
	out := make([]string, len(items))
	for i, s := range items {
		out[i] = Quote(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
