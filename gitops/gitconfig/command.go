package gitconfig

import (
	"fmt"
	"strconv"
	"strings"
)

// command reads the settings of the environment: GIT_CONFIG_COUNT first, then GIT_CONFIG_PARAMETERS.
func (l *loader) command() error {
	if err := l.numbered(); err != nil {
		return err
	}
	const name = "GIT_CONFIG_PARAMETERS"
	for rest := l.env.get(name); rest != ""; {
		key, value, bare, after, err := nextParameter(rest)
		if err != nil {
			return fmt.Errorf("bogus format in %s: %w", name, err)
		}
		if err := l.parameter(key, value, bare, name); err != nil {
			return err
		}
		rest = strings.TrimLeft(after, " \t\n\r")
	}
	return nil
}

// numbered reads GIT_CONFIG_KEY_n and GIT_CONFIG_VALUE_n for n below GIT_CONFIG_COUNT.
func (l *loader) numbered() error {
	text := l.env.get("GIT_CONFIG_COUNT")
	if text == "" {
		return nil
	}
	count, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimLeft(text, blanks), "+"), 10, 31)
	if err != nil {
		return fmt.Errorf("bogus count in GIT_CONFIG_COUNT: %q", text)
	}
	for i := range count {
		name := fmt.Sprintf("GIT_CONFIG_KEY_%d", i)
		key, ok := l.env.lookup(name)
		if !ok {
			return fmt.Errorf("missing configuration key %s", name)
		}
		value, ok := l.env.lookup(fmt.Sprintf("GIT_CONFIG_VALUE_%d", i))
		if !ok {
			return fmt.Errorf("missing configuration value GIT_CONFIG_VALUE_%d", i)
		}
		if err := l.parameter(key, value, false, name); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) parameter(key, value string, bare bool, variable string) error {
	canonical, err := CanonicalKey(key)
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	return l.entry(Entry{Key: canonical, Value: value, Bare: bare, Scope: ScopeCommand, Origin: Origin{Name: variable}})
}

// nextParameter reads 'key'='value', or the older 'key=value', off the start of s. Blanks may follow.
func nextParameter(s string) (key, value string, bare bool, rest string, err error) {
	first, rest, err := dequote(s)
	switch {
	case err != nil:
		return "", "", false, "", err
	case endsWord(rest):
		key, value, ok := strings.Cut(first, "=")
		if key == "" {
			err = fmt.Errorf("no key in %q", first)
		}
		return key, value, !ok, rest, err
	case rest[0] != '=':
		return "", "", false, "", fmt.Errorf("unexpected text after %q", first)
	case endsWord(rest[1:]):
		return first, "", true, rest[1:], nil
	}
	value, rest, err = dequote(rest[1:])
	if err == nil && !endsWord(rest) {
		err = fmt.Errorf("unexpected text after %q", value)
	}
	return first, value, false, rest, err
}

const blanks = " \t\n\v\f\r"

func endsWord(s string) bool { return s == "" || strings.IndexByte(" \t\n\r", s[0]) >= 0 }

// dequote reads a word in the shell's single quotes off the start of s.
func dequote(s string) (word, rest string, err error) {
	if !strings.HasPrefix(s, "'") {
		return "", "", fmt.Errorf("no quote at %q", s)
	}
	var out strings.Builder
	s = s[1:]
	for {
		part, after, ok := strings.Cut(s, "'")
		if !ok {
			return "", "", fmt.Errorf("no closing quote after %q", part)
		}
		out.WriteString(part)
		// Only a quote and an exclamation mark are written outside the quotes.
		if len(after) >= 3 && after[0] == '\\' && (after[1] == '\'' || after[1] == '!') && after[2] == '\'' {
			out.WriteByte(after[1])
			s = after[3:]
			continue
		}
		return out.String(), after, nil
	}
}

func quote(s string) string { return strconv.Quote(s) }
