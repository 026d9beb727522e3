// Package streams is where the program meets its terminal: whether there is one, how wide it is, and
// whether to colour. Everything that came out of a repository is made harmless here before it is shown.
package streams

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// Streams are the three standard streams and what is known of them.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Width    int  // columns of the output; 0 when it is not a terminal
	Color    bool // whether Out takes colour
	ErrWidth int  // columns of Err, where progress may be shown; 0 when it is no terminal, or one that cannot redraw
	Runner   bool // a CI runner reads what is printed: Out and Err are Guards
}

// New looks at the streams. The width of a terminal is overridden by COLUMNS; colour follows
// NO_COLOR, FORCE_COLOR and TERM=dumb, in that order, then whether out is a terminal.
func New(in io.Reader, out, errOut io.Writer, getenv func(string) string) Streams {
	s := Streams{In: in, Out: out, Err: errOut}
	var tty, errTTY bool
	s.Width, tty = columns(out, getenv)
	if s.ErrWidth, errTTY = columns(errOut, getenv); errTTY && getenv("TERM") == "dumb" {
		s.ErrWidth = 0
	}
	s.Color = colorWanted(tty, getenv)
	if s.Runner = onRunner(getenv); s.Runner {
		s.Out, s.Err = NewGuard(out), NewGuard(errOut)
	}
	return s
}

// columns returns how wide a terminal is, 0 where that is not known, and whether it is one.
func columns(w io.Writer, getenv func(string) string) (n int, tty bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		return n, true
	}
	if n, _, err := term.GetSize(int(f.Fd())); err == nil {
		return n, true
	}
	return 0, true
}

func colorWanted(tty bool, getenv func(string) string) bool {
	switch {
	case getenv("NO_COLOR") != "":
		return false
	case getenv("FORCE_COLOR") != "":
		return true
	case getenv("TERM") == "dumb":
		return false
	}
	return tty
}

// SetColor applies --color: "always", "never" or "auto", which changes nothing. It reports whether when
// is one of them.
func (s *Streams) SetColor(when string) bool {
	switch when {
	case "always":
		s.Color = true
	case "never":
		s.Color = false
	case "auto":
	default:
		return false
	}
	return true
}
