package gitconfig

// Hook returns a hook of the configuration that git 2.54 or newer would run at an event, by its place, and
// whether there is one. One that git cannot read, or that has no command, counts too: git then refuses what
// it is to watch.
//
// A hook has a name, hook.NAME, and events, of which an empty one takes back those before it; it is off by
// its name or by the event's.
func (c *Config) Hook(event string) (Entry, bool) {
	if off(c.All("hook." + event + ".enabled")) {
		return Entry{}, false
	}
	for _, name := range c.Subsections("hook") {
		var found *Entry
		for _, e := range c.All("hook." + name + ".event") {
			switch {
			case e.Bare, e.Value == event:
				found = &e
			case e.Value == "":
				found = nil
			}
		}
		if found != nil && !off(c.All("hook."+name+".enabled")) {
			return *found, true
		}
	}
	return Entry{}, false
}

// off reports whether the last of the entries is a boolean that says no.
func off(entries []Entry) bool {
	if len(entries) == 0 {
		return false
	}
	on, err := entries[len(entries)-1].Bool()
	return err == nil && !on
}
