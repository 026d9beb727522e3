package verify

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/git-backport/git-backport/internal/child"
	"github.com/git-backport/git-backport/internal/txfs"
	"github.com/git-backport/git-backport/msrv"
)

// The bounds of a unit.
const (
	maxLog       = 64 << 20 // bytes of a log
	maxProcesses = 4096     // of one command at a time
	probeTime    = time.Minute
	gitTime      = 30 * time.Minute
)

// A NetworkError is a command that was to have no network, where that cannot be had.
type NetworkError struct{ Tried string }

func (e *NetworkError) Error() string {
	return "the network cannot be taken away here: " + e.Tried
}

// A CommandError is a command that is not there.
type CommandError struct{ Name string }

func (e *CommandError) Error() string { return fmt.Sprintf("%q is not a program on PATH", e.Name) }

// prepare finds what every unit needs.
func (p *Plan) prepare(ctx context.Context) error {
	env := clean(p.Environ, p.Allow)
	p.guard = env
	if p.Shell {
		p.Argv = []string{"sh", "-c", strings.Join(p.Argv, " ")}
	}
	if _, ok := lookPath(env, p.Argv[0]); !ok && !p.Shell {
		return &CommandError{Name: p.Argv[0]}
	}
	if !p.NoNetwork {
		return nil
	}
	var tried []string
	for _, argv := range [][]string{{"unshare", "-rn"}, {"bwrap", "--dev-bind", "/", "/", "--unshare-net"}} {
		prog, err := child.Find(argv[0])
		if err != nil {
			tried = append(tried, "there is no "+argv[0])
			continue
		}
		res, err := prog.Run(ctx, child.Call{Args: append(argv[1:len(argv):len(argv)], "true"), Env: env})
		if err == nil && res.Code == 0 {
			p.isolate = argv
			return nil
		}
		tried = append(tried, argv[0]+" may not: "+lastWords(string(res.Stderr)))
	}
	return &NetworkError{Tried: strings.Join(tried, "; ")}
}

// A place is where a unit runs.
type place struct {
	root string // removed afterwards
	dir  string // with the tree
	name string // random, of root
}

func newPlace(temp, branch string, workTree bool) (place, error) {
	var b [10]byte
	if _, err := rand.Read(b[:]); err != nil {
		return place{}, fmt.Errorf("naming a directory: %w", err)
	}
	name := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
	root := filepath.Join(temp, prefix+name)
	dir := flat(branch)
	if workTree { // git calls its entry so, and the entry is known by it
		dir += "-" + name
	}
	return place{root: root, dir: filepath.Join(root, dir), name: name}, nil
}

// flat is a branch as the name of a directory.
func flat(branch string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '_' || r == '-' || r == '+' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '-'
	}, strings.TrimLeft(branch, ".-"))
}

