package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/git-backport/git-backport/policy"
)

// A form is the sort of a TOML value.
type form string

const (
	formTable  form = "table"
	formArray  form = "array"
	formString form = "string"
	formInt    form = "integer"
	formFloat  form = "float"
	formBool   form = "boolean"
	formDate   form = "date"
	formTime   form = "time"
)

// A value is a TOML value with its place. BurntSushi/toml decodes the document, and go-toml's parser
// gives the places; neither does both.
type value struct {
	form  form
	at    span
	str   string
	num   int64
	truth bool
	day   policy.Date
	keys  []*entry // of a table, in the order of the file
	index map[string]*entry
	items []*value // of an array
}

// An entry is a key of a table.
type entry struct {
	name string
	at   span
	val  *value
}

func (v *value) get(name string) *entry {
	if v == nil {
		return nil
	}
	return v.index[name]
}

func (v *value) put(e *entry) {
	if v.index == nil {
		v.index = map[string]*entry{}
	}
	v.index[e.name] = e
	v.keys = append(v.keys, e)
}

// MaxSize is the largest policy file that is read, in bytes.
const MaxSize = 1 << 20

// parse reads a TOML document.
func parse(src *source) (*value, error) {
	whole := span{src: src, off: -1}
	if len(src.data) > MaxSize {
		return nil, Errors{whole.error("", "%d bytes: a policy file has at most %d", len(src.data), MaxSize)}
	}
	src.data = []byte(strings.TrimPrefix(string(src.data), "\ufeff"))
	if i := tooDeep(src.data); i >= 0 {
		return nil, Errors{span{src: src, off: i}.error("", "nested too deeply, or too many keys")}
	}
	var decoded map[string]any
	if _, err := toml.Decode(string(src.data), &decoded); err != nil {
		var pe toml.ParseError
		if errors.As(err, &pe) {
			at := span{src, pe.Position.Start, pe.Position.Len}
			return nil, Errors{at.error("", "%s", pe.Message)}
		}
		return nil, Errors{whole.error("", "%s", strings.TrimPrefix(err.Error(), "toml: "))}
	}
	t := treeBuilder{src: src, root: &value{form: formTable, at: whole}}
	t.parser.Reset(src.data)
	t.into = t.root
	for t.parser.NextExpression() {
		if err := t.expression(t.parser.Expression()); err != nil {
			return nil, err
		}
	}
	if err := t.parser.Error(); err != nil {
		at := whole
		var pe *unstable.ParserError
		if errors.As(err, &pe) && len(pe.Highlight) > 0 {
			r := t.parser.Range(pe.Highlight)
			at = span{src, int(r.Offset), int(r.Length)}
		}
		return nil, Errors{at.error("", "%s", strings.TrimPrefix(err.Error(), "toml: "))}
	}
	if err := t.root.take(decoded); err != nil {
		return nil, err
	}
	return t.root, nil
}

// take gives a value, of which the tree knows the place, what the decoder read there.
func (v *value) take(decoded any) error {
	disagree := Errors{v.at.error("write it in a plainer form", "the value cannot be read for certain")}
	switch d := decoded.(type) {
	case map[string]any:
		if v.form != formTable || len(d) != len(v.keys) {
			return disagree
		}
		for _, e := range v.keys {
			if err := e.val.take(d[e.name]); err != nil {
				return err
			}
		}
	case []map[string]any:
		items := make([]any, len(d))
		for i := range d {
			items[i] = d[i]
		}
		return v.take(items)
	case []any:
		if v.form != formArray || len(d) != len(v.items) {
			return disagree
		}
		for i, item := range v.items {
			if err := item.take(d[i]); err != nil {
				return err
			}
		}
	default:
		if !v.scalar(decoded) {
			return disagree
		}
	}
	return nil
}

// scalar takes a value that is neither table nor array, and reports whether it is of the form that the
// place has.
func (v *value) scalar(decoded any) bool {
	switch d := decoded.(type) {
	case string:
		v.str = d
		return v.form == formString
	case int64:
		v.num = d
		return v.form == formInt
	case bool:
		v.truth = d
		return v.form == formBool
	case float64:
		return v.form == formFloat
	case time.Time:
		v.day = policy.Date{Year: d.Year(), Month: d.Month(), Day: d.Day()}
		return v.form == formDate || v.form == formTime
	}
	return false
}

