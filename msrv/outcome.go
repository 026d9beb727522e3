package msrv

// An Outcome is what became of a pin between two trees. The zero Outcome is none.
type Outcome uint8

// The outcomes.
const (
	Unchanged    Outcome = iota + 1 // in order; the text may differ
	Raised                          // needs a newer toolchain
	Lowered                         // takes an older toolchain than before
	Added                           // declared now and not before
	Removed                         // declared before and not now
	Incomparable                    // changed, and there is no order between the two
	Unreadable                      // could not be read in one of the trees
	Unread                          // declared in a way that there is no reader for
)

var outcomeNames = [...]string{"none", "unchanged", "raised", "lowered", "added", "removed", "incomparable", "unreadable", "unread"}

// String returns the outcome's name in JSON, "raised".
func (o Outcome) String() string { return nameOf(outcomeNames[:], int(o), "outcome") }
