package object_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/git-backport/git-backport/gitops/object"
	"github.com/git-backport/git-backport/gitops/odb"
)

// TestReplay picks the authors, headers and messages of real commits in a tiny repository, with git and
// with us, and wants the same commits. GIT_BACKPORT_REPLAY is a list of bare clones, as PATH is one of
// directories; GIT_BACKPORT_REPLAY_COUNT how many commits are taken of them all, 10000 by default.
func TestReplay(t *testing.T) {
	list := os.Getenv("GIT_BACKPORT_REPLAY")
	if list == "" {
		t.Skip("GIT_BACKPORT_REPLAY names no clones to take commits from")
	}
	count := 10000
	if n, err := strconv.Atoi(os.Getenv("GIT_BACKPORT_REPLAY_COUNT")); err == nil {
		count = n
	}
	clones := filepath.SplitList(list)
	var sources []source
	encoded := 0
	for _, dir := range clones {
		found := commitsOf(t, dir, count/len(clones))
		for _, s := range found {
			for _, h := range s.extra {
				if h.Key == "encoding" {
					encoded++
				}
			}
		}
		t.Logf("%s: %d commits", filepath.Base(dir), len(found))
		sources = append(sources, found...)
	}
	p := newPicker(t)
	for _, m := range modes[1:2] {
		n, refused := p.compare(sources, object.PickOptions{Signoff: m.signoff}, m.flags...)
		t.Logf("%s: %d compared, %d with an encoding header, %d refused", m.name, n, encoded, len(refused))
		for _, err := range refused {
			t.Errorf("%s: refused: %v", m.name, err)
		}
	}
	for _, m := range modes {
		some := sources[:0:0]
		for i := 0; i < len(sources); i += 20 {
			some = append(some, sources[i])
		}
		n, refused := p.compare(some, object.PickOptions{Signoff: m.signoff}, m.flags...)
		t.Logf("%s: %d compared, %d refused", m.name, n, len(refused))
	}
}

// commitsOf returns want commits of a clone: those with an encoding header, odd authors or messages
// that are not UTF-8 first, then others evenly spread.
func commitsOf(t *testing.T, dir string, want int) []source {
	db, err := odb.Open(odb.Options{ObjectsDir: filepath.Join(dir, "objects")})
	if err != nil {
		t.Fatal(err)
	}
	var odd, plain []source
	if err := db.Each(func(id object.ID) error {
		kind, _, err := db.Header(id)
		if err != nil || kind != object.KindCommit {
			return err
		}
		_, data, err := db.Read(id)
		if err != nil {
			return err
		}
		c, err := object.ParseCommit(data)
		if err != nil {
			return err
		}
		s := source{author: string(c.Author), extra: c.Extra, message: string(c.Message)}
		if _, ok := c.Header("encoding"); ok || object.CheckCommit(data) != nil {
			odd = append(odd, s)
		} else {
			plain = append(plain, s)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	odd = odd[:min(len(odd), want)]
	step := max(1, len(plain)/max(1, want-len(odd)))
	for i := 0; i < len(plain) && len(odd) < want; i += step {
		odd = append(odd, plain[i])
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	return odd
}
