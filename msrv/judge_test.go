package msrv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// ask runs a real tool with JSON on its standard input, or skips the test where it is not there.
func ask(t *testing.T, in, out any, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s on PATH to judge", name)
	}
	data, err := json.Marshal(in)
	if text, ok := in.(string); ok { // of a tool that reads no JSON
		data = []byte(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = bytes.NewReader(data)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Skipf("%s cannot judge here: %v\n%s", name, err, stderr.String())
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// membership is what a judge says of a range: whether it is one, and which of the versions are in it.
type membership struct {
	Valid bool
	In    []bool
}

// checkSets compares our reading of ranges with a judge's, by the versions that are in them.
// A range that no version satisfies may be refused here.
func checkSets(t *testing.T, ranges, versions []string, judged []membership, read func(string) ([]interval, error), at func(string) point) {
	t.Helper()
	valid := 0
	for i, text := range ranges {
		set, err := read(text)
		if !judged[i].Valid {
			if err == nil {
				t.Errorf("%q: the judge refuses it, we read %v", text, set)
			}
			continue
		}
		var any bool
		for _, in := range judged[i].In {
			any = any || in
		}
		if err != nil {
			if any {
				t.Errorf("%q: %v, but the judge takes it", text, err)
			}
			continue
		}
		valid++
		for j, version := range versions {
			p := at(version)
			in := false
			for _, v := range set {
				in = in || v.lo.compare(p) <= 0 && (!v.top || p.compare(v.hi) < 0)
			}
			if in != judged[i].In[j] {
				t.Errorf("%q: %s in it is %v here, %v for the judge", text, version, in, judged[i].In[j])
			}
		}
	}
	if valid < len(ranges)/4 {
		t.Errorf("only %d of %d ranges were compared", valid, len(ranges))
	}
}

const npmJudge = `
const path = require('path'), fs = require('fs');
let semver;
for (const dir of [path.join(path.dirname(fs.realpathSync(process.execPath)), '../lib/node_modules/npm'), '/usr/share/nodejs', '/usr/lib/node_modules/npm'])
  try { semver = require(path.join(dir, 'node_modules/semver')); break } catch (e) { try { semver = require(path.join(dir, 'semver')); break } catch (e) {} }
const {ranges, versions} = JSON.parse(fs.readFileSync(0));
console.log(JSON.stringify(ranges.map(r => semver.validRange(r) === null ? {Valid: false} :
  {Valid: true, In: versions.map(v => semver.satisfies(v, r))})));`

func TestRangesAgainstNPM(t *testing.T) {
	ranges := []string{"*", "", "x", ">=18", "^18 || >=20", "18", "18.x", "v18.1", "=18", ">18", ">18.1", ">18.1.2", "<20", "<=20", "<=20.1", "<=20.1.2", "~18.1", "~18", "~> 18.1.0",
		"^0.2.3", "^0.0.3", "^0", "^0.0", "^0.x", "1 - 2", "1.2 - 2.3.4", "1.2.3 - 2", ">= 18 < 20", ">=18.0.0-rc.1", ">= 18.0.0 <19.0.0 || >= 20", "18.1.2-beta.1", "18.1.2+build",
		"latest", "lts/*", "18.1.2.3", "18.x.1", "1.2-beta", ">=", "=>18", "^^18", "18 ||", "|| 18", "18 20", "<0", ">*", "<*", ">=*", "18.1.x", "18.X", "=v18", "vv18", "18..1", "01"}
	rnd := rand.New(rand.NewPCG(1, 2))
	version := func() string {
		parts := []string{fmt.Sprint(rnd.IntN(4)), fmt.Sprint(rnd.IntN(4)), fmt.Sprint(rnd.IntN(4))}
		n := 1 + rnd.IntN(3)
		if rnd.IntN(8) == 0 {
			parts[n-1] = "x"
		}
		return strings.Join(parts[:n], ".")
	}
	for range 600 {
		var alternatives []string
		for range 1 + rnd.IntN(2) {
			if rnd.IntN(6) == 0 {
				alternatives = append(alternatives, version()+" - "+version())
				continue
			}
			var terms []string
			for range 1 + rnd.IntN(3) {
				terms = append(terms, []string{"", "=", ">", ">=", "<", "<=", "~", "^"}[rnd.IntN(8)]+[]string{"", "", " "}[rnd.IntN(3)]+version())
			}
			alternatives = append(alternatives, strings.Join(terms, " "))
		}
		ranges = append(ranges, strings.Join(alternatives, " || "))
	}
	var versions []string
	for i := range 5 * 5 * 5 {
		versions = append(versions, fmt.Sprintf("%d.%d.%d", i/25, i/5%5, i%5))
	}
	versions = append(versions, "17.9.9", "18.0.0", "18.1.2", "18.1.3", "18.2.0", "19.0.0", "20.0.0", "20.1.0", "20.1.2", "20.1.3", "21.0.0")
	var judged []membership
	ask(t, map[string][]string{"ranges": ranges, "versions": versions}, &judged, "node", "-e", npmJudge)
	checkSets(t, ranges, versions, judged, npmRange, func(s string) point {
		p, _, err := npmPartial(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
}

const pepJudge = `
import json, sys
try:
    from packaging.specifiers import SpecifierSet, InvalidSpecifier
except ImportError:
    from pip._vendor.packaging.specifiers import SpecifierSet, InvalidSpecifier
q = json.load(sys.stdin)
out = []
for r in q["ranges"]:
    try:
        s = SpecifierSet(r)
        out.append({"Valid": True, "In": [s.contains(v, prereleases=True) for v in q["versions"]]})
    except InvalidSpecifier:
        out.append({"Valid": False})
print(json.dumps(out))`

func TestSetsAgainstPackaging(t *testing.T) {
	ranges := []string{">=3.9", ">=3.9,<4", "==3.9.*", "~=3.9", "~=3.9.1", ">3.9", "<3.9", "<=3.9", "==3.9", "==3.9.0", ">=3.9rc1", "", ">= 3.9 , < 3.12",
		">=3", "<4", "~=3", "3.9", ">=3.9 <4", "=>3.9", ">=3.9;", "^3.9", ">=3.10.0rc1,<3.11", "===3.9.1", ">=v3.9", ">=3.9,"} // older packaging takes ">=3.*" and ">=x" as legacy
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 600 {
		var clauses []string
		for range 1 + rnd.IntN(3) {
			op := []string{"==", ">", ">=", "<", "<=", "~="}[rnd.IntN(6)]
			version := fmt.Sprintf("3.%d", 6+rnd.IntN(6))
			switch n := rnd.IntN(4); {
			case n == 0:
				version += fmt.Sprintf(".%d", rnd.IntN(3))
			case n == 1 && op == "==":
				version += ".*"
			}
			clauses = append(clauses, op+version)
		}
		ranges = append(ranges, strings.Join(clauses, ","))
	}
	var versions []string
	for minor := 5; minor < 13; minor++ {
		for patch := range 4 {
			versions = append(versions, fmt.Sprintf("3.%d.%d", minor, patch))
		}
	}
	versions = append(versions, "2.7.18", "4.0.0", "4.1.0")
	var judged []membership
	ask(t, map[string][]string{"ranges": ranges, "versions": versions}, &judged, "python3", "-c", pepJudge)
	checkSets(t, ranges, versions, judged, pepSet, func(s string) point {
		p, err := pepPoint(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
}

const pepOrder = `
import json, sys
try:
    from packaging.version import Version
except ImportError:
    from pip._vendor.packaging.version import Version
v = json.load(sys.stdin)
print(json.dumps([[(Version(a) > Version(b)) - (Version(a) < Version(b)) for b in v] for a in v]))`

func TestPointsAgainstPackaging(t *testing.T) {
	versions := []string{"3", "3.0", "3.9.dev1", "3.9a1.dev2", "3.9a1", "3.9a1.post1", "3.9b2", "3.9rc1", "3.9-rc.2", "3.9.0c1", "3.9", "3.9.0", "3.9.post1.dev3", "3.9.post1", "3.9-1",
		"3.9.post2", "3.9.1", "3.10", "1!0.1", "v3.9.7", "3.13.0RC1", "3.13.0alpha", "3.13.0preview2"}
	var judged [][]int
	ask(t, versions, &judged, "python3", "-c", pepOrder)
	for i, a := range versions {
		p, err := pepPoint(a)
		if err != nil {
			t.Fatal(err)
		}
		for j, b := range versions {
			q, err := pepPoint(b)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.compare(q); got != judged[i][j] {
				t.Errorf("%s against %s: %d, packaging says %d", a, b, got, judged[i][j])
			}
		}
	}
}
