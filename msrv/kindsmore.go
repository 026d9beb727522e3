package msrv

import (
	"path"
	"strings"
)

func javaKinds() []kind {
	return []kind{
		{role: RoleFloor, names: []string{"pom.xml"}, read: (*reader).pom, keys: []Key{
			{"properties: maven.compiler.release, .source, .target, java.version and the like", Java, RoleFloor, "a release; 1.8 is 8"},
			{"maven-compiler-plugin: release, source, target", Java, RoleFloor, "a release"},
			{"maven-enforcer-plugin: requireJavaVersion", Java, RoleFloor, "the least version of the range"},
			{"maven-enforcer-plugin: requireMavenVersion; prerequisites.maven", Maven, RoleFloor, "the least version of the range"},
		}},
		{role: RoleFloor, ends: []string{".gradle", ".gradle.kts"}, read: (*reader).gradle, keys: []Key{
			{"sourceCompatibility, targetCompatibility, options.release, jvmTarget", Java, RoleFloor, "a release; 1.8 is 8"},
			{"languageVersion, jvmToolchain", Java, RoleSelector, "a release"},
		}},
		{role: RoleSelector, names: []string{"gradle-wrapper.properties", "maven-wrapper.properties"}, read: (*reader).wrapper, keys: []Key{
			{"distributionUrl", Gradle, RoleSelector, "the version in the name of the file (also Maven's)"}}},
		{role: RoleSelector, names: []string{"gradle-daemon-jvm.properties", "gradle.properties"}, read: (*reader).properties, keys: []Key{
			{"toolchainVersion, javaVersion, jvmTarget and the like", Java, RoleSelector, "a release"}}},
		{role: RoleSelector, ends: []string{".versions.toml"}, read: (*reader).catalog, keys: []Key{
			{"versions: java, jdk, jvmTarget and the like", Java, RoleSelector, "a release"}}},
	}
}

func buildKinds() []kind {
	return []kind{
		{role: RoleFloor, names: []string{"CMakeLists.txt"}, read: (*reader).cmake, keys: []Key{
			{"cmake_minimum_required", CMake, RoleFloor, "numbers"}, {"cmake_minimum_required.policy_max", CMake, RoleImage, "numbers"}}},
		{role: RoleFloor, names: []string{"meson.build"}, read: (*reader).meson, keys: []Key{{"meson_version", Meson, RoleFloor, "the least version of the comparisons"}}},
		{role: RoleFloor, names: []string{"configure.ac", "configure.in"}, read: (*reader).autoconf, keys: []Key{
			{"AC_PREREQ", Autoconf, RoleFloor, "numbers"}, {"AM_INIT_AUTOMAKE", "automake", RoleFloor, "the version among its options"},
			{"LT_PREREQ", "libtool", RoleFloor, "numbers"}}},
		{role: RoleFloor, match: func(_, base string) bool {
			return base == "Package.swift" || strings.HasPrefix(base, "Package@swift-") && strings.HasSuffix(base, ".swift")
		}, called: "Package.swift, Package@swift-*.swift", read: (*reader).swift, keys: []Key{{"swift-tools-version", Swift, RoleFloor, "numbers"}}},
		{role: RoleFloor, names: []string{"mix.exs"}, read: (*reader).mix, keys: []Key{{"elixir", Elixir, RoleFloor, "the least version of the requirement"}}},
		{role: RoleFloor, names: []string{"MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel"}, read: (*reader).bazel, keys: []Key{
			{"bazel_compatibility", Bazel, RoleFloor, "comparisons"},
			{"version, versions, python_version, node_version … of toolchain calls", "by the call", RoleSelector, "a version"}}},
	}
}

func plainKinds() []kind {
	version := func(name string) []Key { return []Key{{name, "by the file's name", RoleSelector, "a version"}} }
	return []kind{
		{role: RoleSelector, names: []string{".go-version", ".python-version", ".ruby-version"}, read: (*reader).versionList,
			keys: version("the first version; further ones are numbered")},
		{role: RoleSelector, names: []string{".nvmrc", ".node-version", ".java-version", ".bazelversion", ".swift-version", ".terraform-version", ".php-version", ".bun-version"},
			read: (*reader).versionFile, keys: version("the version")},
		{role: RoleSelector, names: []string{".tool-versions"}, read: (*reader).toolVersions, keys: version("each tool")},
		{role: RoleSelector, match: isMise, called: "mise.toml, .mise.toml, mise/config.toml", read: (*reader).mise, keys: version("tools.*")},
	}
}

func ciKinds() []kind {
	return []kind{
		{role: RoleCI, match: isWorkflow, called: ".github/**/*.yml, action.yml", read: (*reader).workflow, keys: []Key{
			{"toolchain, rust-version, go-version, node-version, python-version, java-version … of with, matrix and inputs", "by the key", RoleCI, "a version or range"},
			{"matrix: rust, go, node, python, java, ruby, php …", "by the key", RoleCI, "a version or range"},
			{"env: *_VERSION", "by the name", RoleCI, "a version"},
			{"uses: dtolnay/rust-toolchain@…", Rust, RoleCI, "a release or channel"},
			{"nightly-YYYY-MM-DD anywhere", Rust, RoleCI, "the day"},
			{"runs-on, container, image, uses: docker://…", "runner, container", RoleImage, "the text, or the numbers of a tag"},
		}},
		{role: RoleCI, match: isOtherCI, called: ".gitlab-ci.yml, azure-pipelines.yml, .circleci/config.yml, .travis.yml, appveyor.yml", read: (*reader).otherCI, keys: []Key{
			{"image, vmImage, container", "container", RoleImage, "the numbers of the tag"},
			{"*_VERSION, versionSpec, and the lists of Travis", "by the key", RoleCI, "a version"},
		}},
		{role: RoleImage, match: isDockerfile, called: "Dockerfile, Containerfile, Dockerfile.*, *.Dockerfile", read: (*reader).dockerfile, keys: []Key{
			{"FROM", "the image's name", RoleImage, "the numbers of the tag, ARG filled in; a digest has no order"},
			{"ARG *_VERSION", "by the name", RoleImage, "a version"},
		}},
	}
}

