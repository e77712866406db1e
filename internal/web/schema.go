package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	referencepage "tuoxing/internal/web/page/reference"
)

// deepest is how far members are followed into members; nothing of ours goes deeper.
const deepest = 6

// follow gives the schema behind a reference.
func (d *document) follow(x *schema) *schema {
	if x == nil {
		return &schema{}
	}
	if x.Ref == "" {
		return x
	}
	if to := d.Components.Schemas[x.Ref[strings.LastIndex(x.Ref, "/")+1:]]; to != nil {
		return to
	}
	return &schema{}
}

// word is the type of a schema without null, and whether it is a list.
func (x *schema) word() string {
	switch t := x.Type.(type) {
	case string:
		return t
	case []any:
		for _, w := range t {
			if s, ok := w.(string); ok && s != "null" {
				return s
			}
		}
	}
	return ""
}

// members lists what an object holds, members of members with dots: sums[].kind.
func (d *document) members(x *schema) (out []referencepage.Field) {
	return d.membersUnder("", x, 0)
}

func (d *document) membersUnder(prefix string, x *schema, depth int) (out []referencepage.Field) {
	x = d.follow(x)
	for x.word() == "array" {
		prefix, x = strings.TrimSuffix(prefix, ".")+"[].", d.follow(x.Items)
	}
	if depth > deepest {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(x.Properties)) {
		p := x.Properties[name]
		f := d.field(prefix+name, p)
		f.Required = slices.Contains(x.Required, name)
		out = append(out, f)
		out = append(out, d.membersUnder(prefix+name+".", p, depth+1)...)
	}
	return out
}

// field says what an input or member takes: type, limits, choices.
func (d *document) field(name string, x *schema) referencepage.Field {
	to := d.follow(x)
	f := referencepage.Field{Name: name, About: to.Description}
	if x != nil && x.Description != "" {
		f.About = x.Description
	}
	word := to.word()
	if word == "array" {
		word = "array of " + d.follow(to.Items).word()
	}
	parts := []string{word}
	if to.Format != "" && to.Format != "int64" && to.Format != "int32" {
		parts = append(parts, to.Format)
	}
	if len(to.Enum) > 0 {
		var all []string
		for _, e := range to.Enum {
			all = append(all, fmt.Sprint(e))
		}
		parts = append(parts, strings.Join(all, " | "))
	}
	for _, limit := range []struct {
		sign  string
		value any
	}{{"≥ ", to.Minimum}, {"≤ ", to.Maximum}, {"length ≥ ", to.MinLength}, {"length ≤ ", to.MaxLength}, {"default ", to.Default}} {
		if limit.value != nil {
			parts = append(parts, limit.sign+fmt.Sprint(limit.value))
		}
	}
	f.Type = strings.Join(parts, ", ")
	return f
}

// example is a call of an operation for a shell, with made-up values for what it cannot do without.
func (d *document) example(method, path string, op operation) string {
	var b strings.Builder
	b.WriteString("curl")
	if method != "GET" {
		b.WriteString(" -X " + method)
	}
	if len(op.Security) > 0 {
		b.WriteString(` -H "Authorization: Bearer $TOKEN"`)
	}
	var query []string
	for _, x := range op.Parameters {
		switch {
		case x.In == "path":
			path = strings.ReplaceAll(path, "{"+x.Name+"}", sampleOf(x.Name, d.follow(x.Schema)))
		case x.In == "query" && x.Required:
			query = append(query, x.Name+"="+sampleOf(x.Name, d.follow(x.Schema)))
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	if op.Body != nil {
		b.WriteString(d.exampleBody(op.Body))
	}
	b.WriteString(" \\\n  " + exampleHost + path)
	return b.String()
}

// exampleHost stands for an installation; the domain belongs to nobody (RFC 2606).
const exampleHost = "https://tuoxing.example"

// exampleBody is the part of a call that sends something: JSON with what is required, or a form whose
// file is its last part.
func (d *document) exampleBody(x *body) string {
	kind := slices.Min(slices.Collect(maps.Keys(x.Content)))
	to := d.follow(x.Content[kind].Schema)
	if kind != "multipart/form-data" {
		text, err := json.Marshal(d.value("", to, 0))
		if err != nil { // maps of strings and numbers cannot fail
			panic(err)
		}
		return fmt.Sprintf(" \\\n  -H 'Content-Type: %s' -d '%s'", kind, text)
	}
	form, file := "", ""
	for _, name := range slices.Sorted(maps.Keys(to.Properties)) {
		switch p := d.follow(to.Properties[name]); {
		case p.Format == "binary":
			file = " -F " + name + "=@roster.xlsx"
		case slices.Contains(to.Required, name):
			form += " -F " + name + "=" + sampleOf(name, p)
		}
	}
	return form + file
}

// value is a made-up body with what is required.
func (d *document) value(name string, x *schema, depth int) any {
	x = d.follow(x)
	switch x.word() {
	case "object":
		out := map[string]any{}
		for _, need := range x.Required {
			if depth < deepest {
				out[need] = d.value(need, x.Properties[need], depth+1)
			}
		}
		return out
	case "array":
		return []any{d.value(name, x.Items, depth+1)}
	case "integer", "number":
		if x.Minimum != nil && fmt.Sprint(x.Minimum) != "0" {
			return x.Minimum
		}
		return 1
	case "boolean":
		return true
	}
	return sampleOf(name, x)
}

// samples are values for inputs by their name; ids of things are numbers in quotes.
var samples = map[string]string{
	"name": "employees", "list": "workers", "kind": "roster", "sheet": "0", "row": "7", "number": "1", "password": "a-long-password", "login": "city", "code": "CODE", "on": "2023-04-01", "until": "2023-04-30", "due_on": "2023-04-30", "as_of": "2023-03-31",
	"why": "reason", "reason": "reason", "answer": "done", "q": "zhangsan", "title": "Roster", "field": "id_number",
}

// sampleOf is a made-up value of an input.
func sampleOf(name string, x *schema) string {
	if len(x.Enum) > 0 {
		return fmt.Sprint(x.Enum[0])
	}
	if s, ok := samples[name]; ok {
		return s
	}
	if x.Format == "date" {
		return "2023-04-01"
	}
	return "42"
}
