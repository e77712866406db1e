package app

import (
	"fmt"
	"testing"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// tampering is a change behind the system's back and what verify must say of it.
type tampering struct {
	name string
	// find selects the place: the key values of one row, the first of which verify names.
	find string
	// column is changed in that row of the table where it is.
	table, column, where string
	change               func(old any) any
	fault                string
	names                func(keys []int64) []any
}

func plusOne(old any) any {
	n, _ := old.(int64)
	return n + 1
}

// flip changes one bit of the byte in the middle.
func flip(old any) any {
	b := append([]byte{}, old.([]byte)...)
	b[len(b)/2] ^= 1
	return b
}

// otherDecade moves a day by ten years.
func otherDecade(old any) any {
	text := fmt.Sprint(old)[:10]
	if text[2] == '1' {
		return text[:2] + "2" + text[3:]
	}
	return text[:2] + "1" + text[3:]
}

func first(keys []int64) []any { return []any{keys[0]} }
func both(keys []int64) []any  { return []any{keys[0], keys[1]} }
func person(keys []int64) []any {
	return []any{fmt.Sprint(keys[0])} // ids are told as text
}

const (
	anEmployment = `SELECT worker_id, id FROM registry_employment WHERE started_on IS NOT NULL AND post = 1 ORDER BY worker_id LIMIT 1`
	// Of somebody outside the rosters, whose one certificate without an end gives district and occupation.
	aCertificate = `SELECT worker_id, id FROM registry_certificate WHERE worker_id IN (SELECT worker_id FROM registry_certificate GROUP BY worker_id HAVING count(*) = 1)
		AND worker_id NOT IN (SELECT worker_id FROM registry_employment) AND rank < 5 ORDER BY worker_id LIMIT 1`
	aUnit      = `SELECT unit_id, id FROM org_observation WHERE unit_id IN (SELECT employer_id FROM registry_employment) ORDER BY unit_id LIMIT 1`
	aStatistic = `SELECT district, id FROM registry_statistic ORDER BY id LIMIT 1`
	aFact      = `SELECT block, position, worker_id FROM ledger_fact WHERE block = 3 AND position = 4`
	aPiece     = `SELECT block, piece FROM ledger_piece WHERE block = 5`
)

const ofRow = `worker_id = $1 AND id = $2`

// tamperings lists one of each sort of place.
func tamperings() []tampering {
	var out []tampering
	source := func(find, table, where string, change func(any) any, names func([]int64) []any, columns ...string) {
		for _, c := range columns {
			out = append(out, tampering{table + "." + c, find, table, c, where, change, "registry.timeline_differs", names})
		}
	}
	source(anEmployment, "registry_employment", ofRow, plusOne, person, "occupation", "sex", "birth_month", "import_id", "line", "employer_id")
	source(anEmployment, "registry_employment", ofRow, func(any) any { return 4 }, person, "post")
	source(anEmployment, "registry_employment", ofRow, otherDecade, person, "started_on")
	source(aCertificate, "registry_certificate", ofRow, plusOne, person, "rank", "occupation", "district", "sex", "birth_month", "import_id", "line")
	source(aCertificate, "registry_certificate", ofRow, otherDecade, person, "issued_on")
	source(aUnit, "org_observation", `unit_id = $1 AND id = $2`, plusOne, nil, "district", "industry", "ownership", "size")

	fact := func(change func(any) any, columns ...string) {
		for _, c := range columns {
			out = append(out, tampering{"ledger_fact." + c, aFact, "ledger_fact", c, `block = $1 AND position = $2`, change, "ledger.fact_differs", both})
		}
	}
	fact(plusOne, "quantity", "amount_fen", "district", "rank_ever", "birth_month", "import_id", "line", "employer_id")
	fact(otherDecade, "occurred_on")
	out = append(out,
		tampering{"ledger_piece.packed", aPiece, "ledger_piece", "packed", `block = $1 AND piece = $2`, flip, "ledger.block_differs", first},
		tampering{"ledger_block.hash", `SELECT number FROM ledger_block WHERE number = 5`, "ledger_block", "hash", `number = $1`, flip, "ledger.block_differs", first},
		tampering{"ledger_block.sums", `SELECT number FROM ledger_block WHERE number = 5`, "ledger_block", "sums", `number = $1`, flip, "ledger.block_differs", first},
		tampering{"ledger_head.hash", `SELECT number, id FROM ledger_head`, "ledger_head", "hash", `number = $1 AND id = $2`, flip, "ledger.head_differs", first},
		tampering{"audit_entry.detail", `SELECT number FROM audit_entry WHERE number = 7`, "audit_entry", "detail", `number = $1`,
			func(old any) any { return fmt.Sprint(old) + " " }, "audit.entry_differs", first},
		tampering{"audit_entry.user_id", `SELECT number FROM audit_entry WHERE number = 7`, "audit_entry", "user_id", `number = $1`, plusOne, "audit.entry_differs", first},
	)
	statistic := func(change func(any) any, columns ...string) {
		for _, c := range columns {
			out = append(out, tampering{"registry_statistic." + c, aStatistic, "registry_statistic", c, `district = $1 AND id = $2`, change, "registry.statistic_differs",
				func(keys []int64) []any { return []any{"employed", keys[0]} }})
		}
	}
	statistic(plusOne, "value", "import_id", "line")
	statistic(otherDecade, "as_of")
	return out
}

// verifyFindsTampering changes one value at a time, looks whether verify names it, and puts it back.
func verifyFindsTampering(t *testing.T, c city) {
	a := c.open(t)
	v, err := a.Verify(t.Context(), "")
	must(t, err)
	if newest := head(t, a); v.Blocks != newest.Number || v.Head != newest.Hash.String() || v.People != c.manifest.Numbers.Files || v.Facts == 0 || v.Figures == 0 {
		t.Errorf("verified %+v, the newest block is %d", v, newest.Number)
	}
	for _, c := range tamperings() {
		keys, old := c.read(t, a)
		c.write(t, a, keys, c.change(old))
		_, err := verifyAnew(t, a)
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Conflict || f.Key != c.fault {
			t.Errorf("%s: %v, want %s", c.name, err, c.fault)
		} else if c.names != nil {
			want := c.names(keys)
			if len(f.Args) < len(want) || fmt.Sprint(f.Args[:len(want)]...) != fmt.Sprint(want...) {
				t.Errorf("%s: it names %v, want %v", c.name, f.Args, want)
			}
		}
		c.write(t, a, keys, old)
	}
	if _, err := a.Verify(t.Context(), ""); err != nil {
		t.Errorf("with everything put back: %v", err)
	}
}

// verifyAnew verifies as a process of its own does: one that has read the organisations before the
// change holds them in memory until their version grows.
func verifyAnew(t *testing.T, a *App) (Verified, error) {
	t.Helper()
	b, err := Open(t.Context(), a.Config, quiet, Options{})
	must(t, err)
	defer b.Close()
	return b.Verify(t.Context(), "")
}

// read finds the place and what stands there.
func (c *tampering) read(t *testing.T, a *App) (keys []int64, old any) {
	t.Helper()
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		err := tx.Query(t.Context(), c.find, nil, func(row db.Scanner) error {
			keys = []int64{0}
			if row.Scan(&keys[0]) == nil {
				return nil
			}
			keys = []int64{0, 0}
			if row.Scan(&keys[0], &keys[1]) == nil {
				return nil
			}
			var worker int64
			return row.Scan(&keys[0], &keys[1], &worker)
		})
		if err != nil || keys == nil {
			return fmt.Errorf("%s: find the place: %w", c.name, err)
		}
		return tx.QueryRow(t.Context(), "SELECT "+c.column+" FROM "+c.table+" WHERE "+c.where, args(keys), &old)
	}))
	return keys, old
}

func (c *tampering) write(t *testing.T, a *App, keys []int64, to any) {
	t.Helper()
	must(t, a.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(t.Context(), fmt.Sprintf("UPDATE %s SET %s = $%d WHERE %s", c.table, c.column, len(keys)+1, c.where), append(args(keys), to)...)
		if err == nil && n != 1 {
			err = fmt.Errorf("%s: %d rows", c.name, n)
		}
		return err
	}))
}

func args(keys []int64) []any {
	out := make([]any, len(keys))
	for i, k := range keys {
		out[i] = k
	}
	return out
}
