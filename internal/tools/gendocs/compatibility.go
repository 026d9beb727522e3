package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"sort"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

const compatibilityHead = `# Merge compatibility

A pick is meant to be what git cherry-pick of git 2.55 makes with its default configuration and the attributes of the release
branch: the same status, the same tree, also when it conflicts, the same stages and messages. Where it is not, it is one of the
cases below, each with a test case that names it; the cases are judged by git in the same run. Of what differs, nothing is clean
here that git calls a conflict.

How it is measured: [conformance](conformance.md) over real backports, [random picks](conformance-random.md) however far apart, and the same
picks in [many states](merge-states.md) of a repository, its user and its machine. Commit objects: 10,000 commits of kafka, numpy, rails,
symfony, moby, nova, scipy, prometheus, undici and redis, those with odd authors or an encoding header first, were picked by
` + "`git cherry-pick -x`" + ` and here, and are the same to the byte; so are 500 of them plain, with ` + "`-s`" + ` and with both
(` + "`GIT_BACKPORT_REPLAY=CLONE:… go test ./gitops/object -run TestReplay -v`" + `). 167,000 characters in ten encodings of several bytes are
re-encoded as by git (` + "`go test ./gitops/object -run TestMultibyte -v`" + `).

## Decided, not matched

- A submodule that both sides changed is always a conflict; git may fast-forward it where the submodule is checked out.
- A path that asks for a merge driver of the user's is a conflict that says so: no program is run.
- A path that would have to be renormalized (` + "`merge.renormalize`" + ` with text, eol, ident, filter or encoding attributes) is a conflict that
  says so.
- Settings of the user that change a merge (merge.renames, merge.renameLimit, merge.directoryRenames, diff.algorithm and others)
  are left aside with a warning: git's defaults are used. merge.conflictStyle changes how a conflict is shown, never whether
  there is one.
- Malformed trees (a name twice, out of order) are refused, as git 2.55 aborts on them. So are directories nested deeper than 2048.
- Messages and authors in another encoding than UTF-8 are re-encoded as the iconv of GNU does it, by which git does on Linux: EUC-JP,
  Shift_JIS, ISO-2022-JP, Big5, GB18030, GBK, EUC-KR, CP932, CP949, GB2312 and the encodings of one byte. What is not in its encoding
  stays as it is, as with git. An encoding that is not among them (UTF-16, EBCDIC, ISO-2022-JP-2 ...) is refused by name.
- Idle messages about a file that git moves aside and then drops are not repeated.

## Cases in which git differs

`

// compatibility makes docs/merge-compatibility.md from the merge cases that name a difference to git.
func compatibility() ([]byte, error) {
	names, err := filepath.Glob("testdata/merge/*/*.txtar")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no merge cases in testdata/merge")
	}
	sort.Strings(names)
	var rows []string
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			return nil, err
		}
		rest := strings.Fields(string(archive.Comment))
		text := strings.Join(rest, " ")
		version, difference, ok := strings.Cut(text, ": differs: ")
		if !ok || !strings.HasPrefix(version, "git") {
			continue
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |\n", strings.TrimPrefix(name, "testdata/merge/"), version, difference))
	}
	var b bytes.Buffer
	b.WriteString(compatibilityHead)
	b.WriteString("| case | which git | what it does there |\n|---|---|---|\n" + strings.Join(rows, ""))
	b.WriteString("\nBeside these, git 2.39 lacks the re-diff of slid groups (2.54) and fixes of directory renames (2025).\n")
	return b.Bytes(), nil
}
