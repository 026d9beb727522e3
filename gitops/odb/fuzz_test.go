package odb

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
)

func fuzzRegion(t testing.TB, data []byte) *region {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := openRegion(path, true)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// smallIndex is an index of two objects.
func smallIndex(version int) []byte {
	var b bytes.Buffer
	if version == 2 {
		b.WriteString("\xfftOc\x00\x00\x00\x02")
	}
	for i := range 256 {
		n := uint32(0)
		if i >= 0x10 {
			n = 2
		}
		b.Write(binary.BigEndian.AppendUint32(nil, n))
	}
	one, two := object.ID{0x10, 1}, object.ID{0x10, 2}
	if version == 1 {
		b.WriteString("\x00\x00\x00\x0c" + string(one[:]) + "\x00\x00\x00\x20" + string(two[:]))
	} else {
		b.WriteString(string(one[:]) + string(two[:]) + "crc1crc2" + "\x00\x00\x00\x0c\x80\x00\x00\x00" + "\x00\x00\x00\x01\x00\x00\x00\x00")
	}
	b.Write(make([]byte, 40))
	return b.Bytes()
}

func FuzzIndex(f *testing.F) {
	f.Add(smallIndex(1))
	f.Add(smallIndex(2))
	f.Add(smallIndex(2)[:1000])
	f.Fuzz(func(t *testing.T, data []byte) {
		r := fuzzRegion(t, data)
		defer r.close()
		x, err := openIndex(r)
		if err != nil {
			return
		}
		for i := range min(x.count, 1000) {
			name, err := x.name(i)
			if err != nil {
				t.Fatalf("name %d of %d: %v", i, x.count, err)
			}
			if off, err := x.offset(i); err == nil && off < 0 {
				t.Fatalf("offset %d", off)
			}
			if pos, found, err := x.seek(name); err == nil && found {
				if got, err := x.name(pos); err != nil || !bytes.Equal(got, name) {
					t.Fatalf("seek of %x finds %x", name, got)
				}
			}
		}
		if _, err := x.ambiguous(object.ID{0x10, 1}); err != nil {
			t.Logf("%v", err)
		}
	})
}

func FuzzPackEntry(f *testing.F) {
	f.Add([]byte("\x95\x0a"))
	f.Add([]byte("\x35xxxx"))
	f.Add([]byte("\xe5\x01\x80\x00"))
	f.Add(append([]byte{0x75}, make([]byte, 20)...))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, n, err := parseEntry(data)
		if err == nil && (n > len(data) || e.size < 0 || e.base < 0 || (e.typ == entryOfsDelta && e.base == 0)) {
			t.Fatalf("%x: %+v, %d", data, e, n)
		}
	})
}

func FuzzDelta(f *testing.F) {
	f.Add([]byte("0123456789"), []byte("\x0a\x0c\x90\x0a\x02ab"))
	f.Add([]byte("0123456789"), []byte("\x0a\x05\x91\x05\x05"))
	f.Add([]byte("0"), []byte("\x01\xff\xff\xff\xff\x7f\x80\x80\x80"))
	f.Add([]byte(""), []byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		const limit = 1 << 20
		out, err := applyDelta(base, delta, limit, nil)
		_, size, _, serr := deltaSizes(delta)
		if err == nil && (serr != nil || int64(len(out)) != size || size > limit) {
			t.Fatalf("%d bytes of %d", len(out), size)
		}
	})
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

func FuzzLoose(f *testing.F) {
	for _, s := range []string{"blob 3\x00abc", "blob 3\x00ab", "blob 3\x00abcd", "tree 0\x00", "blob 03\x00abc", "blob -1\x00", "blob 99999999999999999999\x00", "what 3\x00abc", "blob", "", "commit 4611686018427387904\x00x"} {
		f.Add([]byte(s))
	}
	db := &DB{limit: 1 << 16}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := fuzzRegion(t, deflated(data))
		defer r.close()
		kind, body, err := db.readLoose(r, object.ID{})
		if err == nil && !bytes.Equal(append(object.AppendHeader(nil, kind, int64(len(body))), body...), data) {
			t.Fatalf("%q is read as a %s of %q", data, kind, body)
		}
		plain := fuzzRegion(t, data)
		defer plain.close()
		if _, _, err := db.readLoose(plain, object.ID{}); err != nil {
			return
		}
	})
}
