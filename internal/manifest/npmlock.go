package manifest

import (
	"fmt"
	"path"
	"strings"

	"github.com/git-backport/git-backport/internal/document"
)

// npmLocks bumps the lock files at the root of a workspace.
func (r *run) npmLocks(root *npmPackage, members []*npmPackage, ours map[string]bool) error {
	for _, f := range []struct {
		name string
		bump func(lock string) error
	}{
		{"package-lock.json", func(lock string) error { return r.bumpNpmLock(lock, root, members, ours) }},
		{"npm-shrinkwrap.json", func(lock string) error { return r.bumpNpmLock(lock, root, members, ours) }},
		{"pnpm-lock.yaml", func(lock string) error { return r.bumpPnpmLock(lock, ours) }},
		{"yarn.lock", func(lock string) error { return r.bumpYarnLock(lock, ours) }},
	} {
		if err := r.follow(beside(root.path, f.name), f.bump); err != nil {
			return err
		}
	}
	return nil
}

// bumpNpmLock sets the versions of our packages in a lock file of any version: the one at the top, and
// those of packages[""] and packages["path"], with what they require of each other.
func (r *run) bumpNpmLock(lock string, root *npmPackage, members []*npmPackage, ours map[string]bool) error {
	doc, err := r.src.JSON(lock)
	if err != nil {
		return err
	}
	changes := map[int]string{}
	set := func(p *npmPackage, keys ...string) error {
		v, ok := doc.Get(append(keys, "version")...)
		if !ok || !p.moves {
			return nil
		}
		text, same := r.respell(v.Text)
		if !same {
			return document.At(lock, v.Line, "%w: %q here and %q in %s", ErrLock, v.Text, p.version.Text, p.path)
		}
		changes[v.Inner().Start] = text
		return nil
	}
	if err := set(root); err != nil {
		return err
	}
	for _, p := range members {
		key := ""
		if p != root {
			key = strings.TrimPrefix(p.dir, strings.TrimPrefix(root.dir+"/", "./"))
		}
		if err := set(p, "packages", key); err != nil {
			return err
		}
		if entry, ok := doc.Get("packages", key); ok {
			r.npmRequirements(entry, ours, changes)
		}
	}
	legacy, _ := doc.Get("dependencies")
	for _, entry := range legacy.Members() {
		if v, ok := entry.Get("version"); ok && strings.HasPrefix(v.Text, "file:") {
			r.npmRequirements(entry, ours, changes)
		}
	}
	return r.set(lock, document.ReadJSON, changes)
}

// bumpPnpmLock sets what the importers of a pnpm-lock.yaml ask of our packages.
func (r *run) bumpPnpmLock(lock string, ours map[string]bool) error {
	data, err := r.src.Read(lock)
	if err != nil {
		return err
	}
	list, err := document.ReadYAML(data)
	if err != nil {
		return document.InFile(lock, err)
	}
	changes := map[int]string{}
	for _, e := range list {
		dir, leaf := path.Split(e.Key)
		if strings.HasPrefix(e.Key, `/"importers"/`) && leaf == `"specifier"` {
			e.Key = strings.TrimSuffix(dir, "/")
		} else if !strings.Contains(e.Key, `/"specifiers"/`) {
			continue
		}
		for name := range ours {
			if strings.HasSuffix(e.Key, fmt.Sprintf("/%q", name)) && ours[name] {
				if next, ok := r.respellRange(e.Text); ok {
					changes[e.Span.Start] = next
				}
			}
		}
	}
	return r.set(lock, document.ReadYAML, changes)
}

// bumpYarnLock sets, in the entries of a yarn.lock for packages of the workspace, the ranges that their
// headings and their dependencies ask of our packages. A lock of yarn 1 has no such entries.
func (r *run) bumpYarnLock(lock string, ours map[string]bool) error {
	data, err := r.src.Read(lock)
	if err != nil {
		return err
	}
	local := false
	var out strings.Builder
	for line := range strings.Lines(string(data)) {
		body := strings.TrimRight(line, "\r\n")
		if body != "" && body[0] != ' ' && body[0] != '#' {
			local = strings.Contains(body, "@workspace:")
		}
		if local {
			line = r.yarnLine(body, ours) + line[len(body):]
		}
		out.WriteString(line)
	}
	if out.String() != string(data) {
		r.replace(lock, []byte(out.String()))
	}
	return nil
}

// yarnLine rewrites a heading, "a@npm:1.2.3, a@workspace:a":, or a dependency, a: "npm:1.2.3".
func (r *run) yarnLine(line string, ours map[string]bool) string {
	if !strings.HasPrefix(line, " ") {
		parts := strings.Split(line, ", ")
		for i, part := range parts {
			bare := strings.Trim(part, `":`)
			at := strings.LastIndex(bare, "@")
			if at <= 0 || !ours[bare[:at]] {
				continue
			}
			if next, ok := r.respellRange(bare[at+1:]); ok {
				parts[i] = strings.Replace(part, bare, bare[:at+1]+next, 1)
			}
		}
		return strings.Join(parts, ", ")
	}
	name, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
	bare := strings.Trim(text, `"`)
	if !ok || !ours[strings.Trim(name, `"`)] {
		return line
	}
	if next, ok := r.respellRange(bare); ok {
		return strings.TrimSuffix(line, text) + strings.Replace(text, bare, next, 1)
	}
	return line
}
