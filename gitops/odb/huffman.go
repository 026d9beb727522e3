package odb

import "math/bits"

const (
	primaryBits = 9  // of a code, looked up at once; the rest of longer ones in a second table
	longestCode = 15 // of deflate, in bits
)

// A symbol of a decoding table: what to do with a code. The zero symbol is a code that does not exist.
//
//	bits 0–3    the length of the code, without what a first table took; for a link, that of the second table
//	bits 4–7    how many extra bits follow
//	bits 8–9    its kind
//	bits 16–31  the literal, the length or distance to which the extra bits are added, or where the second table starts
type symbol uint32

const (
	symLiteral symbol = 0 << 8
	symBase    symbol = 1 << 8
	symEnd     symbol = 2 << 8
	symLink    symbol = 3 << 8
	symKind    symbol = 3 << 8
)

// A huffman is a decoding table. Second tables follow the first one.
type huffman struct {
	first  [1 << primaryBits]symbol
	second []symbol
}

// build makes the table for codes of these lengths, 0 being no code; meaning is what each stands for,
// without a length. It returns false when the lengths are not those of a code.
func (h *huffman) build(lengths []uint8, meaning []symbol) bool {
	var count [longestCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	longest, left := 0, 1
	for n := 1; n <= longestCode; n++ {
		if left = left<<1 - count[n]; left < 0 {
			return false
		}
		if count[n] > 0 {
			longest = n
		}
	}
	if left > 0 && longest > 1 {
		return false // only a code of one bit may be incomplete
	}
	clear(h.first[:])
	h.second = h.second[:0]
	var next [longestCode + 2]uint32
	for n := 1; n <= longestCode; n++ {
		next[n+1] = (next[n] + uint32(count[n])) << 1
	}
	for i, n := range lengths {
		if n == 0 {
			continue
		}
		code := bits.Reverse32(next[n]) >> (32 - n)
		next[n]++
		h.add(code, uint(n), uint(longest), meaning[i])
	}
	return true
}

// add enters a code, whose first bit is its lowest one.
func (h *huffman) add(code uint32, n, longest uint, s symbol) {
	if n <= primaryBits {
		for at := code; at < 1<<primaryBits; at += 1 << n {
			h.first[at] = s | symbol(n)
		}
		return
	}
	link := &h.first[code&(1<<primaryBits-1)]
	size := longest - primaryBits
	if *link == 0 {
		start := len(h.second)
		*link = symLink | symbol(size) | symbol(start)<<16
		for range 1 << size {
			h.second = append(h.second, 0)
		}
	}
	table := h.second[*link>>16:]
	n -= primaryBits
	for at := code >> primaryBits; at < 1<<size; at += 1 << n {
		table[at] = s | symbol(n)
	}
}

// What the symbols of deflate mean: 0 to 255 literals, 256 the end, then lengths; and distances.
func literalMeanings() []symbol {
	m := make([]symbol, 0, 288)
	for c := range 256 {
		m = append(m, symLiteral|symbol(c)<<16)
	}
	m = append(m, symEnd)
	for i, base := 0, 3; i < 28; i++ {
		extra := max(0, i/4-1)
		m = append(m, symBase|symbol(extra)<<4|symbol(base)<<16)
		base += 1 << extra
	}
	return append(m, symBase|258<<16, symBase, symBase) // the last two mean nothing: a length of 0
}

func distanceMeanings() []symbol {
	m := make([]symbol, 0, 32)
	for i, base := 0, 1; i < 30; i++ {
		extra := max(0, i/2-1)
		m = append(m, symBase|symbol(extra)<<4|symbol(base)<<16)
		base += 1 << extra
	}
	return append(m, symBase, symBase) // the last two mean nothing: a distance of 0
}
