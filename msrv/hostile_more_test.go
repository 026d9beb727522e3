package msrv

import (
	"strings"
	"testing"
)

const (
	gemspecText = "Gem::Specification.new do |s|\n  s.required_ruby_version = '>= 2.7'\nend\n"
	csprojText  = "<Project><PropertyGroup><TargetFramework>net6.0</TargetFramework></PropertyGroup></Project>\n"
	pomText     = "<project><properties><maven.compiler.release>8</maven.compiler.release></properties></project>\n"
	gradleText  = "sourceCompatibility = 11\n"
	ciText      = "jobs:\n  a:\n    with:\n      go-version: '1.20'\n"
	ciPath      = ".github/workflows/ci.yml"
)

// hostileMore are changes that bring something which cannot be read, or which hides a raise. want is what
// the gate must say at least: stop, unread or warn.
var hostileMore = []struct{ name, path, good, bad, want string }{
	{"gemspec without version", "x.gemspec", gemspecText, "s.required_ruby_version = ''\n", "stop"},
	{"gemspec of words", "x.gemspec", gemspecText, "s.required_ruby_version = 'new enough'\n", "stop"},
	{"gemspec computed", "x.gemspec", gemspecText, "s.required_ruby_version = RUBY\n", "unread"},
	{"gemspec interpolated", "x.gemspec", gemspecText, "s.required_ruby_version = \">= #{V}\"\n", "unread"},
	{"gemspec split", "x.gemspec", gemspecText, "s.required_ruby_version =\n  '>= 3.2'\n", "stop"},
	{"gemspec in a comment too", "x.gemspec", gemspecText, "# s.required_ruby_version = '>= 2.7'\ns.required_ruby_version = '>= 3.0'\n", "stop"},
	{"gemspec twice", "x.gemspec", gemspecText, gemspecText + "s.required_ruby_version = '>= 3.3'\n", "stop"},
	{"gemspec added to one without", "x.gemspec", "Gem::Specification.new\n", gemspecText, "stop"},
	{"Gemfile computed", "Gemfile", "ruby '3.1.0'\n", "ruby File.read('v')\n", "unread"},
	{"Gemfile raised", "Gemfile", "ruby '3.1.0'\n", "ruby('3.2.0')\n", "stop"},
	{"Gemfile range", "Gemfile", "ruby '>= 3.1'\n", "ruby '>= 3.1', '< 3.0'\n", "stop"},
	{"composer of words", "composer.json", `{"require":{"php":">=7"}}`, `{"require":{"php":"eight"}}`, "stop"},
	{"composer of a list", "composer.json", `{"require":{"php":">=7"}}`, `{"require":[]}`, "stop"},
	{"composer number", "composer.json", `{"require":{"php":">=7"}}`, `{"require":{"php":8}}`, "stop"},
	{"composer narrowed", "composer.json", `{"require":{"php":"^7.2 || ^8.0"}}`, `{"require":{"php":"^7.2"}}`, "stop"},
	{"composer key twice", "composer.json", `{"require":{"php":">=7"}}`, `{"require":{"php":">=7","php":">=8"}}`, "stop"},
	{"global.json cut off", "global.json", `{"sdk":{"version":"6.0.100"}}`, `{"sdk":{"version":"6.0.`, "stop"},
	{"global.json raised behind a comment", "global.json", `{"sdk":{"version":"6.0.100"}}`, "{\"sdk\":{/* \"version\":\"6.0.100\", */\"version\":\"8.0.100\"}}", "stop"},
	{"global.json rollForward narrowed", "global.json", `{"sdk":{"version":"6.0.100","rollForward":"major"}}`, `{"sdk":{"version":"6.0.100"}}`, "stop"},
	{"global.json rollForward unknown", "global.json", `{"sdk":{"version":"6.0.100"}}`, `{"sdk":{"version":"6.0.100","rollForward":"never"}}`, "stop"},
	{"csproj not closed", "x.csproj", csprojText, "<Project><PropertyGroup>", "stop"},
	{"csproj of words", "x.csproj", csprojText, strings.Replace(csprojText, "net6.0", "dotnet8", 1), "stop"},
	{"csproj loses the lower", "x.csproj", strings.Replace(csprojText, "net6.0", "net6.0;net8.0", 1), strings.Replace(csprojText, "net6.0", "net8.0", 1), "stop"},
	{"csproj loses a framework", "x.csproj", strings.Replace(csprojText, "net6.0", "net6.0;netstandard2.0", 1), csprojText, "stop"},
	{"csproj by a name of elsewhere", "x.csproj", csprojText, strings.Replace(csprojText, "net6.0", "$(X)", 1), "unread"},
	{"csproj split by a comment", "x.csproj", csprojText, strings.Replace(csprojText, "net6.0", "net<!-- x -->8.0", 1), "stop"},
	{"csproj deep", "x.csproj", csprojText, strings.Repeat("<a>", 10_000), "stop"},
	{"csproj entity", "x.csproj", csprojText, strings.Replace(csprojText, "net6.0", "&x;", 1), "stop"},
	{"props raised", "Directory.Build.props", csprojText, strings.Replace(csprojText, "net6.0", "net9.0-windows", 1), "stop"},
	{"pom of two", "pom.xml", pomText, strings.Replace(pomText, ">8<", "><x/>17<", 1), "warn"},
	{"pom by a parent", "pom.xml", pomText, strings.Replace(pomText, ">8<", ">${parent.java.level}<", 1), "unread"},
	{"pom by its own property", "pom.xml", pomText, "<project><properties><level.x>17</level.x><maven.compiler.release>${level.x}</maven.compiler.release></properties></project>", "stop"},
	{"pom in a circle", "pom.xml", pomText, "<project><properties><maven.compiler.release>${java.version}</maven.compiler.release><java.version>${maven.compiler.release}</java.version></properties></project>", "unread"},
	{"pom enforcer", "pom.xml", "<p><requireJavaVersion><version>[8,)</version></requireJavaVersion></p>", "<p><requireJavaVersion><version>[17,)</version></requireJavaVersion></p>", "stop"},
	{"pom enforcer broken", "pom.xml", "<p><requireJavaVersion><version>[8,)</version></requireJavaVersion></p>", "<p><requireJavaVersion><version>[8,)(</version></requireJavaVersion></p>", "stop"},
	{"gradle computed", "build.gradle", gradleText, "sourceCompatibility = level()\n", "unread"},
	{"gradle by name", "build.gradle", "def level = 11\nsourceCompatibility = level\n", "def level = 17\nsourceCompatibility = level\n", "stop"},
	{"gradle computed from a name", "build.gradle", "def level = 11\nsourceCompatibility = f(level)\n", "def level = 17\nsourceCompatibility = f(level)\n", "unread"},
	{"gradle second place", "build.gradle", gradleText + "sourceCompatibility = 11\n", gradleText + "sourceCompatibility = 17\n", "stop"},
	{"gradle second place to the value of a third", "build.gradle", "sourceCompatibility = 8\nsourceCompatibility = 17\nsourceCompatibility = 8\n", "sourceCompatibility = 8\nsourceCompatibility = 17\nsourceCompatibility = 17\n", "stop"},
	{"wrapper of another place", "gradle/wrapper/gradle-wrapper.properties", "distributionUrl=https\\://x/gradle-8.5-bin.zip\n", "distributionUrl=https\\://y/newest.zip\n", "unread"},
	{"swift raised", "Package.swift", "// swift-tools-version:5.5\n", "// swift-tools-version: 6.0\n", "stop"},
	{"swift of words", "Package.swift", "// swift-tools-version:5.5\n", "// swift-tools-version:new\n", "stop"},
	{"mix by attribute", "mix.exs", "@v \"~> 1.12\"\n[elixir: @v]\n", "@v \"~> 1.16\"\n[elixir: @v]\n", "stop"},
	{"mix of words", "mix.exs", "[elixir: \"~> 1.12\"]\n", "[elixir: \"new\"]\n", "stop"},
	{"bazelversion two", ".bazelversion", "6.0.0\n", "6.0.0\n7.0.0\n", "stop"},
	{"bazel list", "MODULE.bazel", "rust.toolchain(versions = [\"1.70.0\"])\n", "rust.toolchain(versions = [\"1.80.0\"])\n", "stop"},
	{"bazel computed", "MODULE.bazel", "go_sdk.download(version = \"1.22\")\n", "go_sdk.download(version = V)\n", "unread"},
	{"meson split", "meson.build", "project('x', meson_version: '>=0.55')\n", "project('x',\n  meson_version:\n    '>=1.1')\n", "stop"},
	{"meson of words", "meson.build", "project('x', meson_version: '>=0.55')\n", "project('x', meson_version: '~0.55')\n", "stop"},
	{"autoconf macro", "configure.ac", "AC_PREREQ([2.69])\n", "AC_PREREQ(m4_defn([V]))\n", "unread"},
	{"setup.py tuple", "setup.py", "M = (3, 8)\nsetup(python_requires='>=%d.%d' % M)\n", "M = (3, 12)\nsetup(python_requires='>=%d.%d' % M)\n", "unread"},
	{"setup.py two names", "setup.py", "setup(python_requires='>=3.8')\n", "P = '>=3.8'\nP = '>=3.12'\nsetup(python_requires=P)\n", "unread"},
	{"setup.py joined", "setup.py", "setup(python_requires='>=3.8')\n", "setup(python_requires='>=' '3.12')\n", "unread"},
	{"no reader", "dune-project", "(lang dune 2.0)\n", "(lang dune 3.0)\n", "unread"},
	{"no reader, new", "stack.yaml", "", "resolver: lts-22\n", "unread"},
	{"pixi", "pixi.toml", "[dependencies]\npython = \"3.11.*\"\n", "[dependencies]\npython = \"3.12.*\"\n", "unread"},
	{"pixi in a table", "pixi.toml", "x = { nodejs = \"20\" }\n", "x = { nodejs = \"22\" }\n", "unread"},
	{"pixi channels", "pixi.toml", "channels = [\"a\"]\npython-dateutil = \"1\"\n", "channels = [\"b\"]\npython-dateutil = \"2\"\n", "ok"},
	{"pixi lock", "pixi.lock", pixiLock("python-3.11.4-h1_0"), pixiLock("python-3.12.0-h1_0"), "unread"},
	{"pixi lock, one environment of two", "pixi.lock", pixiLock("python-3.11.4-h1_0"), pixiLock("python-3.11.4-h1_0") + pixiLock("python-3.12.0-h1_0"), "unread"},
	{"pixi lock made again", "pixi.lock", pixiLock("python-3.11.4-h1_0"), pixiLock("attrs-25.4.0-py_1") + pixiLock("python-3.11.4-h2_1") + pixiLock("python-dateutil-2.9.0-py_1"), "ok"},
	{"flake lock", "flake.lock", "{\"nodes\":{\"nixpkgs\":{\"locked\":{\n\"rev\":\"aa\"}}}}\n", "{\"nodes\":{\"nixpkgs\":{\"locked\":{\n\"rev\":\"bb\"}}}}\n", "unread"},
	{"conda environment", "environment.yml", "dependencies:\n  - python=3.11\n", "dependencies:\n  - python=3.12\n", "unread"},
	{"workflow not YAML", ciPath, ciText, "jobs: [\n", "warn"},
	{"workflow tab", ciPath, ciText, "jobs:\n\ta: b\n", "warn"},
	{"workflow flow", ciPath, ciText, "jobs: {a: {with: {go-version: '1.22'}}}\n", "warn"},
	{"workflow alias", ciPath, ciText, "x: &v '1.22'\njobs:\n  a:\n    with:\n      go-version: *v\n", "warn"},
	{"workflow merge", ciPath, ciText, "x: &w {go-version: '1.22'}\njobs:\n  a:\n    with:\n      <<: *w\n", "warn"},
	{"workflow tag", ciPath, ciText, "jobs:\n  a:\n    with:\n      go-version: !!str 1.22\n", "warn"},
	{"workflow folded", ciPath, ciText, "jobs:\n  a:\n    with:\n      go-version: >-\n        1.22\n", "warn"},
	{"workflow quoted key", ciPath, ciText, "jobs:\n  a:\n    with:\n      \"go-version\": \"1.22\"\n", "warn"},
	{"workflow complex key", ciPath, ciText, "jobs:\n  a:\n    with:\n      ? go-version\n      : '1.22'\n", "warn"},
	{"workflow key twice", ciPath, ciText, "jobs:\n  a:\n    with:\n      go-version: '1.20'\n      go-version: '1.22'\n", "warn"},
}

