package ci

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
)

// The marks of the parts of a file that stay when it is written again, and the head of a file.
const (
	keepMark = "# keep "
	keepEnd  = "# end keep"
	headMark = "# Written by 'git backport ci init' of git-backport "
	sumMark  = "# Parts between keep marks are yours; of the rest: sha256 "
)

// Errors of Merge.
var (
	ErrNotOurs = errors.New("it was not written by git backport ci init")
	ErrEdited  = errors.New("it was changed outside its keep marks")
)

// seal puts the head before a file: which program wrote it, and the digest of what is not for people to edit.
func seal(body, version string) string {
	return headMark + strings.ReplaceAll(version, "\n", " ") + ".\n" + sumMark + digest(body) + "\n" + body
}

func digest(body string) string {
	bare, _, _ := split(body)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(bare, ""))))
}

// split cuts a file at its keep marks: what stands outside, mark lines included, and what stands in each part,
// by name.
func split(body string) (bare []string, parts map[string]string, err error) {
	parts = map[string]string{}
	name := ""
	for line := range strings.SplitAfterSeq(body, "\n") {
		text := strings.TrimSpace(line)
		switch {
		case name == "" && strings.HasPrefix(text, keepMark):
			name = strings.TrimSpace(text[len(keepMark):])
			if _, twice := parts[name]; twice {
				return nil, nil, fmt.Errorf("two parts are called %q", name)
			}
			parts[name] = ""
		case name != "" && text == keepEnd:
			name = ""
		case name != "":
			parts[name] += line
			continue
		}
		bare = append(bare, line)
	}
	if name != "" {
		return nil, nil, fmt.Errorf("the part %q has no end: %q is missing", name, keepEnd)
	}
	return bare, parts, nil
}

// Merge returns a file as it is written over an older one: what people keep in the older one stays. It refuses
// to write over a file that is not ours, or was changed outside its keep marks, or keeps a part that the new
// one has no place for; with force the new file replaces such a file.
func Merge(old, text string, force bool) (string, error) {
	head, rest, ours := strings.Cut(old, "\n")
	sum, body, sealed := strings.Cut(rest, "\n")
	if !ours || !sealed || !strings.HasPrefix(head, headMark) || !strings.HasPrefix(sum, sumMark) {
		if force {
			return text, nil
		}
		return "", ErrNotOurs
	}
	_, kept, err := split(body)
	if err != nil {
		if force {
			return text, nil
		}
		return "", err
	}
	if digest(body) != strings.TrimSpace(sum[len(sumMark):]) && !force {
		return "", ErrEdited
	}
	return fillKept(text, kept, force)
}

// fillKept puts the kept parts into a new file.
func fillKept(text string, kept map[string]string, force bool) (string, error) {
	var b strings.Builder
	_, fresh, err := split(text)
	if err != nil {
		return "", err
	}
	for name, part := range kept {
		if _, ok := fresh[name]; !ok && strings.TrimSpace(part) != "" && !force {
			return "", fmt.Errorf("it keeps a part %q, which has no place in the file that would be written", name)
		}
	}
	name := ""
	for line := range strings.SplitAfterSeq(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case name == "" && strings.HasPrefix(trimmed, keepMark):
			name = strings.TrimSpace(trimmed[len(keepMark):])
			b.WriteString(line)
			if part, ok := kept[name]; ok {
				b.WriteString(part)
			} else {
				b.WriteString(fresh[name])
			}
			continue
		case name != "" && trimmed == keepEnd:
			name = ""
		}
		if name == "" {
			b.WriteString(line)
		}
	}
	return b.String(), nil
}
