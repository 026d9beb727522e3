package ready

import (
	"slices"
	"strings"

	"github.com/git-backport/git-backport/policy"
)

// tableDay is the day on which the table of images and actions was made: what was announced later is not in
// it.
func tableDay() policy.Date { return day("2026-11-01") }

func day(text string) policy.Date {
	d, err := policy.ParseDate(text)
	if err != nil {
		panic(err) // the table's own texts are dates; a test reads all of them
	}
	return d
}

// retirements are the days on which GitHub stopped offering an image of its runners, as it announced them.
func retirements() map[string]string {
	return map[string]string{
		"ubuntu-16.04":   "2021-09-20",
		"ubuntu-18.04":   "2023-04-03",
		"ubuntu-20.04":   "2025-04-15",
		"ubuntu-22.04":   "2027-04-17",
		"macos-10.15":    "2022-12-01",
		"macos-11":       "2024-06-28",
		"macos-12":       "2024-12-03",
		"macos-13":       "2025-12-08",
		"macos-14":       "2026-11-02",
		"windows-2016":   "2022-04-01",
		"windows-2019":   "2025-06-30",
		"macos-15-intel": "2027-08-31",
	}
}

// retired returns the day on which an image goes; false where none is known. A variant (-arm, -large,
// -xlarge) goes with its image.
func retired(image string) (policy.Date, bool) {
	known := retirements()
	text, ok := known[image]
	if !ok {
		for _, suffix := range []string{"-arm", "-arm64", "-large", "-xlarge"} {
			if base, cut := strings.CutSuffix(image, suffix); cut && known[base] != "" {
				text, ok = known[base], true
			}
		}
	}
	if !ok {
		return policy.Date{}, false
	}
	return day(text), true
}

// A refusal is a version of an action that the forge does not run any more.
type refusal struct {
	majors []string // "v1", "v2", …
	since  string
}

// refusals are the actions that GitHub refuses by their version, as it announced them.
func refusals() map[string]refusal {
	return map[string]refusal{
		"actions/upload-artifact":   {[]string{"v1", "v2", "v3"}, "2025-01-30"},
		"actions/download-artifact": {[]string{"v1", "v2", "v3"}, "2025-01-30"},
		"actions/cache":             {[]string{"v1", "v2"}, "2025-03-01"},
	}
}

// refused returns since when a use of an action, "actions/cache@v2.1.3", is refused; false where it is not. A
// use by a commit's id says no version, and is not looked at.
func refused(use string) (policy.Date, bool) {
	name, version, _ := strings.Cut(use, "@")
	major, _, _ := strings.Cut(version, ".")
	base := strings.SplitN(name, "/", 3)
	if len(base) < 2 {
		return policy.Date{}, false
	}
	r, ok := refusals()[base[0]+"/"+base[1]]
	if !ok || !slices.Contains(r.majors, major) {
		return policy.Date{}, false
	}
	return day(r.since), true
}
