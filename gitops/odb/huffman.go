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
	var next [longestCode + 2]uint32 // the first code of each length
	var from [longestCode + 2]int    // where the symbols of each length begin, in order
	for n := 1; n <= longestCode; n++ {
		next[n+1] = (next[n] + uint32(count[n])) << 1
		from[n+1] = from[n] + count[n]
	}
	var order [288]uint16
	at := from
	for i, n := range lengths {
		if n > 0 {
			order[at[n]] = uint16(i)
			at[n]++
		}
	}
	// The table for codes of up to n bits is that for one bit less, twice, and the codes of n bits.
	h.first[0], h.second = 0, h.second[:0]
	for n := 1; n <= max(longest, primaryBits); n++ {
		if n <= primaryBits {
			copy(h.first[1<<(n-1):1<<n], h.first[:1<<(n-1)])
		}
		for k, i := range order[from[n]:from[n+1]] {
			code := bits.Reverse32(next[n]+uint32(k)) >> (32 - n)
			if n <= primaryBits {
				h.first[code] = meaning[i] | symbol(n)
			} else {
				h.addLong(code, uint(n), uint(longest), meaning[i])
			}
		}
	}
	return true
}

// addLong enters a code of more than primaryBits, whose first bit is its lowest one.
func (h *huffman) addLong(code uint32, n, longest uint, s symbol) {
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
