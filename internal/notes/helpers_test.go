package notes

// errText is the text of an error, "" for none.
func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
