package registry

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit"
)

// withoutPurpose lists the personal columns and sealed columns that the register does not name.
func withoutPurpose(p intake.Purposes, columns, sealed []string) (out []string) {
	for _, c := range columns {
		if !slices.ContainsFunc(p.Fields, func(f intake.Purpose) bool { return slices.Contains(f.Columns, c) }) {
			out = append(out, c)
		}
	}
	for _, c := range sealed {
		if !slices.ContainsFunc(p.Fields, func(f intake.Purpose) bool { return slices.Contains(f.Sealed, c) }) {
			out = append(out, c)
		}
	}
	return out
}

func TestPurposes_name_every_personal_and_every_sealed_column(t *testing.T) {
	t.Parallel()
	s := &Service{}
	var columns []string
	for _, target := range []*intake.Target{s.OrganisationsTarget(), s.RosterTarget(), s.CertificatesTarget(), s.StatisticsTarget()} {
		for _, c := range target.Columns {
			if c.Personal {
				columns = append(columns, c.Name)
			}
			for _, h := range append([]string{c.Title}, c.Synonyms...) {
				for _, word := range intake.Register().NoPurpose {
					if target.Person && strings.Contains(h, word) {
						t.Errorf("%s is read and said to be without purpose (%s)", h, word)
					}
				}
			}
		}
	}
	sealed := sealedColumns(t)
	if len(columns) < 5 || len(sealed) < 6 {
		t.Fatalf("columns %v, sealed %v", columns, sealed)
	}
	if missing := withoutPurpose(intake.Register(), columns, sealed); len(missing) > 0 {
		t.Errorf("no purpose is registered for %v", missing)
	}
	if got := withoutPurpose(intake.Register(), []string{"shoe_size"}, []string{"registry_worker.shoe_sealed"}); len(got) != 2 {
		t.Errorf("a column without purpose is not found: %v", got)
	}
	for _, f := range intake.Register().Fields {
		for _, role := range f.Viewers {
			if !account.Role(role).Known() || !account.Role(role).Has(account.WorkerRead) && !account.Role(role).Has(account.ImportRead) {
				t.Errorf("%s: %s is no viewer", f.Title, role)
			}
		}
	}
}

func sealedColumns(t *testing.T) (out []string) {
	d := testkit.NewDB(t)
	query := d.Pick(`SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND (c.name = 'sealed' OR c.name LIKE '%!_sealed' ESCAPE '!')`,
		`SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND (column_name = 'sealed' OR column_name LIKE '%!_sealed' ESCAPE '!')`)
	err := d.ReadTx(context.Background(), func(tx *db.Tx) error {
		return tx.Query(context.Background(), query, nil, func(row db.Scanner) error {
			var name string
			err := row.Scan(&name)
			out = append(out, name)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
