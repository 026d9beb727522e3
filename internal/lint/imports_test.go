package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"sort"
	"strings"
	"testing"
)

const module = "github.com/git-backport/git-backport/"

// A rule says what the direct imports of a package may be. Paths of ours are relative to the module.
type rule struct {
	pkg   string
	ours  []string // packages of ours that may be imported
	other []string // prefixes of packages that are neither ours nor the standard library's
	never []string // packages of the standard library that must not be imported
	why   string
}

func rules() []rule {
	unsafe := []string{"os/exec", "net", "net/http"}
	return []rule{
		{"policy", nil, []string{"github.com/Masterminds/semver/v3"}, append([]string{"os"}, unsafe...), "who gets a fix is a function of its arguments, which one can read and replay"},
		{"internal/merge", nil, nil, append([]string{"os", "time", "io/fs"}, unsafe...), "the merge engine is tested by bytes and judged by git, without a repository"},
		{"internal/document", nil, []string{"github.com/pelletier/go-toml/v2/unstable"}, append([]string{"os"}, unsafe...), "values know their bytes and lines; edits are bytes in, bytes out"},
		{"internal/version", nil, []string{"github.com/Masterminds/semver/v3"}, append([]string{"os"}, unsafe...), "a version is a text that can be counted on"},
		{"internal/notes", []string{"internal/document", "internal/version"}, nil, append([]string{"os"}, unsafe...), "notes are bytes in, bytes out"},
		{"internal/cargo", []string{"internal/document", "internal/version"}, nil, append([]string{"os", "time"}, unsafe...), "a workspace is read from a tree; locks are merged as bytes"},
		{"internal/manifest", []string{"internal/cargo", "internal/document", "internal/version"}, []string{"golang.org/x/mod"}, append([]string{"os"}, unsafe...), "edits are bytes in, bytes out"},
		{"msrv", []string{"internal/document"}, []string{"golang.org/x/mod", "github.com/goccy/go-yaml"}, append([]string{"os"}, unsafe...), "pins are read through fs.FS, from trees and never from the work tree"},
		{"gitops", []string{"gitops/odb", "gitops/refs", "gitops/object", "gitops/gitconfig", "internal/merge", "internal/txfs"}, []string{"github.com/go-git/go-git/v5/plumbing"}, unsafe, "the repository knows no policy, and is the only user of go-git"},
		{"gitops/odb", []string{"gitops/object"}, []string{"golang.org/x/sys", "golang.org/x/text"}, unsafe, "objects are read by our own reader alone"},
		{"gitops/object", nil, []string{"golang.org/x/text"}, append([]string{"os"}, unsafe...), "commits and trees are bytes"},
		{"gitops/gitconfig", nil, []string{"golang.org/x/sys", "golang.org/x/text"}, unsafe, "configuration is read as git reads it, and never acted on"},
		{"gitops/refs", []string{"gitops/object", "internal/txfs"}, []string{"golang.org/x/sys"}, unsafe, "refs are written through the one seam"},
		{"internal/txfs", nil, []string{"golang.org/x/sys"}, unsafe, "the seam stands on the system alone"},
		{"internal/operation", []string{"gitops", "internal/txfs"}, nil, unsafe, "the record knows refs and objects, and nothing of how a fix is made"},
		{"internal/checkout", []string{"gitops", "internal/txfs"}, nil, unsafe, "files go to a directory and back through os.Root; git is run by whoever passes it in"},
		{"backport/why", []string{"gitops"}, nil, append([]string{"os"}, unsafe...), "why a pick conflicts is read from history, and the branch is asked through a small interface"},
		{"backport/release", []string{"gitops", "policy", "internal/document", "internal/manifest", "internal/notes", "internal/version"}, nil, append([]string{"os"}, unsafe...), "a release commit is made from values, by the verb bump and beside a pick alike"},
		{"backport/ledger", []string{"gitops/object"}, nil, append([]string{"os", "time"}, unsafe...), "what a branch has is a function of commits, which one can write down and replay"},
		{"backport/audit", []string{"backport", "backport/ledger", "backport/why", "gitops", "policy"}, nil, append([]string{"os"}, unsafe...), "what is missing is read from the repository alone"},
		{"backport", []string{"backport/why", "backport/release", "backport/ledger", "policy", "msrv", "gitops", "gitops/object", "internal/cargo", "internal/manifest", "internal/notes", "internal/operation"}, nil, append([]string{"os"}, unsafe...), "the product runs in a test, a server or a bot as well"},
		{"internal/demo", []string{"gitops", "gitops/gitconfig", "backport", "internal/txfs"}, nil, unsafe, "the demonstration uses what the product uses"},
		{"internal/config", []string{"policy", "msrv", "internal/manifest", "internal/notes", "backport", "backport/audit", "backport/ledger"}, []string{"github.com/BurntSushi/toml", "github.com/pelletier/go-toml/v2/unstable", "github.com/goccy/go-yaml", "github.com/Masterminds/semver/v3"}, append([]string{"os"}, unsafe...), "the keys of the policy file are named once"},
		{"internal/resolve", []string{"gitops", "gitops/object", "gitops/odb", "backport", "internal/checkout", "internal/operation"}, nil, unsafe, "what a person made is read and judged here; git is run by whoever passes it in"},
		{"internal/propose", []string{"policy", "gitops", "internal/config", "internal/manifest", "internal/notes"}, []string{"github.com/Masterminds/semver/v3"}, append([]string{"os"}, unsafe...), "a proposal is made from what is seen, and tried in memory"},
		{"internal/report", []string{"internal/propose", "internal/resolve", "backport", "backport/audit", "backport/ledger", "backport/why", "backport/release", "policy", "msrv", "gitops", "internal/operation", "internal/publish", "internal/ci", "internal/ready", "internal/streams", "internal/verify"}, nil, append([]string{"os"}, unsafe...), "rendering writes to the writer it is given"},
		{"internal/project", []string{"policy", "msrv", "gitops", "gitops/gitconfig", "backport", "backport/audit", "backport/ledger", "backport/release", "internal/config", "internal/checkout", "internal/manifest", "internal/notes", "internal/version", "internal/operation"}, nil, unsafe, "it takes values: no flag, no clock, no environment of its own"},
		{"internal/streams", nil, []string{"golang.org/x/term"}, unsafe, "the terminal is asked in one place"},
		{"internal/publish", []string{"internal/operation", "internal/child"}, nil, append([]string{"os"}, unsafe...), "the user's git pushes and the user's gh or glab asks the forge: it holds no token and opens no connection"},
		{"internal/ci", nil, []string{"github.com/goccy/go-yaml"}, append([]string{"os"}, unsafe...), "workflows and events are text; requests go through the function it is handed"},
		{"internal/verify", []string{"gitops", "gitops/object", "msrv", "internal/checkout", "internal/child", "internal/txfs"}, nil, unsafe, "a tree is written, a command of the user's is run in it by child, and both are cleared away"},
		{"internal/ready", []string{"policy", "msrv", "gitops", "backport", "backport/audit", "backport/release", "internal/config", "internal/document", "internal/notes", "internal/operation", "internal/project"}, nil, append([]string{"os"}, unsafe...), "what stands in the way of a release is read from the tips; the forge is asked by who is passed in"},
		{"internal/child", []string{"internal/txfs"}, []string{"golang.org/x/sys"}, []string{"net", "net/http"}, "the only user of os/exec"},
		{"cmd", []string{
			"policy", "msrv", "gitops", "gitops/odb", "gitops/refs", "gitops/object", "gitops/gitconfig", "backport", "backport/audit", "backport/ledger", "backport/release", "internal/manifest", "internal/propose", "internal/config", "internal/report",
			"internal/txfs", "internal/child", "internal/streams", "internal/demo", "internal/operation", "internal/checkout", "internal/project", "internal/resolve", "internal/publish", "internal/ci", "internal/verify", "internal/ready",
		}, []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/Masterminds/semver/v3"}, unsafe, "the edge: flags, environment, clock, exit codes; it never merges by itself"},
		{"cmd/git-backport", []string{"cmd"}, nil, nil, "main does nothing"},
	}
}

// closed are packages that must not be in the program at all.
func closed() map[string]string {
	return map[string]string{
		"net/http":                    "the program has no network",
		"crypto/tls":                  "the program has no network",
		"github.com/go-git/go-git/v5": "its repository, work tree and transports are measured to be unsafe here",
		"github.com/go-git/go-git/v5/plumbing/object":    "it brings OpenPGP along",
		"github.com/go-git/go-git/v5/plumbing/transport": "pushing is the user's git's",
		"github.com/go-git/go-git/v5/storage/filesystem": "its ref writer corrupts branches",
		"testing": "it is for tests",
	}
}

// A listed is what go list says of a package.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Doc        string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,Imports,Doc"}, args...)...)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestDirectImports(t *testing.T) {
	known := map[string]listed{}
	std := map[string]bool{}
	for _, p := range list(t, "-deps", "./...") {
		known[p.ImportPath] = p
		std[p.ImportPath] = p.Standard
	}
	ruled := map[string]bool{}
	for _, r := range rules() {
		ruled[module+r.pkg] = true
		p, ok := known[module+r.pkg]
		if !ok {
			t.Errorf("%s has a row in the import table and is not there", r.pkg)
			continue
		}
		for _, imp := range p.Imports {
			if msg := r.forbids(imp, std[imp]); msg != "" {
				t.Errorf("%s imports %s: %s\n\twhy: %s", r.pkg, imp, msg, r.why)
			}
		}
	}
	for path := range known {
		rel, ours := strings.CutPrefix(path, module)
		if ours && !ruled[path] && !strings.HasPrefix(rel, "internal/tools/") && !testOnly(rel) {
			t.Errorf("package %s has no row in the import table", rel)
		}
	}
}

