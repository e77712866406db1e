package figure

import (
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
)

// Line is one value written out, for lists, files and the API.
type Line struct {
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Cut         string            `json:"-"`
	Keys        map[string]string `json:"keys,omitempty"`   // dimension → code
	Labels      map[string]string `json:"labels,omitempty"` // dimension → name
	Value       string            `json:"value"`            // whole number; — for a rate without a denominator
	Unit        Unit              `json:"unit"`
	Numerator   string            `json:"numerator,omitempty"`
	Denominator string            `json:"denominator,omitempty"`
	On          date.Day          `json:"on"`
	Block       int64             `json:"block"`
	Sentence    *Sentences        `json:"sentence,omitempty" doc:"Of a total: the value in words, in both languages, to be put into a report"`
}

// Doc is a set of figures for --json and the API.
type Doc struct {
	On       date.Day  `json:"on"`
	Block    int64     `json:"block"`
	Hash     string    `json:"hash"`
	SealedAt time.Time `json:"sealed_at"`
	Demo     bool      `json:"demo"`
	Figures  []Line    `json:"figures"`
}

// Document writes figures of one day and block as an object, each total also as a sentence.
func Document(values []*Value, l *Labels, who account.Actor, demo bool) Doc {
	v, speaker := values[0], l.Speaker(who, demo)
	doc := Doc{On: v.On, Block: v.Block, Hash: v.Hash.String(), SealedAt: v.SealedAt, Demo: demo, Figures: Flatten(values, l)}
	at := 0
	for _, v := range values {
		said := speaker.Say(v)
		doc.Figures[at].Sentence = &said
		at += 1 + len(v.Cells)
	}
	return doc
}

// Flatten writes each figure's total, then its cells.
func Flatten(values []*Value, l *Labels) []Line {
	var out []Line
	for _, v := range values {
		out = append(out, v.line(v.Total, l))
		for _, c := range v.Cells {
			out = append(out, v.line(c, l))
		}
	}
	return out
}

// Text writes a value: a whole number, — for a rate without a denominator.
func (c Cell) Text() string {
	if !c.Defined {
		return "—"
	}
	return strconv.FormatInt(c.Value, 10)
}

func (v *Value) line(c Cell, l *Labels) Line {
	out := Line{Name: v.Name, Title: v.TitleIn(string(l.p.Lang())), Unit: v.Unit, On: v.On, Block: v.Block, Value: c.Text()}
	if v.Ratio != nil {
		out.Numerator, out.Denominator = strconv.FormatInt(c.Numerator, 10), strconv.FormatInt(c.Denominator, 10)
	}
	var cut []string
	for i, k := range c.Keys {
		if out.Keys == nil {
			out.Keys, out.Labels = map[string]string{}, map[string]string{}
		}
		d := v.By[i]
		out.Keys[string(d)], out.Labels[string(d)] = Code(d, k), l.Of(d, k)
		cut = append(cut, l.Of(d, k))
	}
	out.Cut = strings.Join(cut, " · ")
	return out
}
