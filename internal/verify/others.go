package verify

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/git-backport/git-backport/msrv"
)

// node finds a release of Node by the user's version manager, else on PATH. None is installed: each manager
// is asked first what it has.
func (f *finder) node(v string) tool {
	t := tool{eco: msrv.Node, version: []string{"node", "--version"}, want: v}
	managers := []struct {
		name    string
		has     []string // the arguments that tell what there is
		wrap    []string
		install string
	}{
		{"fnm", []string{"exec", "--using", v, "--", "node", "--version"}, []string{"fnm", "exec", "--using", v, "--"}, "fnm install " + v},
		{"volta", []string{"list", "node", "--format", "plain"}, []string{"volta", "run", "--node", v}, "volta install node@" + v},
		{"mise", []string{"where", "node@" + v}, []string{"mise", "x", "node@" + v, "--"}, "mise install node@" + v},
	}
	for _, m := range managers {
		if _, ok := f.paths(m.name); !ok {
			continue
		}
		if t.install == "" {
			t.install = m.install
		}
		out, ok := f.probe(nil, append([]string{m.name}, m.has...)...)
		if ok && (m.name != "volta" || strings.Contains(out, "node@"+v)) {
			t.wrap = m.wrap
			return t
		}
	}
	if out, ok := f.probe(nil, "node", "--version"); ok && begins(strings.TrimSpace(out), v) {
		return t
	}
	if t.install == "" {
		t.install = "fnm install " + v
	}
	t.missing = "Node " + v + " is not there"
	return t
}

// python finds a release of Python: by uv, by pyenv, else pythonX.Y on PATH.
func (f *finder) python(v string) tool {
	minor := v
	if parts := strings.Split(v, "."); len(parts) > 2 && parts[2] == "0" {
		minor = strings.Join(parts[:2], ".") // >=3.9 promises some 3.9
	}
	t := tool{eco: msrv.Python, version: []string{"python", "--version"}, want: minor, install: "uv python install " + minor}
	if _, ok := f.paths("uv"); ok {
		env := []string{"UV_PYTHON=" + minor, "UV_PYTHON_DOWNLOADS=never"}
		if out, ok := f.probe(env, "uv", "python", "find", minor); ok && filepath.IsAbs(lastWords(out)) {
			t.env, t.path, t.version = env, filepath.Dir(lastWords(out)), []string{lastWords(out), "--version"}
			return t
		}
	}
	if _, ok := f.paths("pyenv"); ok {
		t.install = "pyenv install " + minor
		list, _ := f.probe(nil, "pyenv", "versions", "--bare") // none, where it fails
		found := ""
		for line := range strings.Lines(list) {
			if name := strings.TrimSpace(line); begins(name, minor) {
				found = name // the list is in order
			}
		}
		if found != "" {
			t.env = []string{"PYENV_VERSION=" + found}
			return t
		}
	}
	parts := strings.SplitN(minor, ".", 3)
	name := "python" + strings.Join(parts[:min(2, len(parts))], ".")
	if where, ok := f.paths(name); ok {
		t.version, t.path = []string{where, "--version"}, filepath.Dir(where)
		return t
	}
	t.missing = "Python " + minor + " is not there"
	return t
}

// java finds a Java of a major release where they are installed.
func (f *finder) java(v string) tool {
	major, _, _ := strings.Cut(strings.TrimPrefix(v, "1."), ".")
	t := tool{eco: msrv.Java, version: []string{"java", "-version"}, install: "sdk install java " + major}
	var places []string
	if f.home != "" {
		places = []string{filepath.Join(f.home, ".sdkman", "candidates", "java"), filepath.Join(f.home, ".local", "share", "mise", "installs", "java")}
	}
	for _, place := range append(places, "/usr/lib/jvm") {
		list, _ := os.ReadDir(place) // none, where there is none
		for _, e := range list {
			dir := filepath.Join(place, e.Name())
			if javaMajor(dir) == major {
				t.env, t.path = []string{"JAVA_HOME=" + dir}, filepath.Join(dir, "bin")
				return t
			}
		}
	}
	t.missing = "Java " + major + " is not there"
	return t
}

// javaMajor is the major release of the Java in a directory, by its file "release"; "" for none.
func javaMajor(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, "release"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), `JAVA_VERSION="`); ok {
			major, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(v, `"`), "1."), ".")
			return major
		}
	}
	return ""
}
