package project

import (
	"fmt"
	"path"
	"strings"

	"github.com/git-backport/git-backport/internal/config"
	"github.com/git-backport/git-backport/msrv"
	"github.com/git-backport/git-backport/policy"
)

// supported returns the oldest release of a toolchain that the calendar of [pin] follow supports on the
// policy's day; nil when there is no such calendar. The calendar's name says which toolchain it is.
func (p *Project) supported() (map[msrv.Ecosystem]msrv.Version, error) {
	name := p.Config.Pin.Follow
	if name == "" {
		return nil, nil //nolint:nilnil // no calendar is an answer
	}
	eco, ok := calendarOf(name)
	if !ok {
		return nil, &InputError{
			Err:  fmt.Errorf("[pin] follow = %q: the name does not say which toolchain the calendar is of", name),
			Cure: "call it by the toolchain: go.toml, go-releases.toml, node.toml, rust.toml, python.toml",
		}
	}
	calendar, err := p.calendar(name)
	if err != nil {
		return nil, &InputError{Err: fmt.Errorf("[pin] follow = %q: %w", name, err)}
	}
	lines, problems := policy.Lines(calendar.Policy, policy.Facts{AsOf: p.AsOf})
	for _, p := range problems {
		if p.Fatal {
			return nil, &InputError{Err: fmt.Errorf("[pin] follow = %q: %s", name, p.Message)}
		}
	}
	oldest := ""
	for _, l := range lines { // newest first
		if l.State == policy.StateSupported {
			oldest = l.Name()
		}
	}
	if oldest == "" {
		p.warn(fmt.Sprintf("[pin] follow = %q: its calendar supports no release on %s; a pin that rises stops", name, p.AsOf))
		return nil, nil //nolint:nilnil // no calendar is an answer
	}
	v, err := msrv.ParseVersion(msrv.FloorScheme(eco), oldest)
	if err != nil {
		return nil, &InputError{Err: fmt.Errorf("[pin] follow = %q: %w", name, err)}
	}
	return map[msrv.Ecosystem]msrv.Version{eco: v}, nil
}

// calendar reads the calendar that the policy names, from where the policy was read.
func (p *Project) calendar(name string) (*config.Config, error) {
	if preset, ok := strings.CutPrefix(name, config.PresetPrefix); ok {
		cfg, made, err := config.Calendar(preset)
		if err == nil && !made.IsZero() && p.AsOf.After(made) {
			p.Warnings = append(p.Warnings, fmt.Sprintf("[pin] follow = %q: the calendar that comes with this program is of %s, %d days before %s: newer releases are not in it",
				name, made, p.AsOf.DaysSince(made), p.AsOf))
		}
		return cfg, err
	}
	if p.read == nil {
		return nil, fmt.Errorf("%s names no file that could be read from here", p.Source)
	}
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	return config.Load(name, data, p.read)
}

// calendarOf is the toolchain that a calendar is of, by its name.
func calendarOf(name string) (msrv.Ecosystem, bool) {
	base := path.Base(strings.TrimPrefix(name, config.PresetPrefix))
	word := strings.FieldsFunc(strings.ToLower(base), func(r rune) bool { return r < 'a' || r > 'z' })
	if len(word) == 0 {
		return "", false
	}
	for _, eco := range msrv.Ecosystems() {
		if word[0] == string(eco) {
			return eco, true
		}
	}
	return "", false
}
