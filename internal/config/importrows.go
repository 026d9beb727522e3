package config

import (
	"fmt"

	"github.com/git-backport/git-backport/policy"
)

// importRows reads a schedule of another form.
func (r *reader) importRows(format, name string, data []byte) ([]policy.Override, error) {
	switch format {
	default:
		return nil, fmt.Errorf("unknown format %q", format)
	}
}
