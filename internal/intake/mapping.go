package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/vault"
)

// MappingID names one remembered mapping.
type MappingID int64

// String prints the id in decimal, as JSON and addresses carry it.
func (id MappingID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalText makes the id a string in JSON: JavaScript would round 64-bit numbers.
func (id MappingID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a decimal id. Anything else is a NotFound fault: no such mapping.
func (id *MappingID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return noMapping()
	}
	*id = MappingID(n)
	return nil
}

func noMapping() error { return fault.New(fault.NotFound, "intake.mapping_unknown") }

// Mapping is what a person said of the columns of a sheet (列对应). It is remembered for the unit that sent the
// sheet and for these headings, in whatever order, and used by itself when they come again from there.
type Mapping struct {
	ID      MappingID `json:"id"`
	Kind    string    `json:"kind"`
	Unit    int64     `json:"unit,string" doc:"The sender; 0 is the whole city"`
	At      time.Time `json:"at"`
	By      int64     `json:"by,string"`
	Columns []Named   `json:"columns"`

	headings []byte // blind index of the folded headings
}

// Named is one heading and what it was taken for.
type Named struct {
	Heading string `json:"heading"`
	Nth     int    `json:"nth" doc:"Of equal headings, from 0 on the left"`
	Column  string `json:"column" doc:"Canonical name of a column of the kind; empty: not read"`
	Title   string `json:"title" doc:"Its Chinese heading"`
}

// UsedMapping says in a report by which remembered mapping a sheet was read.
type UsedMapping struct {
	ID MappingID `json:"id"`
	At time.Time `json:"at"`
	By int64     `json:"by,string"`
}

// mappingDetails is what is sealed of a mapping: headings are words of somebody's file.
type mappingDetails struct {
	Columns []Named `json:"columns"`
}

// headingsText joins headings as they are compared: folded, in no order, those without a word left out.
func headingsText(cells []string) string {
	var folded []string
	for _, c := range cells {
		if f := cn.FoldHeader(c); f != "" {
			folded = append(folded, f)
		}
	}
	slices.Sort(folded)
	return strings.Join(folded, "\x1f")
}

// indexOf finds headings again without keeping them in clear.
func (s *Service) indexOf(cells []string) []byte {
	return s.Vault.BlindIndex("intake_mapping.headings", headingsText(cells))
}

// nths counts equal headings from the left.
func nths(cells []string) []int {
	seen, out := map[string]int{}, make([]int, len(cells))
	for i, c := range cells {
		f := cn.FoldHeader(c)
		out[i] = seen[f]
		seen[f]++
	}
	return out
}

// barred gives the key of the reason for which a heading may not be taken for a column by hand: what has no purpose is
// never read, a column without a heading could be anything, and a heading that is known to be personal must not
// flow into a column of another purpose. "" when it may.
func (l *layout) barred(heading string, column int) string {
	switch known, ok := l.knows(heading); {
	case strings.TrimSpace(heading) == "":
		return "intake.map_bare"
	case l.person && purposes.unneeded(heading):
		return "intake.map_unneeded"
	case ok && known != column && column >= 0 && l.columns[known].Personal:
		return "intake.map_personal"
	}
	return ""
}

// knows finds the column that a heading is a title or synonym of.
func (l *layout) knows(heading string) (int, bool) {
	if i, ok := l.heading[cn.FoldHeader(heading)]; ok {
		return i, true
	}
	note := withoutNote(heading)
	i, ok := l.heading[cn.FoldHeader(note)]
	return i, ok && note != ""
}

// recall looks for a heading row, or pair of rows, that a person has mapped before, and takes its columns as they said. What
// has lost its purpose since, or its column, is not read.
func (l *layout) recall(head []headRow) (*candidate, *Mapping) {
	if len(l.mappings) == 0 {
		return nil, nil
	}
	for _, h := range head {
		c := l.match(h.upper, h.lower)
		m, ok := l.mappings[headingsText(c.cells)]
		if !ok {
			continue
		}
		nth := nths(c.cells)
		for i := range c.at {
			c.at[i] = -1
		}
		for col, text := range c.cells {
			for _, said := range m.Columns {
				i, there := l.index[said.Column]
				if there && said.Nth == nth[col] && cn.FoldHeader(said.Heading) == cn.FoldHeader(text) && l.barred(text, i) == "" {
					c.at[i] = col
				}
			}
		}
		return c, m
	}
	return nil, nil
}

const mappingColumns = "id, kind, unit_id, headings, wrapped_key, made_at, made_by, details"

// eachMapping walks mappings as a query finds them.
func (s *Service) eachMapping(ctx context.Context, tx *db.Tx, where string, args []any, fn func(*Mapping) error) error {
	return tx.Query(ctx, "SELECT "+mappingColumns+" FROM intake_mapping"+where, args, func(row db.Scanner) error {
		m := &Mapping{}
		var wrapped, sealed []byte
		if err := row.Scan((*int64)(&m.ID), &m.Kind, &m.Unit, &m.headings, &wrapped, (*scanTime)(&m.At), &m.By, &sealed); err != nil {
			return err
		}
		key, err := s.Vault.Unwrap(int64(m.ID), wrapped)
		if err != nil {
			return fmt.Errorf("key of mapping %s: %w", m.ID, err)
		}
		text, err := key.Open(int64(m.ID), "intake_mapping.details", sealed)
		if err != nil {
			return err
		}
		var d mappingDetails
		if err := json.Unmarshal(text, &d); err != nil {
			return fmt.Errorf("details of mapping %s: %w", m.ID, err)
		}
		m.Columns = d.Columns
		s.titles(m)
		return fn(m)
	})
}

// titles fills in how the columns are called.
func (s *Service) titles(m *Mapping) {
	t, ok := s.Targets[m.Kind]
	if !ok {
		return
	}
	for i := range m.Columns {
		at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == m.Columns[i].Column })
		if at >= 0 {
			m.Columns[i].Title = t.Columns[at].Title
		}
	}
}

