package project

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/gitops"
)

// An address is a pull request or a commit on a forge.
type address struct {
	host, path string // of the repository, in lower case: "github.com", "owner/name"
	number     int    // of the pull request; 0 for a commit alone
	commit     string // "" for a pull request as a whole
}

var (
	requestURL = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^https?://([^/]+)/(.+?)/(?:-/)?(?:pull|pulls|merge_requests)/([0-9]{1,9})` +
			`(?:/commits/([0-9a-fA-F]{7,40}))?(?:[/#?].*)?$`)
	})
	commitURL = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^https?://([^/]+)/(.+?)/(?:-/)?commits?/([0-9a-fA-F]{7,40})(?:[/#?.].*)?$`)
	})
)

// parseAddress reads the URL of a pull request or of a commit.
func parseAddress(url string) (address, bool) {
	if m := requestURL().FindStringSubmatch(url); m != nil {
		n, err := strconv.Atoi(m[3])
		return address{strings.ToLower(m[1]), strings.ToLower(m[2]), n, strings.ToLower(m[4])}, err == nil
	}
	if m := commitURL().FindStringSubmatch(url); m != nil {
		return address{strings.ToLower(m[1]), strings.ToLower(m[2]), 0, strings.ToLower(m[3])}, true
	}
	return address{}, false
}

// remoteOf reads host and path of a remote's URL, in lower case; the host is "" where it is a directory.
// A host that only ssh's configuration knows has no dot.
func remoteOf(url string) (host, path string) {
	rest := url
	if scheme, after, ok := strings.Cut(url, "://"); ok {
		if scheme == "file" {
			return "", ""
		}
		host, path, _ = strings.Cut(after, "/")
		host = host[strings.LastIndex(host, "@")+1:]
		host, _, _ = strings.Cut(host, ":")
	} else if before, after, ok := strings.Cut(rest, ":"); ok && !strings.Contains(before, "/") {
		host, path = before[strings.LastIndex(before, "@")+1:], after
	}
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	return strings.ToLower(host), strings.ToLower(path)
}

// isOf reports whether a remote's URL may be that of the repository that an address names.
func (a address) isOf(remote string) bool {
	host, path := remoteOf(remote)
	return path == a.path && (host == a.host || strings.HasSuffix(host, "."+a.host) || host != "" && !strings.Contains(host, "."))
}

// checkAddress refuses an address in a repository that is none of the remotes'. Where no remote has a host,
// as in a copy of a mirror, nobody can tell, and that is said.
func (p *Project) checkAddress(url string, a address) error {
	names, err := p.Repo.Remotes()
	if err != nil {
		return err
	}
	var known []string
	for _, name := range names {
		v, ok := p.Repo.Config.Get("remote." + name + ".url")
		if !ok {
			continue
		}
		if a.isOf(v.Value) {
			return nil
		}
		if host, path := remoteOf(v.Value); host != "" {
			known = append(known, name+" is "+host+"/"+path)
		}
	}
	if len(known) == 0 {
		p.warn(fmt.Sprintf("no remote says that this is %s/%s: what %s names is looked for here all the same", a.host, a.path, url))
		return nil
	}
	return &InputError{
		Err:  fmt.Errorf("%s: no remote of this repository is %s/%s", url, a.host, a.path),
		Cure: strings.Join(known, ", ") + "; name the commit if it is here",
	}
}

// commitAt returns the commit that an address names.
func (p *Project) commitAt(url string, a address) ([]gitops.ID, error) {
	id, err := p.Repo.Expand(a.commit)
	if err == nil && !p.Repo.HasCommit(id) {
		err = gitops.ErrNoRef
	}
	if err != nil {
		return nil, &InputError{Err: fmt.Errorf("%s: commit %s is not in this clone", url, a.commit), Cure: "git fetch brings what was pushed"}
	}
	return []gitops.ID{id}, nil
}
