package gitops

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/git-backport/git-backport/internal/gittest"
)

// revisionRepo is a repository with names of every kind.
func revisionRepo(t testing.TB) *gittest.Repo {
	r := gittest.New(t)
	im := &importer{t: t}
	file := "M 100644 inline dir/f\ndata 1\nx"
	a := im.commit("refs/heads/main", 1700000000, "a", nil, file)
	b := im.commit("refs/heads/main", 1700000010, "b", []int{a})
	s1 := im.commit("refs/heads/side", 1700000020, "s1", []int{a})
	s2 := im.commit("refs/heads/side", 1700000030, "s2", []int{s1})
	third := im.commit("refs/heads/third", 1700000035, "t", []int{a})
	m := im.commit("refs/heads/main", 1700000040, "m", []int{b, s2, third})
	c := im.commit("refs/heads/main", 1700000050, "c", []int{m})
	ids := im.run(r)
	for name, target := range map[string]ID{
		"refs/heads/both": ids[a], "refs/tags/both": ids[b], "refs/remotes/both/HEAD": ids[m], "refs/remotes/origin/rel": ids[s1],
		"refs/weird/x": ids[a], "refs/heads/deep/name": ids[s2], "refs/heads/lower": ids[a], "refs/heads/heads/odd": ids[b],
		"refs/heads/v1.0-3-gabc": ids[a], "refs/heads/release-1.0": ids[s1],
	} {
		r.Git("update-ref", name, target.String())
	}
	r.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/rel")
	r.Git("update-ref", "ORIG_HEAD", ids[a].String())
	r.Git("update-ref", "refs/heads/"+ids[c].String()[:7], ids[a].String()) // a branch named like an id
	r.Git("tag", "-a", "-m", "t", "v1", ids[b].String())
	r.Git("tag", "-a", "-m", "t", "v1-again", "v1")
	r.Git("tag", "-a", "-m", "t", "of-tree", ids[b].String()+"^{tree}")
	r.Git("tag", "of-blob", ids[b].String()+":dir/f")
	r.Git("checkout", "-q", "--detach", ids[c].String())
	return r
}

func TestResolveAgreesWithRevParse(t *testing.T) {
	r := revisionRepo(t)
	repo := openRepo(t, r)
	full := r.Git("rev-parse", "main")
	tag := r.Git("rev-parse", "v1-again")
	specs := []string{
		"HEAD", "@", "main", "side", "both", "tags/both", "heads/both", "remotes/both", "refs/heads/both", "refs/tags/both", "origin/rel", "origin", "deep/name",
		"refs/weird/x", "weird/x", "heads/odd", "heads/heads/odd", "ORIG_HEAD", "lower", "LOWER", "v1", "v1-again", "of-tree", "of-blob", "v1.0-3-gabc",
		full, full[:7], full[:8], full[:12], full[:4], strings.ToUpper(full), strings.ToUpper(full[:9]), tag, tag[:8], full[:39], full + "0a", full + "g", "deadbeef", "deadbee" + strings.Repeat("0", 33),
		"v9-12-g" + full[:9], "x-y-5-g" + full[:10], "v1-0-g" + strings.Repeat("0", 10), "-g" + full[:9], "v1-g" + full[:9], "v9-12-g" + full[:3],
		"v1-x-g" + full[:9], "v1-1x-g" + full[:9], "-1-g" + full[:9], "1-g" + full[:9], "v 1-1-g" + full[:9], "v..1-1-g" + full[:9], "a/b-1-g" + full[:9], "@-1-g" + full[:9],
		".x-1-g" + full[:9], "x.lock-1-g" + full[:9], "x--1-g" + full[:9], "v1-99999999999999999999-g" + full[:9], "v1-1-G" + full[:9], "v1-1-g" + full, "v1-1-g" + strings.ToUpper(full[:9]),
		"", "^", "~", "main^0^0", "nothing", "refs", "refs/heads", "refs/heads/", "/main", "main/", "main ", " main", "main.lock", "ma in", "HEAD.", "config", "index", "objects",
		"FETCH_HEAD", "MERGE_HEAD",
	}
	for _, base := range []string{"main", "@", "HEAD", "v1-again", full[:10], "side", "v9-12-g" + full[:9]} {
		for _, suffix := range []string{
			"^", "^0", "^1", "^2", "^3", "^4", "~", "~0", "~1", "~2", "~3", "~4", "~99", "^{}", "^{commit}", "^^", "^^2", "^^3", "^^2~1", "~1^2", "~^2^", "^{}^", "^2^{commit}~",
			"^{tag}x", "^x", "~x", "^-", "^ ", "~-1", "^{commit", "^{", "^}", "^{}x", "^99999999999999999999", "~18446744073709551616", "~00001", "^002", "~2147483647",
		} {
			specs = append(specs, base+suffix)
		}
	}
	// 41 digits are refused, though git has been seen to read them as the 40 before the last.
	if got, err := repo.Resolve(t.Context(), full+"0"); err == nil {
		t.Errorf("41 digits are %s", got)
	}
	agreed := 0
	major, minor := gittest.OracleVersion(t)
	for _, spec := range specs {
		got, err := repo.Resolve(t.Context(), spec)
		out, _, code := r.Try(nil, "rev-parse", "-q", "--verify", "--end-of-options", spec+"^{commit}")
		want := strings.TrimSpace(out)
		switch {
		case code != 0 && err == nil:
			t.Errorf("%q is %s here, git refuses it", spec, got)
		case code == 0 && err != nil && major == 2 && minor < 55 && strings.Contains(spec, "-g"):
			// Older gits read an id behind "-g" whatever stands before it; 2.55 wants what git describe prints.
		case code == 0 && err != nil:
			t.Errorf("%q: %v; git has %s", spec, err, want)
		case code == 0 && got.String() != want:
			t.Errorf("%q is %s, git has %s", spec, got, want)
		case code == 0:
			agreed++
		}
		var re *RevisionError
		if err != nil && !errors.As(err, &re) {
			t.Errorf("%q: %T is not a RevisionError: %v", spec, err, err)
		}
	}
	if agreed < 100 {
		t.Errorf("only %d of %d specs name something", agreed, len(specs))
	}
}

