package object

import (
	"bytes"
	"math"
	"strconv"
)

// CheckCommit checks the bytes of a commit that is to be stored by the rules of git fsck --strict; and
// it demands lower-case ids that are not null, one committer, and an end of the headers. The error is
// a *FsckError.
func CheckCommit(data []byte) error { return checkCommit(data, false) }

// CheckPicked is CheckCommit for a commit whose author line may be copied from another: odd dates, time
// zones and missing parts of it pass, since git's cherry-pick copies them too. What could be read as
// another line or another person does not.
func CheckPicked(data []byte) error { return checkCommit(data, true) }

func checkCommit(data []byte, copied bool) error {
	fail := func(rule, detail string) error { return &FsckError{Rule: rule, Detail: detail} }
	head, message, ended := bytes.Cut(data, []byte("\n\n"))
	switch {
	case !ended && !bytes.HasSuffix(data, []byte("\n")):
		return fail("unterminatedHeader", "the headers do not end")
	case bytes.IndexByte(head, 0) >= 0:
		return fail("nulInHeader", "NUL in the headers")
	case bytes.IndexByte(message, 0) >= 0:
		return fail("nulInCommit", "NUL in the message")
	case !bytes.HasPrefix(data, []byte("tree ")):
		return fail("missingTree", "no tree line")
	}
	c, err := ParseCommit(data)
	if err != nil {
		if bytes.HasPrefix(head, []byte("tree ")) && !idFirst(head) {
			return fail("badTreeSha1", err.Error())
		}
		return fail("badParentSha1", err.Error())
	}
	if c.Tree.IsZero() {
		return fail("nullSha1", "null tree id")
	}
	for _, p := range c.Parents {
		if p.IsZero() {
			return fail("nullSha1", "null parent id")
		}
	}
	return checkPeople(c, copied)
}

func idFirst(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	var id ID
	return len(line) == len("tree ")+40 && decodeLower(&id, line[len("tree "):])
}

func checkPeople(c *Commit, copied bool) error {
	if c.Author == nil {
		return &FsckError{Rule: "missingAuthor", Detail: "no author line"}
	}
	if c.Committer == nil {
		return &FsckError{Rule: "missingCommitter", Detail: "no committer line after the author's"}
	}
	for _, h := range c.Extra {
		switch h.Key {
		case "author":
			return &FsckError{Rule: "multipleAuthors", Detail: "several author lines"}
		case "committer", "tree", "parent":
			return &FsckError{Rule: "duplicateHeader", Detail: "a second " + h.Key + " line"}
		case "":
			return &FsckError{Rule: "badHeaderContinuation", Detail: "a header begins with a space"}
		}
	}
	if rule, detail := identProblem(c.Author); rule != "" && !(copied && harmless[rule]) {
		return &FsckError{Rule: rule, Detail: "author line: " + detail}
	}
	if rule, detail := identProblem(c.Committer); rule != "" {
		return &FsckError{Rule: rule, Detail: "committer line: " + detail}
	}
	return nil
}

// harmless are the rules an author line may break when it is copied from a commit that exists.
var harmless = map[string]bool{
	"badDate": true, "badDateOverflow": true, "badTimezone": true, "zeroPaddedDate": true,
	"missingSpaceBeforeDate": true, "missingNameBeforeEmail": true, "missingSpaceBeforeEmail": true,
}

// AuthorProblem says which rule of git fsck the author line of a commit breaks, "" for none. git copies
// such an author all the same.
func AuthorProblem(c *Commit) string {
	rule, detail := identProblem(c.Author)
	if rule == "" && bytes.Contains(c.Author, []byte(">  ")) {
		rule, detail = "badDate", "several spaces before the date"
	}
	if rule == "" {
		return ""
	}
	return rule + ": " + detail
}

// identProblem checks "Name <email> seconds +zone" and names the rule of fsck that it breaks.
func identProblem(line []byte) (rule, detail string) {
	lt := bytes.IndexAny(line, "<>")
	switch {
	case bytes.ContainsAny(line, "\x00\n"):
		return "badName", "control character"
	case lt == 0:
		return "missingNameBeforeEmail", "no name before the email"
	case lt < 0:
		return "missingEmail", "no email"
	case line[lt] == '>':
		return "badName", "the name holds >"
	case line[lt-1] != ' ':
		return "missingSpaceBeforeEmail", "no space before the email"
	}
	rest := line[lt+1:]
	gt := bytes.IndexAny(rest, "<>")
	if gt < 0 || rest[gt] == '<' {
		return "badEmail", "the email does not end"
	}
	rest = rest[gt+1:]
	if bytes.ContainsAny(rest, "<>") {
		return "badEmail", "angle bracket after the email"
	}
	if len(rest) == 0 || rest[0] != ' ' {
		return "missingSpaceBeforeDate", "no space before the date"
	}
	return dateProblem(bytes.TrimLeft(rest, " "))
}

func dateProblem(s []byte) (rule, detail string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 0 || n == len(s) || s[n] != ' ' {
		return "badDate", "the date is not a number of seconds"
	}
	if s[0] == '0' && n > 1 {
		return "zeroPaddedDate", "the date begins with a zero"
	}
	if v, err := strconv.ParseUint(string(s[:n]), 10, 64); err != nil || v > math.MaxInt64 {
		return "badDateOverflow", "the date is too large"
	}
	zone := s[n+1:]
	if len(zone) != 5 || (zone[0] != '+' && zone[0] != '-') || len(bytes.Trim(zone[1:], "0123456789")) > 0 {
		return "badTimezone", "the time zone is not +hhmm"
	}
	return "", ""
}
