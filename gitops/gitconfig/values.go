package gitconfig

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// String returns the value of key and whether it is set. A key without "=" is a *ValueError.
func (c *Config) String(key string) (string, bool, error) {
	e, ok := c.Get(key)
	if !ok {
		return "", false, nil
	}
	if e.Bare {
		return "", false, e.invalid("string", "")
	}
	return e.Value, true, nil
}

// Strings returns all values of key, as String does one.
func (c *Config) Strings(key string) ([]string, error) {
	var out []string
	for _, e := range c.All(key) {
		if e.Bare {
			return nil, e.invalid("string", "")
		}
		out = append(out, e.Value)
	}
	return out, nil
}

// Bool returns key as git reads a boolean, def where it is not set, or a *ValueError.
func (c *Config) Bool(key string, def bool) (bool, error) {
	e, ok := c.Get(key)
	if !ok {
		return def, nil
	}
	return e.Bool()
}

// Int returns key as git reads a 64-bit number, k, m and g being powers of 1024; def where it is not
// set, or a *ValueError.
func (c *Config) Int(key string, def int64) (int64, error) {
	e, ok := c.Get(key)
	if !ok {
		return def, nil
	}
	return e.Int()
}

// Path returns key as a path with "~/" and "~user/" resolved, and whether it is set; or a
// *ValueError. A path marked ":(optional)" that does not exist counts as not set.
func (c *Config) Path(key string) (string, bool, error) {
	e, ok := c.Get(key)
	if !ok {
		return "", false, nil
	}
	if e.Bare {
		return "", false, e.invalid("path", "")
	}
	value, optional := strings.CutPrefix(e.Value, ":(optional)")
	path, ok := c.env.expand(value)
	if !ok {
		return "", false, e.invalid("path", "its home directory is not known")
	}
	if optional && !exists(c.env.abs(path)) {
		return "", false, nil
	}
	return path, true, nil
}

// Bool returns the entry as a boolean: without value true, empty false, true/yes/on, false/no/off,
// or a number.
func (e Entry) Bool() (bool, error) {
	if e.Bare {
		return true, nil
	}
	b, err := parseBool(e.Value)
	if err != nil {
		return false, e.invalid("boolean", "")
	}
	return b, nil
}

// Int returns the entry as a 64-bit number.
func (e Entry) Int() (int64, error) {
	if e.Bare {
		return 0, e.invalid("number", "")
	}
	n, err := parseInt(e.Value)
	if err != nil {
		return 0, e.invalid("number", numberDetail(err))
	}
	return n, nil
}

func (e Entry) invalid(want, detail string) *ValueError {
	return &ValueError{Key: e.Key, Value: e.Value, Bare: e.Bare, Want: want, Detail: detail, Origin: e.Origin}
}

// parseBool reads a boolean that has a value.
func parseBool(s string) (bool, error) {
	if b, ok := parseBoolWord(s); ok {
		return b, nil
	}
	n, err := parseInt(s)
	if err != nil || n < math.MinInt32 || n > math.MaxInt32 {
		return false, strconv.ErrSyntax
	}
	return n != 0, nil
}

func parseBoolWord(s string) (value, ok bool) {
	switch lowerASCII(s) {
	case "true", "yes", "on":
		return true, true
	case "", "false", "no", "off":
		return false, true
	}
	return false, false
}

// parseInt reads a number in C's notation with an optional unit; the errors are strconv's.
func parseInt(s string) (int64, error) {
	if s == "" {
		return 0, strconv.ErrSyntax
	}
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	sign, digits := "", s
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		sign, digits = digits[:1], digits[1:]
	}
	base, end := 10, 0
	switch {
	case len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X") && digitOf(digits[2]) < 16:
		base, digits = 16, digits[2:]
	case strings.HasPrefix(digits, "0"):
		base = 8
	}
	for end < len(digits) && digitOf(digits[end]) < base {
		end++
	}
	factor, ok := map[string]int64{"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[lowerASCII(digits[end:])]
	if !ok {
		return 0, strconv.ErrSyntax
	}
	if end == 0 {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseInt(sign+digits[:end], base, 64)
	if err != nil || n > math.MaxInt64/factor || n < math.MinInt64/factor {
		return 0, strconv.ErrRange
	}
	return n * factor, nil
}

func digitOf(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return 99
}

func numberDetail(err error) string {
	if errors.Is(err, strconv.ErrRange) {
		return "out of range"
	}
	return "invalid unit"
}
