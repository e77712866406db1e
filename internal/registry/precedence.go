package registry

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/date"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// SourceKind says who a statement comes from (来源种类): the kind of unit whose list it was, the ID number itself,
// or a person's decision. The numbers are stored.
type SourceKind uint8

// The kinds of sources. 0 is a row entered before sources were told apart.
const (
	FromCity          SourceKind = 1
	FromDistrict      SourceKind = 2 // or a functional zone (功能区)
	FromIndustryUnion SourceKind = 3
	FromEnterprise    SourceKind = 4
	FromSchool        SourceKind = 5 // a school or an evaluating body (评价机构)
	FromMember        SourceKind = 6 // 成员单位: 人社, 教育 …
	FromNumber        SourceKind = 7 // the ID number
	FromOfficer       SourceKind = 8 // decided by a person, with a reason
	sourceKinds                  = 9
)

var sourceNames = [sourceKinds]string{"unknown", "city", "district", "industry_union", "enterprise", "school", "member", "id_number", "officer"}

// String gives the stable name of the kind of source.
func (k SourceKind) String() string { return sourceNames[k] }

var senders = map[org.Kind]SourceKind{
	org.City: FromCity, org.District: FromDistrict, org.Zone: FromDistrict, org.IndustryUnion: FromIndustryUnion,
	org.Enterprise: FromEnterprise, org.School: FromSchool, org.Member: FromMember,
}

// senderOf is the kind of source of an import: whose list it is, whoever typed it in (代填).
func senderOf(tree *org.Tree, imp *intake.Import) SourceKind {
	unit := unitOf(imp)
	if unit == 0 {
		return FromCity
	}
	st, _ := tree.At(unit, date.Forever)
	return senders[st.Kind]
}

// FieldName names what a statement is about, as the table of precedence does.
type FieldName string

// The fields whose sources have a precedence.
const (
	FieldSex         FieldName = "sex"
	FieldBirth       FieldName = "birth_month"
	FieldJob         FieldName = "job" // post, occupation, membership, main or not
	FieldStarted     FieldName = "started_on"
	FieldCertificate FieldName = "certificate" // level and day of issue; the rest may change, and the latest word counts
)

var rankedFields = []FieldName{FieldSex, FieldBirth, FieldJob, FieldStarted, FieldCertificate}

// Precedence tells which source counts where two disagree about a field: the higher number. It is data
// (figures/precedence.yaml). nil makes all sources equal.
type Precedence map[FieldName]*[sourceKinds]uint8

// of is how much a source weighs in a field.
func (p Precedence) of(f FieldName, k SourceKind) uint8 {
	if w := p[f]; w != nil {
		return w[k]
	}
	return 0
}

// ReadPrecedence reads the table. A field must stand there once; unknown names and a source named twice
// are errors that name the place.
func ReadPrecedence(data []byte) (Precedence, error) {
	var file struct {
		Fields []struct {
			Field FieldName  `yaml:"field"`
			Order [][]string `yaml:"order"`
		} `yaml:"fields"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("precedence of sources: %w", err)
	}
	out := Precedence{}
	for _, f := range file.Fields {
		if !slices.Contains(rankedFields, f.Field) {
			return nil, fmt.Errorf("precedence of sources: field %q is unknown, want one of %v", f.Field, rankedFields)
		}
		if out[f.Field] != nil {
			return nil, fmt.Errorf("precedence of sources: field %q stands there twice", f.Field)
		}
		var weights [sourceKinds]uint8
		for i, group := range f.Order {
			for _, name := range group {
				k := slices.Index(sourceNames[:], name)
				if k <= 0 || SourceKind(k) == FromOfficer { // an officer stands above the table
					return nil, fmt.Errorf("precedence of sources: field %q: source %q is unknown", f.Field, name)
				}
				if weights[k] != 0 {
					return nil, fmt.Errorf("precedence of sources: field %q: source %q is named twice", f.Field, name)
				}
				weights[k] = uint8(len(f.Order) - i)
			}
		}
		out[f.Field] = &weights
	}
	for _, f := range rankedFields {
		if out[f] == nil {
			return nil, fmt.Errorf("precedence of sources: field %q is missing", f)
		}
	}
	return out, nil
}
