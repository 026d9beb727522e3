package publish

import (
	"net/url"
	"path"
	"strings"
)

// A Repository is a repository of a forge.
type Repository struct {
	Host  string // "github.com", with a port when the address has one
	Owner string // "acme", or of GitLab "acme/team"
	Name  string // "app"
}

// Path returns OWNER/NAME.
func (r Repository) Path() string { return r.Owner + "/" + r.Name }

// IsZero reports whether nothing is known of the repository.
func (r Repository) IsZero() bool { return r == Repository{} }

// ParseURL reads the address of a remote: https://HOST/OWNER/NAME.git, ssh://git@HOST/OWNER/NAME,
// git@HOST:OWNER/NAME. A path of this machine names no repository of a forge.
func ParseURL(address string) (Repository, bool) {
	host, file := "", ""
	if before, rest, scheme := strings.Cut(address, "://"); scheme {
		u, err := url.Parse(before + "://" + rest)
		if err != nil || u.Scheme == "file" || u.Host == "" {
			return Repository{}, false
		}
		host, file = u.Host, u.Path
		if u.Scheme != "http" && u.Scheme != "https" {
			host = u.Hostname() // the port of ssh is not that of the forge
		}
	} else {
		before, rest, scp := strings.Cut(address, ":")
		if !scp || strings.ContainsAny(before, `/\`) || len(before) < 2 {
			return Repository{}, false
		}
		_, host, _ = cutLast(before, "@")
		file = rest
	}
	file = strings.TrimSuffix(strings.Trim(path.Clean("/"+file), "/"), ".git")
	owner, name, ok := cutLast(file, "/")
	if !ok || owner == "" || name == "" || !plain(host) || !plain(owner) || !plain(name) {
		return Repository{}, false
	}
	return Repository{Host: strings.ToLower(host), Owner: owner, Name: name}, true
}

// cutLast cuts around the last separator; without one, all is after it.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

// plain reports whether a part of an address can stand in an API's path as it is.
func plain(s string) bool {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-._/:~", r):
		default:
			return false
		}
	}
	return s != "" && !strings.Contains(s, "..") && !strings.Contains(s, "//")
}

// WithoutUser returns an address without user name, password, query and fragment.
func WithoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// WithoutPort returns a host as glab names it: it takes none with a port, and has the port in its configuration.
func WithoutPort(host string) string {
	name, _, _ := strings.Cut(host, ":")
	return name
}

// A Forge names what kind of server a host is.
type Forge string

// The forges.
const (
	GitHub Forge = "github"
	GitLab Forge = "gitlab"
	Gitea  Forge = "gitea" // Forgejo too
	None   Forge = "none"
)

// ForgeOf returns the forge that the name of a host stands for; "" when the name does not say.
func ForgeOf(host string) Forge {
	host, _, _ = strings.Cut(host, ":")
	switch {
	case host == "github.com", strings.HasSuffix(host, ".ghe.com"):
		return GitHub
	case host == "gitlab.com", strings.HasPrefix(host, "gitlab."):
		return GitLab
	case host == "codeberg.org", strings.HasPrefix(host, "gitea."), strings.HasPrefix(host, "forgejo."):
		return Gitea
	}
	return ""
}

// CompareURL returns the page on which a person opens the change request by hand.
func (r Repository) CompareURL(f Forge, from Repository, base, head, title string) string {
	q := url.Values{}
	branch := head
	switch f {
	case GitLab:
		q.Set("merge_request[source_branch]", head)
		q.Set("merge_request[target_branch]", base)
		q.Set("merge_request[title]", title)
		return "https://" + from.Host + "/" + from.Path() + "/-/merge_requests/new?" + q.Encode()
	case GitHub:
		if from != r {
			branch = from.Owner + ":" + head
		}
		q.Set("expand", "1")
		q.Set("title", title)
		return "https://" + r.Host + "/" + r.Path() + "/compare/" + escape(base) + "..." + escape(branch) + "?" + q.Encode()
	case Gitea:
		if from != r {
			branch = from.Owner + ":" + head
		}
		return "https://" + r.Host + "/" + r.Path() + "/compare/" + escape(base) + "..." + escape(branch)
	case None:
	}
	return ""
}

// escape escapes the name of a branch for a path, its slashes kept.
func escape(name string) string { return (&url.URL{Path: name}).EscapedPath() }
