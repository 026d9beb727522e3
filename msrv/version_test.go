package msrv

import (
	"strings"
	"testing"
)

// orders are values of one scheme from the least to the greatest; "=" joins those that are equal.
var orders = []struct {
	scheme Scheme
	chain  string
}{
	{SchemeRust, "1 = 1.0 = 1.0.0 < 1.56 < 1.66.0 < 1.86 = 1.86.0 < 1.86.1 < 1.100 < 2"},
	{SchemeEdition, "2015 < 2018 < 2021 < 2024"},
	{SchemeResolver, "1 < 2 < 3"},
	{SchemeLock, "1 < 2 < 3 < 4"},
	{SchemeChannel, "1.86 = 1.86.0 < 1.86.1 < 1.90.0"},
	{SchemeChannel, "1.86.0-beta < 1.86.0-beta.2 < 1.86.0"},
	{SchemeChannel, "nightly-2023-12-31 < nightly-2024-01-01 < nightly-2024-11-09"},
	{SchemeChannel, "nightly-2024-01-01-x86_64-unknown-linux-gnu < nightly-2024-01-02-x86_64-unknown-linux-gnu"},
	{SchemeGo, "1.17 < 1.20 = 1.20.0 < 1.20.1 < 1.21 < 1.21rc1 < 1.21.0 < 1.21.1 < 1.22rc1 < 1.22.0 < 1.25 < 1.25.0"},
	{SchemeToolchain, "go1.21rc1 < go1.22.3 = go1.22.3-custom < go1.22.10"},
	{SchemeRange, "* = >=0 < ^0.10 < 16 || 18 < >=16.1 < >16.1.0 < ^18 || >=20 = 18.x < 18.2.0-rc.1 < 18.2 - 20 < >18.9 < ~20.1 < >=22.0.0"},
	{SchemePEP440, "!=3.9.1 = <3.8 < >=3.6 < >=3.9,<4 = ==3.9.* = ~=3.9 < >=3.9.1 < >=3.10rc1 < >=3.10 < >3.10"},
	{SchemePoetry, "* < ^2.7 || ^3.6 < ^3.8 = >=3.8,<4.0 = 3.8.* < ~3.9 < >= 3.10, < 3.13"},
	{SchemeTool, "v18 = 18.0.0 < 18.17 < v18.17.1 < 20.0.0-rc.1 < 20 = 20.x < 20.1"},
	{SchemeTool, "3.9 < 3.12.1 < 3.13.0rc1 < 3.13.0"},
	{SchemeTool, "temurin-17.0.8 < temurin-17.0.9+9 < temurin-21"},
	{SchemeTool, "nightly-2024-01-01 < nightly-2024-01-02"},
	{SchemeDotted, "3.10 = 3.10.0 < 3.10.2 < 3.27 < 4"},
	{SchemeTag, "1.9-slim < 1.86-slim = 1.86-bookworm = 1.86 < 1.87"},
	{SchemeTag, "20.04 < 22.04"},
	{SchemeSemver, "1 = v1.0 < 1.2.3-rc.1 < 1.2.3-rc.2 < 1.2.3 = v1.2.3+sha512.abc < 1.10"},
	{SchemeInt, "9 < 10 = 010"},
	{SchemeDate, "2023-12-31 < 2024-01-01"},
}

func TestOrder(t *testing.T) {
	for _, tc := range orders {
		var all []Version
		var rank []int
		n := 0
		for i, group := range strings.Split(strings.ReplaceAll(tc.chain, "< <", "< ‹"), " < ") {
			for j, text := range strings.Split(group, " = ") {
				if j == 0 && i > 0 {
					n++
				}
				v, err := ParseVersion(tc.scheme, strings.ReplaceAll(text, "‹", "<"))
				if err != nil {
					t.Fatalf("scheme %d: %q: %v", tc.scheme, text, err)
				}
				all, rank = append(all, v), append(rank, n)
			}
		}
		for i, a := range all {
			for j, b := range all {
				order, ok := a.Compare(b)
				if want := min(1, max(-1, rank[i]-rank[j])); order != want || !ok {
					t.Errorf("scheme %d: %q against %q: %d, %v; want %d", tc.scheme, a, b, order, ok, want)
				}
			}
		}
	}
}