// testOnly reports whether a package is for tests alone: their names end in test.
func testOnly(rel string) bool { return rel == "internal/lint" || strings.HasSuffix(rel, "test") }

func (r rule) forbids(imp string, std bool) string {
	if rel, ours := strings.CutPrefix(imp, module); ours {
		if slices.Contains(r.ours, rel) {
			return ""
		}
		return "not one of " + strings.Join(r.ours, ", ")
	}
	if std {
		for _, n := range r.never {
			if imp == n {
				return "never"
			}
		}
		return ""
	}
	for _, prefix := range r.other {
		if imp == prefix || strings.HasPrefix(imp, prefix+"/") {
			return ""
		}
	}
	return "not one of its libraries"
}

func TestClosure(t *testing.T) {
	imports := map[string][]string{}
	for _, p := range list(t, "-deps", "./cmd/git-backport") {
		imports[p.ImportPath] = p.Imports
	}
	for path, why := range closed() {
		if _, in := imports[path]; in {
			t.Errorf("%s is linked: %s\n\t%s", path, why, chain(imports, module+"cmd/git-backport", path))
		}
	}
	for path := range imports {
		if rel, ours := strings.CutPrefix(path, module); ours && testOnly(rel) {
			t.Errorf("%s is linked, and is for tests:\n\t%s", rel, chain(imports, module+"cmd/git-backport", path))
		}
		if strings.HasPrefix(path, module) && path != module+"gitops" {
			for _, imp := range imports[path] {
				if strings.HasPrefix(imp, "github.com/go-git/") {
					t.Errorf("%s imports %s: only gitops may", path, imp)
				}
			}
		}
	}
}

// chain finds how one package comes to import another.
func chain(imports map[string][]string, from, to string) string {
	type step struct {
		path string
		via  []string
	}
	seen := map[string]bool{from: true}
	for queue := []step{{from, []string{from}}}; len(queue) > 0; queue = queue[1:] {
		next := slices.Clone(imports[queue[0].path])
		sort.Strings(next)
		for _, imp := range next {
			via := append(slices.Clone(queue[0].via), imp)
			if imp == to {
				return strings.Join(via, " → ")
			}
			if !seen[imp] {
				seen[imp] = true
				queue = append(queue, step{imp, via})
			}
		}
	}
	return fmt.Sprintf("%s → … → %s", from, to)
}

func TestPackageDocs(t *testing.T) {
	for _, p := range list(t, "./...") {
		if p.Doc == "" && !strings.HasSuffix(p.ImportPath, "/internal/lint") {
			t.Errorf("package %s does not say what it is for", p.ImportPath)
		}
	}
}
