package streams

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// A screen is a terminal's last line, and how much of it was ever written.
type screen struct {
	mu     sync.Mutex
	line   []rune
	at     int
	widest int
	writes int
}

func (s *screen) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	for _, r := range strings.ReplaceAll(string(data), "\x1b[K", "\v") {
		switch r {
		case '\r':
			s.at = 0
			continue
		case '\v': // erase to the end of the line
			s.line = s.line[:s.at]
			continue
		}
		if s.at == len(s.line) {
			s.line = append(s.line, ' ')
		}
		s.line[s.at] = r
		s.at++
		s.widest = max(s.widest, s.at)
	}
	return len(data), nil
}

func (s *screen) shows() string { return strings.TrimRight(string(s.line), " ") }

// A clock goes on when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) wait(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

func TestProgress(t *testing.T) {
	var s screen
	c := &clock{now: time.Unix(1, 0)}
	p := NewProgress(&s, 20, c.read(), c.read)
	shows := func(want string) {
		t.Helper()
		s.mu.Lock()
		defer s.mu.Unlock()
		if got := s.shows(); got != want {
			t.Errorf("the terminal shows %q, want %q", got, want)
		}
	}
	p.Show("release-48.0.0, 1")
	shows("")
	c.wait(progressAfter)
	p.Show("release-47.0.0, 2")
	shows("release-47.0.0, 2")
	p.Show("too soon")
	shows("release-47.0.0, 2")
	c.wait(progressEvery)
	p.Show("short")
	shows("short")
	c.wait(progressEvery)
	p.Show("a line that is much longer than the terminal")
	shows("a line that is muc…")
	c.wait(progressEvery)
	p.Show("two\nlines\x1b[2J")
	shows(`two\nlines\u{1b}[2J`)
	c.wait(progressEvery)
	p.Show("東京東京東京東京東京")
	shows("東京東京東京東京東…")
	p.Close()
	shows("")
	if s.at != 0 {
		t.Errorf("the cursor is left in column %d", s.at)
	}
	if s.widest >= 20 {
		t.Errorf("column %d of 20 was written", s.widest)
	}
	c.wait(time.Hour)
	p.Show("too late")
	shows("")
	p.Close()
}

// TestProgressOfOneStep wants a long step to be shown though nothing is said during it.
func TestProgressOfOneStep(t *testing.T) {
	var s screen
	c := &clock{now: time.Unix(1, 0)}
	p := NewProgress(&s, 80, c.read(), c.read)
	p.Show("release-48.0.0")
	c.wait(time.Second)
	for {
		s.mu.Lock()
		got := s.shows()
		s.mu.Unlock()
		if got == "release-48.0.0" {
			break
		}
		time.Sleep(time.Millisecond)
	}
	p.Close()
	if got := s.shows(); got != "" {
		t.Errorf("the terminal shows %q after the end", got)
	}
}

func TestNoProgress(t *testing.T) {
	var s screen
	p := NewProgress(&s, 0, time.Time{}, time.Now)
	p.Show("text")
	p.Close()
	if s.writes > 0 {
		t.Error("something was written where there is no terminal")
	}
}

// TestShortWork wants nothing written at all by work that is over soon.
func TestShortWork(t *testing.T) {
	var s screen
	c := &clock{now: time.Unix(1, 0)}
	p := NewProgress(&s, 80, c.read(), c.read)
	p.Show("release-48.0.0")
	c.wait(progressAfter - 1)
	p.Show("release-47.0.0")
	p.Close()
	if s.writes > 0 {
		t.Error("short work wrote something")
	}
}
