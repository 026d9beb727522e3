package gitconfig

import (
	"strings"
	"testing"
)

// TestAttributeFilesAsGit marks each file with an attribute of its own and asks git which it reads.
func TestAttributeFilesAsGit(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		user string // of ~/.gitconfig
		dir  string
	}{
		{name: "default"}, {name: "xdg", env: map[string]string{"XDG_CONFIG_HOME": "$ROOT/xdg"}}, {name: "xdg empty", env: map[string]string{"XDG_CONFIG_HOME": ""}}, {name: "no home", env: map[string]string{"HOME": "UNSET"}},
		{name: "configured", user: "[core]\nattributesFile=~/attrs\n"}, {name: "configured gone", user: "[core]\nattributesFile=~/gone\n"}, {name: "configured empty", user: "[core]\nattributesFile=\n"}, {name: "linked", dir: "w"},
		{name: "relative", user: "[core]\nattributesFile=attrs\n"}, {name: "optional", user: "[core]\nattributesFile=:(optional)~/gone\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "optional" {
				needGit(t, 52)
			}
			files := linked(plainCore, map[string]string{
				"home/.gitconfig": c.user, "home/.config/git/attributes": "f a=config\n", "xdg/git/attributes": "f a=xdg\n", "home/attrs": "f a=attrs\n", "repo/attrs": "f a=relative\n",
				"repo/.git/info/attributes": "f i=common\n", "repo/.git/worktrees/w/info/attributes": "f i=linked\n",
			})
			w := newWorld(t, files, c.env)
			dir := c.dir
			if dir == "" {
				dir = "repo"
			}
			config, err := w.load(dir)
			if err != nil {
				t.Fatal(err)
			}
			got, err := config.AttributeFiles(w.environment(dir))
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			for _, path := range []string{got.User, got.Info} {
				if path != "" {
					if b, err := readSmall(path, 100); err == nil {
						want += string(b)[strings.IndexByte(string(b), '=')+1:]
					}
				}
			}
			out := ""
			for _, name := range []string{"a", "i"} {
				line, stderr, ok := w.git(dir, "check-attr", "-z", name, "--", "f")
				if !ok {
					t.Fatal(stderr)
				}
				fields := strings.Split(strings.TrimSuffix(line, "\x00"), "\x00")
				if value := fields[len(fields)-1]; value != "unspecified" {
					out += value + "\n"
				}
			}
			if out != want {
				t.Errorf("git %q, here %q from %+v", out, want, got)
			}
		})
	}
}
