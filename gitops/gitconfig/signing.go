package gitconfig

import "fmt"

// A Signing is how git would sign commits.
type Signing struct {
	Commits bool   // commit.gpgSign
	Format  string // gpg.format: openpgp, x509 or ssh
	Program string // gpg.<format>.program, else gpg.program for openpgp, else git's default
	Key     string // user.signingKey, "" to choose by the committer

	// ProgramScope and KeyScope are 0 where git's default holds. A caller that starts programs can
	// thus tell those a repository named.
	ProgramScope, KeyScope Scope
}

// Signing returns the settings of commit signatures.
func (c *Config) Signing() (Signing, error) {
	s := Signing{Format: "openpgp"}
	var err error
	if s.Commits, err = c.Bool("commit.gpgSign", false); err != nil {
		return s, err
	}
	if e, ok := c.Get("gpg.format"); ok {
		s.Format = e.Value
	}
	programs := map[string]string{"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}
	if s.Program, err = s.program(programs); err != nil {
		return s, err
	}
	keys := []string{"gpg." + s.Format + ".program"}
	if s.Format == "openpgp" {
		keys = append(keys, "gpg.program")
	}
	// git takes the one written last, whichever key it has.
	for _, e := range c.Entries() {
		for _, key := range keys {
			if e.Key == key {
				if e.Bare {
					return s, e.invalid("string", "")
				}
				s.Program, s.ProgramScope = e.Value, e.Scope
			}
		}
	}
	if e, ok := c.Get("user.signingKey"); ok {
		if e.Bare {
			return s, e.invalid("string", "")
		}
		s.Key, s.KeyScope = e.Value, e.Scope
	}
	return s, nil
}

func (s Signing) program(programs map[string]string) (string, error) {
	program, ok := programs[s.Format]
	if !ok {
		return "", fmt.Errorf("gpg.format %q is not openpgp, x509 or ssh", s.Format)
	}
	return program, nil
}
