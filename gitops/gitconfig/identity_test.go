package gitconfig

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// identCase is a user's file and an environment; `git var` is the expectation.
type identCase struct {
	name   string
	config string
	env    map[string]string
}

func identCases() []identCase {
	const who = "[user]\nname=Config Name\nemail=config@example.com\n"
	env := func(pairs ...string) map[string]string {
		out := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i]] = pairs[i+1]
		}
		return out
	}
	named := func(name string) map[string]string { return env("GIT_COMMITTER_NAME", name, "GIT_AUTHOR_NAME", name) }
	mailed := func(mail string) map[string]string { return env("GIT_COMMITTER_EMAIL", mail, "GIT_AUTHOR_EMAIL", mail) }
	return []identCase{
		{name: "nothing"}, {name: "config", config: who}, {name: "name only", config: "[user]\nname=N\n"}, {name: "email only", config: "[user]\nemail=e@x\n"},
		{name: "environment", env: merge(named("Env Name"), mailed("env@example.com"))}, {name: "environment over config", config: who, env: named("Env Name")},
		{name: "environment of one role", config: who, env: env("GIT_AUTHOR_NAME", "Au", "GIT_COMMITTER_EMAIL", "c@c")},
		{name: "roles", config: who + "[author]\nname=Au\nemail=au@x\n[committer]\nname=Co\nemail=co@x\n"}, {name: "author only", config: who + "[author]\nname=Au\n"}, {name: "author only, nothing else", config: "[author]\nname=Au\nemail=au@x\n"},
		{name: "author name only, EMAIL", config: "[author]\nname=Au\n", env: env("EMAIL", "m@x")}, {name: "author email only, EMAIL", config: "[author]\nemail=a@x\n", env: env("EMAIL", "m@x")},
		{name: "author empty", config: who + "[author]\nname=\nemail=\n"}, {name: "environment over roles", config: who + "[author]\nname=Au\n", env: named("Env")},
		{name: "EMAIL", env: env("EMAIL", "mail@example.com")}, {name: "EMAIL with blanks", env: env("EMAIL", "  mail@example.com ")}, {name: "EMAIL and config", config: who, env: env("EMAIL", "m@x")}, {name: "EMAIL empty", env: env("EMAIL", "")},
		{name: "useConfigOnly", config: "[user]\nuseConfigOnly=true\n"}, {name: "useConfigOnly, EMAIL", config: "[user]\nuseConfigOnly\nname=N\n", env: env("EMAIL", "m@x")}, {name: "useConfigOnly, email", config: "[user]\nuseConfigOnly\nemail=e@x\n"}, {name: "useConfigOnly, all", config: who + "[user]\nuseConfigOnly\n"},
		{name: "useConfigOnly, environment", config: "[user]\nuseConfigOnly\n", env: merge(named("N"), mailed("e@x"))}, {name: "useConfigOnly, author", config: "[user]\nuseConfigOnly\n[author]\nname=A\nemail=a@x\n"}, {name: "useConfigOnly, junk", config: who + "[user]\nuseConfigOnly=junk\n"},
		{name: "useConfigOnly, author name", config: "[user]\nuseConfigOnly\nemail=e@x\n[author]\nname=A\n"}, {name: "useConfigOnly, environment email", config: "[user]\nuseConfigOnly\nname=N\n", env: mailed("e@x")},
		{name: "empty name", config: who, env: named("")}, {name: "empty email", config: who, env: mailed("")}, {name: "blank name", config: who, env: named("  ")}, {name: "blank email", config: who, env: mailed("  ")},
		{name: "config empty name", config: "[user]\nname=\nemail=e@x\n"}, {name: "config empty email", config: "[user]\nname=N\nemail=\n"}, {name: "config bare name", config: "[user]\nname\nemail=e@x\n"}, {name: "config bare, later set", config: "[user]\nname\nemail=e@x\nname=N\n"}, {name: "config blank", config: "[user]\nname=\"  N  \"\nemail=\" e@x \"\n"},
		{name: "config empty, then set", config: "[user]\nname=\nname=N\nemail=e@x\n"}, {name: "config set, then empty", config: "[user]\nname=N\nname=\nemail=e@x\n"}, {name: "author bare", config: who + "[author]\nname\n"}, {name: "config empty email, EMAIL", config: "[user]\nname=N\nemail=\n", env: env("EMAIL", "m@x")},
		{name: "crud ends", config: who, env: merge(named(" ,.:;<>\"\\'Na. me'.,"), mailed(".<a@b>.,"))}, {name: "crud inside", config: who, env: merge(named("A <b>\nc\td"), mailed("a<b>@\nc"))}, {name: "crud only", config: who, env: named(",;'")}, {name: "crud only email", config: who, env: mailed(",;'")}, {name: "crud dot", config: who, env: named(".")},
		{name: "control bytes", config: who, env: merge(named("\x01A\x02B\x7f"), mailed("\x1be@x\x00"[:4]))}, {name: "utf-8", config: who, env: named("Ærø Ñandú")}, {name: "latin-1", config: who, env: named("\xc6r\xf8\xff")}, {name: "config quote", config: "[user]\nname=\"O'Neil, \\\"J\\\"\"\nemail=o@x\n"},
		{name: "include", config: "[include]\npath=inc\n[includeIf \"gitdir:repo/\"]\npath=$ROOT/inc2\n"}, {name: "command", config: who, env: env("GIT_CONFIG_PARAMETERS", "'user.name=Cmd'")}, {name: "last wins", config: who + who + "[user]\nname=Last\n"}, {name: "case", config: "[USER]\nNAME=N\nEmail=e@x\n"},
		{name: "date", config: who, env: env("GIT_AUTHOR_DATE", "@1 +0100", "GIT_COMMITTER_DATE", "2005-04-07T22:13:13+0200")}, {name: "date junk", config: who, env: env("GIT_AUTHOR_DATE", "junk", "GIT_COMMITTER_DATE", "junk")}, {name: "date empty author", config: who, env: env("GIT_AUTHOR_DATE", "1700000000 -0330")},
	}
}

