package notes

import (
	"errors"
	"testing"
)

func TestCheckStyle(t *testing.T) {
	t.Parallel()
	texts := map[Style]string{
		StyleWasmtime: "## 36.0.1\n\nUnreleased.\n\n### Fixed\n\n* a\n\n---\n\n## 36.0.0\n\nReleased 2025-08-20.\n\n* b\n",
		StyleKeep:     "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-01\n\n### Fixed\n\n- a\n",
		StyleHeadings: "# 1.2.3 (2026-01-01)\n\n- a\n\n# 1.2.2\n\n- b\n",
	}
	for of, text := range texts {
		for want := range texts {
			err := CheckStyle([]byte(text), want)
			if got := errors.Is(err, ErrStyle); got == (of == want) {
				t.Errorf("notes of style %q asked for as %q: %v", of, want, err)
			}
		}
		for _, any := range []Style{"", StyleNone} {
			if err := CheckStyle([]byte(text), any); err != nil {
				t.Errorf("notes of style %q asked for as %q: %v", of, any, err)
			}
		}
	}
}
