package gitconfig

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestCheckFormatAsGit(t *testing.T) {
	extensions := []string{
		"noop", "noop-v1", "worktreeConfig=true", "preciousObjects=true", "partialClone=origin", "relativeWorktrees=true", "objectFormat=sha1", "objectFormat=junk", "objectFormat", "refStorage=files", "refStorage=junk",
		"unknown=1", "submodulePathConfig=true", "noop=x", "partialClone", "worktreeConfig=junk", "relativeWorktrees=junk", "preciousObjects=junk", "NOOP", "noop\n[extensions \"sub\"]\nnoop", "objectFormat=sha256\nobjectFormat=sha1", "foo\nbar",
	}
	var files []string
	for _, version := range []string{"repositoryformatversion=0", "repositoryformatversion=1", ""} {
		for _, e := range extensions {
			files = append(files, "[core]\n"+version+"\n[extensions]\n"+e+"\n")
		}
	}
	for _, version := range []string{"2", "99", "-1", "-2", "x", "1k", "", "0x1", "2\nrepositoryformatversion=0"} {
		files = append(files, "[core]\nrepositoryformatversion="+version+"\n[extensions]\nunknown\n")
	}
	files = append(files, "[core]\nrepositoryformatversion\n", plainCore+"[include]\npath=inc\n")
	for i, content := range files {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			if strings.Contains(content, "relativeWorktrees") || strings.Contains(content, "submodulePathConfig") || strings.Contains(content, "refStorage") {
				needGit(t, 55)
			}
			w := newWorld(t, map[string]string{"repo/.git/config": content, "repo/.git/inc": "[core]\nrepositoryformatversion=7\n"}, nil)
			_, stderr, ok := w.git("repo", "symbolic-ref", "HEAD")
			c, err := w.load("repo")
			if err == nil {
				err = CheckFormat(c)
			}
			if ok != (err == nil) {
				t.Errorf("%q: git %s; %v", content, stderr, err)
			}
			var unsupported *UnsupportedRepository
			if errors.As(err, &unsupported) && unsupported.Hint == "" {
				t.Errorf("no cure in %+v", unsupported)
			}
		})
	}
}

// git reads these, this program does not.
func TestCheckFormatRefuses(t *testing.T) {
	for extension, want := range map[string]string{
		"objectFormat=sha256": "extensions.objectformat=sha256", "refStorage=reftable": "extensions.refstorage=reftable", "compatObjectFormat=sha256": "extensions.compatobjectformat=sha256",
		"objectFormat=sha1\nobjectFormat=sha256": "extensions.objectformat=sha256",
	} {
		w := newWorld(t, map[string]string{"repo/.git/config": "[core]\nrepositoryformatversion=1\n[extensions]\n" + extension + "\n"}, nil)
		c, err := w.load("repo")
		if err != nil {
			t.Fatal(err)
		}
		var unsupported *UnsupportedRepository
		if err := CheckFormat(c); !errors.As(err, &unsupported) || unsupported.Feature != want || unsupported.Hint == "" {
			t.Errorf("%q: %v", extension, err)
		}
	}
}
