package odb

import (
	"compress/zlib"
	"errors"
	"io"
	"sync"
)

// Deflate cannot turn one byte into more than this many; a size that claims more is a lie.
const maxRatio = 1032

// Up to this size a buffer is allocated at once; a larger one grows as bytes come.
const allocAtOnce = 4 << 20

// An inflater reads zlib streams from files; inflaters is the pool of them, and of decoders for what
// lies in memory.
type inflater struct {
	src source
	z   io.ReadCloser
}

type inflaters struct {
	pool, decoders sync.Pool
	slab           slab
}

// memory inflates a stream that is in memory.
func (p *inflaters) memory(out, src []byte, off int64, head bool) (int, error) {
	d, _ := p.decoders.Get().(*decoder)
	if d == nil {
		d = newDecoder()
	}
	defer p.decoders.Put(d)
	n, err := d.inflate(out, src, head)
	if err != nil {
		return 0, damaged(off, "%v", err)
	}
	return n, nil
}

func (p *inflaters) get(r *region, off, end int64) (*inflater, error) {
	f, _ := p.pool.Get().(*inflater)
	if f == nil {
		f = &inflater{}
	}
	in := f.src.from(r, off, end)
	var err error
	if f.z == nil {
		f.z, err = zlib.NewReader(in)
	} else if z, ok := f.z.(zlib.Resetter); ok {
		err = z.Reset(in, nil)
	}
	if err != nil {
		f.z = nil
		return nil, damaged(off, "not a zlib stream")
	}
	return f, nil
}

func (p *inflaters) put(f *inflater) {
	f.src.bytes.Reset(nil)
	p.pool.Put(f)
}

// exactly inflates the stream at off, which must hold size bytes, no more and no less. The result
// uses buf when that is large enough.
func (p *inflaters) exactly(r *region, off, end, size int64, buf []byte) ([]byte, error) {
	if off < 0 || off >= end || end > r.size {
		return nil, damaged(off, "entry lies outside the file")
	}
	if size/maxRatio > end-off {
		return nil, damaged(off, "declares %d bytes, which what is stored cannot hold", size)
	}
	if r.data != nil && size <= allocAtOnce {
		if int64(cap(buf)) < size {
			buf = p.slab.buffer(size)
		}
		_, err := p.memory(buf[:size], r.data[off:end], off, false)
		return buf[:size], err
	}
	f, err := p.get(r, off, end)
	if err != nil {
		return nil, err
	}
	defer p.put(f)
	data, err := readSized(f.z, size, buf)
	if err != nil {
		return nil, damaged(off, "%v", err)
	}
	return data, nil
}

type sizeMismatch string

func (s sizeMismatch) Error() string { return string(s) }

// readSized reads exactly size bytes and the end of the stream after them.
func readSized(z io.Reader, size int64, buf []byte) ([]byte, error) {
	n := int(min(size, allocAtOnce))
	if int64(cap(buf)) >= size {
		n = int(size)
	}
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	for done := 0; ; {
		m, err := io.ReadFull(z, buf[done:])
		done += m
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, sizeMismatch("data is shorter than declared, or cut off")
		}
		if err != nil {
			return nil, err
		}
		if int64(done) == size {
			break
		}
		grown := make([]byte, min(size, 2*int64(done)))
		copy(grown, buf)
		buf = grown
	}
	var more [1]byte
	if m, err := io.ReadFull(z, more[:]); m != 0 {
		return nil, sizeMismatch("data is longer than declared")
	} else if err != io.EOF {
		return nil, err
	}
	return buf, nil
}

// head inflates the first bytes of the stream at off, at most len(buf).
func (p *inflaters) head(r *region, off, end int64, buf []byte) ([]byte, error) {
	if off < 0 || off >= end || end > r.size {
		return nil, damaged(off, "entry lies outside the file")
	}
	if r.data != nil {
		n, err := p.memory(buf, r.data[off:end], off, true)
		return buf[:n], err
	}
	f, err := p.get(r, off, end)
	if err != nil {
		return nil, err
	}
	defer p.put(f)
	n, err := io.ReadFull(f.z, buf)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, damaged(off, "%v", err)
	}
	return buf[:n], nil
}
