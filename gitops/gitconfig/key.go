package gitconfig

import (
	"fmt"
	"strconv"
	"strings"
)

// CanonicalKey returns key as Config stores it: section and name in lower case, the subsection
// between the first and the last dot as it is. It refuses what git refuses to read.
func CanonicalKey(key string) (string, error) {
	first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
	switch {
	case first <= 0:
		return "", fmt.Errorf("key %q does not contain a section", key)
	case last == len(key)-1:
		return "", fmt.Errorf("key %q does not contain a variable name", key)
	}
	section, name := key[:first], key[last+1:]
	for i := range len(section) {
		if !isKeyByte(int(section[i])) {
			return "", fmt.Errorf("invalid key %q: sections have letters, digits and \"-\" only", key)
		}
	}
	for i := range len(name) {
		if !isKeyByte(int(name[i])) || i == 0 && !isAlpha(int(name[i])) {
			return "", fmt.Errorf("invalid key %q: names have letters, digits and \"-\", and start with a letter", key)
		}
	}
	if strings.ContainsRune(key[first:last], '\n') {
		return "", fmt.Errorf("invalid key %q: line feed in the subsection", key)
	}
	return lowerASCII(section) + key[first:last] + "." + lowerASCII(name), nil
}

// splitKey returns the parts of a canonical key; sub is "" and ok false without a subsection.
func splitKey(key string) (section, sub, name string, ok bool) {
	first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
	if first < 0 {
		return "", "", key, false
	}
	if first == last {
		return key[:first], "", key[last+1:], false
	}
	return key[:first], key[first+1 : last], key[last+1:], true
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func quotePlace(file string, line int) string {
	if line <= 0 {
		return file
	}
	return file + ":" + strconv.Itoa(line)
}
