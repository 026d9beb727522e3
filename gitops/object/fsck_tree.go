package object

import (
	"strings"
	"unicode/utf8"
)

// maxNameLength is the longest name of a tree entry, in bytes, that git fsck lets pass.
const maxNameLength = 4096

// CheckTree checks the entries of a tree that is to be stored: git's order, each name once, modes as
// git writes them, no null ids, no name that means .git, "." or ".." to any file system, and no
// symlink in the place of .gitmodules. The error is a *FsckError.
func CheckTree(entries []TreeEntry) error {
	var order treeOrder
	for _, e := range entries {
		if rule, detail := entryProblem(e); rule != "" {
			return &FsckError{Rule: rule, Name: e.Name, Detail: detail}
		}
		switch reason := order.next(e); reason {
		case "":
		case "name appears twice":
			return &FsckError{Rule: "duplicateEntries", Name: e.Name, Detail: reason}
		default:
			return &FsckError{Rule: "treeNotSorted", Name: e.Name, Detail: reason}
		}
	}
	return nil
}

func entryProblem(e TreeEntry) (rule, detail string) {
	switch e.Mode {
	case ModeTree, ModeRegular, ModeExec, ModeSymlink, ModeGitlink:
	default:
		return "badFilemode", "mode " + e.Mode.String() + " is not one git writes"
	}
	switch {
	case e.ID.IsZero():
		return "nullSha1", "null object id"
	case e.Name == "":
		return "emptyName", "empty name"
	case strings.IndexByte(e.Name, '/') >= 0:
		return "fullPathname", "slash in the name"
	case strings.IndexByte(e.Name, 0) >= 0:
		return "nulInName", "NUL in the name"
	case e.Name == ".":
		return "hasDot", "names the directory itself"
	case e.Name == "..":
		return "hasDotdot", "names the directory above"
	case len(e.Name) > maxNameLength:
		return "largePathname", "longer than 4096 bytes"
	case meansDotGit(e.Name):
		return "hasDotgit", "means .git on some file system"
	case e.Mode == ModeSymlink && meansGitmodules(e.Name):
		return "gitmodulesSymlink", ".gitmodules is a symbolic link"
	}
	return "", ""
}

// meansDotGit reports whether name, or a part of it after a backslash, is .git on HFS+ or NTFS.
func meansDotGit(name string) bool {
	if isHFS(name, ".git") {
		return true
	}
	for part := range strings.SplitSeq(name, `\`) {
		if isNTFS(part, ".git") || isNTFS(part, "git~1") {
			return true
		}
	}
	return false
}

// meansGitmodules reports whether name is .gitmodules on HFS+ or NTFS, short names included.
func meansGitmodules(name string) bool {
	if isHFS(name, ".gitmodules") {
		return true
	}
	for part := range strings.SplitSeq(name, `\`) {
		if isNTFS(part, ".gitmodules") || isShortGitmodules(part) {
			return true
		}
	}
	return false
}

// isNTFS reports whether NTFS opens want for name: case does not count, spaces and dots at the end are
// dropped, and a colon begins the name of a stream.
func isNTFS(name, want string) bool {
	if len(name) < len(want) || !equalFold(name[:len(want)], want) {
		return false
	}
	rest, _, _ := strings.Cut(name[len(want):], ":")
	return strings.Trim(rest, " .") == ""
}

// isShortGitmodules reports whether name has the form of an 8.3 name of .gitmodules: GITMOD~1, or
// GI7EBA~1 when the former are taken, cut shorter the longer the number is.
func isShortGitmodules(name string) bool {
	stem, number, ok := strings.Cut(name, "~")
	number, _, _ = strings.Cut(number, ":")
	number = strings.TrimRight(number, " .")
	if !ok || number == "" || strings.Trim(number, "0123456789") != "" {
		return false
	}
	return equalFold(stem, "gitmod") || (len(stem) <= 6 && equalFold(stem, "gi7eba"[:len(stem)]))
}

// isHFS reports whether HFS+ opens want for name: case and ignorable code points do not count.
func isHFS(name, want string) bool {
	var b strings.Builder
	for i, r := range name {
		if r == utf8.RuneError && !strings.HasPrefix(name[i:], "\ufffd") {
			break // it ends at what is not UTF-8
		}
		if !hfsIgnores(r) {
			b.WriteRune(r)
		}
	}
	return equalFold(b.String(), want)
}

func hfsIgnores(r rune) bool {
	switch {
	case r >= 0x200c && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x206a && r <= 0x206f, r == 0xfeff:
		return true
	}
	return false
}

// equalFold compares with the case of ASCII letters left aside.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
