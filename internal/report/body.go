package report

import (
	"fmt"
	"strings"

	"github.com/git-backport/git-backport/backport"
	"github.com/git-backport/git-backport/backport/release"
	"github.com/git-backport/git-backport/internal/streams"
	"github.com/git-backport/git-backport/msrv"
)

// maxBody bounds the text of a pull request, in bytes; GitHub takes 65,536 characters.
const maxBody = 60000

// The bounds of the parts that grow with what is backported, so that the rest has room in a body.
const (
	maxBullets  = 60    // of the list of commits, and of the list of facts
	maxCode     = 300   // characters of text from a repository on one line
	maxTemplate = 20000 // bytes
	maxDiffers  = 15000 // bytes of the differences from main's versions
	maxTicks    = 100   // backticks of the fence
)

// Body makes the text of a pull request. What comes from the repository stands inside one code fence,
// longer than any run of backticks in it, so that it cannot mention, link, close or format anything.
// The policy's own text comes last: whatever it opens, nothing of a commit's can close.
func Body(pr PullRequest) string {
	if pr.Embargo {
		return fmt.Sprintf("Backport onto %s. Details follow when they can be told.\n", code(pr.Base))
	}
	var sources []string
	for _, s := range pr.Sources {
		also := ""
		if s.Prerequisite {
			also = ", no part of the fix: the fix conflicts without it"
		}
		sources = append(sources, fmt.Sprintf("* commit %s, %s%s\n", s.ID, sourceStatus(s), also))
	}
	var b, facts, own strings.Builder
	if len(pr.Fixes) > 0 {
		b.WriteString(fixesText(pr))
	} else {
		fmt.Fprintf(&b, "Backport onto %s of:\n\n%s\n", code(pr.Base), bullets(sources))
	}
	writeFacts(&facts, pr)
	b.WriteString(bullets(strings.SplitAfter(facts.String(), "\n")))
	if pr.Template != "" {
		text := pr.Template
		if len(text) > maxTemplate {
			text = strings.ToValidUTF8(text[:maxTemplate], "")
		}
		own.WriteString("\n" + release.Fill(text, map[string]string{"branch": code(pr.Base), "head": code(pr.Head)}) + "\n")
	}
	b.WriteString(differsText(pr.Sources))
	b.WriteString("\nThe commits say:\n\n")
	b.WriteString(fence(messages(pr.Sources), maxBody-b.Len()-own.Len()-100))
	return b.String() + own.String()
}

// bullets joins the lines of a list, and says how many are left out of a long one.
func bullets(lines []string) string {
	if len(lines) <= maxBullets {
		return strings.Join(lines, "")
	}
	return strings.Join(lines[:maxBullets], "") + fmt.Sprintf("* and %d more\n", len(lines)-maxBullets)
}

func sourceStatus(s SourceNote) string {
	switch s.Status {
	case backport.PickClean:
		if s.Via != "" && s.Via != "main" {
			return "picked cleanly from its backport on " + code(s.Via)
		}
		return "picked cleanly"
	case backport.PickPresent:
		return "already there"
	case backport.PickSkipped:
		return "left out"
	case backport.PickConflict, backport.PickEmpty, backport.PickError:
	}
	return string(s.Status)
}

func writeFacts(b *strings.Builder, pr PullRequest) {
	for _, s := range pr.Sources {
		for _, line := range s.Facts {
			fmt.Fprintf(b, "* %s\n", code(line))
		}
	}
	if pr.Gate != nil {
		fmt.Fprintf(b, "* toolchain pins: %s, compared with %s\n", gateWord(*pr.Gate), code(pr.Gate.Baseline))
		for _, f := range pr.Gate.Findings {
			if f.Level >= msrv.LevelWarn {
				fmt.Fprintf(b, "  * %s\n", code(Finding(f, pr.Gate.Baseline)))
			}
		}
		for _, line := range strippedLines(*pr.Gate) {
			fmt.Fprintf(b, "  * %s\n", code(line))
		}
	}
	if pr.Bump != nil {
		switch {
		case pr.Bump.Skipped != "":
			fmt.Fprintf(b, "* version: not bumped, %s\n", code(pr.Bump.Skipped))
		case pr.Bump.Branch != "":
			fmt.Fprintf(b, "* version: %s to %s, on %s\n", code(pr.Bump.From), code(pr.Bump.To), code(pr.Bump.Branch))
		default:
			fmt.Fprintf(b, "* version: %s to %s, in the last commit\n", code(pr.Bump.From), code(pr.Bump.To))
		}
		for _, path := range pr.Bump.Unhandled {
			fmt.Fprintf(b, "  * the last bumps of this line changed %s, and this one does not\n", code(path))
		}
	}
	for _, w := range pr.Warnings {
		fmt.Fprintf(b, "* warning: %s\n", code(w))
	}
}

func gateWord(g backport.GateOutcome) string {
	switch {
	case !g.OK:
		return "raised"
	case g.Unread:
		return "not all of them could be read"
	}
	return "unchanged"
}

// code shows text from a repository as inline code that ends where it should.
func code(s string) string {
	s = streams.Clean(s)
	if r := []rune(s); len(r) > maxCode {
		s = string(r[:maxCode-1]) + "…"
	}
	if s == "" {
		return "``` ```"
	}
	ticks := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		return ticks + " " + s + " " + ticks
	}
	return ticks + s + ticks
}

func longestRun(s string) int {
	best, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		best = max(best, run)
	}
	return best
}

func messages(sources []SourceNote) string {
	var parts []string
	for _, s := range sources {
		parts = append(parts, s.ID.String()+"\n\n"+strings.TrimRight(streams.CleanText(string(s.Message)), "\n"))
	}
	return strings.Join(parts, "\n\n")
}

// fence puts text in a code fence. Each line begins with a gutter, because some bots read commands at
// the beginning of a line, fence or not. Text beyond limit bytes is cut, and the cut is said.
func fence(text string, limit int) string {
	ticks := strings.Repeat("`", min(max(3, longestRun(text)+1), maxTicks)) // the gutter alone keeps it open
	var b strings.Builder
	b.WriteString(ticks + "text\n")
	for line := range strings.Lines(text) {
		if b.Len()+len(line)+2*len(ticks) > limit {
			b.WriteString("| (cut: there is more)\n")
			break
		}
		b.WriteString("| " + strings.TrimSuffix(line, "\n") + "\n")
	}
	b.WriteString(ticks + "\n")
	return b.String()
}
