package backport

import (
	"fmt"

	"github.com/git-backport/git-backport/gitops"
)

// sealPick makes the commit of a pick.
func (r *runner) sealPick(k Pick, onMain bool, parent gitops.ID) (gitops.ID, error) {
	c, err := r.pickedCommit(k, onMain, parent)
	if err != nil {
		return gitops.ID{}, err
	}
	return r.sign(c)
}

// pickedCommit is what the commit of a pick says: the source's author byte for byte, the user as
// committer, the message as git cherry-pick writes it. Signatures and other headers are not copied.
func (r *runner) pickedCommit(k Pick, onMain bool, parent gitops.ID) (*gitops.Commit, error) {
	source := k.Source
	src, err := r.session.Commit(source)
	if err != nil {
		return nil, err
	}
	how := gitops.PickHow{Trailers: r.opts.Seal.Trailers, SignOff: r.opts.Seal.SignOff}
	if r.opts.Seal.Origin == OriginYes || (r.opts.Seal.Origin == OriginAuto && onMain) {
		how.Origin = source
	}
	for _, note := range k.Notes {
		how.Notes = append(how.Notes, "Backport-Note: "+note)
	}
	c, err := gitops.PickedCommit(src, k.Result.Tree, parent, string(r.opts.Seal.Committer), how)
	if err != nil {
		return nil, fmt.Errorf("making the commit for %s: %w", source, err)
	}
	return c, nil
}

// sealBump makes the commit of a version bump, whose author is the user.
func (r *runner) sealBump(tree, parent gitops.ID, message string) (gitops.ID, error) {
	return r.sign(&gitops.Commit{
		Tree: tree, Parents: []gitops.ID{parent},
		Author: r.opts.Seal.Committer, Committer: r.opts.Seal.Committer, Message: []byte(message),
	})
}

func (r *runner) sign(c *gitops.Commit) (gitops.ID, error) {
	if r.opts.Seal.Sign != nil {
		signature, err := r.opts.Seal.Sign(c.Encode())
		if err != nil {
			return gitops.ID{}, &SignError{Err: err}
		}
		gitops.AddSignature(c, signature)
	}
	return r.session.WriteCommit(c)
}

// A SignError is a commit that could not be signed, though the user or the configuration asks for it.
type SignError struct{ Err error }

func (e *SignError) Error() string { return "signing a commit: " + e.Err.Error() }

func (e *SignError) Unwrap() error { return e.Err }
