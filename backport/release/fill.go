package release

import "strings"

// Fill replaces the fields of a template, {name}, in one pass: what a value holds is never looked at
// again. An unknown field stays as it is.
func Fill(template string, fields map[string]string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(template, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(template[open:], '}')
		if end < 0 {
			break
		}
		value, known := fields[template[open+1:open+end]]
		if !known {
			b.WriteString(template[:open+1])
			template = template[open+1:]
			continue
		}
		b.WriteString(template[:open])
		b.WriteString(value)
		template = template[open+end+1:]
	}
	b.WriteString(template)
	return b.String()
}
