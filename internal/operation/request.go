package operation

import "fmt"

// RequestVersion is the version of requests that is written, and the newest that is known.
const RequestVersion = 1

// A Request is what was asked, so that the very same can be asked again. Operations and plan documents
// hold one. Commits in it are named by all their digits; lines and branches by their names.
type Request struct {
	Version int      `json:"version"`
	Fix     []string `json:"fix,omitempty"`   // the commits, in order; none of a bump
	Lines   []string `json:"lines,omitempty"` // of a bump: the lines to release

	Kind      string   `json:"kind,omitempty"`
	To        []string `json:"to,omitempty"`
	Also      []string `json:"also,omitempty"`
	Skip      []string `json:"skip,omitempty"` // LINE, or LINE:COMMIT
	Onto      []string `json:"onto,omitempty"`
	Reason    string   `json:"reason,omitempty"`
	Published string   `json:"published,omitempty"`

	Policy string `json:"policy,omitempty"` // a file, COMMIT:PATH or preset:NAME; "" looks for it
	Remote string `json:"remote,omitempty"`
	Base   string `json:"base,omitempty"` // "local", "remote"; "" or "auto" chooses
	AsOf   string `json:"as_of,omitempty"`

	Name     string `json:"name,omitempty"`
	Mainline int    `json:"mainline,omitempty"`
	Squash   bool   `json:"squash,omitempty"` // a merge is one commit, as a squash would have made it
	Date     string `json:"date,omitempty"`   // of the committer
	Origin   bool   `json:"origin,omitempty"`
	NoOrigin bool   `json:"no_origin,omitempty"`
	SignOff  bool   `json:"sign_off,omitempty"`
	Sign     bool   `json:"sign,omitempty"`

	NoCascade     bool `json:"no_cascade,omitempty"`
	Prerequisites bool `json:"with_prerequisites,omitempty"`
	Again         bool `json:"again,omitempty"`
	StripPin      bool `json:"strip_pin,omitempty"`
	NoBump        bool `json:"no_bump,omitempty"`
	VerifyWithGit bool `json:"verify_with_git,omitempty"`

	Embargo bool `json:"embargo,omitempty"`
	Ack     bool `json:"ack,omitempty"` // of what would tell under embargo
	Replace bool `json:"replace,omitempty"`

	Candidate bool   `json:"candidate,omitempty"` // of a bump: the next release candidate
	Release   string `json:"release,omitempty"`   // of a bump: the version to make
	Notes     bool   `json:"notes,omitempty"`     // of a bump: entries are written
}

// Check refuses a request of a version that is not known: what it leaves unsaid would be guessed.
func (r *Request) Check() error {
	if r.Version < 1 || r.Version > RequestVersion {
		return fmt.Errorf("its request has version %d, and this program knows %d", r.Version, RequestVersion)
	}
	return nil
}
