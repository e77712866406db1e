package intake

import (
	_ "embed" // purposes.yaml
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/cn"
)

// Purposes is the purpose register (目的登记, docs/formats.md): the one source of what about a person is kept
// and of what is not.
type Purposes struct {
	Fields    []Purpose   `yaml:"fields" json:"fields"`
	Technical []Technical `yaml:"technical" json:"technical"`
	NoPurpose []string    `yaml:"no_purpose" json:"no_purpose"` // parts of headings that are neither read nor kept
}

// Words is a text in both languages.
type Words struct {
	ZH string `yaml:"zh" json:"zh"`
	EN string `yaml:"en" json:"en"`
}

// In gives the text in a language.
func (w Words) In(lang string) string {
	if lang == "en" {
		return w.EN
	}
	return w.ZH
}

// Purpose is why a field about a person is kept.
type Purpose struct {
	Title     Words    `yaml:"title" json:"title"`
	Purpose   Words    `yaml:"purpose" json:"purpose"`
	Basis     Words    `yaml:"basis" json:"basis"`     // legal basis
	Viewers   []string `yaml:"viewers" json:"viewers"` // roles
	Retention Words    `yaml:"retention" json:"retention"`
	Columns   []string `yaml:"columns" json:"columns"` // canonical names of columns of targets
	Stored    []string `yaml:"stored" json:"stored"`   // columns of tables: "registry_worker.id_sealed"
}

// Technical are columns of tables about people that say nothing about anybody.
type Technical struct {
	Columns []string `yaml:"columns" json:"columns"` // "registry_worker.wrapped_key"; "*.version" in whatever table
	Why     Words    `yaml:"why" json:"why"`
}

// ReadPurposes reads a purpose register and finds what is wrong with it: a field without purpose, basis, viewers
// or retention, a text in one language alone, a column that stands twice.
func ReadPurposes(text []byte) (Purposes, error) {
	var p Purposes
	if err := yaml.UnmarshalWithOptions(text, &p, yaml.Strict()); err != nil {
		return p, fmt.Errorf("purpose register: %w", err)
	}
	seen := map[string]bool{}
	once := func(columns ...string) error {
		for _, c := range columns {
			if seen[c] {
				return fmt.Errorf("purpose register: %s stands twice", c)
			}
			seen[c] = true
		}
		return nil
	}
	for _, f := range p.Fields {
		for what, w := range map[string]Words{"title": f.Title, "purpose": f.Purpose, "basis": f.Basis, "retention": f.Retention} {
			if w.ZH == "" || w.EN == "" {
				return p, fmt.Errorf("purpose register: %s of field %q is not there in both languages", what, f.Title.ZH)
			}
		}
		if len(f.Viewers) == 0 || len(f.Columns)+len(f.Stored) == 0 {
			return p, fmt.Errorf("purpose register: field %q has no viewers or no columns", f.Title.ZH)
		}
		if err := once(append(slices.Clone(f.Columns), f.Stored...)...); err != nil {
			return p, err
		}
	}
	for _, t := range p.Technical {
		if t.Why.ZH == "" || t.Why.EN == "" || len(t.Columns) == 0 {
			return p, errors.New("purpose register: technical columns without a word why")
		}
		if err := once(t.Columns...); err != nil {
			return p, err
		}
	}
	if slices.Contains(p.NoPurpose, "") {
		return p, errors.New("purpose register: an empty heading would leave out every column")
	}
	return p, nil
}

// Names reports whether the register says what a column of a table is for: as part of a field, or as technical.
func (p *Purposes) Names(table, column string) bool {
	name := table + "." + column
	for _, f := range p.Fields {
		if slices.Contains(f.Stored, name) {
			return true
		}
	}
	for _, t := range p.Technical {
		if slices.Contains(t.Columns, name) || slices.Contains(t.Columns, "*."+column) {
			return true
		}
	}
	return false
}

// unneeded reports whether a heading is of something that there is no purpose for.
func (p *Purposes) unneeded(heading string) bool {
	folded := cn.FoldHeader(heading)
	return slices.ContainsFunc(p.NoPurpose, func(part string) bool { return strings.Contains(folded, cn.FoldHeader(part)) })
}

//go:embed purposes.yaml
var purposesYAML []byte

// purposes is read as the program starts, which ends there when the register is wrong.
var purposes = mustPurposes(purposesYAML)

func mustPurposes(text []byte) Purposes {
	p, err := ReadPurposes(text)
	if err != nil {
		panic(err)
	}
	return p
}

// Register gives the purpose register.
func Register() Purposes { return purposes }
