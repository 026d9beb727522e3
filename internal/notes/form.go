package notes

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// ErrForm says that a form of dates holds a directive that is not known.
var ErrForm = errors.New("not a form of dates")

// A form is a way to write a day: what it looks like, and how package time writes it.
type form struct{ look, layout string }

const month = `(?:January|February|March|April|May|June|July|August|September|October|November|December)`

const short = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)`

// forms are those that are recognised, the more telling ones first.
func forms() []form {
	return []form{
		{`\d{4}-\d{2}-\d{2}`, "2006-01-02"},
		{`\d{4}/\d{2}/\d{2}`, "2006/01/02"},
		{`\d{4}\.\d{2}\.\d{2}`, "2006.01.02"},
		{month + ` 0\d, \d{4}`, "January 02, 2006"},
		{month + ` \d{1,2}, \d{4}`, "January 2, 2006"},
		{short + ` 0\d, \d{4}`, "Jan 02, 2006"},
		{short + ` \d{1,2}, \d{4}`, "Jan 2, 2006"},
		{`0\d ` + month + ` \d{4}`, "02 January 2006"},
		{`\d{1,2} ` + month + ` \d{4}`, "2 January 2006"},
		{`0\d ` + short + ` \d{4}`, "02 Jan 2006"},
		{`\d{1,2} ` + short + ` \d{4}`, "2 Jan 2006"},
	}
}

var formLooks = sync.OnceValue(func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, f := range forms() {
		out = append(out, regexp.MustCompile(`\b`+f.look+`\b`))
	}
	return out
})

// findDate returns the first date in a text and the layout it is in; "" when there is none.
func findDate(text string) (date, layout string) {
	for i, re := range formLooks() {
		d := re.FindString(text)
		if d == "" {
			continue
		}
		layout := forms()[i].layout
		if _, err := time.Parse(layout, d); err == nil {
			return d, layout
		}
	}
	return "", ""
}

// layout returns how the notes write dates: as asked for, in the form of strftime, or as their sections do,
// the newest first.
func (n *Notes) layout(asked string) (string, error) {
	if asked != "" {
		return layoutOf(asked)
	}
	found := "2006-01-02"
	for i, s := range n.Sections {
		_, layout := findDate(s.Date)
		if layout == "" {
			continue
		}
		if i == 0 || found == "2006-01-02" {
			found = layout
		}
		if layout != found && strings.Replace(layout, "02", "2", 1) == found { // a day of two digits tells nothing, 05 does
			return layout, nil
		}
	}
	return found, nil
}

// layoutOf turns "%B %d, %Y" into a layout of package time.
func layoutOf(asked string) (string, error) {
	known := map[byte]string{
		'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'e': "_2", 'B': "January", 'b': "Jan", 'h': "Jan", 'A': "Monday", 'a': "Mon",
		'F': "2006-01-02", '%': "%",
	}
	var b strings.Builder
	for i := 0; i < len(asked); i++ {
		if asked[i] != '%' {
			b.WriteByte(asked[i])
			continue
		}
		i++
		plain := i < len(asked) && asked[i] == '-'
		if plain {
			i++
		}
		if i == len(asked) || known[asked[i]] == "" {
			return "", fmt.Errorf("%w: %q; %%Y %%m %%d %%B %%b %%y %%e %%A %%a %%F are known, and %%-d", ErrForm, asked)
		}
		text := known[asked[i]]
		if plain {
			text = strings.TrimPrefix(text, "0")
		}
		b.WriteString(text)
	}
	return b.String(), nil
}
