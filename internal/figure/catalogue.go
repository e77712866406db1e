// Package figure answers what the city's figures are on a day, as known at a block, and opens each
// of them to the rows behind it.
//
// The indicator catalogue is data (figures/indicators.yaml): what a figure counts, in which unit,
// over which population, and along which dimensions it may be cut. A rate is answered only through
// its two sides and only along dimensions that its denominator has, so that no figures of two
// populations are ever divided unseen.
//
// The package reads the ledger alone. Names of people and files come through function fields that
// app sets. It must not read a module's tables.
package figure

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/ledger"
)

// Unit is the unit of a figure. People (人) and person-times (人次) are never the same unit.
type Unit string

// The units of the catalogue.
const (
	Person Unit = "person"  // 人
	Per10k Unit = "per_10k" // 人/万人
	Posts  Unit = "post"    // 个, of posts
)

// Indicator is one entry of the catalogue.
type Indicator struct {
	Name       string            `yaml:"name" json:"name"`
	Title      map[string]string `yaml:"title" json:"title"`           // by language
	Definition map[string]string `yaml:"definition" json:"definition"` // by language
	Unit       Unit              `yaml:"unit" json:"unit"`
	Population string            `yaml:"population" json:"population"`
	PartOf     string            `yaml:"part_of" json:"part_of,omitempty"`
	Count      *Count            `yaml:"count" json:"count,omitempty"`
	Ratio      *Ratio            `yaml:"ratio" json:"ratio,omitempty"`
	By         []ledger.Dim      `yaml:"by" json:"by"`
}

// Count says which facts a stock counts: Σ quantity up to the day.
type Count struct {
	Fact  string      `yaml:"fact" json:"fact"`
	Attr  string      `yaml:"attr" json:"attr,omitempty"`
	Where []Condition `yaml:"where" json:"where,omitempty"`
	kind  ledger.Kind
}

// Condition keeps the facts whose value is in In or lies within Min–Max; Max 0 is no upper end.
type Condition struct {
	Dim ledger.Dim `yaml:"dim" json:"dim"`
	In  []int64    `yaml:"in" json:"in,omitempty"`
	Min int64      `yaml:"min" json:"min,omitempty"`
	Max int64      `yaml:"max" json:"max,omitempty"`
}

// Ratio is numerator ÷ denominator × factor, rounded half up to a whole number.
type Ratio struct {
	Numerator   string `yaml:"numerator" json:"numerator"`
	Denominator string `yaml:"denominator" json:"denominator"`
	Factor      int64  `yaml:"factor" json:"factor"`
}

// Catalogue is the list of indicators in the order of pages.
type Catalogue struct {
	list []*Indicator
}

// ReadCatalogue reads a catalogue and checks it whole: unknown words, dimensions that a side of a
// rate does not have, or a part of something unknown are errors that name the indicator.
func ReadCatalogue(data []byte) (*Catalogue, error) {
	var file struct {
		Indicators []*Indicator `yaml:"indicators"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("indicator catalogue: %w", err)
	}
	c := &Catalogue{list: file.Indicators}
	for i, ind := range c.list {
		if err := c.check(ind, c.list[:i]); err != nil {
			return nil, fmt.Errorf("indicator catalogue: %s: %w", ind.Name, err)
		}
	}
	return c, nil
}

func (c *Catalogue) check(ind *Indicator, before []*Indicator) error {
	find := func(name string) *Indicator {
		for _, b := range before {
			if b.Name == name {
				return b
			}
		}
		return nil
	}
	switch {
	case ind.Name == "" || find(ind.Name) != nil:
		return fmt.Errorf("the name is missing or taken")
	case ind.PartOf != "" && find(ind.PartOf) == nil:
		return fmt.Errorf("part_of %q is not defined before it", ind.PartOf)
	case (ind.Count == nil) == (ind.Ratio == nil):
		return fmt.Errorf("exactly one of count and ratio is needed")
	}
	if err := checkWords(ind); err != nil {
		return err
	}
	if ind.Ratio != nil {
		return checkRatio(ind, find(ind.Ratio.Numerator), find(ind.Ratio.Denominator))
	}
	return checkCount(ind)
}

// checkWords looks at what every indicator has.
func checkWords(ind *Indicator) error {
	for _, lang := range []string{"zh", "en"} {
		if ind.Title[lang] == "" || ind.Definition[lang] == "" {
			return fmt.Errorf("title and definition are needed in %s", lang)
		}
	}
	for _, d := range ind.By {
		if !ledger.IsDim(d) {
			return fmt.Errorf("dimension %q is unknown", d)
		}
	}
	want := Person
	switch {
	case ind.Ratio != nil:
		want = Per10k
	case ind.Count.Fact == ledger.Post.String():
		want = Posts
	}
	if ind.Unit != want {
		return fmt.Errorf("unit %q does not fit, want %q", ind.Unit, want)
	}
	return nil
}

func checkCount(ind *Indicator) error {
	kind, ok := ledger.KindNamed(ind.Count.Fact)
	if !ok {
		return fmt.Errorf("fact %q is unknown", ind.Count.Fact)
	}
	ind.Count.kind = kind
	for _, w := range ind.Count.Where {
		if !ledger.IsDim(w.Dim) || (len(w.In) == 0 && w.Min == 0 && w.Max == 0) {
			return fmt.Errorf("condition on %q", w.Dim)
		}
	}
	return nil
}

func checkRatio(ind, num, den *Indicator) error {
	if num == nil || den == nil || num.Count == nil || den.Count == nil || ind.Ratio.Factor <= 0 {
		return fmt.Errorf("both sides of the rate must be counts defined before it, with a factor")
	}
	for _, d := range ind.By {
		if !slices.Contains(num.By, d) || !slices.Contains(den.By, d) {
			return fmt.Errorf("dimension %q is not one of both sides", d)
		}
	}
	return nil
}

// List gives all indicators in the order of pages.
func (c *Catalogue) List() []*Indicator { return c.list }

// Find gives an indicator by name.
func (c *Catalogue) Find(name string) (*Indicator, bool) {
	for _, ind := range c.list {
		if ind.Name == name {
			return ind, true
		}
	}
	return nil, false
}

// TitleIn gives the title in a language.
func (i *Indicator) TitleIn(lang string) string { return i.Title[lang] }

// DefinitionIn gives the definition in a language.
func (i *Indicator) DefinitionIn(lang string) string { return i.Definition[lang] }

// cond translates a condition of the catalogue.
func (w Condition) cond() ledger.Cond {
	top := w.Max
	if top == 0 {
		top = 1<<63 - 1
	}
	return ledger.Cond{Dim: w.Dim, In: w.In, Min: w.Min, Max: top}
}
