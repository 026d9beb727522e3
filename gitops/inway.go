package gitops

import (
	"errors"
	"strings"
)

// InTheWay returns a ref that keeps another name from being made, because git keeps refs like files: one
// that is a directory of the name, or one below it. It is "" where there is none. The name itself is not
// looked at.
func (r *Repo) InTheWay(name string) (string, error) {
	for i := len("refs/heads/"); i < len(name); i++ {
		if name[i] != '/' {
			continue
		}
		if _, err := r.Ref(name[:i]); err == nil {
			return name[:i], nil
		} else if !errors.Is(err, ErrNoRef) {
			return "", err
		}
	}
	for ref, err := range r.refs.All(strings.TrimSuffix(name, "/") + "/") {
		return ref.Name, err
	}
	return "", nil
}
