package config

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/git-backport/git-backport/policy"
)

// reader turns a checked tree into a Config. The check has seen to keys, types and the form of
// strings; what is left is what needs several values.
type reader struct {
	checker
	loader *loader
	root   *value
	cfg    Config
	pol    policy.Policy

	skipped []string // rows of the import at hand that are not read, and why
}

// sub returns the value of a key, nil when it is absent. A single item stands for an array of one
// where the schema says so; see each.
func (v *value) sub(name string) *value {
	if e := v.get(name); e != nil {
		return e.val
	}
	return nil
}

func (v *value) text(name string) string {
	if s := v.sub(name); s != nil {
		return s.str
	}
	return ""
}

func (v *value) int(name string) int {
	if s := v.sub(name); s != nil {
		return int(s.num)
	}
	return 0
}

func (v *value) flag(name string, absent bool) bool {
	if s := v.sub(name); s != nil {
		return s.truth
	}
	return absent
}

func (v *value) date(name string) policy.Date {
	if s := v.sub(name); s != nil {
		return s.day
	}
	return policy.Date{}
}

// each returns the items of an array, or the one value that stands for it.
func (v *value) each(name string) []*value {
	s := v.sub(name)
	switch {
	case s == nil:
		return nil
	case s.form == formArray:
		return s.items
	}
	return []*value{s}
}

func (v *value) texts(name string) []string {
	var out []string
	for _, s := range v.each(name) {
		out = append(out, s.str)
	}
	return out
}

func (v *value) duration(name string) policy.Duration {
	d, _ := policy.ParseDuration(v.text(name)) // the check has parsed it; absent: zero
	return d
}

func (r *reader) line(v *value, name string) *policy.LineID {
	s := v.sub(name)
	if s == nil {
		return nil
	}
	id, err := r.scheme.ParseLine(s.str)
	if err != nil {
		return nil
	}
	return &id
}

func (r *reader) config() *Config {
	r.kinds(r.root.sub("kind"))
	r.repo(r.root.sub("repo"))
	r.dates(r.root.sub("dates"))
	r.classes(r.root.sub("class"))
	r.rules(r.root)
	imports := r.imports(r.root)
	r.branches(r.root.sub("branch"), imports)
	r.phases(r.root.sub("phase"), len(imports) > 0)
	r.options(r.root)
	r.audit(r.root)
	r.cfg.Policy = &r.pol
	return &r.cfg
}

func (r *reader) kinds(v *value) {
	if v == nil {
		return
	}
	r.pol.Like = map[policy.Kind]policy.Kind{}
	for _, e := range v.keys {
		k := Kind{Name: policy.Kind(e.name), Like: policy.Kind(e.val.text("like")), Labels: e.val.texts("labels")}
		builtin := r.knownKind(k.Name, nil)
		switch {
		case !isName(e.name):
			r.add(e.at, "", "%q is not a name: letters, digits, - and _", e.name)
		case k.Like == "" && !builtin:
			r.add(e.at, "", "kind %q needs like: which built-in kind is it like?", e.name)
		case k.Like != "":
			r.pol.Like[k.Name] = k.Like
		}
		r.cfg.Kinds = append(r.cfg.Kinds, k)
	}
	for _, e := range v.keys {
		at := e.val.sub("like")
		if at == nil {
			continue
		}
		r.kind(at)
		seen := map[policy.Kind]bool{}
		for k := policy.Kind(e.name); k != ""; k = r.pol.Like[k] {
			if seen[k] || len(seen) > 8 {
				r.add(at.at, "", "kind %q is like itself, or too far from a built-in one", e.name)
				break
			}
			seen[k] = true
		}
	}
}

func (r *reader) knownKind(k policy.Kind, like map[policy.Kind]policy.Kind) bool {
	p := policy.Policy{Like: like}
	return p.Known(k)
}

// kind checks that a value names a kind and returns it.
func (r *reader) kind(v *value) policy.Kind {
	r.kindName(v.str, v.at)
	return policy.Kind(v.str)
}

func (r *reader) kindName(name string, at span) {
	if name == "*" || r.knownKind(policy.Kind(name), r.pol.Like) {
		return
	}
	var known []string
	for _, k := range policy.Kinds() {
		known = append(known, string(k))
	}
	for _, k := range r.cfg.Kinds {
		known = append(known, string(k.Name))
	}
	hint := fmt.Sprintf("known: %s; another one is made by [kind.%s] like = …", strings.Join(known, ", "), printable(name))
	if n := nearest(name, known); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	r.add(at, hint, "unknown kind %q", name)
}

func (r *reader) kindList(v *value, name string) []policy.Kind {
	var out []policy.Kind
	for _, s := range v.each(name) {
		out = append(out, r.kind(s))
	}
	return out
}

func (r *reader) repo(v *value) {
	r.pol.Repo.Scheme = r.scheme
	r.pol.Repo.Main = v.text("main")
	r.pol.Repo.Several = policy.Several(v.text("several"))
	r.pol.Repo.Merges = policy.Merges(v.text("merges"))
	r.pol.Repo.Ignore = v.texts("ignore")
	r.pol.Repo.From = r.line(v, "from")
	r.pol.Repo.Branches = r.templates(v, "branch")
	r.pol.Repo.Tags = r.templates(v, "tag")
	if v.sub("tag") == nil {
		r.pol.Repo.Tags = []policy.Template{mustTemplate("v{version}")}
	}
	if v.sub("branch") == nil && len(r.pol.Repo.Branches) == 0 {
		for _, t := range defaultBranches(r.scheme) {
			r.pol.Repo.Branches = append(r.pol.Repo.Branches, mustTemplate(t))
		}
	}
}

