package gitconfig

import "sort"

// A Setting is a user's setting that would make git's pick differ from everybody else's.
type Setting struct {
	Key    string
	Value  string
	Origin string // file and line, or variable
	Effect string // what git does with it
	Fate   Fate
}

// A Fate is what becomes of a setting here.
type Fate int

// The fates of a setting.
const (
	Ignored  Fate = iota // git's default is used
	Conflict             // a path that it is about is a conflict
)

// pickRule is a key that changes what a pick results in, and the values that change nothing.
type pickRule struct {
	key      string
	defaults []string // besides the key being unset; "true" and "false" stand for their synonyms
	effect   string
	fate     Fate
}

func pickRules() []pickRule {
	return []pickRule{
		{"merge.renames", []string{"true", "copies", "copy"}, "does not find renames", Ignored},
		{"merge.renameLimit", nil, "gives up on renames at another number of files", Ignored},
		{"merge.directoryRenames", []string{"conflict"}, "moves new files into renamed directories, or leaves them, without asking", Ignored},
		{"merge.conflictStyle", []string{"merge"}, "writes other conflict markers", Ignored},
		{"merge.default", nil, "merges files of no merge attribute with another driver", Ignored},
		{"merge.renormalize", []string{"false"}, "converts line ends before it merges", Conflict},
		{"diff.renames", []string{"true", "copies", "copy"}, "does not find renames, unless merge.renames is set", Ignored},
		{"diff.renameLimit", nil, "gives up on renames at another number of files, unless merge.renameLimit is set", Ignored},
		{"diff.algorithm", []string{"histogram"}, "aligns changed lines otherwise", Ignored},
		{"i18n.commitEncoding", []string{"utf-8", "UTF-8", "utf8", "UTF8"}, "writes the message in that encoding", Ignored},
		{"commit.cleanup", []string{"default", "whitespace", "scissors"}, "cleans the message up otherwise", Ignored},
		{"core.abbrev", []string{"auto"}, "writes ids of another length into conflict markers", Ignored},
		{"core.attributesFile", nil, "merges by the attributes in that file", Ignored},
		{"attr.tree", nil, "reads the attributes of another tree where there is no work tree", Ignored},
		{"trailer.separators", []string{":"}, "takes other lines for trailers", Ignored},
	}
}

// PickSettings returns the settings in c that would change the result of a cherry-pick by git,
// sorted by key: what is ignored here, so that two people get the same tree, or may give them different
// ones, and is worth a warning. A setting that repeats git's default is none. Merge drivers and keys of trailers are included.
func PickSettings(c *Config) []Setting {
	var out []Setting
	for _, rule := range pickRules() {
		e, ok := c.Get(rule.key)
		if ok && !rule.isDefault(e) {
			out = append(out, settingOf(rule.key, e, rule.effect, rule.fate))
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
			out = append(out, settingOf(e.Key, last, "runs a command to merge files with the attribute merge="+sub, Conflict))
		case section == "diff" && sub != "" && name == "binary":
			last, _ := c.Get(e.Key)
			out = append(out, settingOf(e.Key, last, "takes files with the attribute diff="+sub+" for binary, or for text, when it looks for renames", Ignored))
		case section == "trailer" && name == "key":
			last, _ := c.Get(e.Key)
			out = append(out, settingOf(e.Key, last, "takes other lines for trailers", Ignored))
		}
		seen[e.Key] = true
	}
	if v, ok := c.env.lookup("GIT_ATTR_SOURCE"); ok {
		out = append(out, Setting{Key: "GIT_ATTR_SOURCE", Value: v, Origin: "GIT_ATTR_SOURCE", Effect: "reads the attributes of that tree", Fate: Ignored})
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

func settingOf(key string, e Entry, effect string, fate Fate) Setting {
	return Setting{Key: key, Value: e.Value, Origin: e.Origin.String(), Effect: effect, Fate: fate}
}
