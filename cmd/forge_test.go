package cmd_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/git-backport/git-backport/internal/publish/forgetest"
)

// startForge HOST OWNER NAME BARE serves a project of a forge, whose branches are those of a bare repository, for
// the real gh: it is told of the socket by its configuration.
func startForge(t *testing.T, ts *testscript.TestScript, args []string) {
	t.Helper()
	if len(args) != 4 {
		ts.Fatalf("usage: forge HOST OWNER NAME BARE")
	}
	dir, err := os.MkdirTemp("", "forge") //nolint:usetesting // the path of a socket has to be short
	ts.Check(err)
	ts.Defer(func() { _ = os.RemoveAll(dir) })
	server := &forgetest.Server{Host: args[0], Owner: args[1], Name: args[2], Repos: map[string]string{args[1]: ts.MkAbs(args[3])}}
	server.Start(t, dir)
	config := filepath.Join(dir, "gh")
	ts.Check(os.Mkdir(config, 0o700))
	ts.Check(os.WriteFile(filepath.Join(config, "config.yml"), []byte("http_unix_socket: "+server.Socket+"\n"), 0o600))
	ts.Setenv("GH_CONFIG_DIR", config)
	ts.Setenv("GH_TOKEN", "a-token")
	ts.Setenv("GH_ENTERPRISE_TOKEN", "a-token")
}