func TestIdentAsGit(t *testing.T) {
	for _, c := range identCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.name == "crud ends" || c.name == "crud dot" {
				needGit(t, 45) // a dot was crud before
			}
			fixed := map[string]string{"GIT_AUTHOR_DATE": "1700000000 +0100", "GIT_COMMITTER_DATE": "1700000000 +0100"}
			w := newWorld(t, map[string]string{"home/.gitconfig": c.config, "home/inc": "[user]\nname=Included\nemail=i@x\n", "inc2": "[user]\nemail=if@x\n"}, merge(fixed, c.env))
			config, loadErr := w.load("repo")
			env, err := Host(w.environment("repo").Lookup, w.path("repo"))
			if err != nil {
				t.Fatal(err)
			}
			for _, role := range []Role{Author, Committer} {
				want, stderr, ok := w.git("repo", "var", "GIT_"+strings.ToUpper(string(role))+"_IDENT")
				var got Ident
				if err = loadErr; err == nil {
					got, err = config.Ident(env, role, time.Unix(1, 0))
				}
				if (err == nil) != ok {
					t.Errorf("%s: git %q %s; Ident %v, %v", role, want, stderr, got, err)
					continue
				}
				if ok && got.String()+"\n" != want {
					t.Errorf("%s: git %q, Ident %q", role, want, got)
				}
				var refused *IdentityError
				if strings.Contains(stderr, "tell me who you are") != (errors.As(err, &refused) && refused.Advice != nil) {
					t.Errorf("%s: git says %q, Ident %v", role, stderr, err)
				}
			}
		})
	}
}

