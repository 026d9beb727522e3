package audit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/git-backport/git-backport/backport/audit"
	"github.com/git-backport/git-backport/gitops"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/gittest"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/policy"
)

// A script makes a repository and says what an audit of it finds. Its commands, one a line:
//
//	commit BRANCH DAY NAME      a commit with the files "NAME/…" and the message "NAME.msg" of the archive
//	pick BRANCH DAY NAME [AS]   git cherry-pick -x of a commit; AS.msg, where there is one, is its message
//	revert BRANCH DAY NAME AS   git revert of a commit
//	branch BRANCH FROM, tag TAG BRANCH
//	audit DAY [strict] [grace=N] [signal=S] [kind=K]
//	want NAME LINE STATE [SIGNAL]
//	none NAME                   no cell of it says anything
type script struct {
	t       *testing.T
	repo    *gittest.Repo
	archive *txtar.Archive
	names   map[string]string // → id
	rep     *audit.Report
}

// TestScripts runs the repositories of testdata.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s := &script{t: t, repo: gittest.New(t), archive: archive, names: map[string]string{}}
			for i, line := range strings.Split(string(archive.Comment), "\n") {
				if f := strings.Fields(line); len(f) > 0 && !strings.HasPrefix(line, "#") {
					s.run(fmt.Sprintf("%s:%d: %s", name, i+1, line), f[0], f[1:])
				}
			}
		})
	}
}

func (s *script) run(at, command string, args []string) {
	s.t.Helper()
	switch command {
	case "commit":
		s.on(args[0], args[1])
		for _, f := range s.archive.Files {
			if path, ok := strings.CutPrefix(f.Name, args[2]+"/"); ok {
				s.repo.Write(path, string(f.Data))
			}
		}
		s.repo.Git("add", "-A")
		s.repo.GitIn(s.message(args[2]), "commit", "-q", "--allow-empty", "-F", "-")
		s.names[args[2]] = s.repo.Git("rev-parse", "HEAD")
	case "pick":
		s.on(args[0], args[1])
		s.repo.Git("cherry-pick", "-x", s.names[args[2]])
		if len(args) > 3 {
			if text := s.message(args[3]); len(text) > 0 {
				s.repo.GitIn(text, "commit", "-q", "--amend", "--reset-author", "-F", "-")
			}
			s.names[args[3]] = s.repo.Git("rev-parse", "HEAD")
		}
	case "revert":
		s.on(args[0], args[1])
		s.repo.Git("revert", "--no-edit", s.names[args[2]])
		s.names[args[3]] = s.repo.Git("rev-parse", "HEAD")
	case "branch":
		s.repo.Git("branch", args[0], args[1])
	case "tag":
		s.repo.Git("tag", args[0], args[1])
	case "audit":
		s.audit(at, args)
	case "want", "none":
		s.want(at, args)
	default:
		s.t.Fatalf("%s: no such command", at)
	}
}

// on goes to a branch, on a day.
func (s *script) on(branch, day string) {
	s.t.Helper()
	if s.repo.Git("branch", "--list", branch) == "" {
		s.repo.Git("checkout", "-q", "-B", branch)
	} else {
		s.repo.Git("checkout", "-q", branch)
	}
	s.repo.Env = append(s.repo.Env, "GIT_AUTHOR_DATE="+day+"T12:00:00Z", "GIT_COMMITTER_DATE="+day+"T12:00:00Z")
}

// message is the message of a commit.
func (s *script) message(name string) []byte {
	for _, f := range s.archive.Files {
		if f.Name == name+".msg" {
			text := string(f.Data)
			for known, id := range s.names {
				text = strings.ReplaceAll(text, "{"+known+"}", id)
			}
			return []byte(text)
		}
	}
	return nil
}

func (s *script) audit(at string, args []string) {
	s.t.Helper()
	env, err := gitconfig.Host(func(string) (string, bool) { return "", false }, s.repo.Dir)
	if err != nil {
		s.t.Fatal(err)
	}
	env.Dir = s.repo.Dir
	repo, err := gitops.Open(env)
	if err != nil {
		s.t.Fatalf("%s: %v", at, err)
	}
	asOf, err := policy.ParseDate(args[0])
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(s.t.TempDir(), "p.toml")
	for _, f := range s.archive.Files {
		if f.Name == "policy" {
			if err := os.WriteFile(file, f.Data, 0o600); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	ctx := context.Background()
	p := project.New(repo, env, project.Options{Policy: file, AsOf: asOf, Today: asOf})
	if err := p.Fill(ctx, project.NeedPolicy); err != nil {
		s.t.Fatalf("%s: %v", at, err)
	}
	q, err := p.Audit(ctx, nil)
	if err != nil {
		s.t.Fatalf("%s: %v", at, err)
	}
	for _, a := range args[1:] {
		key, value, _ := strings.Cut(a, "=")
		switch key {
		case "strict":
			q.Strict = true
		case "grace":
			if _, err := fmt.Sscan(value, &q.Grace); err != nil {
				s.t.Fatal(err)
			}
		case "signal":
			q.Only = append(q.Only, audit.Signal(value))
		case "kind":
			q.Kinds = append(q.Kinds, policy.Kind(value))
		case "fix":
			id, err := gitops.ParseID(s.names[value])
			if err != nil {
				s.t.Fatal(err)
			}
			q.Fixes = append(q.Fixes, id)
		default:
			s.t.Fatalf("%s: what is %q", at, a)
		}
	}
	if s.rep, err = audit.Run(ctx, repo.NewSession(), q); err != nil {
		s.t.Fatalf("%s: %v", at, err)
	}
}

func (s *script) want(at string, args []string) {
	s.t.Helper()
	row := slices.IndexFunc(s.rep.Rows, func(r audit.Row) bool { return r.Commit().ID.String() == s.names[args[0]] })
	if len(args) == 1 {
		if row >= 0 && slices.ContainsFunc(s.rep.Rows[row].Cells, func(c audit.Cell) bool { return c.Signal != "" }) {
			s.t.Errorf("%s: it has a row: %+v", at, s.rep.Rows[row].Cells)
		}
		return
	}
	if row < 0 {
		s.t.Errorf("%s: it has no row", at)
		return
	}
	var cell *audit.Cell
	for i, l := range s.rep.Request.Lines {
		if l.Name() == args[1] {
			cell = &s.rep.Rows[row].Cells[i]
		}
	}
	if args[1] == "main" {
		cell = s.rep.Rows[row].Main
	}
	if cell == nil {
		s.t.Fatalf("%s: no such line", at)
	}
	signal := ""
	if len(args) > 3 {
		signal = args[3]
	}
	if string(cell.State) != args[2] || string(cell.Signal) != signal {
		s.t.Errorf("%s: got %s %s (%s)", at, cell.State, cell.Signal, cell.Why)
	}
}
