package msrv

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

const gemJudge = `
require 'json'
require 'rubygems'
q = JSON.parse(STDIN.read)
puts JSON.generate(q["ranges"].map { |r|
  begin
    req = Gem::Requirement.new(r.split(/\s*,\s*/))
    {"Valid" => true, "In" => q["versions"].map { |v| req.satisfied_by?(Gem::Version.new(v)) }}
  rescue ArgumentError
    {"Valid" => false}
  end
})`

func TestSetsAgainstRubyGems(t *testing.T) {
	ranges := []string{">= 2.7", ">= 2.7, < 4", "~> 3.1", "~> 3", "~> 3.1.2", "3.2.1", "= 3.2", "> 3.1", "<= 3.1.2", ">=3.0", ">= 3.2.0.rc1", "~> 3.2.0.preview1", "~> 3.1.0.0",
		"=> 3", "^3", "3.x", ">= a", "== 3.1", ">= 3..1", "<> 3", "> 3.1.a", "< 3.2.0.b2", "= 3.2.0.rc.1"}
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 400 {
		var clauses []string
		for range 1 + rnd.IntN(3) {
			version := fmt.Sprintf("%d.%d", 2+rnd.IntN(3), rnd.IntN(4))
			switch rnd.IntN(4) {
			case 0:
				version += fmt.Sprintf(".%d", rnd.IntN(3))
			case 1:
				version += []string{".rc1", ".0.preview2", ".1.a", ".0.beta.2"}[rnd.IntN(4)]
			}
			clauses = append(clauses, []string{"", "=", ">", ">=", "<", "<=", "~>"}[rnd.IntN(7)]+" "+version)
		}
		ranges = append(ranges, strings.TrimSpace(strings.Join(clauses, ", ")))
	}
	versions := []string{"2.7.8", "3.2.0.rc1", "3.2.0.rc2", "3.2.0.preview1", "3.1.0.a", "3.1.a.1", "3.2.0.0", "9.4.0.1", "3.1.0.beta.2"}
	for i := range 4 * 4 * 3 {
		versions = append(versions, fmt.Sprintf("%d.%d.%d", 2+i/12, i/3%4, i%3))
	}
	var judged []membership
	ask(t, map[string][]string{"ranges": ranges, "versions": versions}, &judged, "ruby", "-e", gemJudge)
	checkSets(t, ranges, versions, judged, gemSet, mustPoint(t, gemVersion))
}

