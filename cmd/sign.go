package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/gitops/gitconfig"
	"github.com/git-backport/git-backport/internal/child"
	"github.com/git-backport/git-backport/internal/project"
	"github.com/git-backport/git-backport/internal/txfs"
)

// signing makes the signer that -S or the configuration asks for. plan starts no program: what it
// shows then has no commit ids, because a signature is part of a commit.
func (a *app) signing(in *project.Project, f *planRun, ident gitconfig.Ident, o *backport.Options) error {
	s, err := in.Repo.Config.Signing()
	if err != nil {
		return usageError(err, "")
	}
	if !s.Commits && !f.Sign {
		return nil
	}
	f.signing = s.Format
	if !f.landing {
		o.Seal.Committer = nil
		return nil
	}
	sign, err := a.signer(s, ident)
	if err != nil {
		return &Error{Exit: ExitUsage, Code: "signing", Err: fmt.Errorf("the commits are to be signed: %w", err), Hint: "commits are never left unsigned in silence; git config commit.gpgSign false asks for none"}
	}
	o.Seal.Sign = sign
	return nil
}

// signer starts the program that git would sign with. One that the repository itself names is refused:
// a repository does not choose what runs.
func (a *app) signer(s gitconfig.Signing, ident gitconfig.Ident) (func([]byte) (string, error), error) {
	if s.ProgramScope != 0 && !s.ProgramScope.Protected() {
		return nil, fmt.Errorf("the program %q is named by the repository's own configuration", s.Program)
	}
	program, err := child.Find(s.Program)
	if err != nil {
		return nil, err
	}
	if s.Format == "ssh" {
		if s.Key == "" {
			return nil, errors.New("user.signingKey names no ssh key")
		}
		return func(commit []byte) (string, error) { return a.signSSH(program, s.Key, commit) }, nil
	}
	key := s.Key
	if key == "" {
		key = fmt.Sprintf("%s <%s>", ident.Name, ident.Email)
	}
	return func(commit []byte) (string, error) {
		res, err := program.Run(context.Background(), child.Call{Args: []string{"--status-fd=2", "-bsau", key}, Env: a.signEnv(), Stdin: commit, Timeout: 5 * time.Minute})
		if err != nil {
			return "", err
		}
		if res.Code != 0 || !strings.Contains(string(res.Stderr), "[GNUPG:] SIG_CREATED ") {
			return "", fmt.Errorf("%s made no signature with %q: %s", s.Program, key, lastLine(res.Stderr))
		}
		return string(res.Stdout), nil
	}, nil
}

// signSSH signs with ssh-keygen, which reads and writes files: a private directory holds them.
func (a *app) signSSH(program child.Program, key string, commit []byte) (signature string, err error) {
	dir, err := os.MkdirTemp("", "git-backport-sign-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	payload := filepath.Join(dir, "commit")
	if err := txfs.Replace(txfs.Real{}, payload, commit, 0o600); err != nil {
		return "", err
	}
	args := []string{"-Y", "sign", "-n", "git", "-f", key}
	if literal, ok := strings.CutPrefix(key, "key::"); ok || strings.HasPrefix(key, "ssh-") {
		public := filepath.Join(dir, "key.pub")
		if err := txfs.Replace(txfs.Real{}, public, []byte(strings.TrimSpace(literal)+"\n"), 0o600); err != nil {
			return "", err
		}
		args = []string{"-Y", "sign", "-n", "git", "-f", public, "-U"}
	} else if rest, ok := strings.CutPrefix(key, "~/"); ok {
		args[len(args)-1] = filepath.Join(a.host.getenv("HOME"), rest)
	}
	res, err := program.Run(context.Background(), child.Call{Args: append(args, payload), Env: a.signEnv(), Timeout: 5 * time.Minute})
	if err != nil {
		return "", err
	}
	if res.Code != 0 {
		return "", fmt.Errorf("ssh-keygen made no signature with %q: %s", key, lastLine(res.Stderr))
	}
	data, err := os.ReadFile(payload + ".sig")
	return string(data), err
}

// signEnv is what a signing program sees: enough to find its agent and ask for a passphrase.
func (a *app) signEnv() []string {
	return a.environment(
		"PATH", "HOME", "USER", "LOGNAME", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO", "PINENTRY_USER_DATA",
		"SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "TMPDIR",
	)
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}
