package odb

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"io"
	"math/rand"
	"strings"
	"testing"
)

// zlibStreams are streams of every kind of block, with the data they hold.
func zlibStreams(t testing.TB) map[string][]byte {
	rnd := rand.New(rand.NewSource(3))
	noise := make([]byte, 100000)
	rnd.Read(noise)
	words := make([]string, 3000)
	for i := range words {
		words[i] = fmt.Sprint("word", rnd.Intn(400), "\n")
	}
	skewed := make([]byte, 200000) // long codes
	for i := range skewed {
		for skewed[i] < 200 && rnd.Intn(3) > 0 {
			skewed[i]++
		}
	}
	streams := map[string][]byte{}
	for _, data := range []string{
		"", "a", "tree 0123\n", strings.Repeat("a", 100000), strings.Repeat("ab", 300), strings.Repeat("abcdefghi", 40000), string(noise), string(noise[:300]), strings.Join(words, ""), string(skewed), strings.Repeat(string(noise[:33000]), 3),
	} {
		for _, level := range []int{zlib.NoCompression, zlib.BestSpeed, zlib.DefaultCompression, zlib.BestCompression, zlib.HuffmanOnly} {
			var b bytes.Buffer
			z, err := zlib.NewWriterLevel(&b, level)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(z, data); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			streams[b.String()] = []byte(data)
		}
	}
	return streams
}

func TestInflate(t *testing.T) {
	d := newDecoder()
	for stream, data := range zlibStreams(t) {
		out := make([]byte, len(data))
		if _, err := d.inflate(out, append([]byte(stream), "more"...), false); err != nil || !bytes.Equal(out, data) {
			t.Fatalf("%d bytes: %v", len(data), err)
		}
		if _, err := d.inflate(make([]byte, len(data)+1), []byte(stream), false); err == nil {
			t.Errorf("%d bytes: too short and no error", len(data))
		}
		if len(data) > 0 {
			if _, err := d.inflate(make([]byte, len(data)-1), []byte(stream), false); err == nil {
				t.Errorf("%d bytes: too long and no error", len(data))
			}
		}
		for _, n := range []int{0, 1, 20, 32, 1000} {
			got, err := d.inflate(out[:min(n, len(out))], []byte(stream), true)
			if err != nil || !bytes.Equal(out[:got], data[:min(n, len(data))]) {
				t.Errorf("the first %d of %d bytes: %d, %v", n, len(data), got, err)
			}
		}
		for cut := 0; cut < len(stream); cut += 1 + len(stream)/50 {
			if _, err := d.inflate(out, []byte(stream)[:cut], false); err == nil {
				t.Errorf("%d bytes, cut off at %d of %d: no error", len(data), cut, len(stream))
			}
		}
	}
}

// FuzzInflate compares with compress/flate: the same streams are good, and hold the same.
func FuzzInflate(f *testing.F) {
	for stream := range zlibStreams(f) {
		if len(stream) < 3000 {
			f.Add([]byte(stream[2 : len(stream)-4]))
		}
	}
	d := newDecoder()
	f.Fuzz(func(t *testing.T, body []byte) {
		in := bytes.NewReader(body)
		want, werr := io.ReadAll(io.LimitReader(flate.NewReader(in), 1<<18))
		if len(want) == 1<<18 {
			return
		}
		stream := append([]byte("\x78\x9c"), body[:len(body)-in.Len()]...)
		stream = binary.BigEndian.AppendUint32(stream, adler32.Checksum(want))
		out := make([]byte, len(want))
		_, err := d.inflate(out, stream, false)
		if (err == nil) != (werr == nil) || (err == nil && !bytes.Equal(out, want)) {
			t.Fatalf("%x into %d bytes: %v; compress/flate: %v", body, len(want), err, werr)
		}
		head := make([]byte, min(20, len(want)))
		if n, err := d.inflate(head, stream, true); werr == nil && (err != nil || !bytes.Equal(head[:n], want[:len(head)])) {
			t.Fatalf("%x: head %x, %v", stream, head[:n], err)
		}
	})
}
