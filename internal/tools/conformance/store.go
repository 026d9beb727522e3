package main

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/git-backport/git-backport/internal/merge"
)

func objectsOf(repo string) string { return filepath.Join(repo, "objects") }

// A catFile is a merge.Store over one git cat-file process; what is written stays in memory.
type catFile struct {
	mu    sync.Mutex
	in    io.WriteCloser
	out   *bufio.Reader
	wrote map[merge.ID][]byte
	sizes map[merge.ID]int64
}

func openStore(git, repo string) (*catFile, error) {
	cmd := exec.Command(git, "-C", repo, "cat-file", "--batch-command", "--buffer")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &catFile{in: in, out: bufio.NewReaderSize(out, 1<<16), wrote: map[merge.ID][]byte{}}, nil
}

func (s *catFile) ask(command, name string) (kind string, data []byte, size int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := fmt.Fprintf(s.in, "%s %s\nflush\n", command, name); err != nil {
		return "", nil, 0, err
	}
	line, err := s.out.ReadString('\n')
	if err != nil {
		return "", nil, 0, err
	}
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return "", nil, 0, fmt.Errorf("object %s: %s", name, strings.TrimSpace(line))
	}
	size, err = strconv.ParseInt(fields[2], 10, 64)
	if err != nil || command == "info" {
		return fields[1], nil, size, err
	}
	data = make([]byte, size+1)
	if _, err := io.ReadFull(s.out, data); err != nil {
		return "", nil, 0, err
	}
	return fields[1], data[:size], size, nil
}

// treeOf returns the tree of a commit.
func (s *catFile) treeOf(commit string) (merge.ID, error) {
	kind, data, _, err := s.ask("contents", commit)
	if err != nil {
		return merge.ID{}, err
	}
	if kind == "commit" && len(data) > 45 {
		return parseID(string(data[5:45]))
	}
	return merge.ID{}, fmt.Errorf("object %s is a %s, not a commit", commit, kind)
}

func parseID(s string) (id merge.ID, err error) {
	n, err := hex.Decode(id[:], []byte(s))
	if err == nil && n != len(id) {
		err = fmt.Errorf("id %q is too short", s)
	}
	return id, err
}

func (s *catFile) object(kind string, id merge.ID) ([]byte, error) {
	s.mu.Lock()
	data, ok := s.wrote[id]
	s.mu.Unlock()
	if ok {
		return data, nil
	}
	have, data, _, err := s.ask("contents", id.String())
	if err == nil && have != kind {
		err = fmt.Errorf("object %s is a %s, not a %s", id, have, kind)
	}
	return data, err
}

func (s *catFile) Tree(id merge.ID) ([]merge.Entry, error) {
	data, err := s.object("tree", id)
	if err != nil {
		return nil, err
	}
	var entries []merge.Entry
	for len(data) > 0 {
		mode, rest, ok := bytes.Cut(data, []byte{' '})
		name, rest, ok2 := bytes.Cut(rest, []byte{0})
		bits, err := strconv.ParseUint(string(mode), 8, 32)
		if !ok || !ok2 || err != nil || len(rest) < 20 {
			return nil, fmt.Errorf("tree %s is cut short", id)
		}
		entries = append(entries, merge.Entry{Name: string(name), Mode: merge.Mode(bits), ID: merge.ID(rest[:20])})
		data = rest[20:]
	}
	return entries, nil
}

func (s *catFile) Blob(id merge.ID) ([]byte, error) { return s.object("blob", id) }

func (s *catFile) BlobSize(id merge.ID) (int64, error) {
	s.mu.Lock()
	data, ok := s.wrote[id]
	s.mu.Unlock()
	if ok {
		return int64(len(data)), nil
	}
	_, _, size, err := s.ask("info", id.String())
	return size, err
}

func (s *catFile) write(kind string, data []byte) (merge.ID, error) {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	id := merge.ID(h.Sum(nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote[id] = data
	return id, nil
}

func (s *catFile) WriteBlob(data []byte) (merge.ID, error) { return s.write("blob", data) }

func (s *catFile) WriteTree(entries []merge.Entry) (merge.ID, error) {
	var data []byte
	for _, e := range entries {
		data = append(data, strconv.FormatUint(uint64(e.Mode), 8)+" "+e.Name+"\x00"...)
		data = append(data, e.ID[:]...)
	}
	return s.write("tree", data)
}
