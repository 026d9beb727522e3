package config

import (
	"errors"
	"fmt"

	"github.com/git-backport/git-backport/policy"
)

// imports reads the [import] tables into rows.
func (r *reader) imports(root *value) []policy.Override {
	var out []policy.Override
	for _, v := range root.each("import") {
		file := v.sub("file")
		if file == nil || v.text("format") == "" {
			r.add(v.at, "", "an [import] needs format and file")
			continue
		}
		name, text, err := r.loader.open(file, file.at.src.name)
		if err != nil {
			var es Errors
			if errors.As(err, &es) {
				r.list = append(r.list, es...)
			}
			continue
		}
		r.skipped = nil
		rows, err := r.importRows(v.text("format"), name, text)
		if err != nil {
			r.add(file.at, "", "%q as %s: %s", name, v.text("format"), err)
			continue
		}
		if n := len(r.skipped); n > 0 && len(rows) > 0 {
			r.cfg.Remarks = append(r.cfg.Remarks, fmt.Sprintf("%q: rows that are not read: %d; the first: %s", name, n, r.skipped[0]))
		}
		out = append(out, rows...)
	}
	return out
}
