package gitconfig

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// pickScene is a repository with commits to pick onto the tag onto, one tag for each effect.
type pickScene struct {
	r      *gittest.Repo
	scenes []string
}

func newPickScene(t *testing.T) *pickScene {
	t.Helper()
	s := &pickScene{r: gittest.New(t)}
	r := s.r
	lines := func(prefix string, n int, change ...string) string {
		out := ""
		for i := 1; i <= n; i++ {
			line := fmt.Sprintf("%s line %d", prefix, i)
			if len(change) == 2 && change[0] == fmt.Sprint(i) {
				line = change[1]
			}
			out += line + "\n"
		}
		return out
	}
	letters := func(text string) string { return strings.Join(strings.Split(text, ""), "\n") + "\n" }
	r.Write("old", lines("a", 20))
	r.Write("dir/one", lines("x", 10))
	r.Write("dir/two", lines("y", 10))
	r.Write("text", lines("z", 30))
	r.Write("crlf", "a\r\nb\r\nc\r\n")
	r.Write("letters", letters("ab{c}bd"))
	r.Commit("base")
	r.Git("tag", "base")
	commit := func(name, path, content, message string) {
		r.Git("checkout", "-q", "--detach", "base")
		r.Write(path, content)
		r.Git("add", "-A")
		r.GitIn([]byte(message), "commit", "-q", "--cleanup=verbatim", "-F", "-")
		r.Git("tag", name)
		s.scenes = append(s.scenes, name)
	}
	commit("rename", "old", lines("a", 20, "10", "theirs"), "m\n")
	commit("directory", "dir/three", "new\n", "m\n")
	commit("conflict", "text", lines("z", 30, "15", "theirs"), "m\n")
	commit("ends", "crlf", "a\r\nB\r\nc\r\n", "m\n")
	commit("aligned", "letters", letters("ab{}abc}{cc}{bd"), "m\n")
	commit("message", "note", "n\n", "m\n\n# comment\n\n\n; x \n\nkey=val\n")
	commit("block", "note", "n\n", "m\n\nmykey: bar\nnot one\nnor this\nnor this\n")
	commit("latin", "note", "n\n", "m \xc3\xa9\n")
	r.Git("checkout", "-q", "--detach", "base")
	r.Git("mv", "old", "new")
	r.Git("mv", "dir", "moved")
	r.Write("new", "ours\n"+lines("a", 20))
	r.Write("text", lines("z", 30, "15", "ours"))
	r.Write("crlf", "a\nb\nc\n")
	r.Write("letters", letters("ab{cbd}bd"))
	r.Write(".gitattributes", "crlf text\n")
	r.Commit("onto")
	r.Git("tag", "onto")
	return s
}

// result picks a commit with a setting and returns what came of it.
func (s *pickScene) result(scene string, setting ...string) string {
	s.r.Git("checkout", "-qf", "--detach", "onto")
	_, _, code := s.r.Try(nil, append(setting, "cherry-pick", "-x", scene)...)
	b, err := os.ReadFile(s.r.Dir + "/text")
	return fmt.Sprint(code, s.r.Git("ls-files", "-s"), s.r.Git("cat-file", "commit", "HEAD"), string(b), err)
}

// Each setting that is warned about changes what git picks, and one that repeats a default does not.
func TestPickSettingsAsGit(t *testing.T) {
	needGit(t, 55)
	s := newPickScene(t)
	attributes := s.r.Dir + "/../attributes"
	if err := os.WriteFile(attributes, []byte("text merge=union\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := map[string]string{}
	for _, scene := range s.scenes {
		plain[scene] = s.result(scene)
	}
	for _, c := range []struct {
		setting string
		effect  bool
		scene   string
	}{
		{"merge.renames=false", true, "rename"}, {"merge.renames=true", false, "rename"}, {"merge.renames=copies", false, "rename"}, {"merge.renameLimit=1", true, "rename"}, {"merge.directoryRenames=true", true, "directory"}, {"merge.directoryRenames=false", true, "directory"}, {"merge.directoryRenames=conflict", false, "directory"},
		{"merge.conflictStyle=diff3", true, "conflict"}, {"merge.conflictStyle=zdiff3", true, "conflict"}, {"merge.conflictStyle=merge", false, "conflict"}, {"merge.default=union", true, "conflict"}, {"merge.renormalize=true", true, "ends"}, {"merge.renormalize=no", false, "ends"},
		{"diff.renames=false", true, "rename"}, {"diff.renames=1", false, "rename"}, {"diff.renameLimit=1", true, "rename"}, {"diff.algorithm=myers", true, "aligned"}, {"diff.algorithm=histogram", false, "aligned"}, {"i18n.commitEncoding=iso-8859-1", true, "latin"}, {"i18n.commitEncoding=UTF-8", false, "latin"},
		{"commit.cleanup=strip", true, "message"}, {"commit.cleanup=verbatim", true, "message"}, {"commit.cleanup=default", false, "message"}, {"commit.cleanup=whitespace", false, "message"}, {"trailer.separators==", true, "message"}, {"trailer.separators=:", false, "message"}, {"trailer.any.key=mykey", true, "block"}, {"trailer.where=start", false, "block"},
		{"core.attributesFile=" + attributes, true, "conflict"}, {"core.abbrev=12", true, "conflict"}, {"core.abbrev=auto", false, "conflict"}, {"merge.verbosity=5", false, "rename"},
	} {
		key, value, _ := strings.Cut(c.setting, "=")
		env := Environment{Lookup: func(name string) (string, bool) {
			v, ok := map[string]string{"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": value, "GIT_CONFIG_NOSYSTEM": "1"}[name]
			return v, ok
		}}
		config, err := Load(env, Layout{})
		if err != nil {
			t.Fatal(err)
		}
		if warned := len(PickSettings(config)) == 1; warned != c.effect {
			t.Errorf("%s: PickSettings %v", c.setting, PickSettings(config))
		}
		if changed := s.result(c.scene, "-c", c.setting) != plain[c.scene]; changed != c.effect {
			t.Errorf("%s: git changes something: %v", c.setting, changed)
		}
	}
}

func TestPickSettingsOrderAndOrigin(t *testing.T) {
	w := newWorld(t, map[string]string{"home/.gitconfig": "[merge \"x\"]\ndriver=cmd\nname=y\n[diff]\nrenames=0\n[MERGE]\nrenames=no\nrenames=false\n"}, nil)
	c, err := w.load("home")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range PickSettings(c) {
		if s.Effect == "" {
			t.Errorf("%+v has no effect", s)
		}
		got = append(got, s.Key+"="+s.Value+strings.TrimPrefix(s.Origin, w.root))
	}
	if want := "diff.renames=0/home/.gitconfig:5 merge.renames=false/home/.gitconfig:8 merge.x.driver=cmd/home/.gitconfig:2"; strings.Join(got, " ") != want {
		t.Errorf("got %q", got)
	}
}
