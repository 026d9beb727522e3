package streams

import (
	"io"
	"sync"
	"time"
	"unicode/utf8"
)

// A Progress is one line at the end of a terminal that says what is being done. It is drawn when the work
// turns out to be long, drawn over by the next, and erased in the end. Its methods do nothing on nil, and
// are safe for concurrent use.
type Progress struct {
	w       io.Writer
	width   int
	now     func() time.Time
	start   time.Time
	stop    chan struct{}
	stopped chan struct{}

	mu     sync.Mutex
	text   string
	shown  string // what stands on the terminal; "" for nothing
	at     time.Time
	closed bool
}

const (
	progressAfter = 500 * time.Millisecond // work that is shorter shows nothing
	progressEvery = 100 * time.Millisecond // it is not drawn more often
)

// NewProgress starts a line on a terminal of so many columns, for work that began at start. Without
// columns there is none.
func NewProgress(w io.Writer, width int, start time.Time, now func() time.Time) *Progress {
	if width <= 0 {
		return nil
	}
	p := &Progress{w: w, width: width, now: now, start: start, stop: make(chan struct{}), stopped: make(chan struct{})}
	go p.keep()
	return p
}

// keep draws what was said before the work turned out to be long.
func (p *Progress) keep() {
	defer close(p.stopped)
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		}
	}
}

// Show says what is being done now.
func (p *Progress) Show(text string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
	p.draw()
}

// Close erases the line. What is shown later is not drawn.
func (p *Progress) Close() {
	if p == nil {
		return
	}
	p.mu.Lock()
	first := !p.closed
	p.closed = true
	if p.shown != "" {
		p.write("")
	}
	p.mu.Unlock()
	if first {
		close(p.stop)
		<-p.stopped
	}
}

func (p *Progress) draw() {
	now := p.now()
	if p.closed || p.text == "" || now.Sub(p.start) < progressAfter || now.Sub(p.at) < progressEvery {
		return
	}
	// The last column stays free: some terminals go to the next line when it is written.
	text := Clean(p.text)
	if cells(text) >= p.width {
		for text != "" && cells(text) > p.width-2 {
			_, n := utf8.DecodeLastRuneInString(text)
			text = text[:len(text)-n]
		}
		text += "…"
	}
	if text != p.shown {
		p.write(text)
		p.at = now
	}
}

// write puts a text in the place of the line that is there.
func (p *Progress) write(text string) {
	if _, err := io.WriteString(p.w, "\r"+text+"\x1b[K"); err != nil {
		p.closed = true
	}
	p.shown = text
}

// cells is how many columns a text takes at most.
func cells(s string) int {
	n := 0
	for _, r := range s {
		if n++; r >= 0x1100 && r != '…' { // from there on letters may be two columns wide
			n++
		}
	}
	return n
}
