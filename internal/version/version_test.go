package version

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	good := []string{"1.2.3", "0.0.0", "1.2", "36.0.0-rc.1", "1.2.3-SNAPSHOT", "1.2.3.dev0", "1.2rc1", "1.2.3a1", "1.2.3+unknown", "1.2.3-beta.1+sha.5", "1.2.0-0.3.7", "1.2.3.0"}
	for _, s := range good {
		v, err := Parse(s)
		if err != nil || v.String() != s {
			t.Errorf("Parse(%q) = %q, %v", s, v, err)
		}
	}
	bad := []string{"", "1", "v1.2.3", "1.2.3.4", "1.2.3.0.0", "01.2.3", "2024.04.01", "1.2.3-", "1.2.3post1", "1.2.3 ", "1.2.x", "1.2.3\n", "-1.2.3", "99999999999999999999.1.2", "1.2.3-01", "1.2.3_foo"}
	for _, s := range bad {
		if v, err := Parse(s); !errors.Is(err, ErrVersion) {
			t.Errorf("Parse(%q) = %q, %v", s, v, err)
		}
	}
	order := strings.Fields("1.2.3.dev0 1.2.3rc1 1.2.3rc2 1.2.3rc10 1.2.3 1.2.4-alpha.1 1.2.4-rc.9 1.2.4-rc.10 1.2.4 1.2.10")
	for i := range order[1:] {
		a, _ := Parse(order[i])
		b, _ := Parse(order[i+1])
		if a.Compare(b) >= 0 || b.Compare(a) <= 0 {
			t.Errorf("%s is not below %s", a, b)
		}
	}
}

// Two numbers are a line and its count, whichever name the tag template gives to the second.
func TestNumbers(t *testing.T) {
	for _, tc := range []struct {
		text    string
		numbers Numbers
		next    string
		sameAs  string
	}{
		{"16.4", MajorPatch, "16.5", "16.0.4"},
		{"16.0.4", MajorPatch, "16.5", "16.0.4"},
		{"9.11", MajorMinor, "9.12", "9.11.0"},
		{"9.11.0", MajorMinor, "9.12", "9.11.0"},
		{"9.11.2", MajorMinor, "9.11.3", "9.11.2"},
		{"1.2", Three, "1.2.1", "1.2.0"},
		{"1.2.3.0", Three, "1.2.4.0", "1.2.3"},
	} {
		v, err := Parse(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		v = v.Of(tc.numbers)
		same, err := Parse(tc.sameAs)
		if err != nil || v.Compare(same) != 0 {
			t.Errorf("%s is not %s: %v", tc.text, tc.sameAs, err)
		}
		if got := v.NextPatch().String(); got != tc.next {
			t.Errorf("after %s comes %s, not %s", tc.text, got, tc.next)
		}
		if again := v.Of(tc.numbers); again != v {
			t.Errorf("%s, read again, is %s", v, again)
		}
	}
}
