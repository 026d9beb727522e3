package odb

import "encoding/binary"

// compressed decodes a block whose codes are known. Everything it needs is in local variables: this
// is where reading a repository spends its time.
func (d *decoder) compressed() error {
	src, pos, acc, n := d.src, d.pos, d.bits, d.n
	out, done := d.out, d.done
	literal, distance := d.literal, d.distance
	var err error
	for {
		if n < 48 {
			if pos+8 <= len(src) {
				acc |= binary.LittleEndian.Uint64(src[pos:]) << n
				pos += int((63 - n) >> 3)
				n |= 56
			} else {
				for n <= 56 && pos < len(src) {
					acc |= uint64(src[pos]) << n
					pos++
					n += 8
				}
			}
		}
		s := literal.first[acc&(1<<primaryBits-1)]
		used := uint(s & 15)
		if s&symKind == symLink {
			s = literal.second[uint(s>>16)+uint(acc>>primaryBits)&(1<<used-1)]
			used = uint(s&15) + primaryBits
		}
		if s == 0 || used > n {
			err = errDeflate
			break
		}
		acc >>= used
		n -= used
		if s&symKind == symLiteral {
			if done == len(out) {
				err = errTooLong
				break
			}
			out[done] = byte(s >> 16)
			done++
			continue
		}
		if s&symKind == symEnd {
			break
		}
		extra := uint(s >> 4 & 15)
		length := int(s>>16) + int(acc&(1<<extra-1))
		acc >>= extra

		t := distance.first[acc&(1<<primaryBits-1)]
		used = uint(t & 15)
		if t&symKind == symLink {
			t = distance.second[uint(t>>16)+uint(acc>>primaryBits)&(1<<used-1)]
			used = uint(t&15) + primaryBits
		}
		acc >>= used
		more := uint(t >> 4 & 15)
		dist := int(t>>16) + int(acc&(1<<more-1))
		acc >>= more
		if t == 0 || length == 0 || dist == 0 || extra+used+more > n || dist > done {
			err = errDeflate
			break
		}
		n -= extra + used + more
		if length > len(out)-done {
			length, err = len(out)-done, errTooLong
		}
		repeatBytes(out, done, dist, length)
		if done += length; err != nil {
			break
		}
	}
	d.pos, d.bits, d.n, d.done = pos, acc, n, done
	return err
}

// repeatBytes appends length bytes at done that repeat those dist before.
func repeatBytes(out []byte, done, dist, length int) {
	for length > 0 {
		c := copy(out[done:done+length], out[done-dist:done])
		done += c
		length -= c
		dist += c
	}
}
