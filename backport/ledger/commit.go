package ledger

import (
	"bytes"
	"strconv"

	"github.com/git-backport/git-backport/gitops/object"
)

// A Commit is what the ledger reads of a commit.
type Commit struct {
	ID      object.ID
	Parents []object.ID
	Author  string // the author's address and date: "a@example.org 1700000000"; "" when it has none
	Time    int64  // the committer's date, in seconds since 1970
	Subject string
	Message []byte

	Normal     string             // the subject without what says where it is for: see Normalize
	Numbers    []int              // of pull requests that the subject names
	From       []object.Reference // what the message says it is a copy of, and what it repairs
	Reverts    []object.Revert
	Advisories []string
}

// NewCommit reads a commit.
func NewCommit(id object.ID, c *object.Commit) Commit {
	message := object.MessageText(c)
	out := Commit{ID: id, Parents: c.Parents, Subject: object.Subject(message), Message: message}
	out.Author, _ = identity(c.Author)
	_, out.Time = identity(c.Committer)
	out.Normal, out.Numbers = Normalize(out.Subject), object.PRNumbers(out.Subject)
	out.From, out.Reverts = object.PickedFrom(message), object.ParseRevert(message)
	out.Advisories = Advisories(message)
	return out
}

// IsMerge reports whether the commit has several parents.
func (c *Commit) IsMerge() bool { return len(c.Parents) > 1 }

// Body returns the message below the subject.
func (c *Commit) Body() []byte {
	_, body, _ := bytes.Cut(bytes.TrimLeft(c.Message, "\n"), []byte("\n\n"))
	return body
}

// identity reads a line "name <address> seconds zone".
func identity(line []byte) (author string, seconds int64) {
	open, end := bytes.LastIndexByte(line, '<'), bytes.LastIndexByte(line, '>')
	if open < 0 || end < open {
		return "", 0
	}
	date, _, _ := bytes.Cut(bytes.TrimLeft(line[end+1:], " "), []byte(" "))
	seconds, err := strconv.ParseInt(string(date), 10, 64)
	if err != nil {
		return "", 0
	}
	return string(bytes.ToLower(line[open+1:end])) + " " + string(date), seconds
}
