package gitconfig

import "sort"

// A Setting is a user's setting that would make git's pick differ from everybody else's.
type Setting struct {
	Key    string
	Value  string
	Origin string // file and line, or variable
	Effect string // what git would do with it
}

// pickRule is a key that changes what a pick results in, and the values that change nothing.
type pickRule struct {
	key      string
	defaults []string // besides the key being unset; "true" and "false" stand for their synonyms
	effect   string
}

func pickRules() []pickRule {
	return []pickRule{
		{"merge.renames", []string{"true", "copies", "copy"}, "does not find renames"},
		{"merge.renameLimit", nil, "gives up on renames at another number of files"},
		{"merge.directoryRenames", []string{"conflict"}, "moves new files into renamed directories, or leaves them, without asking"},
		{"merge.conflictStyle", []string{"merge"}, "writes other conflict markers"},
		{"merge.default", nil, "merges files of no merge attribute with another driver"},
		{"merge.renormalize", []string{"false"}, "converts line ends before it merges"},
		{"diff.renames", []string{"true", "copies", "copy"}, "does not find renames, unless merge.renames is set"},
		{"diff.renameLimit", nil, "gives up on renames at another number of files, unless merge.renameLimit is set"},
		{"diff.algorithm", []string{"histogram"}, "aligns changed lines otherwise"},
		{"i18n.commitEncoding", []string{"utf-8", "UTF-8", "utf8", "UTF8"}, "writes the message in that encoding"},
		{"commit.cleanup", []string{"default", "whitespace", "scissors"}, "cleans the message up otherwise"},
		{"core.abbrev", []string{"auto"}, "writes ids of another length into conflict markers"},
		{"core.attributesFile", nil, "applies attributes of the user to merges"},
		{"trailer.separators", []string{":"}, "takes other lines for trailers"},
	}
}

// PickSettings returns the settings in c that would change the result of a cherry-pick by git,
// sorted by key: what is ignored here, so that two people get the same tree, and worth a warning.
// A setting that repeats git's default is none. Merge drivers and keys of trailers are included.
func PickSettings(c *Config) []Setting {
	var out []Setting
	for _, rule := range pickRules() {
		e, ok := c.Get(rule.key)
		if ok && !rule.isDefault(e) {
			out = append(out, settingOf(rule.key, e, rule.effect))
		}
	}
	seen := map[string]bool{}
	for _, e := range c.Entries() {
		section, sub, name, ok := splitKey(e.Key)
		if seen[e.Key] || !ok {
			continue
		}
		switch {
		case section == "merge" && name == "driver":
			last, _ := c.Get(e.Key)
			out = append(out, settingOf(e.Key, last, "runs a command to merge files with the attribute merge="+sub))
		case section == "trailer" && name == "key":
			last, _ := c.Get(e.Key)
			out = append(out, settingOf(e.Key, last, "takes other lines for trailers"))
		}
		seen[e.Key] = true
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

func (r pickRule) isDefault(e Entry) bool {
	value := e.Value
	if b, err := e.Bool(); err == nil {
		for _, d := range r.defaults {
			if word, ok := parseBoolWord(d); ok && word == b {
				return true
			}
		}
	}
	for _, d := range r.defaults {
		if !e.Bare && value == d {
			return true
		}
	}
	return false
}

func settingOf(key string, e Entry, effect string) Setting {
	return Setting{Key: key, Value: e.Value, Origin: e.Origin.String(), Effect: effect}
}
