package odb

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
)

var (
	errDeflate  = errors.New("compressed data is broken")
	errCutOff   = errors.New("compressed data is cut off")
	errTooLong  = sizeMismatch("data is longer than declared")
	errTooShort = sizeMismatch("data is shorter than declared, or cut off")
	errSum      = errors.New("checksum of the compressed data is wrong")
)

// A decoder inflates a zlib stream that lies in memory into a buffer of the size that is declared.
// compress/zlib, which reads from anywhere, takes about 1.4 times as long.
type decoder struct {
	literal, distance           *huffman   // of the block
	fixed, dynamic              [2]huffman // literals and distances: of all fixed blocks, of the last dynamic one
	lengths                     huffman
	literals, distances, orders []symbol // what the symbols mean; orders are those of the code for code lengths

	src  []byte
	pos  int    // of the next byte of src
	bits uint64 // the next bits, lowest first
	n    uint   // how many of them are valid
	out  []byte
	done int // bytes of out that are filled
}

func newDecoder() *decoder {
	d := &decoder{literals: literalMeanings(), distances: distanceMeanings()}
	for i := range 19 {
		d.orders = append(d.orders, symLiteral|symbol(i)<<16)
	}
	d.buildFixed()
	return d
}

// inflate fills out from the zlib stream at the start of src. With head, what the stream holds beyond
// out is left alone, and a stream that holds less is no error; else both are, and the checksum must
// be right. It returns how many bytes were filled.
func (d *decoder) inflate(out, src []byte, head bool) (int, error) {
	if len(src) < 2 || src[0]&15 != 8 || src[0]>>4 > 7 || src[1]&0x20 != 0 || binary.BigEndian.Uint16(src)%31 != 0 {
		return 0, errors.New("not a zlib stream")
	}
	d.src, d.pos, d.bits, d.n, d.out, d.done = src, 2, 0, 0, out, 0
	err := d.blocks()
	defer func() { d.src, d.out = nil, nil }()
	if head && (err == nil || (errors.Is(err, errTooLong) && d.done == len(out))) {
		return d.done, nil
	}
	if err != nil {
		return 0, err
	}
	if d.done != len(out) {
		return 0, errTooShort
	}
	d.align()
	if d.pos+4 > len(src) {
		return 0, errCutOff
	}
	if binary.BigEndian.Uint32(src[d.pos:]) != adler32.Checksum(out) {
		return 0, errSum
	}
	return d.done, nil
}

func (d *decoder) blocks() error {
	for {
		d.refill()
		if d.n < 3 {
			return errCutOff
		}
		last, kind := d.bits&1 == 1, d.bits>>1&3
		d.take(3)
		var err error
		switch kind {
		case 0:
			err = d.stored()
		case 1:
			d.literal, d.distance = &d.fixed[0], &d.fixed[1]
			err = d.compressed()
		case 2:
			if err = d.codes(); err == nil {
				err = d.compressed()
			}
		default:
			err = errDeflate
		}
		if err != nil || last {
			return err
		}
	}
}

// refill makes at least 56 bits valid, or all that are left.
func (d *decoder) refill() {
	if d.pos+8 <= len(d.src) {
		d.bits |= binary.LittleEndian.Uint64(d.src[d.pos:]) << d.n
		d.pos += int((63 - d.n) >> 3)
		d.n |= 56
		return
	}
	for d.n <= 56 && d.pos < len(d.src) {
		d.bits |= uint64(d.src[d.pos]) << d.n
		d.pos++
		d.n += 8
	}
}

// take drops n valid bits and returns them.
func (d *decoder) take(n uint) uint64 {
	v := d.bits & (1<<n - 1)
	d.bits >>= n
	d.n -= n
	return v
}

// align goes to the next whole byte and gives back those that were read ahead.
func (d *decoder) align() {
	d.pos -= int(d.n / 8)
	d.bits, d.n = 0, 0
}

func (d *decoder) stored() error {
	d.align()
	if d.pos+4 > len(d.src) {
		return errCutOff
	}
	n := binary.LittleEndian.Uint16(d.src[d.pos:])
	if n != ^binary.LittleEndian.Uint16(d.src[d.pos+2:]) {
		return errDeflate
	}
	d.pos += 4
	data := d.src[d.pos:]
	if len(data) < int(n) {
		return errCutOff
	}
	copied := copy(d.out[d.done:], data[:n])
	d.done += copied
	d.pos += int(n)
	if copied < int(n) {
		return errTooLong
	}
	return nil
}

func (d *decoder) buildFixed() {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	d.fixed[0].build(lengths[:], d.literals)
	var five [32]uint8
	for i := range five {
		five[i] = 5
	}
	d.fixed[1].build(five[:], d.distances)
}

// codes reads the two codes of a dynamic block.
func (d *decoder) codes() error {
	d.refill()
	if d.n < 14 {
		return errCutOff
	}
	literals, distances, orders := int(d.take(5))+257, int(d.take(5))+1, int(d.take(4))+4
	if literals > 286 || distances > 30 {
		return errDeflate
	}
	var lengths [19]uint8
	for _, at := range [...]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15} {
		if orders--; orders < 0 {
			break
		}
		if d.refill(); d.n < 3 {
			return errCutOff
		}
		lengths[at] = uint8(d.take(3))
	}
	if !d.lengths.build(lengths[:], d.orders) {
		return errDeflate
	}
	d.literal, d.distance = &d.dynamic[0], &d.dynamic[1]
	var codes [286 + 30]uint8
	if err := d.codeLengths(codes[:literals+distances]); err != nil {
		return err
	}
	if codes[256] == 0 || !d.literal.build(codes[:literals], d.literals) ||
		!d.distance.build(codes[literals:literals+distances], d.distances) {
		return errDeflate
	}
	return nil
}

// codeLengths reads run-length coded lengths of codes.
func (d *decoder) codeLengths(codes []uint8) error {
	for i := 0; i < len(codes); {
		d.refill()
		s := d.lengths.first[d.bits&(1<<primaryBits-1)]
		n := uint(s & 15)
		if n == 0 {
			return errDeflate
		}
		if d.n < n {
			return errCutOff
		}
		d.take(n)
		v := uint8(s >> 16)
		if v < 16 {
			codes[i] = v
			i++
			continue
		}
		repeat, extra, value := 3, uint(2), uint8(0)
		switch v {
		case 16:
			if i == 0 {
				return errDeflate
			}
			value = codes[i-1]
		case 17:
			extra = 3
		case 18:
			repeat, extra = 11, 7
		}
		if d.n < extra {
			return errCutOff
		}
		if repeat += int(d.take(extra)); i+repeat > len(codes) {
			return errDeflate
		}
		for range repeat {
			codes[i] = value
			i++
		}
	}
	return nil
}