func mustPoint(t *testing.T, read func(string) (point, error)) func(string) point {
	return func(s string) point {
		p, err := read(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

const composerJudge = `
require_once '/usr/share/php/Composer/Semver/autoload.php';
$q = json_decode(stream_get_contents(STDIN), true);
$out = [];
foreach ($q["ranges"] as $r) {
  try {
    (new Composer\Semver\VersionParser())->parseConstraints($r);
    $in = [];
    foreach ($q["versions"] as $v) $in[] = Composer\Semver\Semver::satisfies($v, $r);
    $out[] = ["Valid" => true, "In" => $in];
  } catch (UnexpectedValueException $e) { $out[] = ["Valid" => false]; }
}
echo json_encode($out);`

func TestSetsAgainstComposer(t *testing.T) {
	ranges := []string{"^7.2", "^7.2.5 || ^8.0", ">=7.2", ">=7.2 <8.1", ">=7.2,<8.1", "~7.4", "~7.4.1", "~7", "7.*", "7.4.*", "7.4", "7.4.3", "*", ">7.4", "<=7.4", "<8", "7.2 - 7.4", "7.2 - 7.4.3",
		"^7.2|^8.0", ">= 7.2", "^8@dev", "=7.4", "==7.4.0", "^0.3", "^0.0.3", "v7.4", "7.x", ">7.4.0", "<7.4.3", ">=7.4.0-RC1", "7.4.*.*", "hello", "7.4.a", ">=", "^7.2 || "}
	rnd := rand.New(rand.NewPCG(7, 8))
	version := func() string {
		s := fmt.Sprintf("%d.%d", 7+rnd.IntN(2), rnd.IntN(4))
		if rnd.IntN(3) == 0 {
			s += fmt.Sprintf(".%d", rnd.IntN(4))
		}
		return s
	}
	for range 400 {
		var alternatives []string
		for range 1 + rnd.IntN(2) {
			if rnd.IntN(6) == 0 {
				alternatives = append(alternatives, version()+" - "+version())
				continue
			}
			var terms []string
			for range 1 + rnd.IntN(2) {
				terms = append(terms, []string{"", "=", ">", ">=", "<", "<=", "~", "^"}[rnd.IntN(8)]+version())
			}
			alternatives = append(alternatives, strings.Join(terms, []string{" ", ", ", ","}[rnd.IntN(3)]))
		}
		ranges = append(ranges, strings.Join(alternatives, []string{" || ", "|"}[rnd.IntN(2)]))
	}
	var versions []string
	for i := range 3 * 5 * 5 {
		versions = append(versions, fmt.Sprintf("%d.%d.%d", 6+i/25, i/5%5, i%5))
	}
	versions = append(versions, "9.0.0", "0.3.0", "0.3.1", "0.4.0", "0.0.3", "0.0.4", "7.4.0-RC1", "7.4.0-RC2")
	var judged []membership
	ask(t, map[string][]string{"ranges": ranges, "versions": versions}, &judged, "php", "-r", composerJudge)
	checkSets(t, ranges, versions, judged, composerSet, mustPoint(t, func(s string) (point, error) {
		p, _, _, err := composerVersion(s)
		return p, err
	}))
}

const mesonJudge = `
import json, sys
sys.path += ['/usr/lib/python3/dist-packages']
from mesonbuild.utils.universal import version_compare
q = json.load(sys.stdin)
out = []
for r in q["ranges"]:
    out.append({"Valid": True, "In": [all(version_compare(v, c.strip()) for c in r.split(",")) for v in q["versions"]]})
print(json.dumps(out))`

func TestSetsAgainstMeson(t *testing.T) {
	var ranges, versions []string
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		var clauses []string
		for range 1 + rnd.IntN(2) {
			v := fmt.Sprintf("%d.%d", rnd.IntN(2), 50+rnd.IntN(6))
			if rnd.IntN(2) == 0 {
				v += fmt.Sprintf(".%d", rnd.IntN(3))
			}
			clauses = append(clauses, []string{">=", ">", "<", "<=", ">= "}[rnd.IntN(5)]+v)
		}
		ranges = append(ranges, strings.Join(clauses, ", "))
	}
	for i := range 2 * 7 * 3 {
		versions = append(versions, fmt.Sprintf("%d.%d.%d", i/21, 50+i/3%7, i%3))
	}
	var judged []membership
	ask(t, map[string][]string{"ranges": ranges, "versions": versions}, &judged, "python3", "-c", mesonJudge)
	checkSets(t, ranges, versions, judged, mesonSet, mustPoint(t, loose))
}

const elixirJudge = `
lines = IO.read(:stdio, :eof) |> String.split("\n", trim: true)
[n | rest] = lines
{ranges, versions} = Enum.split(rest, String.to_integer(n))
out = Enum.map(ranges, fn r ->
  case Version.parse_requirement(r) do
    {:ok, req} -> "{\"Valid\":true,\"In\":[" <> Enum.map_join(versions, ",", fn v -> to_string(Version.match?(v, req)) end) <> "]}"
    :error -> "{\"Valid\":false}"
  end
end)
IO.puts("[" <> Enum.join(out, ",") <> "]")`

func TestSetsAgainstElixir(t *testing.T) {
	ranges := []string{"~> 1.12", "~> 1.12.3", ">= 1.14.0 and < 2.0.0", "== 1.12.0", "1.12.0", "> 1.12.1", "<= 1.13.2", "~> 1.12 or ~> 2.0", "!= 1.12.0", ">= 1.12", "^1.12", "~> 1", "hello"}
	rnd := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		var clauses []string
		for range 1 + rnd.IntN(3) {
			op := []string{"~>", ">=", "<", ">", "<=", "=="}[rnd.IntN(6)]
			v := fmt.Sprintf("%d.%d", 1+rnd.IntN(2), rnd.IntN(4))
			if op != "~>" || rnd.IntN(2) == 0 {
				v += fmt.Sprintf(".%d", rnd.IntN(3))
			}
			clauses = append(clauses, op+" "+v)
		}
		ranges = append(ranges, strings.Join(clauses, []string{" and ", " or "}[rnd.IntN(2)]))
	}
	var versions []string
	for i := range 3 * 5 * 4 {
		versions = append(versions, fmt.Sprintf("%d.%d.%d", 1+i/20, i/4%5, i%4))
	}
	lines := append(append([]string{fmt.Sprint(len(ranges))}, ranges...), versions...)
	var judged []membership
	ask(t, strings.Join(lines, "\n"), &judged, "elixir", "-e", elixirJudge)
	checkSets(t, ranges, versions, judged, elixirSet, mustPoint(t, func(s string) (point, error) {
		p, _, err := npmPartial(s)
		return p, err
	}))
}