func TestChange(t *testing.T) {
	for _, tc := range []struct {
		scheme   Scheme
		was, now string
		want     Outcome
	}{
		{SchemeRust, "1.86", "1.86.0", Unchanged},
		{SchemeGo, "1.25", "1.25.0", Raised},
		{SchemeGo, "1.21.0", "1.21", Lowered},
		{SchemeChannel, "stable", "stable", Unchanged},
		{SchemeChannel, "stable", "nightly", Incomparable},
		{SchemeChannel, "stable", "1.86", Incomparable},
		{SchemeChannel, "nightly-2024-01-01", "1.86", Incomparable},
		{SchemeChannel, "beta-2024-01-01", "nightly-2024-01-02", Incomparable},
		{SchemeChannel, "my-fork", "my-fork", Unchanged},
		{SchemeChannel, "my-fork", "other-fork", Incomparable},
		{SchemeToolchain, "default", "go1.22.3", Incomparable},
		{SchemeRange, ">=18", ">=20", Raised},
		{SchemeRange, ">=18", "^18 || >=19", Unchanged},
		{SchemeRange, ">=18", "^18 || >=20", Incomparable}, // 19 is no longer taken
		{SchemeRange, ">=18 <21", ">=18", Unchanged},       // wider
		{SchemeRange, ">=18", ">=18 <21", Incomparable},    // narrower: ask
		{SchemeRange, ">=18", ">=16", Lowered},
		{SchemeRange, ">=18", "^16", Incomparable},
		{SchemeRange, "*", "", Unchanged},
		{SchemePEP440, ">=3.9", ">=3.10", Raised}, // not as text
		{SchemePEP440, ">=3.9", ">=3.9.0,!=3.9.1", Unchanged},
		{SchemePEP440, ">=3.9", "~=3.9", Incomparable},
		{SchemeTool, "lts/*", "lts/*", Unchanged},
		{SchemeTool, "lts/*", "20", Incomparable},
		{SchemeTool, "ref:abc", "ref:abd", Incomparable},
		{SchemeTool, "temurin-17", "zulu-17", Incomparable},
		{SchemeTool, "${{ matrix.go }}", "1.22", Incomparable},
		{SchemeText, "a", "b", Incomparable},
	} {
		was, err := ParseVersion(tc.scheme, tc.was)
		if err != nil {
			t.Fatalf("%q: %v", tc.was, err)
		}
		now, err := ParseVersion(tc.scheme, tc.now)
		if err != nil {
			t.Fatalf("%q: %v", tc.now, err)
		}
		if got := change(was, now); got != tc.want {
			t.Errorf("scheme %d: %q to %q: %v, want %v", tc.scheme, tc.was, tc.now, got, tc.want)
		}
	}
}

func TestParseVersionRefuses(t *testing.T) {
	for scheme, bad := range map[Scheme][]string{
		SchemeRust:      {"", "1.86.0-beta", "1.86.0+x", "1.x", "1..2", "1.2.3.4", "v1.86", "-1", "٣", "1.9999999999999999999"},
		SchemeEdition:   {"2020", "21", ""},
		SchemeLock:      {"5", "x"},
		SchemeGo:        {"1.21.x", "go1.21", "", "1.21-custom", "x"},
		SchemeToolchain: {"1.22.3", "gotip", "go"},
		SchemeChannel:   {"", "stable nightly", "nightly-2024-02-30"},
		SchemeRange:     {"latest", ">=", "1.2.3.4", "01", ">=18 || x y", "<0", ">=2 <1", "=>18", "1.2-beta", "1 - 2 - 3"},
		SchemePEP440:    {"3.9", ">=", ">=3.9 <4", ">=3.*", "~=3", ">=x", "==3.9,==3.10"},
		SchemePoetry:    {"^", "3.9 - 4", ">=x"},
		SchemeDotted:    {"3.10.1.2.3", "${V}", ""},
		SchemeDate:      {"2024-13-01", "2024", "20240101"},
		SchemeInt:       {"1.2", "x", ""},
		SchemeSemver:    {"x", "", "*", "1.2.3.4.5.6.7"},
	} {
		for _, text := range bad {
			if v, err := ParseVersion(scheme, text); err == nil {
				t.Errorf("scheme %d: %q is read as %+v", scheme, text, v)
			}
		}
	}
	if _, err := ParseVersion(SchemeTool, strings.Repeat("1", 5000)); err == nil {
		t.Error("a version of 5000 bytes is read")
	}
}