func TestIdentOfTheSystem(t *testing.T) {
	for _, c := range []struct{ login, gecos, host, mail, want string }{
		{"jane", "Jane Doe,Room 1,,", "h.example.com", "", "Jane Doe <jane@h.example.com>"},
		{"jane", "& Doe", "h.example.com", "", "Jane Doe <jane@h.example.com>"},
		{"jane", "Jane", "h", "mail.example.org\n", "Jane <jane@mail.example.org>"},
		{"jane", "Jane", "h", "", "email"},
		{"jane", "", "h.example.com", "", "name"},
		{"", "", "h.example.com", "", "email"},
	} {
		env := Environment{User: User{Name: c.login, Gecos: c.gecos}, Hostname: c.host, Mailname: c.mail}
		got, err := newConfig(nil, env, Layout{}).Ident(env, Author, time.Unix(0, 0))
		var refused *IdentityError
		if errors.As(err, &refused) && refused.Field == c.want && refused.Advice != nil {
			continue
		}
		if err != nil || got.String() != c.want+" 0 +0000" {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}

func dateTexts() (same, refused []string) {
	same = []string{
		"@0 +0000", "@1700000000 +0100", "1700000000 +0100", "1700000000 -0330", "100000000 +0000", "@1700000000 -0000", "@1700000000", "1700000000", "@1700000000 +01:00", "@4102444800 +0000", "@99999999999 +0000",
		"2005-04-07T22:13:13Z", "2005-04-07T22:13:13+0200", "2005-04-07T22:13:13+02:00", "2005-04-07T22:13:13+02", "2005-04-07T22:13:13.019-0730", "2005-04-07 22:13:13 +0200", "2005-04-07 22:13:13", "2005-04-07 22:13", "2005-04-07T22:13:13", "2005-04-07T22:13:60Z", "2005-04-07 22:13:13 UTC", "2005-04-07 22:13:13 GMT",
		"2005.04.07 22:13:13 +0200", "2005/04/07 22:13:13 +0200", "04/07/2005 22:13:13 +0200", "07.04.2005 22:13:13 +0200", "20050407T221313Z", "20050407T221313+0200", "2005-4-7 2:13:13 +0200",
		"Thu, 07 Apr 2005 22:13:13 +0200", "Thu, 7 Apr 2005 22:13:13 +0200", "7 Apr 2005 22:13:13 +0200", "Thu, 7 Apr 2005 22:13:13 GMT", "Thu, 7 Apr 2005 22:13:13 EST", "Thu, 7 Apr 2005 22:13:13 EDT", "Thu, 7 Apr 2005 22:13:13 PST", "Thu, 7 Apr 2005 22:13:13 CDT", "Thu, 7 Apr 2005 22:13 -0000", "Thu Apr 7 22:13:13 2005 +0200", "Thu Apr  7 22:13:13 2005", "Mon, 31 Dec 2012 23:59:59 +1300",
		"2099-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z", "2000-02-29T12:00:00-1200", "2019-07-01 12:00:00", "2019-01-01 12:00:00", "2024-03-31T02:30:00+0545",
	}
	refused = []string{"now", "yesterday", "junk", " ", "2005-04-07", "0 +0000", "123456 +0000", "99999999 +0000", "@-1 +0000", "@18446744073709551616 +0000", "1960-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "@", "+0100"}
	return same, refused
}

func TestParseDateAsGit(t *testing.T) {
	same, refused := dateTexts()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zone database")
	}
	if _, err := os.Stat("/usr/share/zoneinfo/America/New_York"); err != nil {
		t.Skip("git's time zone database is not where this test expects it")
	}
	w := newWorld(t, nil, map[string]string{"GIT_COMMITTER_NAME": "n", "GIT_COMMITTER_EMAIL": "e", "TZ": "America/New_York"})
	now := time.Now().In(zone)
	for i, text := range append(same, refused...) {
		w.env["GIT_COMMITTER_DATE"] = text
		want, stderr, ok := w.git("repo", "var", "GIT_COMMITTER_IDENT")
		got, err := ParseDate(text, now)
		if (err == nil) != ok || ok != (i < len(same)) {
			t.Errorf("%q: git %q %s; ParseDate %v, %v", text, want, stderr, got, err)
		} else if ok && "n <e> "+got.String()+"\n" != want {
			t.Errorf("%q: git %q; ParseDate %v", text, want, got)
		}
	}
}

// What git makes something of, though no format it documents, is refused here.
func TestParseDateRefusesGuesses(t *testing.T) {
	for _, text := range []string{"2005-13-07T22:13:13Z", "2005-02-30T00:00:00Z", "@1700000000 +9999", "1700000000 +9999", "@1700000000 +0100 junk", "2005-04-07T22:13:13+0200 x", "2005-04/07 22:13:13", "07 Xyz 2005 22:13:13"} {
		got, err := ParseDate(text, time.Unix(1700000000, 0))
		var bad *DateError
		if !errors.As(err, &bad) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
