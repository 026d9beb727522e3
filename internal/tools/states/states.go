package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A state is how a repository, its user or its machine may be.
type state struct {
	group, name string
	local       []string // settings of the repository, key=value
	user        []string // settings of the user
	env         []string // variables; ~ is the user's home, % the repository
	files       map[string]string
	make        string // commands of git that make the repository of the source; "" copies it
	dir         string // where work is done in the root; "repo" when empty
}

// A place is a state that was built.
type place struct {
	root, dir string // dir: where we are run
	tree      string // the work tree where git picks
	env       []string
}

// build makes a state on the disk.
func (w *world) build(ctx context.Context, s state) (place, error) {
	root, err := os.MkdirTemp(w.dir, "state-")
	if err != nil {
		return place{}, err
	}
	at := place{root: root, dir: filepath.Join(root, "repo"), env: w.env(root)}
	if s.make == "" {
		s.make = "clone -q --no-hardlinks SOURCE repo"
	}
	plain := w.env(filepath.Join(root, "nobody"))
	for _, line := range strings.Split(s.make, "\n") {
		line = strings.ReplaceAll(strings.TrimSpace(line), "SOURCE", w.source)
		if line == "" {
			continue
		}
		if from, to, ok := strings.Cut(line, " => "); ok {
			if err := os.Rename(filepath.Join(root, from), filepath.Join(root, to)); err != nil {
				return at, err
			}
			continue
		}
		if err := w.must(ctx, root, plain, strings.ReplaceAll(line, "ROOT", root)); err != nil {
			return at, err
		}
	}
	if s.dir != "" {
		at.dir = filepath.Join(root, s.dir)
	}
	at.tree = at.dir
	for _, kv := range s.env {
		at.env = append(at.env, strings.NewReplacer("~", root, "%", at.dir).Replace(kv))
	}
	return at, w.write(ctx, s, at, plain)
}

// write writes the settings and files of a state.
func (w *world) write(ctx context.Context, s state, at place, plain []string) error {
	for i, kvs := range [][]string{s.local, s.user} {
		for _, kv := range kvs {
			k, v, bare := strings.Cut(kv, "=")
			args := []string{"config", "--file=" + filepath.Join(at.root, ".gitconfig"), k, strings.ReplaceAll(v, "~", at.root)}
			if i == 0 {
				args[1] = "--local"
			}
			if !bare {
				args[3] = "true"
			}
			if _, complaints, code, err := w.try(ctx, at.dir, plain, "", args...); err != nil || code != 0 {
				return fmt.Errorf("git %v: exit %d %w: %s", args, code, err, complaints)
			}
		}
	}
	for name, text := range s.files {
		file := filepath.Join(at.root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "SOURCE", w.source)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// states are all states, the one that is none first.
func states() []state {
	out := []state{{name: "none"}}
	out = append(out, settingStates()...)
	out = append(out, variableStates()...)
	out = append(out, attributeStates()...)
	return append(out, storeStates()...)
}
