package mergetest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/git-backport/git-backport/internal/merge"
)

// A case is kept as a txtar archive: the files base/…, ours/… and theirs/…, and a file "modes" with a
// line "PATH WORD…" for each file that is not plain text: exec, symlink (the text is the target),
// gitlink (the text is the id), bare (no newline at the end), quoted (the text is a Go string).

var sides = [3]string{"base", "ours", "theirs"}

// Format returns the case as an archive.
func (c Case) Format() []byte {
	var a txtar.Archive
	var modes strings.Builder
	for side, files := range []Files{c.Base, c.Ours, c.Theirs} {
		for _, path := range files.Paths() {
			f := files[path]
			name := sides[side] + "/" + path
			words, text := describe(f)
			if len(words) > 0 {
				fmt.Fprintf(&modes, "%s %s\n", name, strings.Join(words, " "))
			}
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
		}
	}
	if modes.Len() > 0 {
		a.Files = append(a.Files, txtar.File{Name: "modes", Data: []byte(modes.String())})
	}
	return txtar.Format(&a)
}

func describe(f File) (words []string, text string) {
	switch f.Mode {
	case merge.ModeExec:
		words = append(words, "exec")
	case merge.ModeSymlink:
		return []string{"symlink"}, f.Data + "\n"
	case merge.ModeGitlink:
		return []string{"gitlink"}, f.Data + "\n"
	}
	if strings.ContainsAny(f.Data, "\x00\r") || strings.Contains("\n"+f.Data, "\n-- ") {
		return append(words, "quoted"), strconv.Quote(f.Data) + "\n"
	}
	if f.Data != "" && !strings.HasSuffix(f.Data, "\n") {
		return append(words, "bare"), f.Data + "\n"
	}
	return words, f.Data
}

// ParseCase reads an archive. What it says beside the case, its comment and its file "want", is
// returned too.
func ParseCase(name string, data []byte) (c Case, comment, want string, err error) {
	a := txtar.Parse(data)
	c = Case{Name: name, Base: Files{}, Ours: Files{}, Theirs: Files{}}
	modes := map[string][]string{}
	for _, f := range a.Files {
		if f.Name == "modes" {
			for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
				words := strings.Fields(line)
				modes[words[0]] = words[1:]
			}
		}
	}
	for _, f := range a.Files {
		side, path, deep := strings.Cut(f.Name, "/")
		into, ok := map[string]Files{"base": c.Base, "ours": c.Ours, "theirs": c.Theirs}[side]
		switch {
		case f.Name == "want":
			want = string(f.Data)
		case f.Name == "modes":
		case !ok || !deep:
			return c, "", "", fmt.Errorf("%s: file %q is neither of base/, ours/, theirs/, modes, want", name, f.Name)
		default:
			file, err := read(string(f.Data), modes[f.Name])
			if err != nil {
				return c, "", "", fmt.Errorf("%s: %s: %w", name, f.Name, err)
			}
			into[path] = file
			delete(modes, f.Name)
		}
	}
	for path := range modes {
		return c, "", "", fmt.Errorf("%s: modes names %q, which is not there", name, path)
	}
	return c, string(a.Comment), want, nil
}

func read(text string, words []string) (File, error) {
	f := File{Mode: merge.ModeRegular, Data: text}
	for _, word := range words {
		switch word {
		case "exec":
			f.Mode = merge.ModeExec
		case "symlink":
			f = File{merge.ModeSymlink, strings.TrimSuffix(text, "\n")}
		case "gitlink":
			f = File{merge.ModeGitlink, strings.TrimSuffix(text, "\n")}
		case "bare":
			f.Data = strings.TrimSuffix(text, "\n")
		case "quoted":
			data, err := strconv.Unquote(strings.TrimSpace(text))
			if err != nil {
				return File{}, err
			}
			f.Data = data
		default:
			return File{}, fmt.Errorf("%q is no mode", word)
		}
	}
	return f, nil
}
