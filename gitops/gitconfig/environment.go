package gitconfig

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"
)

// An Environment is what git would take from the process and the machine.
//
// The zero value has no variables, no home and the user id 0.
type Environment struct {
	// Lookup gives an environment variable and whether it is set; nil means none is. git tells a
	// variable that is set and empty from one that is not set.
	Lookup func(name string) (string, bool)
	// Dir is the absolute current directory: relative paths in variables start there.
	Dir string
	// UID is the effective user id, -1 where the system has none.
	UID int
	// User is the passwd entry of UID; its zero value is a user without one, unless UserOf knows it.
	User User
	// UserOf looks an entry up when it is needed, and only then: the system may ask a server for it.
	UserOf func(uid int) User
	// HomeOf gives the home directory of a named user for "~name/"; nil knows nobody.
	HomeOf func(name string) (string, bool)
	// Hostname is the machine's name, fully qualified if possible.
	Hostname string
	// Mailname is the content of /etc/mailname, empty if there is none.
	Mailname string
	// SystemConfig is the path compiled into git for the system's file; empty means /etc/gitconfig.
	SystemConfig string
	// SystemAttributes is the same for attributes; empty means /etc/gitattributes.
	SystemAttributes string
	// Zone is the local time zone, used for dates without one; nil means UTC.
	Zone *time.Location
}

// A User is an entry of the system's user database.
type User struct {
	Name  string // login name
	Gecos string // full name and more, separated by commas
}

// Host returns the Environment of this machine and user with the given variables, usually
// os.LookupEnv, and the directory to start from, "" for the current one.
func Host(lookup func(string) (string, bool), dir string) (Environment, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Environment{}, err
	}
	env := Environment{Lookup: lookup, Dir: abs, UID: os.Geteuid(), UserOf: userOf, HomeOf: homeOf, Zone: time.Local}
	if host, err := os.Hostname(); err == nil {
		env.Hostname = qualify(host)
	}
	if b, err := readSmall("/etc/mailname", 4096); err == nil {
		env.Mailname = string(b)
	}
	return env, nil
}

func userOf(uid int) User {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return User{}
	}
	return User{Name: u.Username, Gecos: u.Name}
}

// user returns the passwd entry of the user.
func (e Environment) user() User {
	if e.User == (User{}) && e.UserOf != nil {
		return e.UserOf(e.UID)
	}
	return e.User
}

func homeOf(name string) (string, bool) {
	u, err := user.Lookup(name)
	if err != nil {
		return "", false
	}
	return u.HomeDir, true
}

// get returns a variable, "" if it is not set.
func (e Environment) get(name string) string {
	v, _ := e.lookup(name)
	return v
}

func (e Environment) lookup(name string) (string, bool) {
	if e.Lookup == nil {
		return "", false
	}
	return e.Lookup(name)
}

// boolean reads a variable as git reads a boolean, def if it is not set.
func (e Environment) boolean(name string, def bool) (bool, error) {
	v, ok := e.lookup(name)
	if !ok {
		return def, nil
	}
	b, err := parseBool(v)
	if err != nil {
		return false, &ValueError{Key: name, Value: v, Want: "boolean", Origin: Origin{Name: "environment"}}
	}
	return b, nil
}

// abs makes a path of the environment absolute.
func (e Environment) abs(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(e.Dir, path)
}

func (e Environment) zone() *time.Location {
	if e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}
