package merge

import (
	"bytes"
	"fmt"
)

// Two files are as similar as the share of the larger one that is in the other: the files are cut
// into chunks, each ends with its newline or after 64 bytes, and chunks are compared by a small hash.

// spanHashes is the number of distinct chunk hashes.
const spanHashes = 107927

const spanBytes = 64

// A span counts the bytes of a file in chunks of one hash.
type span struct{ hash, bytes uint32 }

// A spanCounter is scratch space indexed by chunk hash. It is all zero between uses.
type spanCounter struct {
	bytes  [spanHashes]uint32
	loaded []span // what bytes holds now
}

func (c *spanCounter) load(spans []span) {
	for _, s := range spans {
		c.bytes[s.hash] = s.bytes
	}
	c.loaded = spans
}

func (c *spanCounter) unload() {
	for _, s := range c.loaded {
		c.bytes[s.hash] = 0
	}
	c.loaded = nil
}

// copied returns how many bytes of spans are also in what is loaded.
func (c *spanCounter) copied(spans []span) (n uint64) {
	for _, s := range spans {
		n += uint64(min(s.bytes, c.bytes[s.hash]))
	}
	return n
}

// spans cuts data into chunks; in text the CR of a CRLF does not count. Nothing may be loaded.
func (c *spanCounter) spans(data []byte, text bool) []span {
	var spans []span
	var a, b uint32
	n := uint32(0)
	end := func() {
		h := (a + b*0x61) % spanHashes
		if c.bytes[h] == 0 {
			spans = append(spans, span{hash: h})
		}
		c.bytes[h] += n
		a, b, n = 0, 0, 0
	}
	for i, ch := range data {
		if text && ch == '\r' && i+1 < len(data) && data[i+1] == '\n' {
			continue
		}
		a, b = a<<7^b>>25, b<<7^a>>25
		a += uint32(ch)
		if n++; n == spanBytes || ch == '\n' {
			end()
		}
	}
	if n > 0 {
		end()
	}
	for i := range spans {
		h := spans[i].hash
		spans[i].bytes, c.bytes[h] = c.bytes[h], 0
	}
	return spans
}

// sizeOf returns the size of c's content.
func (r *renameSearch) sizeOf(c *fileChange) (int64, error) {
	if c.size < 0 {
		id := r.version(c).ID
		size, known := r.m.opts.Spans.size(id)
		if !known {
			var err error
			if size, err = r.m.st.BlobSize(id); err != nil {
				return 0, fmt.Errorf("size of %q (%s): %w", c.path, id, err)
			}
			r.m.opts.Spans.keepSize(id, size)
		}
		c.size = size
	}
	return c.size, nil
}

// sizesAllow reports whether two files can reach a score, going by their kinds and sizes.
func (r *renameSearch) sizesAllow(source, target *fileChange, score int) (bool, error) {
	if !isRegular(r.version(source).Mode) || !isRegular(r.version(target).Mode) {
		return false, nil
	}
	a, err := r.sizeOf(source)
	if err != nil {
		return false, err
	}
	b, err := r.sizeOf(target)
	if err != nil {
		return false, err
	}
	larger, lesser := uint64(max(a, b)), uint64(min(a, b))
	return larger*uint64(maxScore-score) >= (larger-lesser)*maxScore && larger > 0, nil
}

func (r *renameSearch) spansOf(c *fileChange) ([]span, error) {
	if c.spans == nil {
		id := r.version(c).ID
		if spans, known := r.m.opts.Spans.get(id); known {
			c.spans = spans
			return spans, nil
		}
		data, err := r.m.st.Blob(id)
		if err != nil {
			return nil, fmt.Errorf("reading %q (%s): %w", c.path, id, err)
		}
		crlf := bytes.Contains(data, []byte("\r\n"))
		text := false
		if crlf {
			if text, err = r.countsAsText(c.path, data); err != nil {
				return nil, err
			}
		}
		loaded := r.scratch.loaded
		r.scratch.unload()
		c.spans = r.scratch.spans(data, text)
		r.scratch.load(loaded)
		if !crlf {
			r.m.opts.Spans.keep(id, c.spans)
		}
	}
	return c.spans, nil
}

// countsAsText reports whether data is text by the diff attribute or, failing that, by its bytes. It
// makes a difference only where there is a CRLF.
func (r *renameSearch) countsAsText(path string, data []byte) (bool, error) {
	binary, known, err := r.m.attrs.diffBinary(path)
	if err != nil || known {
		return !binary, err
	}
	return !isBinary(data), nil
}

func (r *renameSearch) loadTarget(target *fileChange) error {
	if r.scratch == nil {
		r.scratch = new(spanCounter)
	}
	spans, err := r.spansOf(target)
	if err != nil {
		return err
	}
	r.scratch.load(spans)
	return nil
}

// compareLoaded returns the score of source and the target that is loaded.
func (r *renameSearch) compareLoaded(source, target *fileChange) (int, error) {
	spans, err := r.spansOf(source)
	if err != nil {
		return 0, err
	}
	return int(r.scratch.copied(spans) * maxScore / uint64(max(source.size, target.size))), nil
}

// similarity returns the score of two files, or 0 when their sizes alone keep them under least.
func (r *renameSearch) similarity(source, target *fileChange, least int) (int, error) {
	possible, err := r.sizesAllow(source, target, least)
	if err != nil || !possible {
		return 0, err
	}
	if err := r.loadTarget(target); err != nil {
		return 0, err
	}
	score, err := r.compareLoaded(source, target)
	r.scratch.unload()
	return score, err
}
