package config

import (
	"regexp"
	"strings"
	"testing"
)

func TestIsName(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(namePattern)
	parts := []string{"", "a", "Z", "0", "-", "_", ".", " ", "\n", "é", "\xff", strings.Repeat("x", 63), strings.Repeat("x", 64)}
	for _, a := range parts {
		for _, b := range parts {
			for _, c := range parts {
				if text := a + b + c; isName(text) != pattern.MatchString(text) {
					t.Errorf("%q: %v", text, isName(text))
				}
			}
		}
	}
}
