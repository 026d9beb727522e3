package gitconfig

import "fmt"

// A Scope tells where a setting comes from; a later one wins over an earlier one.
type Scope uint8

// The scopes in the order git reads them.
const (
	ScopeSystem Scope = iota + 1
	ScopeGlobal
	ScopeLocal
	ScopeWorktree
	ScopeCommand // GIT_CONFIG_COUNT and GIT_CONFIG_PARAMETERS, "git -c"
)

// String returns git's name of the scope.
func (s Scope) String() string {
	switch s {
	case ScopeSystem:
		return "system"
	case ScopeGlobal:
		return "global"
	case ScopeLocal:
		return "local"
	case ScopeWorktree:
		return "worktree"
	case ScopeCommand:
		return "command"
	}
	return "unknown"
}

// Protected reports whether a repository cannot write the scope; safe.directory is read from such only.
func (s Scope) Protected() bool {
	return s == ScopeSystem || s == ScopeGlobal || s == ScopeCommand
}

// An Origin is the place of a setting: a file and line, or an environment variable.
type Origin struct {
	File string // path of the file, "" for an environment variable
	Line int    // from 1; 0 for an environment variable
	Name string // the environment variable, "" for a file
}

// String returns "file:line" or the name of the variable.
func (o Origin) String() string {
	if o.File == "" {
		return o.Name
	}
	return quotePlace(o.File, o.Line)
}

// An Entry is one assignment, as git lists it.
type Entry struct {
	Key    string // canonical: section and name in lower case
	Value  string // escapes resolved; "" when Bare
	Bare   bool   // written without "=": true as a boolean, an error as a string
	Scope  Scope
	Origin Origin
}

// A Config is every setting that holds for a repository, in git's order. It never changes, so any
// number of goroutines may read it.
type Config struct {
	entries []Entry
	index   map[string][]int
	env     Environment
	layout  Layout
	format  format
}

// Entries returns all assignments in the order of `git config --list`. The caller must not change it.
func (c *Config) Entries() []Entry {
	return c.entries
}

// All returns the assignments of key in order, the one that wins last. The key may be in any case
// where git ignores it; a key git refuses has none.
func (c *Config) All(key string) []Entry {
	canonical, err := CanonicalKey(key)
	if err != nil {
		return nil
	}
	var out []Entry
	for _, i := range c.index[canonical] {
		out = append(out, c.entries[i])
	}
	return out
}

// Get returns the assignment of key that wins, and whether there is one.
func (c *Config) Get(key string) (Entry, bool) {
	canonical, err := CanonicalKey(key)
	if err != nil {
		return Entry{}, false
	}
	at := c.index[canonical]
	if len(at) == 0 {
		return Entry{}, false
	}
	return c.entries[at[len(at)-1]], true
}

// Subsections returns the subsections of section that have a variable, each once, in order of
// first appearance: the remotes, of "remote".
func (c *Config) Subsections(section string) []string {
	var out []string
	seen := map[string]bool{}
	for _, e := range c.Entries() {
		if sec, sub, _, ok := splitKey(e.Key); ok && sec == lowerASCII(section) && !seen[sub] {
			seen[sub] = true
			out = append(out, sub)
		}
	}
	return out
}

func newConfig(entries []Entry, env Environment, layout Layout) *Config {
	c := &Config{entries: entries, index: make(map[string][]int), env: env, layout: layout}
	for i, e := range entries {
		c.index[e.Key] = append(c.index[e.Key], i)
	}
	return c
}

// A ValueError is a setting whose value git cannot use.
type ValueError struct {
	Key    string
	Value  string
	Bare   bool   // no value at all
	Want   string // "boolean", "number", …
	Detail string // what is wrong with it, may be ""
	Origin Origin
}

func (e *ValueError) Error() string {
	if e.Bare {
		return fmt.Sprintf("%s: missing value for %q: want %s", e.Origin, e.Key, e.Want)
	}
	detail := ""
	if e.Detail != "" {
		detail = ": " + e.Detail
	}
	return fmt.Sprintf("%s: bad value %q for %q: want %s%s", e.Origin, e.Value, e.Key, e.Want, detail)
}
