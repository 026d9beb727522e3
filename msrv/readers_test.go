package msrv

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read1 reads one file by itself.
func read1(p, text string) Reading {
	return ReadPins(mapFS(map[string]string{p: text}), []string{p}, Options{})
}

// readerCases are files, and what their readers say of them: "key value role", or "key trouble" of a problem.
var readerCases = []struct{ name, path, text, want string }{
	{"keyword", "setup.py", "from setuptools import setup\nsetup(name='x',\n  python_requires='>=3.8',  # why\n)\n", "python_requires >=3.8 floor"},
	{"name", "setup.py", "PY = \">=3.9,<4\"\nsetup(python_requires=PY)\n", "python_requires >=3.9,<4 floor"},
	{"dictionary", "a/setup.py", "args = dict()\nargs['python_requires'] = '>=3.7'\nsetup(**{\"python_requires\": \">=3.7\"})\n", "python_requires >=3.7 floor"},
	{"computed", "setup.py", "V = (3, 8)\nsetup(python_requires='>=%d.%d' % V)\n", "python_requires form"},
	{"f-string", "setup.py", "setup(python_requires=f'>={x}')\n", "python_requires form"},
	{"comment and docstring", "setup.py", "'''python_requires=\">=2\"'''\n# python_requires='>=3'\nsetup()\n", ""},
	{"gemspec", "x.gemspec", "Gem::Specification.new do |s|\n  s.required_ruby_version     = \">= 2.7.0\"\n  s.required_rubygems_version = '>= 1.8.11'\nend\n",
		"required_ruby_version >= 2.7.0 floor; required_rubygems_version >= 1.8.11 floor"},
	{"gemspec list", "x.gemspec", "s.required_ruby_version = ['>= 2.7', '< 4']\n", "required_ruby_version >= 2.7, < 4 floor"},
	{"gemspec bare list", "x.gemspec", "s.required_ruby_version = '>= 2.7', '< 4'\n", "required_ruby_version >= 2.7, < 4 floor"},
	{"gemspec requirement", "x.gemspec", "spec.required_ruby_version = Gem::Requirement.new(\">= 3.0\")\n", "required_ruby_version >= 3.0 floor"},
	{"gemspec of a file", "x.gemspec", "s.required_ruby_version = File.read('.ruby')\n", "required_ruby_version form"},
	{"Gemfile", "Gemfile", "source 'x'\nruby '3.2.1', patchlevel: '31' # ruby '9'\ngem 'ruby-x'\n", "ruby 3.2.1 selector"},
	{"Gemfile range", "Gemfile", "ruby(\">= 3.1\", \"< 4\")\n", "ruby >= 3.1, < 4 selector"},
	{"Gemfile file", "Gemfile", "ruby file: \".ruby-version\"\n", "ruby \".ruby-version\" selector"},
	{"Gemfile computed", "Gemfile", "ruby ENV['R'] || '3.2'\n", "ruby form"},
	{"composer", "composer.json", `{"require": {"php": "^7.2.5 || ^8.0", "ext-json": "*"}, "config": {"platform": {"php": "7.2.5"}}}`,
		"require.php ^7.2.5 || ^8.0 floor; config.platform.php 7.2.5 selector"},
	{"global.json", "global.json", "{\n // the SDK\n \"sdk\": {\"version\": \"8.0.100\", \"rollForward\": \"latestMinor\"}}\n", "sdk.version 8.0.100 selector; sdk.rollForward latestMinor selector"},
	{"global.json default", "global.json", `{"sdk": {"version": "8.0.100-preview.1"}}`, "sdk.version 8.0.100-preview.1 selector; sdk.rollForward latestPatch selector"},
	{"csproj", "a/x.csproj", "<Project Sdk=\"x\"><PropertyGroup>\n<TargetFrameworks>netstandard2.0;net8.0</TargetFrameworks><LangVersion>12</LangVersion></PropertyGroup></Project>",
		"TargetFramework netstandard2.0;net8.0 floor; LangVersion 12 selector"},
	{"props", "Directory.Build.props", "<Project><PropertyGroup Condition=\"'$(X)'==''\"><TargetFramework>net6.0</TargetFramework></PropertyGroup><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>",
		"TargetFramework net6.0 floor; TargetFramework#2 net8.0 floor"},
	{"props by name", "x.props", "<Project><PropertyGroup><Tfm>net9.0</Tfm><TargetFramework>$(Tfm)</TargetFramework></PropertyGroup></Project>", "TargetFramework net9.0 floor"},
	{"props of elsewhere", "x.csproj", "<Project><PropertyGroup><TargetFramework>$(Common)</TargetFramework></PropertyGroup></Project>", "TargetFramework form"},
	{"pom", "pom.xml", "<project><properties><java.version>17</java.version><maven.compiler.release>${java.version}</maven.compiler.release><x>1</x></properties></project>",
		"java.version 17 floor; maven.compiler.release 17 floor"},
	{"pom plugins", "pom.xml", "<project><build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId><configuration><source>1.8</source><release>8</release></configuration></plugin>" +
		"<plugin><artifactId>maven-enforcer-plugin</artifactId><configuration><rules><requireJavaVersion><version>[11,)</version></requireJavaVersion><requireMavenVersion><version>3.6.3</version></requireMavenVersion></rules></configuration></plugin>" +
		"<plugin><artifactId>other</artifactId><configuration><source>x</source></configuration></plugin></plugins></build></project>",
		"maven-compiler-plugin.source 1.8 floor; maven-compiler-plugin.release 8 floor; requireJavaVersion [11,) floor; requireMavenVersion 3.6.3 floor"},
	{"gradle kotlin", "build.gradle.kts", "java { toolchain { languageVersion = JavaLanguageVersion.of(11) } }\ntasks.x { options.release.set(8) }\nkotlin { jvmToolchain(17) }\n",
		"languageVersion 11 selector; options.release 8 floor; jvmToolchain 17 selector"},
	{"gradle groovy", "build.gradle", "sourceCompatibility = JavaVersion.VERSION_1_8\ntargetCompatibility = '11'\n// sourceCompatibility = 17\nlanguageVersion.set(JavaLanguageVersion.of(\"21\"))\n",
		"sourceCompatibility VERSION_1_8 floor; targetCompatibility 11 floor; languageVersion 21 selector"},
	{"gradle names", "build.gradle", "ext {\n  minJava = 11\n}\ncompileJava.options.release = minJava\nsourceCompatibility = JavaVersion.toVersion(minJava)\n", "options.release 11 floor; sourceCompatibility 11 floor"},
	{"gradle elsewhere", "build.gradle", "sourceCompatibility = rootProject.javaLevel\n", "sourceCompatibility form"},
	{"wrapper", "gradle/wrapper/gradle-wrapper.properties", "distributionUrl=https\\://services.gradle.org/distributions/gradle-8.5-bin.zip\n", "distributionUrl 8.5 selector"},
	{"maven wrapper", ".mvn/wrapper/maven-wrapper.properties", "distributionUrl=https://repo.maven.apache.org/maven2/org/apache/maven/apache-maven/3.9.6/apache-maven-3.9.6-bin.zip\n", "distributionUrl 3.9.6 selector"},
	{"gradle.properties", "gradle.properties", "version=1.2\njavaVersion = 17\njvmTarget=11\njava.home=/x\n", "javaVersion 17 selector; jvmTarget 11 selector"},
	{"catalog", "gradle/libs.versions.toml", "[versions]\njava = \"17\"\nguava = \"33\"\n", "versions.java 17 selector"},
	{"swift", "Package.swift", "// swift-tools-version:5.5\nimport PackageDescription\n", "swift-tools-version 5.5 floor"},
	{"swift with blanks", "Package@swift-5.9.swift", "// swift-tools-version: 5.9;x\n", "swift-tools-version 5.9 floor"},
	{"mix", "mix.exs", "def project do\n  [app: :x, elixir: \"~> 1.12\", start: 1]\nend\n", "elixir ~> 1.12 floor"},
	{"mix attribute", "mix.exs", "@elixir_requirement \"~> 1.14\"\ndef project, do: [elixir: @elixir_requirement]\n", "elixir ~> 1.14 floor"},
	{"bazelversion", ".bazelversion", "7.1.0\n", "version 7.1.0 selector"},
	{"bazel module", "MODULE.bazel", "module(name = \"x\", bazel_compatibility = [\">=7.0.0\"])\ngo_sdk.download(version = \"1.22.3\")\nrust.toolchain(edition = \"2021\", versions = [\"1.77.0\", \"nightly/2024-01-01\"])\n",
		"bazel_compatibility >=7.0.0 floor; go_sdk.version 1.22.3 selector; rust.edition 2021 selector; rust.versions 1.77.0 selector; rust.versions#2 nightly/2024-01-01 selector"},
	{"meson", "meson.build", "# meson_version : '>= 9'\nproject('x', ['c', 'cpp'],\n  version : '1.0',\n  meson_version : '>=0.55.0',\n  default_options : ['a=b'])\n", "meson_version >=0.55.0 floor"},
	{"autoconf", "configure.ac", "dnl AC_PREREQ([9])\nAC_PREREQ([2.71])\nAC_INIT([x],[1.0])\nAM_INIT_AUTOMAKE([foreign 1.16 subdir-objects])\nLT_PREREQ(2.4)\n",
		"AC_PREREQ 2.71 floor; AM_INIT_AUTOMAKE 1.16 floor; LT_PREREQ 2.4 floor"},
	{"autoconf computed", "configure.ac", "AC_PREREQ($V)\n", "AC_PREREQ form"},
	{"ansible", "meta/runtime.yml", "---\nrequires_ansible: '>=2.17.0'\n", "requires_ansible >=2.17.0 floor"},
	{"Pipfile", "Pipfile", "[requires]\npython_version = \"3.11\"\n", "requires.python_version 3.11 selector"},
	{"dune", "dune-project", "(lang dune 3.0)\n", " no-reader"},
	{"no toolchain in it", "build.sbt", "name := \"x\"\n", ""},
	{"docker ARG", "Dockerfile", "ARG GO_VERSION=1.22.1\nFROM --platform=$BUILDPLATFORM golang:${GO_VERSION}-alpine AS b\nFROM b\nFROM x:${Y:-3}\n", "ARG GO_VERSION 1.22.1 image; FROM golang 1.22.1-alpine image; FROM x 3 image"},
	{"flow workflow", ".github/workflows/x.yml", "jobs: {a: {runs-on: [self-hosted, linux], steps: [{uses: dtolnay/rust-toolchain@1.70.0}, {uses: a, with: {go-version: '1.20'}}]}}\n",
		"jobs.a.runs-on self-hosted image; jobs.a.runs-on#2 linux image; jobs.a.steps.uses 1.70.0 ci; jobs.a.steps.with.go-version 1.20 ci"},
	{"anchors", ".github/workflows/x.yml", "env: &e\n  GO_VERSION: &v 1.22.1\njobs:\n  a:\n    env:\n      <<: *e\n    with:\n      go-version: *v\n",
		"env.GO_VERSION 1.22.1 ci; jobs.a.env.GO_VERSION 1.22.1 ci; jobs.a.with.go-version 1.22.1 ci"},
	{"folded", ".github/workflows/x.yml", "jobs:\n  a:\n    with:\n      node-version: >-\n        18\n", "jobs.a.with.node-version 18 ci"},
	{"gitlab", ".gitlab-ci.yml", "image: golang:1.22\nvariables:\n  RUST_VERSION: 1.70.0\nx:\n  image:\n    name: rust:1.80-slim\n", "image golang:1.22 image; variables.RUST_VERSION 1.70.0 ci; x.image.name rust:1.80-slim image"},
	{"travis", ".travis.yml", "python: ['3.8', \"3.9\"]\n", "python 3.8 ci; python#2 3.9 ci"},
	{"azure", "azure-pipelines.yml", "pool: {vmImage: ubuntu-22.04}\nsteps:\n- task: UsePythonVersion@0\n  inputs: {versionSpec: '3.11'}\n", "pool.vmImage ubuntu-22.04 image; steps.inputs.versionSpec 3.11 ci"},
}

