package config

import (
	"bytes"
	"encoding/json"
)

// JSONSchema returns the JSON schema (draft 2020-12) of backport.toml, for editors. It is made from the
// same table that the reader checks files with.
func JSONSchema() []byte {
	var b bytes.Buffer
	head := object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", FileName}}
	data, err := json.Marshal(append(head, schemaOf(root())...))
	if err == nil {
		err = json.Indent(&b, data, "", "  ")
	}
	if err != nil {
		panic("BUG: the schema does not encode: " + err.Error())
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func schemaOf(s shape) object {
	var o object
	if s.doc != "" {
		o = append(o, member{"description", s.doc})
	}
	switch s.form {
	case formTable:
		o = append(o, member{"type", "object"})
		o = append(o, tableSchema(s)...)
	case formArray:
		array := object{{"type", "array"}, {"items", schemaOf(*s.item)}}
		if s.lone {
			return append(o, member{"anyOf", []object{schemaOf(*s.item), array}})
		}
		o = append(o, array...)
	case formString:
		o = append(o, member{"type", "string"})
		if len(s.enum) > 0 {
			o = append(o, member{"enum", s.enum})
		}
		if p := patternOf(s.read); p != "" {
			o = append(o, member{"pattern", p})
		}
	case formInt:
		o = append(o, member{"type", "integer"}, member{"minimum", 0})
	case formBool:
		o = append(o, member{"type", "boolean"})
	case formDate:
		o = append(o, member{"type", "string"}, member{"format", "date"})
	case formFloat, formTime:
	}
	return o
}

func tableSchema(s shape) object {
	var o object
	if len(s.keys) > 0 {
		var props object
		for _, k := range s.keys {
			props = append(props, member{k.name, schemaOf(k.shape)})
		}
		o = append(o, member{"properties", props})
	}
	if s.tail != nil {
		o = append(o, member{"patternProperties", object{{"_until$", schemaOf(*s.tail)}}})
	}
	if s.free != nil {
		return append(o, member{"additionalProperties", schemaOf(*s.free)})
	}
	return append(o, member{"additionalProperties", false})
}

// patternOf returns a rough pattern for what a string is read as; the reader is the judge.
func patternOf(read string) string {
	switch read {
	case asLine:
		return `^[0-9]+(\.[0-9]+)?$`
	case asDuration:
		return `^\s*[0-9]+\s*(day|week|month|year)s?\s*$`
	case asName:
		return namePattern
	}
	return ""
}
