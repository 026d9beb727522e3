package gitops

// A Signer signs the bytes of a commit and returns the detached signature.
type Signer func(commit []byte) (signature string, err error)

// A SignError is a commit that could not be signed, though the user or the configuration asks for it.
type SignError struct{ Err error }

func (e *SignError) Error() string { return "signing a commit: " + e.Err.Error() }

func (e *SignError) Unwrap() error { return e.Err }

// SignCommit writes a commit, signed where there is a signer.
func (s *Session) SignCommit(c *Commit, sign Signer) (ID, error) {
	if sign != nil {
		signature, err := sign(c.Encode())
		if err != nil {
			return ID{}, &SignError{Err: err}
		}
		AddSignature(c, signature)
	}
	return s.WriteCommit(c)
}
