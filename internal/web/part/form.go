package part

import "tuoxing/internal/fault"

// Option is one choice of a field.
type Option struct {
	Value, Label, Help string
}

// Field is one input of a form: label above, help below, the problem beside it.
type Field struct {
	Name, Label, Help string
	ID                string // when two fields of a page share a name
	Type              string // of the input: text when empty
	Value             string
	Required          bool
	Auto              string // autocomplete token
	Accept            string // of a file input
	Min, Max          string // of a date or number
	Options           []Option
	Problem           string // what is wrong with it, in the reader's words
	Focus             bool
	Fixed             bool // shown, not to be changed
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) id() string {
	if f.ID != "" {
		return "f-" + f.ID
	}
	return "f-" + f.Name
}

// Problem is one mistake in a form, summed up on top with a link to its field.
type Problem struct {
	Name, Text string
}

// Problems prints the field problems of a fault in the reader's language.
func (b Base) Problems(fields []fault.Field) []Problem {
	out := make([]Problem, 0, len(fields))
	for _, f := range fields {
		out = append(out, Problem{Name: f.Name, Text: b.Field(f)})
	}
	return out
}

// ProblemOf gives the sentence for one field, empty when it has none.
func ProblemOf(ps []Problem, name string) string {
	for _, p := range ps {
		if p.Name == name {
			return p.Text
		}
	}
	return ""
}