// pixiLock is a package of a lock file of pixi.
func pixiLock(name string) string {
	return "      - conda: https://prefix.dev/conda-forge/linux-64/" + name + ".conda\n"
}

func TestHostileMore(t *testing.T) {
	for _, tc := range hostileMore {
		t.Run(tc.name, func(t *testing.T) {
			tip, result := map[string]string{tc.path: tc.good}, map[string]string{tc.path: tc.bad}
			if tc.good == "" {
				delete(tip, tc.path)
			}
			v := Compare(Trees{Tip: mapFS(tip), Result: mapFS(result)}, []string{tc.path}, Options{}, GateInput{})
			got := "ok"
			switch {
			case !v.OK:
				got = "stop"
			case v.Unread:
				got = "unread"
			case len(v.At(LevelWarn)) > 0:
				got = "warn"
			}
			if got != tc.want {
				t.Errorf("%s, want %s:\n%s", got, tc.want, show(v))
			}
			same := Compare(Trees{Tip: mapFS(result), Result: mapFS(result)}, []string{tc.path}, Options{}, GateInput{})
			if !same.OK || same.Unread {
				t.Errorf("what is as it was:\n%s", show(same))
			}
		})
	}
	if len(hostileMore) < 50 {
		t.Errorf("only %d fixtures", len(hostileMore))
	}
}

