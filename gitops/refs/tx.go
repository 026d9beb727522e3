package refs

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/git-backport/git-backport/gitops/object"
)

// An Update changes one ref. A zero Old means that it must not exist, a zero New deletes it.
type Update struct {
	Name     string
	Old, New object.ID
	Message  string // for the reflog
}

// A Verify demands that a ref, which may be symbolic, holds Old while the set is published. A zero
// Old means that it must not exist.
type Verify struct {
	Name string
	Old  object.ID
}

// A LogPolicy says which reflogs are begun: git's core.logAllRefUpdates. One that exists is always
// written to.
type LogPolicy string

// The values of core.logAllRefUpdates.
const (
	LogUnset    LogPolicy = "" // LogBranches, in a bare repository LogNever
	LogNever    LogPolicy = "false"
	LogBranches LogPolicy = "true" // branches, remote-tracking refs, notes
	LogAll      LogPolicy = "always"
)

// A RefWriter changes the refs through git, `git update-ref --stdin`, so that hooks run.
type RefWriter func(ctx context.Context, updates []Update, verifies []Verify) error

// A Tx is a set of changes that happens wholly or not at all.
type Tx struct {
	OpID      string // names the operation: letters, digits and '-', unique
	Updates   []Update
	Verifies  []Verify
	Committer string    // for the reflog, as in a commit: name <email> seconds zone
	Pack      *PackFile // the new objects, nil when there are none
	// Connected looks that the new values reach nothing that is not in the repository. It is called when
	// Pack is visible and cannot be pruned, and all locks are held; nil skips the check.
	Connected func(context.Context) error

	Log    LogPolicy
	Bare   bool   // the repository has no work tree
	Shared Shared // core.sharedRepository

	// RefTimeout and PackedTimeout are how long a lock of others is waited for: zero as git does by
	// default (100 ms and 1 s), negative without end, NoWait not at all.
	RefTimeout, PackedTimeout time.Duration

	HooksDir  string    // where a reference-transaction hook would be; empty: there is none
	Hook      string    // where the configuration names a hook of that kind; empty: it does not
	RefWriter RefWriter // what changes the refs when there is such a hook; nil: HookError
}

// NoWait is a timeout that is over at once.
const NoWait = time.Nanosecond

const (
	defaultRefTimeout    = 100 * time.Millisecond
	defaultPackedTimeout = time.Second
)

var opID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`) })

// check tells what is wrong with the request itself.
func (tx *Tx) check() error {
	if !opID().MatchString(tx.OpID) {
		return fmt.Errorf("operation id %q: want letters, digits and '-', 64 at most", tx.OpID)
	}
	if strings.ContainsAny(tx.Committer, "\n\x00\t") {
		return fmt.Errorf("committer %q: it contains a control character", tx.Committer)
	}
	names := map[string]bool{}
	for _, u := range tx.Updates {
		if err := CheckName(u.Name); err != nil {
			return err
		}
		switch {
		case !strings.HasPrefix(u.Name, "refs/") || perWorktree(u.Name) || strings.Count(u.Name, "/") < 2:
			return fmt.Errorf("ref %q: only refs shared by all work trees, refs/…/…, are changed", u.Name)
		case names[u.Name]:
			return fmt.Errorf("ref %q: it is to be changed twice", u.Name)
		case u.Old.IsZero() && u.New.IsZero():
			return fmt.Errorf("ref %q: neither an old nor a new value", u.Name)
		}
		names[u.Name] = true
	}
	for _, v := range tx.Verifies {
		if err := CheckName(v.Name); err != nil {
			return err
		}
		if perWorktree(v.Name) {
			return fmt.Errorf("ref %q: only refs shared by all work trees are verified", v.Name)
		}
	}
	return tx.checkNesting()
}

// checkNesting refuses two names of one set of which one is a directory of the other.
func (tx *Tx) checkNesting() error {
	names := make([]string, 0, len(tx.Updates))
	for _, u := range tx.Updates {
		names = append(names, u.Name)
	}
	slices.Sort(names)
	for i, a := range names {
		for _, b := range names[i+1:] {
			if strings.HasPrefix(b, a+"/") {
				return &ConflictError{Name: b, With: a, Reason: "both are in this change, and one is a directory of the other"}
			}
			if strings.EqualFold(a, b) {
				return &ConflictError{Name: b, With: a, Reason: "both are in this change and differ in case alone"}
			}
		}
	}
	return nil
}

// errNowLoose says that a ref got a loose file since the protocol was chosen.
var errNowLoose = errors.New("a ref became loose meanwhile")

// Commit makes the changes, all or none. On an error nothing is changed, but for an
// *UnfinishedError, which tells. What an earlier process left is settled first.
func (s *Store) Commit(ctx context.Context, tx Tx) error {
	if err := tx.check(); err != nil {
		return err
	}
	hook := tx.Hook
	if hook == "" {
		hook = hookPath(tx.HooksDir)
	}
	if hook != "" && tx.RefWriter == nil {
		return &HookError{Path: hook, Config: tx.Hook != ""}
	}
	release, err := s.hold(tx.OpID)
	if err != nil {
		return err
	}
	defer func() { _ = release() }() // closing the lock file: the kernel does it in any case
	if err := s.recoverHeld(ctx); err != nil {
		return err
	}
	for range 3 {
		t := newTransaction(s, &tx, hook != "")
		err = t.run(ctx)
		if !errors.Is(err, errNowLoose) {
			break
		}
	}
	return err
}

// newTransaction chooses the protocol: packed where each changed ref is a branch without a loose
// file. (A tag would need its peeled value in packed-refs.)
func newTransaction(s *Store, tx *Tx, delegated bool) *transaction {
	t := &transaction{s: s, tx: tx, updates: map[string]Update{}, verifies: map[string]object.ID{}}
	t.j = journal{OpID: tx.OpID, State: statePrepared, Protocol: protocolPacked, Shared: tx.Shared}
	switch {
	case delegated:
		t.j.Protocol = protocolDelegated
	case len(tx.Updates) == 0: // nothing for packed-refs to publish: the journal commits
		t.j.Protocol = protocolLoose
	}
	for _, u := range tx.Updates {
		t.updates[u.Name] = u
		if delegated {
			continue
		}
		if _, err := s.readLoose(u.Name); !errors.Is(err, ErrNotFound) || !strings.HasPrefix(u.Name, "refs/heads/") {
			t.j.Protocol = protocolLoose
		}
	}
	for _, v := range tx.Verifies {
		t.verifies[v.Name] = v.Old
	}
	t.addRefs()
	return t
}