// defaultBranches are the names that are tried when a policy does not say how branches are called.
func defaultBranches(s policy.Scheme) []string {
	if s == policy.ByMinor {
		return []string{"release-{major}.{minor}", "release/{major}.{minor}", "release/v{major}.{minor}", "{major}.{minor}.x", "v{major}.{minor}", "stable/{major}.{minor}.x", "stable-{major}.{minor}"}
	}
	return []string{"release-{major}.0.0", "release-{major}", "release/{major}.x", "{major}.x", "v{major}.x", "v{major}"}
}

func mustTemplate(s string) policy.Template {
	t, err := policy.ParseTemplate(s)
	if err != nil {
		panic("BUG: built-in template: " + err.Error())
	}
	return t
}

func (r *reader) templates(v *value, name string) []policy.Template {
	var out []policy.Template
	for _, s := range v.each(name) {
		t, err := policy.ParseTemplate(s.str)
		if err != nil {
			continue
		}
		if r.scheme == policy.ByMinor && !t.HasField("minor") {
			r.add(s.at, "add {minor}, or say line = \"major\"", "template %q cannot tell one line from another: lines are named by major and minor", s.str)
		}
		out = append(out, t)
	}
	return out
}

func (r *reader) dates(v *value) {
	d := &r.pol.Dates
	d.Source = policy.DateSource(v.text("source"))
	if d.Source == "" {
		d.Source = policy.FromTags
	}
	d.EndIs = policy.EndIs(v.text("end_is"))
	if d.EndIs == "" {
		d.EndIs = policy.LastDay
	}
	d.BranchLead = v.duration("branch_lead")
	plan := v.sub("plan")
	if plan == nil {
		if d.Source == policy.FromPlan {
			r.add(v.sub("source").at, "", "source = %q needs dates.plan", d.Source)
		}
		return
	}
	id := r.line(plan, "line")
	every := plan.duration("every")
	if id == nil || plan.date("date").IsZero() || every.IsZero() {
		r.add(plan.at, "", "dates.plan needs line, date and every, as in { line = \"24\", date = 2024-08-20, every = \"1 month\" }")
		return
	}
	d.Plan = &policy.Plan{Line: *id, Date: plan.date("date"), Every: every, Minors: plan.int("minors")}
	switch minors := plan.sub("minors"); {
	case minors == nil:
	case !id.HasMinor:
		r.add(minors.at, "", "minors is for lines named by major and minor")
	case int(id.Minor) >= d.Plan.Minors:
		r.add(minors.at, "", "minors = %d: then there is no line %s", d.Plan.Minors, id)
	}
}

func (r *reader) rules(root *value) {
	v := root.sub("rules")
	r.pol.Rules = policy.Rules{
		MainFirst: policy.MainFirst(v.text("main_first")), Pending: v.flag("pending", true),
		Grace: v.duration("grace"), EqualPatch: v.flag("equal_patch", true),
	}
	if r.pol.Rules.MainFirst == "" {
		r.pol.Rules.MainFirst = policy.MainRequired
	}
	c := root.sub("cadence")
	r.pol.Cadence = policy.Cadence{MinInterval: c.duration("min_interval"), Exempt: r.kindList(c, "exempt"), From: r.onwards(c)}
	for _, rule := range root.sub("pairs").texts("rules") {
		r.pol.Pairs = append(r.pol.Pairs, policy.PairRule(rule))
	}
	s := root.sub("soak")
	if s == nil {
		return
	}
	r.pol.Soak = policy.Soak{
		By: map[policy.Kind]policy.SoakRule{}, Exempt: r.kindList(s, "exempt"), From: r.onwards(s), AtRelease: s.text("at") == "release",
	}
	for _, e := range s.keys {
		switch e.name {
		case "exempt", "from", "from_date", "at":
			continue
		}
		r.kindName(e.name, e.at)
		if e.val.sub("min") == nil {
			r.add(e.at, "", "soak.%s needs min", e.name)
		}
		r.pol.Soak.By[policy.Kind(e.name)] = policy.SoakRule{Min: e.val.duration("min"), Strict: e.val.flag("strict", false), Since: e.val.text("since")}
	}
}

// onwards reads from when on a rule holds.
func (r *reader) onwards(v *value) policy.Onwards {
	return policy.Onwards{Line: r.line(v, "from"), Date: v.date("from_date")}
}

func (r *reader) phases(v *value, imported bool) {
	r.pol.Phases = map[string]map[policy.Kind]policy.Verdict{}
	known := []string{policy.PhasePending, "*"}
	for _, c := range r.pol.Classes {
		for _, ph := range c.Phases {
			known = append(known, ph.Name)
		}
	}
	if v == nil {
		return
	}
	for _, e := range v.keys {
		found := imported
		for _, k := range known {
			found = found || k == e.name
		}
		if !found && !r.full() {
			hint := "phases: " + strings.Join(known, ", ")
			if n := nearest(e.name, known); n != "" {
				hint = fmt.Sprintf("did you mean %q?", n)
			}
			r.add(e.at, hint, "no class has a phase %q", e.name)
		}
		row := map[policy.Kind]policy.Verdict{}
		for _, k := range e.val.keys {
			r.kindName(k.name, k.at)
			row[policy.Kind(k.name)] = policy.Verdict(k.val.str)
		}
		r.pol.Phases[e.name] = row
	}
}

func (r *reader) versions(v *value, name string) []*semver.Version {
	var out []*semver.Version
	for _, s := range v.each(name) {
		if sv, err := semver.StrictNewVersion(s.str); err == nil {
			out = append(out, sv)
		}
	}
	return out
}
