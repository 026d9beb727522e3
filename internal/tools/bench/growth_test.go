package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestGrowth measures two small repositories: every real object has to be found and read.
func TestGrowth(t *testing.T) {
	b := &bench{runs: 2, work: t.TempDir(), page: &bytes.Buffer{}}
	if err := b.growth(realObjects+1, 5000); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"\n| 257 |", "\n| 5000 |"} {
		if !strings.Contains(b.page.String(), row) {
			t.Errorf("no row %q in:\n%s", row, b.page)
		}
	}
}
