package config

import (
	"embed"
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

//go:embed calendars/*.toml
var calendars embed.FS

// Calendar reads the calendar that a preset stands for where [pin] follow names it: the preset with the
// releases that were known when this program was made, and the day of that knowledge; zero where the preset
// itself is all there is.
func Calendar(name string) (*Config, policy.Date, error) {
	data, err := calendars.ReadFile("calendars/" + name + ".toml")
	if err != nil || strings.ContainsAny(name, "/\\") {
		cfg, err := Preset(name)
		return cfg, policy.Date{}, err
	}
	made, ok := knownOn(data)
	if !ok {
		return nil, made, fmt.Errorf("the calendar of %s does not say when it was made", name)
	}
	cfg, err := Load(PresetPrefix+name, data, nil)
	return cfg, made, err
}

// knownOn is the day up to which the dates of a preset are known, by its first line.
func knownOn(text []byte) (policy.Date, bool) {
	first, _, _ := strings.Cut(string(text), "\n")
	_, day, _ := strings.Cut(first, " as of ")
	made, err := policy.ParseDate(day[:min(len(day), len("2006-01-02"))])
	return made, err == nil
}
