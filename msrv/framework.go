package msrv

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// framework is a target framework of .NET: net8.0-windows, netstandard2.0, netcoreapp3.1, net472.
var framework = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(netstandard|netcoreapp|net|uap|monoandroid|xamarin\.?ios)(\d+(?:\.\d+)*)(-[a-z]+)?([\d.]*)$`)
})

// A target is one of the frameworks that a project is built for.
type target struct {
	name string // "net", "netstandard", "netfx", with the platform behind it
	at   point
}

// frameworks reads a list of target frameworks. Those of one name order by their number; a project needs
// more when the least of one name goes up, or when one goes without another that does for its users.
func frameworks(text string) (Version, error) {
	v := Version{family: targeted}
	for part := range strings.SplitSeq(text, ";") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if strings.Contains(part, "$(") {
			return Version{family: opaque}, nil
		}
		m := framework().FindStringSubmatch(part)
		if m == nil {
			return Version{}, fmt.Errorf("%q is not a target framework", clip(part))
		}
		t := target{name: strings.ToLower(m[1])}
		number := m[2]
		if t.name == "net" && !strings.Contains(number, ".") {
			t.name, number = "netfx", strings.Join(strings.Split(number, ""), ".") // net472 is 4.7.2
		}
		if t.name == "netcoreapp" { // the same line: .NET 5 follows .NET Core 3.1
			t.name = "net"
		}
		var err error
		if t.at, err = dotted(number, 4); err != nil {
			return Version{}, err
		}
		t.name += strings.ToLower(m[3])
		v.targets = append(v.targets, t)
	}
	if len(v.targets) == 0 {
		return Version{}, fmt.Errorf("no target framework")
	}
	return v, nil
}

// least returns the lowest target of a name.
func (v Version) least(name string) (target, bool) {
	var out target
	found := false
	for _, t := range v.targets {
		if t.name == name && (!found || t.at.compare(out.at) < 0) {
			out, found = t, true
		}
	}
	return out, found
}

// compareTargets orders two lists of frameworks by what their users need. ok is false where one asks less
// of some and more of others, or leaves a framework out.
func compareTargets(v, w Version) (order int, ok bool) {
	for _, t := range append(slices.Clone(v.targets), w.targets...) {
		a, inV := v.least(t.name)
		b, inW := w.least(t.name)
		c := 0
		switch {
		case inV && inW:
			c = a.at.compare(b.at)
		case inV:
			c = -1 // w takes no user of it any more
		default:
			c = 1
		}
		if order != 0 && c != 0 && c != order {
			return 0, false
		}
		if c != 0 {
			order = c
		}
	}
	return order, true
}