func TestReaders(t *testing.T) {
	for _, tc := range readerCases {
		t.Run(tc.path+" "+tc.name, func(t *testing.T) {
			r := read1(tc.path, tc.text)
			var got []string
			for _, p := range r.Pins {
				got = append(got, fmt.Sprintf("%s %s %s", p.Key, p.Value, p.Role))
				if at := tc.text[p.Span.Start:p.Span.End]; at != p.Value && !strings.ContainsAny(p.Value, ",\"") && p.Span.Start != p.Span.End && !strings.Contains(at, "$") && p.Span.End-p.Span.Start == len(p.Value) {
					t.Errorf("%s: %q stands at %q", p.Key, p.Value, at)
				}
			}
			for _, p := range r.Problems {
				got = append(got, p.Key+" "+p.Trouble.String())
			}
			want := strings.Split(tc.want, "; ")
			if tc.want == "" {
				want = nil
			}
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every kind of file has a row above, a row of the cases, or is read as another of its kind.
func TestEveryKindIsTested(t *testing.T) {
	tested := map[int]bool{}
	for _, tc := range readerCases {
		tested[kindAt(tc.path)] = true
	}
	for _, tc := range hostile {
		tested[kindAt(tc.path)] = true
	}
	for i, k := range kinds() {
		if !tested[i] && k.unread == "" && !slices.Contains([]string{"clippy.toml", "go.work", "CMakeLists.txt", "pyproject.toml"}, append(k.names, "")[0]) && k.called != "mise.toml, .mise.toml, mise/config.toml" {
			t.Errorf("no case reads %v %v %s", k.names, k.ends, k.called)
		}
	}
}
