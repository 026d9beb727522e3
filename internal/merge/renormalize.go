package merge

import "bytes"

// needsRenormalize returns the attribute for which merge.renormalize would have to convert the texts
// before they are merged, or "". Conversions are not made here: some of them run programs.
func needsRenormalize(v *pathAttributes, texts ...[]byte) string {
	if f := v.get("filter"); f.state == attrValue {
		return f.String()
	}
	if e := v.get("working-tree-encoding"); e.state == attrValue {
		return e.String()
	}
	if i := v.get("ident"); i.state == attrSet && anyContains(texts, "$Id") {
		return i.String()
	}
	if !anyContains(texts, "\r\n") {
		return ""
	}
	text, eol := v.get("text"), v.get("eol")
	if text.state == attrUnspecified {
		text = v.get("crlf") // the older name
	}
	switch {
	case text.state == attrUnset:
		return ""
	case text.state != attrUnspecified:
		return text.String()
	case eol.state == attrValue:
		return eol.String()
	}
	return ""
}

func anyContains(texts [][]byte, s string) bool {
	for _, t := range texts {
		if bytes.Contains(t, []byte(s)) {
			return true
		}
	}
	return false
}