func TestRangesAgreeWithRevList(t *testing.T) {
	r := revisionRepo(t)
	repo := openRepo(t, r)
	for _, spec := range []string{
		"main~1..main", "main~2..main", "side..main", "main^1..main^2", "main~3..main", "main~3..", "..main", "..", "side..", "lower..side", "v1..main", "main..side",
		"lower..third", "both..main", "@~1..@", "HEAD~2..HEAD~1", "nothing..main", "main..nothing",
	} {
		got, err := repo.ResolveSource(t.Context(), spec)
		out, _, code := r.Try(nil, "rev-list", "--reverse", spec, "--")
		want := strings.Fields(out)
		if code != 0 || len(want) == 0 {
			var re *RevisionError
			if !errors.As(err, &re) {
				t.Errorf("%q: %v, %v; git has nothing", spec, got, err)
			}
			continue
		}
		if err != nil || !slices.Equal(hexes(got), want) {
			t.Errorf("%q: %v, %v\ngit: %v", spec, got, err, want)
		}
	}
	if _, err := repo.ResolveSource(t.Context(), "side...main"); err == nil || !strings.Contains(err.Error(), "symmetric") {
		t.Errorf("A...B: %v", err)
	}
}

// Of several objects that an abbreviation fits, a commit is meant where only one is one.
func TestAmbiguousAbbreviations(t *testing.T) {
	r := gittest.NewBare(t)
	var in strings.Builder
	for i := range 2500 { // blobs enough for four digits to be shared
		data := fmt.Sprint("blob ", i)
		fmt.Fprintf(&in, "blob\ndata %d\n%s\n", len(data), data)
	}
	for i := range 400 {
		fmt.Fprintf(&in, "reset refs/heads/b%d\n\ncommit refs/heads/b%d\ncommitter C <c@d> %d +0000\ndata 1\nx\n\n", i, i, 1700000000+i)
	}
	r.GitIn([]byte(in.String()), "fast-import", "--quiet")
	repo := openRepo(t, r)
	checked, ambiguous := 0, 0
	for _, full := range strings.Fields(r.Git("for-each-ref", "--format=%(objectname)"))[:60] {
		got, err := repo.Resolve(t.Context(), full[:4])
		out, _, code := r.Try(nil, "rev-parse", "-q", "--verify", full[:4]+"^{commit}")
		var re *RevisionError
		switch {
		case code == 0 && (err != nil || got.String() != strings.TrimSpace(out)):
			t.Errorf("%s: %s, %v; git has %s", full[:4], got, err, out)
		case code != 0 && !errors.As(err, &re):
			t.Errorf("%s: %s, %v; git refuses it", full[:4], got, err)
		case code != 0:
			ambiguous++
			if len(re.Candidates) < 2 {
				t.Errorf("%s: candidates %q", full[:4], re.Candidates)
			}
		}
		checked++
	}
	if checked != 60 || ambiguous == 0 {
		t.Logf("%d abbreviations, %d ambiguous", checked, ambiguous)
	}
}

func TestUnbornHead(t *testing.T) {
	r := gittest.New(t)
	repo := openRepo(t, r)
	for _, spec := range []string{"HEAD", "@", "main", "HEAD~1", "HEAD^{commit}"} {
		var re *RevisionError
		if got, err := repo.Resolve(t.Context(), spec); !errors.As(err, &re) {
			t.Errorf("%q in an empty repository: %s, %v", spec, got, err)
		}
	}
	if _, err := repo.Main(t.Context(), "", "", BaseAuto); !errors.Is(err, ErrNoRef) {
		t.Errorf("main of an empty repository: %v", err)
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"HEAD", "@^2~3^{}", "main..side", "v1-3-g0123456", "refs/heads/x^{commit}", "a...b", "^{", "~9999999999999999999", "0123", "../../x", "HEAD/..", "\x00", "a\nb"} {
		f.Add(s)
	}
	repo := openRepo(f, revisionRepo(f))
	f.Fuzz(func(t *testing.T, spec string) {
		id, err := repo.Resolve(t.Context(), spec)
		if err == nil && !repo.HasCommit(id) {
			t.Errorf("%q is %s, which is no commit", spec, id)
		}
		ids, err := repo.ResolveSource(t.Context(), spec)
		if err == nil && len(ids) == 0 {
			t.Errorf("%q names no commit and is no error", spec)
		}
	})
}
