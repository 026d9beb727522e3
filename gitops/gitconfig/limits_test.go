package gitconfig

import (
	"strings"
	"testing"
)

// Includes that multiply end in an error, not in hours.
func TestIncludesAreBounded(t *testing.T) {
	many := func(name string) string { return strings.Repeat("[include]\npath="+name+"\n", 300) }
	w := newWorld(t, map[string]string{"home/.gitconfig": many("b"), "home/b": many("c"), "home/c": many("d"), "home/d": "[x]\ny\n"}, nil)
	if _, err := w.load("home"); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
}

// A file that grows without end is not read whole.
func TestFileSizeIsBounded(t *testing.T) {
	w := newWorld(t, map[string]string{"home/big": strings.Repeat("x", 101)}, nil)
	if _, err := readSmall(w.path("home/big"), 100); err == nil {
		t.Error("101 bytes of 100 were read")
	}
	if b, err := readSmall(w.path("home/big"), 101); err != nil || len(b) != 101 {
		t.Error(len(b), err)
	}
	if _, err := readSmall("/dev/zero", 1<<16); err == nil {
		t.Error("/dev/zero has an end")
	}
}

// A pattern made to explode ends at once.
func TestGlobIsLinear(t *testing.T) {
	if compileGlob(strings.Repeat("*a", 200)+"b", false).match(strings.Repeat("a", 5000)) {
		t.Error("matched")
	}
	if !compileGlob(strings.Repeat("**/", 200)+"b", false).match(strings.Repeat("a/", 200) + "b") {
		t.Error("not matched")
	}
}

// Cases of hosts files.
func TestCanonicalHost(t *testing.T) {
	const hosts = "127.0.0.1 localhost\n# 10.0.0.9 h.comment h\n10.0.0.1\th.example.com h alias # more\n10.0.0.2 h.other.com h\n10.0.0.3"
	for host, want := range map[string]string{"h": "h.example.com", "alias": "h.example.com", "localhost": "localhost", "gone": "gone", "more": "more", "10.0.0.3": "10.0.0.3"} {
		if got := canonicalHost(hosts, host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}