// remembered loads the mappings of a sender for one kind, by the headings that they are for.
func (s *Service) remembered(ctx context.Context, kind string, unit int64) (map[string]*Mapping, error) {
	out := map[string]*Mapping{}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return s.eachMapping(ctx, tx, " WHERE kind = $1 AND unit_id = $2", []any{kind, unit}, func(m *Mapping) error {
			headings := make([]string, len(m.Columns))
			for i, c := range m.Columns {
				headings[i] = c.Heading
			}
			out[headingsText(headings)] = m
			return nil
		})
	})
	return out, err
}

// keepMapping remembers a mapping in place of an earlier one for the same headings of the same sender.
func (s *Service) keepMapping(ctx context.Context, tx *db.Tx, m *Mapping) error {
	_, err := tx.Exec(ctx, "DELETE FROM intake_mapping WHERE unit_id = $1 AND kind = $2 AND headings = $3", m.Unit, m.Kind, m.headings)
	if err != nil {
		return err
	}
	m.ID, m.At = MappingID(tx.NewID()), tx.Now()
	wrapped, key, err := s.Vault.NewKey(int64(m.ID))
	if err != nil {
		return err
	}
	sealed, err := sealMapping(key, m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO intake_mapping ("+mappingColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		int64(m.ID), m.Kind, m.Unit, m.headings, wrapped, db.At(m.At), m.By, sealed)
	return err
}

func sealMapping(key vault.Key, m *Mapping) ([]byte, error) {
	text, err := json.Marshal(mappingDetails{Columns: m.Columns})
	if err != nil {
		return nil, fmt.Errorf("details of mapping: %w", err)
	}
	return key.Seal(int64(m.ID), "intake_mapping.details", text), nil
}

// Mappings lists the remembered mappings of the viewer's subtree, by sender and kind, the newest first.
func (s *Service) Mappings(ctx context.Context, who Viewer) ([]Mapping, error) {
	if err := who.must(RightRead); err != nil {
		return nil, err
	}
	out := []Mapping{}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return s.eachMapping(ctx, tx, "", nil, func(m *Mapping) error {
			if who.Sees(m.Unit) {
				out = append(out, *m)
			}
			return nil
		})
	})
	slices.SortFunc(out, func(a, b Mapping) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Kind, b.Kind), b.At.Compare(a.At), cmp.Compare(a.ID, b.ID))
	})
	return out, err
}

// ForgetMapping forgets what was said of some headings: they are read by the known words again. What came in by the mapping stays.
func (s *Service) ForgetMapping(ctx context.Context, who Viewer, id MappingID) error {
	if err := who.must(RightWrite); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		var found *Mapping
		err := s.eachMapping(ctx, tx, " WHERE id = $1", []any{int64(id)}, func(m *Mapping) error {
			found = m
			return nil
		})
		switch {
		case err != nil:
			return err
		case found == nil, !who.Sees(found.Unit):
			return noMapping()
		}
		if _, err := tx.Exec(ctx, "DELETE FROM intake_mapping WHERE id = $1", int64(id)); err != nil {
			return err
		}
		detail := map[string]any{"kind": found.Kind, "unit": found.Unit}
		return s.Audit(ctx, tx, who.User, "intake.forget_mapping", "mapping:"+id.String(), detail)
	})
}

// forgetMappings drops mappings whose headings name somebody who is erased: a person may have pointed at a row of data.
func (s *Service) forgetMappings(ctx context.Context, tx *db.Tx, people []Naming) error {
	var gone []MappingID
	err := s.eachMapping(ctx, tx, "", nil, func(m *Mapping) error {
		var cells []string
		for _, c := range m.Columns {
			cells = append(cells, c.Heading)
		}
		if slices.ContainsFunc(people, func(n Naming) bool { return n.inRow(cells) }) {
			gone = append(gone, m.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range gone {
		if _, err := tx.Exec(ctx, "DELETE FROM intake_mapping WHERE id = $1", int64(id)); err != nil {
			return err
		}
	}
	return nil
}
