package refs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// blockSize is what is read at a time of a file that is kept, in bytes.
const blockSize = 8 << 10

// A window reads parts of a file. It may keep what it has read; it is safe for concurrent use.
type window struct {
	f *os.File

	mu   sync.Mutex
	data []byte // as long as the file; only blocks that were asked for are filled, and take memory
	have []bool // by block
}

// keep keeps what is read from now on of a file of so many bytes.
func (w *window) keep(size int64) {
	w.data = make([]byte, size)
	w.have = make([]bool, (size+blockSize-1)/blockSize)
}

// at returns the bytes from one offset to another, both within the file. They must not be modified.
func (w *window) at(from, to int64) ([]byte, error) {
	if w.data == nil {
		buf := make([]byte, to-from)
		return buf, w.read(buf, from)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for b := from / blockSize; b*blockSize < to; b++ {
		if w.have[b] {
			continue
		}
		end := min((b+1)*blockSize, int64(len(w.data)))
		if err := w.read(w.data[b*blockSize:end], b*blockSize); err != nil {
			return nil, err
		}
		w.have[b] = true
	}
	return w.data[from:to:to], nil
}

func (w *window) read(buf []byte, off int64) error {
	n, err := w.f.ReadAt(buf, off)
	if n == len(buf) || errors.Is(err, io.EOF) && n == len(buf) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("reading packed refs: %w", err)
}
