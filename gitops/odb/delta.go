package odb

// deltaSizes reads the two sizes at the head of a delta, of its base and of its result, and returns
// the instructions after them.
func deltaSizes(delta []byte) (base, result int64, rest []byte, err error) {
	if base, rest, err = varint(delta); err == nil {
		result, rest, err = varint(rest)
	}
	return base, result, rest, err
}

func varint(b []byte) (int64, []byte, error) {
	var v uint64
	for i, shift := 0, uint(0); i < len(b) && shift < 63; i, shift = i+1, shift+7 {
		v |= uint64(b[i]&0x7f) << shift
		if b[i] < 0x80 {
			if v > 1<<62 {
				break
			}
			return int64(v), b[i+1:], nil
		}
	}
	return 0, nil, damaged(-1, "delta has no proper size")
}

// An instruction of a delta copies n bytes of the base at off, or inserts the n bytes of literal.
type instruction struct {
	off, n  int64
	literal []byte
}

// instructionAt reads the first instruction of ops.
func instructionAt(ops []byte) (in instruction, rest []byte, err error) {
	op := ops[0]
	ops = ops[1:]
	if op&0x80 == 0 {
		n := int(op)
		if n == 0 || n > len(ops) {
			return in, nil, damaged(-1, "delta has a bad instruction")
		}
		return instruction{n: int64(n), literal: ops[:n]}, ops[n:], nil
	}
	for bit := uint(0); bit < 7; bit++ {
		if op&(1<<bit) == 0 {
			continue
		}
		if len(ops) == 0 {
			return in, nil, damaged(-1, "delta is cut off")
		}
		if bit < 4 {
			in.off |= int64(ops[0]) << (8 * bit)
		} else {
			in.n |= int64(ops[0]) << (8 * (bit - 4))
		}
		ops = ops[1:]
	}
	if in.n == 0 {
		in.n = 0x10000
	}
	return in, ops, nil
}

// applyDelta makes what delta makes of base, at most limit bytes. The instructions are added up
// before anything is allocated.
func applyDelta(base, delta []byte, limit int64, memory *slab) ([]byte, error) {
	baseSize, size, ops, err := deltaSizes(delta)
	if err != nil {
		return nil, err
	}
	if baseSize != int64(len(base)) {
		return nil, damaged(-1, "delta is for a base of %d bytes, not %d", baseSize, len(base))
	}
	if size > limit {
		return nil, &TooLargeError{Size: size, Limit: limit}
	}
	var total int64
	for rest := ops; len(rest) > 0; {
		var in instruction
		if in, rest, err = instructionAt(rest); err != nil {
			return nil, err
		}
		if in.literal == nil && in.off+in.n > baseSize {
			return nil, damaged(-1, "delta copies from beyond its base")
		}
		if total += in.n; total > size {
			return nil, damaged(-1, "delta makes more than the %d bytes it declares", size)
		}
	}
	if total != size {
		return nil, damaged(-1, "delta makes %d bytes, not the %d it declares", total, size)
	}
	out := memory.buffer(size)[:0]
	for len(ops) > 0 {
		var in instruction
		if in, ops, err = instructionAt(ops); err != nil {
			return nil, err
		}
		if in.literal != nil {
			out = append(out, in.literal...)
		} else {
			out = append(out, base[in.off:in.off+in.n]...)
		}
	}
	return out, nil
}
