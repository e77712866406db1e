package intake

import (
	_ "embed" // purposes.yaml
	"fmt"

	"github.com/goccy/go-yaml"
)

// Purposes is the purpose register (用途登记, docs/formats.md): the one source of what about a person is kept
// and of what is not.
type Purposes struct {
	Fields    []Purpose `yaml:"fields" json:"fields"`
	NoPurpose []string  `yaml:"no_purpose" json:"no_purpose"` // parts of headings that are neither read nor kept
}

// Purpose is why a field about a person is kept.
type Purpose struct {
	Columns   []string `yaml:"columns" json:"columns"` // canonical names of columns of targets
	Sealed    []string `yaml:"sealed" json:"sealed"`   // sealed columns of tables: "registry_worker.id_sealed"
	Title     string   `yaml:"title" json:"title"`
	Purpose   string   `yaml:"purpose" json:"purpose"`
	Basis     string   `yaml:"basis" json:"basis"`     // legal basis
	Viewers   []string `yaml:"viewers" json:"viewers"` // roles
	Retention string   `yaml:"retention" json:"retention"`
}

//go:embed purposes.yaml
var purposesYAML []byte

// purposes is read when the program starts: it is part of the program, and a test reads it.
var purposes = mustPurposes(purposesYAML)

func mustPurposes(text []byte) Purposes {
	p, err := readPurposes(text)
	if err != nil {
		panic(err)
	}
	return p
}

func readPurposes(text []byte) (Purposes, error) {
	var p Purposes
	if err := yaml.UnmarshalWithOptions(text, &p, yaml.Strict()); err != nil {
		return p, fmt.Errorf("purpose register: %w", err)
	}
	for _, f := range p.Fields {
		if f.Title == "" || f.Purpose == "" || f.Basis == "" || f.Retention == "" || len(f.Viewers) == 0 || len(f.Columns)+len(f.Sealed) == 0 {
			return p, fmt.Errorf("purpose register: field %q is incomplete", f.Title)
		}
	}
	return p, nil
}

// Register gives the purpose register.
func Register() Purposes { return purposes }