// run runs one unit.
func (u *unit) run(ctx context.Context) (err error) {
	p := u.plan
	if u.target.Skip != "" {
		u.result.Status, u.result.Reason = Skipped, u.target.Skip
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	at, err := newPlace(p.Temp, u.target.Branch, p.WorkTree != nil)
	if err != nil {
		return err
	}
	args := []string{GuardVerb, at.root}
	entries := ""
	if p.WorkTree != nil {
		entries = p.WorkTree.Entries
		args = append(args, "--entries", entries)
	}
	if p.Keep {
		args = append(args, "--keep")
		u.result.Dir = at.dir
	}
	g, err := child.StartGuard(p.Self, args, p.guard)
	if err != nil {
		return err
	}
	defer func() {
		closed := g.Close()
		if errors.Is(closed, child.ErrGuard) { // it was killed: its work is done here
			closed = nil
			if !p.Keep {
				closed = tidy(at.root, entries)
			}
		}
		err = errors.Join(err, closed)
	}()
	fsys := txfs.Real{}
	if err := fsys.Mkdir(at.root, 0o700); err != nil {
		return err
	}
	release, err := fsys.Lock(filepath.Join(at.root, lockName), fmt.Sprintf("pid %d", os.Getpid()))
	if err != nil {
		return err
	}
	defer func() { _ = release() }() // the kernel does it in any case
	if err := u.write(ctx, g, at); err != nil {
		return err
	}
	return u.command(ctx, g, at)
}

// GuardVerb is the hidden verb of this program that calls Serve.
const GuardVerb = "verify-guard"

// write makes the directory with the tree.
func (u *unit) write(ctx context.Context, g *child.Guard, at place) error {
	u.tell("writing the tree")
	w := u.plan.WorkTree
	if w == nil {
		submodules, err := Export(ctx, u.plan.Session, u.target.Tree, at.dir)
		if submodules > 0 {
			u.result.Notes = append(u.result.Notes, fmt.Sprintf("%d submodules are empty directories", submodules))
		}
		return err
	}
	argv := append(append([]string{}, w.Git...), "worktree", "add", "--quiet", "--detach", at.dir, u.target.Head.String())
	ended, err := g.Run(ctx, child.Job{Argv: argv, Env: w.Env, Dir: w.Dir, Timeout: gitTime})
	if err == nil && !ended.OK() {
		err = fmt.Errorf("git worktree add: %s%s", ended.Error, lastWords(string(ended.Tail)))
	}
	return err
}

// command finds the toolchain, and runs the command with it.
func (u *unit) command(ctx context.Context, g *child.Guard, at place) error {
	p, r := u.plan, &u.result
	env := clean(p.Environ, p.Allow)
	if p.Cache != "" && value(env, "CARGO_TARGET_DIR") == "" {
		env = append(env, "CARGO_TARGET_DIR="+filepath.Join(p.Cache, "target", flat(u.target.Branch)))
	}
	env = with(env, []string{"PWD=" + at.dir})
	var failed error
	probe := func(more []string, argv ...string) (string, bool) {
		ended, err := u.probe(ctx, g, at.dir, with(env, more), argv)
		failed = errors.Join(failed, err)
		return string(ended.Head), err == nil && ended.OK()
	}
	tools := u.tools(probe, env)
	argv := p.Argv
	for _, t := range tools {
		if t.path != "" {
			env = with(env, []string{"PATH=" + t.path + string(filepath.ListSeparator) + value(env, "PATH")})
		}
		env = with(env, t.env)
		argv = append(append([]string{}, t.wrap...), argv...)
	}
	for _, t := range tools {
		u.check(t, probe)
	}
	if failed != nil {
		return failed
	}
	if r.Status == Unverified {
		return nil
	}
	argv = append(append([]string{}, p.isolate...), argv...)
	program, ok := lookPath(env, argv[0])
	if !ok {
		return &CommandError{Name: argv[0]}
	}
	argv[0] = program
	return u.execute(ctx, g, child.Job{Argv: argv, Env: env, Dir: at.dir, Timeout: p.Timeout, Grace: p.Grace, MaxLog: maxLog, Processes: maxProcesses})
}

// probe runs a small program with the guard.
func (u *unit) probe(ctx context.Context, g *child.Guard, dir string, env, argv []string) (child.Ended, error) {
	program, ok := lookPath(env, argv[0])
	if !ok {
		return child.Ended{Error: argv[0] + " is not there"}, nil
	}
	argv = append([]string{program}, argv[1:]...)
	return g.Run(ctx, child.Job{Argv: argv, Env: env, Dir: dir, Timeout: probeTime, Processes: maxProcesses})
}

// tools finds what the unit's toolchain takes.
func (u *unit) tools(probe prober, env []string) []tool {
	p, r := u.plan, &u.result
	reading := msrv.Census(p.Session.TreeFS(u.target.Tree), p.Pins)
	asked, given := u.toolchain, p.Argv
	if p.Shell {
		given = nil
	}
	f := &finder{pins: reading.Pins, probe: probe, home: value(env, "HOME"), paths: func(name string) (string, bool) { return lookPath(env, name) }}
	ecos := inPlay(reading.Pins, given, p.Shell)
	if name, v, ok := strings.Cut(asked, "="); ok { // rust=1.94.0
		ecos, asked = []msrv.Ecosystem{msrv.Ecosystem(name)}, v
	}
	var out []tool
	if asked != None {
		for _, eco := range ecos {
			if t, ok := f.find(eco, asked); ok {
				out = append(out, t)
			}
		}
	}
	if len(out) == 0 && asked != None && asked != Selected {
		r.Status, r.Reason = Unverified, "the tree declares no "+asked+" of a toolchain that is known here"
		if asked != Floor {
			r.Reason = fmt.Sprintf("whose toolchain %q is cannot be told: write it as rust=%s", asked, asked)
		}
	}
	if len(out) == 0 {
		for _, eco := range ecos { // the version of what is there goes on record
			out = append(out, tool{eco: eco, version: versionOf(eco)})
		}
	}
	return out
}

// versionOf is the command that prints the version of an ecosystem's toolchain.
func versionOf(eco msrv.Ecosystem) []string {
	switch eco {
	case msrv.Rust:
		return []string{"rustc", "-V"}
	case msrv.Go:
		return []string{"go", "version"}
	case msrv.Node:
		return []string{"node", "--version"}
	case msrv.Python:
		return []string{"python", "--version"}
	case msrv.Java:
		return []string{"java", "-version"}
	}
	return []string{"true"}
}

// check demands that a tool is what was asked for, by what it says of itself.
func (u *unit) check(t tool, probe prober) {
	r := &u.result
	if t.missing != "" {
		r.Status, r.Reason, r.Install = Unverified, t.missing, t.install
		return
	}
	out, ok := probe(t.env, append(append([]string{}, t.wrap...), t.version...)...)
	line := firstLine(out)
	if !ok {
		if t.want != "" {
			r.Status, r.Reason, r.Install = Unverified, fmt.Sprintf("%s %s does not run: %s", t.eco, t.want, lastWords(out)), t.install
		}
		return
	}
	if t.eco == msrv.Node && strings.HasPrefix(line, "v") {
		line = "node " + line
	}
	r.Tools = append(r.Tools, line)
	if t.want == "" {
		return
	}
	for _, word := range strings.Fields(line) {
		if begins(strings.TrimPrefix(word, "go"), t.want) {
			return
		}
	}
	r.Status, r.Install = Unverified, t.install
	r.Reason = fmt.Sprintf("%s is what runs, and %s %s was asked for", line, t.eco, t.want)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(line)
}

// execute runs the command.
func (u *unit) execute(ctx context.Context, g *child.Guard, job child.Job) error {
	p, r := u.plan, &u.result
	if p.Logs != "" {
		if err := makeDirs(p.Logs); err != nil {
			return err
		}
		job.Log = filepath.Join(p.Logs, fmt.Sprintf("%s-%s-%s.log", flat(u.target.Branch), flat(u.toolchain), filepath.Base(filepath.Dir(job.Dir))[len(prefix):][:6]))
		r.Log = job.Log
	}
	u.tell("running")
	start := p.Now()
	ended, err := g.Run(ctx, job)
	r.Seconds = p.Now().Sub(start).Seconds()
	if err != nil {
		return err
	}
	r.Exit, r.Left = ended.Code, ended.Left
	if ended.Left > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d processes that it left behind were ended", ended.Left))
	}
	if ended.Bytes > maxLog {
		r.Notes = append(r.Notes, fmt.Sprintf("it printed %d MiB; the log has the first %d", ended.Bytes>>20, maxLog>>20))
	}
	switch {
	case ended.Stopped == child.StopTimeout:
		r.Status, r.Reason = Timeout, "it took longer than "+p.Timeout.String()
	case ended.Stopped == child.StopProcesses:
		r.Status, r.Reason = Failed, fmt.Sprintf("it had more than %d processes at a time", maxProcesses)
	case ended.Stopped != "":
		r.Status, r.Reason = Failed, "it was stopped from outside"
	case ended.Error != "":
		r.Status, r.Reason = Failed, ended.Error
	case ended.Signal != "":
		r.Status, r.Reason = Failed, "it ended by a signal: "+ended.Signal
	case ended.Code != 0:
		r.Status, r.Reason = Failed, fmt.Sprintf("exit %d", ended.Code)
	default:
		r.Status = Passed
		return nil
	}
	r.Tail = ended.Tail
	return nil
}

func (u *unit) tell(text string) {
	if u.plan.Told != nil {
		u.plan.Told(u.target.Branch + " (" + u.toolchain + "): " + text)
	}
}

// makeDirs makes a directory and those above it.
func makeDirs(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := makeDirs(parent); err != nil {
			return err
		}
	}
	err := txfs.Real{}.Mkdir(dir, 0o700)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}