// unreadKinds are files that declare a toolchain, and that no reader reads.
func unreadKinds() []kind {
	// The packages of conda that are toolchains. A lock file names them with their versions, among hundreds.
	const condaToolchains = "python|nodejs|go|rust|ruby|openjdk|dotnet|dotnet-sdk"
	unread := func(role Role, lines string, names ...string) kind {
		k := kind{role: role, unread: lines}
		for _, name := range names {
			if end, ok := strings.CutPrefix(name, "*"); ok {
				k.ends = append(k.ends, end)
			} else {
				k.names = append(k.names, name)
			}
		}
		return k
	}
	return []kind{
		unread(RoleFloor, `\(lang\s+dune\b|\bocaml\b|\bdune\b`, "dune-project", "*.opam", "opam"),
		unread(RoleFloor, `(?i)\bsdk\b|\bflutter\b`, "pubspec.yaml"),
		unread(RoleFloor, `(?i)\bscalaVersion\b|\bjavacOptions\b|\bscalacOptions\b|sbt\.version`, "build.sbt", "build.properties"),
		unread(RoleFloor, `(?i)minimum_otp_vsn|\berl_opts\b`, "rebar.config"),
		unread(RoleFloor, `(?i)\bbase\s*[<>=^]|cabal-version|tested-with|^resolver:|^snapshot:`, "*.cabal", "stack.yaml", "package.yaml"),
		unread(RoleFloor, `minimum_zig_version`, "build.zig.zon"),
		unread(RoleFloor, `^\s*julia\s*=`, "Project.toml"),
		unread(RoleFloor, `MIN_PERL_VERSION|requires\s*\(?\s*['"]perl['"]|\bperl\b`, "Makefile.PL", "Build.PL", "cpanfile"),
		unread(RoleFloor, `(?i)\bDepends:|\bR \(`, "DESCRIPTION"),
		unread(RoleFloor, `(?i)^crystal:`, "shard.yml"),
		unread(RoleFloor, `required_version`, "versions.tf", "versions.tofu", "terraform.tf"),
		unread(RoleFloor, `\bluaVersion\b|"lua\b`, "*.rockspec"),
		unread(RoleFloor, `(?i)\bnim\b`, "*.nimble"),
		unread(RoleFloor, `PowerShellVersion|DotNetFrameworkVersion|CLRVersion`, "*.psd1"),
		unread(RoleSelector, `(?i)nodejs|go_|jdk|python|ruby|rust|channel|nixpkgs`, "shell.nix", "flake.nix", "devbox.json", "devbox.lock"),
		unread(RoleSelector, `"(?:rev|narHash|url)"`, "flake.lock"),
		unread(RoleSelector, `(?:^|[{,])\s*"?(?:`+condaToolchains+`)"?\s*=`, "pixi.toml"),
		unread(RoleSelector, `/((?:`+condaToolchains+`)-[0-9][0-9.]*)-`, "pixi.lock"),
		unread(RoleFloor, `(?i)^\s*-\s*python\b|^dependencies:`, "environment.yml", "environment.yaml"),
		unread(RoleFloor, `cppstd|required_conan_version|settings\s*=`, "conanfile.py", "conanfile.txt"),
		unread(RoleFloor, `EnsurePythonVersion|EnsureSConsVersion`, "SConstruct"),
		unread(RoleSelector, `set_xmakever|set_languages`, "xmake.lua"),
		unread(RoleSelector, `go_version|rust|toolchain|version`, "BUCK", "toolchains.bzl"),
		unread(RoleCI, `(?i)image|docker|tools?\s*\{|jdk|VERSION`, "Jenkinsfile", ".drone.yml", "bitbucket-pipelines.yml", "cloudbuild.yaml", "buildspec.yml"),
	}
}

func isMise(p, base string) bool {
	switch base {
	case "mise.toml", ".mise.toml":
		return true
	case "config.toml":
		dir := path.Base(path.Dir(p))
		return dir == "mise" || dir == ".mise"
	}
	return p == ".config/mise.toml" || strings.HasSuffix(p, "/.config/mise.toml")
}

func isYAML(base string) bool {
	return strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml")
}

func isWorkflow(p, base string) bool {
	return isYAML(base) && (strings.HasPrefix(p, ".github/") || base == "action.yml" || base == "action.yaml")
}

func isOtherCI(p, base string) bool {
	if !isYAML(base) {
		return false
	}
	for _, dir := range []string{".gitlab/", ".gitlab-ci/", ".azure-pipelines/", ".pipelines/", ".circleci/"} {
		if strings.HasPrefix(p, dir) {
			return true
		}
	}
	name := strings.TrimSuffix(strings.TrimSuffix(base, ".yml"), ".yaml")
	return strings.HasSuffix(name, ".gitlab-ci") || strings.HasPrefix(name, "azure-pipelines") || name == ".travis" || strings.TrimPrefix(name, ".") == "appveyor" ||
		name == ".cirrus"
}

func isDockerfile(_, base string) bool {
	return base == "Dockerfile" || base == "Containerfile" || strings.HasPrefix(base, "Dockerfile.") || strings.HasSuffix(base, ".Dockerfile")
}
