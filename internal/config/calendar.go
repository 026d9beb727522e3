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
	first, _, _ := strings.Cut(string(data), "\n")
	_, day, _ := strings.Cut(first, " as of ")
	made, err := policy.ParseDate(day[:min(len(day), len("2006-01-02"))])
	if err != nil {
		return nil, made, fmt.Errorf("the calendar of %s does not say when it was made: %w", name, err)
	}
	cfg, err := Load(PresetPrefix+name, data, nil)
	return cfg, made, err
}
