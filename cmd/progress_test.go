package cmd

import (
	"bytes"
	"testing"
	"time"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/internal/streams"
)

// TestFollow wants the progress of long work on a terminal, and nothing of it for scripts.
func TestFollow(t *testing.T) {
	begun := time.Unix(1, 0)
	for _, c := range []struct {
		name        string
		quiet, json bool
		width       int
		want        string
	}{
		{"a terminal", false, false, 80, "\rrelease-24.0.0 conflicts: trying what it may lack, 3 of at most 60\x1b[K\r\x1b[K"},
		{"a narrow one", false, false, 30, "\rrelease-24.0.0 conflicts: tr…\x1b[K\r\x1b[K"},
		{"piped", false, false, 0, ""},
		{"-q", true, false, 80, ""},
		{"--json", false, true, 80, ""},
	} {
		var b bytes.Buffer
		a := &app{asked: asked{quiet: c.quiet, json: c.json}, started: begun, streams: streams.Streams{Err: &b, ErrWidth: c.width}}
		a.host.Now = func() time.Time { return begun.Add(time.Second) }
		var opts backport.Options
		erase := a.follow(&opts)
		if opts.Progress != nil {
			opts.Progress(backport.Progress{Doing: backport.DoingSearch, Target: "release-24.0.0", Done: 3, Of: 60})
		}
		erase()
		if b.String() != c.want {
			t.Errorf("%s: wrote %q, want %q", c.name, b.String(), c.want)
		}
	}
}