type treeBuilder struct {
	src    *source
	parser unstable.Parser
	root   *value
	into   *value // table of the last header
}

const maxNesting = 16

func (t *treeBuilder) span(n *unstable.Node) span {
	return span{t.src, int(n.Raw.Offset), int(n.Raw.Length)}
}

func (t *treeBuilder) expression(n *unstable.Node) error {
	switch n.Kind {
	case unstable.Table, unstable.ArrayTable:
		v, err := t.reach(t.root, n.Key(), func(e *entry) *value {
			fresh := &value{form: formTable, at: e.at}
			if n.Kind == unstable.Table {
				if e.val == nil {
					e.val = fresh
				}
				return e.val
			}
			if e.val == nil {
				e.val = &value{form: formArray, at: e.at}
			}
			e.val.items = append(e.val.items, fresh)
			return fresh
		})
		t.into = v
		return err
	case unstable.KeyValue:
		return t.keyValue(t.into, n, 0)
	default:
		return nil
	}
}

func (t *treeBuilder) keyValue(into *value, n *unstable.Node, depth int) error {
	var at span
	var fail error
	_, err := t.reach(into, n.Key(), func(e *entry) *value {
		at = e.at
		e.val, fail = t.value(n.Value(), e.at, depth+1)
		return e.val
	})
	if err == nil {
		err = fail
	}
	if err == nil && depth > maxNesting {
		return Errors{at.error("", "nested too deeply")}
	}
	return err
}

// reach walks a dotted key, making tables on the way, and hands the last entry to place.
func (t *treeBuilder) reach(from *value, key unstable.Iterator, place func(*entry) *value) (*value, error) {
	for depth := 0; key.Next(); depth++ {
		n := key.Node()
		at := t.span(n)
		if depth > maxNesting {
			return nil, Errors{at.error("", "nested too deeply")}
		}
		name := string(n.Data)
		e := from.get(name)
		if e == nil {
			e = &entry{name: name, at: at}
			from.put(e)
		}
		if key.IsLast() {
			return place(e), nil
		}
		if e.val == nil {
			e.val = &value{form: formTable, at: at}
		}
		from = e.val
		if from.form == formArray && len(from.items) > 0 {
			from = from.items[len(from.items)-1]
		}
	}
	return from, nil
}

func (t *treeBuilder) value(n *unstable.Node, at span, depth int) (*value, error) {
	if depth > maxNesting {
		return nil, Errors{at.error("", "nested too deeply")}
	}
	if n.Raw.Length > 0 {
		at = t.span(n)
	}
	v := &value{at: at, str: string(n.Data)}
	switch n.Kind {
	case unstable.String:
		v.form = formString
	case unstable.Bool:
		v.form = formBool
	case unstable.Integer:
		v.form = formInt
	case unstable.Float:
		v.form = formFloat
	case unstable.LocalDate:
		v.form = formDate
		if _, err := policy.ParseDate(v.str); err != nil {
			return nil, Errors{at.error("", "%s", err)}
		}
	case unstable.LocalTime, unstable.LocalDateTime, unstable.DateTime:
		v.form = formTime
	case unstable.Array:
		v.form = formArray
		for c := n.Children(); c.Next(); {
			if c.Node().Kind == unstable.Comment {
				continue
			}
			item, err := t.value(c.Node(), at, depth+1)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, item)
		}
	case unstable.InlineTable:
		v.form = formTable
		for c := n.Children(); c.Next(); {
			if c.Node().Kind != unstable.KeyValue {
				continue
			}
			if err := t.keyValue(v, c.Node(), depth+1); err != nil {
				return nil, err
			}
		}
	default:
		return nil, Errors{at.error("", "%s cannot stand here", n.Kind)}
	}
	return v, nil
}

func (v *value) describe() string {
	switch v.form {
	case formString:
		return fmt.Sprintf("the string %q", v.str)
	case formInt, formFloat, formBool, formTime:
		return fmt.Sprintf("the %s %s", v.form, v.str)
	case formDate:
		return "the date " + v.str
	case formTable:
		return "a table"
	case formArray:
	}
	return "an array"
}
