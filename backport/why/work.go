package why

import "errors"

// The bounds of the searches, in units of work: some 0.1 to 0.2 milliseconds in a large repository. They are counted
// and not measured, and what another search has found already costs the same, so that the answers to the
// same questions are the same.
const (
	maxWork     = 30000 // for all questions
	maxPickWork = 10000 // for one

	stepWork  = 1   // a commit that is looked at
	trialWork = 200 // a commit that is picked onto a tree
	lineWork  = 400 // lines that are compared for a unit
	pathWork  = 20  // changed paths that are looked at for a unit
)

// errWork is a search that met its bound.
var errWork = errors.New("the search has met its bound")

// A budget is the work that a search may still do.
type budget struct{ left int }

func (b *budget) spend(work int) error {
	if b.left -= work; b.left < 0 {
		return errWork
	}
	return nil
}