// fuzzMore fuzzes a reader with what the tables have of its files.
func fuzzMore(f *testing.F, p string) {
	var seeds []string
	for _, tc := range readerCases {
		if kindAt(tc.path) == kindAt(p) {
			seeds = append(seeds, tc.text)
		}
	}
	for _, tc := range hostileMore {
		if kindAt(tc.path) == kindAt(p) && len(tc.bad) < 1000 {
			seeds = append(seeds, tc.good, tc.bad)
		}
	}
	if len(seeds) == 0 {
		f.Fatalf("no table has %s", p)
	}
	fuzzReader(f, p, seeds...)
}

func FuzzSetupPy(f *testing.F)    { fuzzMore(f, "setup.py") }
func FuzzPipfile(f *testing.F)    { fuzzMore(f, "Pipfile") }
func FuzzAnsible(f *testing.F)    { fuzzMore(f, "meta/runtime.yml") }
func FuzzGemspec(f *testing.F)    { fuzzMore(f, "x.gemspec") }
func FuzzGemfile(f *testing.F)    { fuzzMore(f, "Gemfile") }
func FuzzComposer(f *testing.F)   { fuzzMore(f, "composer.json") }
func FuzzGlobalJSON(f *testing.F) { fuzzMore(f, "global.json") }
func FuzzMSBuild(f *testing.F)    { fuzzMore(f, "x.csproj") }
func FuzzPom(f *testing.F)        { fuzzMore(f, "pom.xml") }
func FuzzGradle(f *testing.F)     { fuzzMore(f, "build.gradle") }
func FuzzWrapper(f *testing.F)    { fuzzMore(f, "gradle-wrapper.properties") }
func FuzzProperties(f *testing.F) { fuzzMore(f, "gradle.properties") }
func FuzzCatalog(f *testing.F)    { fuzzMore(f, "libs.versions.toml") }
func FuzzSwift(f *testing.F)      { fuzzMore(f, "Package.swift") }
func FuzzMix(f *testing.F)        { fuzzMore(f, "mix.exs") }
func FuzzBazel(f *testing.F)      { fuzzMore(f, "MODULE.bazel") }
func FuzzMeson(f *testing.F)      { fuzzMore(f, "meson.build") }
func FuzzAutoconf(f *testing.F)   { fuzzMore(f, "configure.ac") }
func FuzzOtherCI(f *testing.F)    { fuzzMore(f, ".gitlab-ci.yml") }
func FuzzNoReader(f *testing.F)   { fuzzMore(f, "dune-project") }
