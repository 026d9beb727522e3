package operation

import (
	"context"
	"fmt"
)

// A Receipt is what is on record of a branch that was published.
type Receipt struct {
	Remote string `json:"remote"`        // its name
	URL    string `json:"url,omitempty"` // of the remote, without user information
	Pushed string `json:"pushed"`        // the commit that was pushed last, 40 hexadecimal digits
	At     int64  `json:"at"`            // when, in seconds since 1970

	Number    int    `json:"number,omitempty"`    // of the change request; 0 for none
	Web       string `json:"web,omitempty"`       // its address
	Created   bool   `json:"created,omitempty"`   // by an operation on record
	Decorated bool   `json:"decorated,omitempty"` // labels and the like are written
}

// Publish records the receipt of a branch of an operation, durably.
func (s *Store) Publish(ctx context.Context, id, ref string, r Receipt, now int64) error {
	return s.locked(ctx, "publish", now, func(log *Log) error {
		op, err := log.Find(id)
		if err != nil {
			return err
		}
		for i := range op.Targets {
			if t := &op.Targets[i]; t.Ref == ref || t.BumpRef == ref && ref != "" {
				if op.Receipts == nil {
					op.Receipts = map[string]Receipt{}
				}
				op.Receipts[ref] = r
				return s.write(op)
			}
		}
		return fmt.Errorf("operation %.8s has no branch %q", op.ID, ref)
	})
}

// SetText records the text of the pull request of a branch. Without a branch or a text nothing changes.
func (op *Operation) SetText(ref, text string) {
	if ref == "" || text == "" {
		return
	}
	if op.Texts == nil {
		op.Texts = map[string]string{}
	}
	op.Texts[ref] = text
}
