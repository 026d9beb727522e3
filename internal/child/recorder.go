package child

import (
	"errors"
	"fmt"
	"io"

	"github.com/git-backport/git-backport/internal/txfs"
)

// A recorder takes what a job prints: all of it to a log, up to a bound, and what came first and last.
type recorder struct {
	log  txfs.File
	max  int64
	head []byte
	tail []byte
	seen int64
	err  error
}

// take reads to the end. A log that cannot be written does not stop the command.
func (r *recorder) take(from io.Reader) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		r.add(buf[:n])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *recorder) add(p []byte) {
	if room := min(keptOutput-len(r.head), len(p)); room > 0 {
		r.head = append(r.head, p[:room]...)
	}
	r.tail = append(r.tail, p...)
	if over := len(r.tail) - keptOutput; over > keptOutput {
		r.tail = append(r.tail[:0], r.tail[over:]...)
	}
	if room := min(r.max-r.seen, int64(len(p))); room > 0 && r.log != nil && r.err == nil {
		_, r.err = r.log.Write(p[:room])
	}
	r.seen += int64(len(p))
}

// close ends the log, and says what was taken.
func (r *recorder) close(e *Ended) {
	if over := len(r.tail) - keptOutput; over > 0 {
		r.tail = r.tail[over:]
	}
	e.Head, e.Tail, e.Bytes = r.head, r.tail, r.seen
	if r.log == nil {
		return
	}
	if r.seen > r.max && r.err == nil {
		_, r.err = fmt.Fprintf(r.log, "\n(%d bytes more were printed, and are not kept)\n", r.seen-r.max)
	}
	_ = errors.Join(r.err, r.log.Close()) // what was printed last is shown all the same
}
