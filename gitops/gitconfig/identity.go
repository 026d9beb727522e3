package gitconfig

import (
	"fmt"
	"strings"
	"time"
)

// A Role is what an identity is for.
type Role string

// The two roles git knows.
const (
	Author    Role = "author"
	Committer Role = "committer"
)

// An Ident is a person and a moment as they stand in a commit.
type Ident struct {
	Name  string // without what cannot stand in a header
	Email string // may be empty, as git allows
	Date  Date
}

// String returns the ident as in a commit's header: "Name <email> seconds zone".
func (i Ident) String() string {
	return fmt.Sprintf("%s <%s> %s", i.Name, i.Email, i.Date)
}

// An IdentityError is why git would refuse to commit: who the user is cannot be told.
type IdentityError struct {
	Role   Role
	Field  string // "name", "email" or "date"
	Reason string
	Advice []string // commands that set an identity; nil when that would not help
}

func (e *IdentityError) Error() string {
	return fmt.Sprintf("%s identity: %s", e.Role, e.Reason)
}

// identity holds what has to be known to decide on one ident.
type identity struct {
	c    *Config
	env  Environment
	role Role
}

// Ident returns who the author or committer is, by the environment, the configuration and, unless
// user.useConfigOnly forbids it, the system, in this order; now is used when no date is set, in the
// environment's time zone. It fails with *IdentityError where git refuses, or *ValueError.
func (c *Config) Ident(env Environment, role Role, now time.Time) (Ident, error) {
	id := identity{c: c, env: env, role: role}
	only, err := c.Bool("user.useConfigOnly", false)
	if err != nil {
		return Ident{}, err
	}
	email, err := id.email(only)
	if err != nil {
		return Ident{}, err
	}
	name, err := id.name(only, email)
	if err != nil {
		return Ident{}, err
	}
	date := DateOf(now.In(env.zone()))
	if text := env.get(id.variable("DATE")); text != "" {
		if date, err = ParseDate(text, now.In(env.zone())); err != nil {
			return Ident{}, &IdentityError{Role: role, Field: "date", Reason: id.variable("DATE") + ": " + err.Error()}
		}
	}
	return Ident{Name: withoutCrud(name), Email: withoutCrud(email), Date: date}, nil
}

func (id identity) variable(field string) string {
	return "GIT_" + strings.ToUpper(string(id.role)) + "_" + field
}

// configured returns the value of the role's own key, else of user's, and whether any of author,
// committer or user has the field: git takes that for all three.
func (id identity) configured(field string) (value string, own, given bool, err error) {
	for _, section := range []string{"user", string(Author), string(Committer)} {
		values, err := id.c.Strings(section + "." + field)
		if err != nil {
			return "", false, false, err
		}
		if len(values) == 0 {
			continue
		}
		given = true
		last := values[len(values)-1]
		switch {
		case section == "user":
			value = last
		case section == string(id.role) && last != "":
			value, own = last, true
		}
	}
	return value, own, given, nil
}

func (id identity) email(only bool) (string, error) {
	value, own, given, err := id.configured("email")
	if err != nil {
		return "", err
	}
	if v, ok := id.env.lookup(id.variable("EMAIL")); ok {
		return v, nil
	}
	if own {
		return value, nil
	}
	if only && !given {
		return "", id.refuse("email", "no email was given, and user.useConfigOnly forbids to guess one", true)
	}
	if given || value != "" {
		return strings.TrimSpace(value), nil
	}
	if v := id.env.get("EMAIL"); v != "" {
		return strings.TrimSpace(v), nil
	}
	guess, sure := id.env.guessEmail()
	if !sure {
		return "", id.refuse("email", fmt.Sprintf("no email is set, and %q, guessed from the system, is none", guess), true)
	}
	return guess, nil
}

func (id identity) name(only bool, email string) (string, error) {
	value, own, given, err := id.configured("name")
	if err != nil {
		return "", err
	}
	name, guessed := id.env.lookup(id.variable("NAME"))
	guessed = !guessed
	switch {
	case !guessed:
	case own:
		name, guessed = value, false
	case only && !given:
		return "", id.refuse("name", "no name was given, and user.useConfigOnly forbids to guess one", true)
	case given:
		name = strings.TrimSpace(value)
	case id.env.user().Name == "":
		return "", id.refuse("name", "no name is set, and the system does not know the user", true)
	default:
		name = strings.TrimSpace(id.env.user().fullName())
	}
	if name == "" {
		return "", id.refuse("name", fmt.Sprintf("an empty name is not allowed (for <%s>)", email), guessed)
	}
	if withoutCrud(name) == "" {
		return "", id.refuse("name", fmt.Sprintf("the name %q has only characters that git removes", name), false)
	}
	return name, nil
}

func (id identity) refuse(field, reason string, advise bool) error {
	e := &IdentityError{Role: id.role, Field: field, Reason: reason}
	if advise {
		e.Advice = []string{`git config --global user.name "Your Name"`, `git config --global user.email you@example.com`}
	}
	return e
}

// fullName returns the first part of the gecos field, "&" being the login name, capitalised.
func (u User) fullName() string {
	full, _, _ := strings.Cut(u.Gecos, ",")
	if u.Name == "" {
		return full
	}
	return strings.ReplaceAll(full, "&", strings.ToUpper(u.Name[:1])+u.Name[1:])
}

// guessEmail returns login@host, and whether git would commit with it: the host has to have a domain
// or to be a mail name.
func (e Environment) guessEmail() (email string, sure bool) {
	login := e.user().Name
	if login == "" {
		return "unknown@" + e.Hostname, false
	}
	mail, _, _ := strings.Cut(e.Mailname, "\n")
	switch {
	case mail != "":
		return strings.TrimSpace(login + "@" + mail), true
	case strings.Contains(e.Hostname, "."):
		return login + "@" + e.Hostname, true
	}
	return login + "@" + e.Hostname + ".(none)", false
}

// withoutCrud strips what git strips off both ends, and the bytes that would break a header.
func withoutCrud(s string) string {
	start, end := 0, len(s)
	for start < end && isCrud(s[start]) {
		start++
	}
	for end > start && isCrud(s[end-1]) {
		end--
	}
	var out strings.Builder
	for i := start; i < end; i++ {
		if c := s[i]; c != '\n' && c != '<' && c != '>' {
			out.WriteByte(c)
		}
	}
	return out.String()
}

func isCrud(c byte) bool { return c <= ' ' || strings.IndexByte(`,:;<>"\'`, c) >= 0 }
