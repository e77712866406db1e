package registry

import (
	"context"
	"fmt"
	"slices"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
)

// fieldPersonName is what a claim about the name is about. It has no precedence: nobody's list changes a name.
const fieldPersonName FieldName = "name"

// claimRules are the rules whose refused rows say something of a person on file that is kept as a claim.
var claimRules = []string{"R104", "R105"}

// claims keeps what refused rows say of people on file: another sex than the number's, another name. The row stays
// refused; its cells are kept under the person's key, so that the claim opens to them.
func (a *arrival) claims(ctx context.Context) error {
	var list []*mention
	x := a.s.Vault.Indexer()
	for r, err := range a.imp.Refused(claimRules...) {
		if err != nil {
			return err
		}
		id, err := cn.ParseID(r.Get(colID), a.imp.AsOf)
		if err != nil {
			continue // refused for its number too: nobody can say whose it is
		}
		list = append(list, &mention{row: r, id: id, index: string(x.Sum(indexID, id.Number))})
	}
	for part := range slices.Chunk(list, partRows) {
		if err := a.claimsOf(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (a *arrival) claimsOf(ctx context.Context, list []*mention) error {
	indexes, found := make([][]byte, len(list)), map[string]WorkerID{}
	for i, m := range list {
		indexes[i] = []byte(m.index)
	}
	if err := findByIndex(ctx, a.tx, "registry_number", indexes, found); err != nil {
		return err
	}
	files, err := filesOf(ctx, a.tx, found)
	if err != nil {
		return err
	}
	var rows [][]any
	named := map[WorkerID]bool{}
	sender := senderOf(a.world.tree, a.imp)
	for _, m := range list {
		f := files[m.index]
		if f == nil || len(f.wrapped) == 0 {
			continue
		}
		if f.key, err = a.s.Vault.Unwrap(int64(f.worker), f.wrapped); err != nil {
			return err
		}
		claim := func(field FieldName, value string, asOf date.Day, imported int64, line ledger.Line, from SourceKind) {
			rows = append(rows, []any{int64(f.worker), a.tx.NewID(), string(field), value, asOf, imported, int64(line), int64(from), db.At(a.tx.Now())})
		}
		before := len(rows)
		if name := m.row.Get(colName); refusedBy(m, "R105") && name != "" && cn.Fold(name) != cn.Fold(f.name) {
			if !named[f.worker] {
				claim(fieldPersonName, f.name, a.imp.AsOf, 0, 0, 0) // as it stands in the file
				named[f.worker] = true
			}
			claim(fieldPersonName, name, a.imp.AsOf, int64(a.imp.ID), m.row.Line, sender)
		}
		if sx, ok := sexNamed(m.row.Get(colSex)); refusedBy(m, "R104") && ok && sx != 0 {
			claim(FieldSex, fmt.Sprint(int(sx)), a.imp.AsOf, int64(a.imp.ID), m.row.Line, sender)
		}
		if len(rows) == before {
			continue
		}
		if err := a.imp.Keep(int64(f.worker), f.key, m.row); err != nil {
			return err
		}
		a.s.touch(a.tx, a.imp.By, f.worker)
	}
	_, err = a.tx.Bulk(ctx, "registry_claim", []string{"worker_id", "id", "field", "value", "as_of", "import_id", "line", "sender", "recorded_at"}, rowsOf(rows))
	if err != nil {
		return fmt.Errorf("keep claims: %w", err)
	}
	return nil
}

func refusedBy(m *mention, rule string) bool {
	for _, r := range m.row.Remarks() {
		if r.Rule == rule {
			return true
		}
	}
	return false
}

// eachIdentity tells what every row in force says of sex and birth month, with how much the source weighs in either.
// Rows of a file merged into this one are asked only when the own rows say nothing: its number is the one that
// was mistyped, and with it sex or birth may be. A decision stands above all.
func (src *Sources) eachIdentity(order Precedence, each func(bySex, byBirth said, st Stated)) {
	sexes, births := src.rulings(SexDiffers), src.rulings(BirthDiffers)
	tell := func(s said, st Stated) {
		bySex, byBirth := s, s
		bySex.weight, byBirth.weight = order.of(FieldSex, st.From), order.of(FieldBirth, st.From)
		if r := sexes[st.Row]; r != nil {
			bySex = said{own: true, officer: true, at: r.RecordedAt.UnixMilli(), id: r.ID}
		}
		if r := births[st.Row]; r != nil {
			byBirth = said{own: true, officer: true, at: r.RecordedAt.UnixMilli(), id: r.ID}
		}
		each(bySex, byBirth, st)
	}
	for i := range src.Employment {
		if r := &src.Employment[i]; !r.Withdrawn {
			tell(r.said(0).of(!r.Lent), Stated{Row: r.ID, From: FromNumber, AsOf: r.AsOf, At: r.RecordedAt, Import: r.Import, Line: r.Line, Sex: r.Sex, Birth: r.Birth})
		}
	}
	for i := range src.Certificates {
		if r := &src.Certificates[i]; !r.Withdrawn {
			tell(r.said(0).of(!r.Lent), Stated{Row: r.ID, From: FromNumber, AsOf: r.AsOf, At: r.RecordedAt, Import: r.Import, Line: r.Line, Sex: r.Sex, Birth: r.Birth})
		}
	}
	for i := range src.Claims {
		if r := &src.Claims[i]; !r.Withdrawn && r.Field == FieldSex {
			st := Stated{Row: r.ID, From: r.Sender, AsOf: r.AsOf, At: r.RecordedAt, Import: r.Import, Line: r.Line}
			if r.Value == "1" || r.Value == "2" {
				st.Sex = Sex(r.Value[0] - '0')
			}
			tell(said{own: true, at: r.RecordedAt.UnixMilli(), id: r.ID}, st)
		}
	}
	for i := range src.Identity {
		if r := &src.Identity[i]; !r.Withdrawn {
			tell(said{own: !r.Lent, officer: true, at: r.RecordedAt.UnixMilli(), id: r.ID}, Stated{Row: r.ID, From: FromOfficer, At: r.RecordedAt, Sex: r.Sex, Birth: r.Birth})
		}
	}
}

// name is what the claims make of the person's name: the one that a decision holds, else the one that stood in the
// file before anybody claimed another. Empty without claims: the file's own name stands.
func (src *Sources) name() string {
	var first string
	ruled := src.rulings(NameDiffers)
	for i := range src.Claims {
		c := &src.Claims[i]
		if c.Withdrawn || c.Field != fieldPersonName {
			continue
		}
		if ruled[c.ID] != nil {
			return c.Value
		}
		if c.Import == 0 && first == "" {
			first = c.Value
		}
	}
	return first
}

// readClaims adds claims and decisions about conflicts to the rows of some files.
func readClaims(ctx context.Context, tx *db.Tx, list string, args []any, out map[WorkerID]*Sources) error {
	err := tx.Query(ctx, `SELECT worker_id, id, field, value, as_of, import_id, line, sender, recorded_at, withdrawn_at FROM registry_claim WHERE worker_id IN `+list+` ORDER BY worker_id, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var r ClaimRow
		var at, gone db.Time
		if err := row.Scan(&w, &r.ID, (*string)(&r.Field), &r.Value, &r.AsOf, &r.Import, &r.Line, &r.Sender, &at, &gone); err != nil {
			return err
		}
		r.RecordedAt, r.Withdrawn = at.Time, !gone.IsZero()
		out[w].Claims = append(out[w].Claims, r)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	err = tx.Query(ctx, `SELECT worker_id, id, kind, kept_id, recorded_at, withdrawn_at FROM registry_ruling WHERE worker_id IN `+list+` ORDER BY worker_id, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var r RulingRow
		var at, gone db.Time
		if err := row.Scan(&w, &r.ID, (*string)(&r.Kind), &r.Kept, &at, &gone); err != nil {
			return err
		}
		r.RecordedAt, r.Withdrawn = at.Time, !gone.IsZero()
		out[w].Rulings = append(out[w].Rulings, r)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read decisions: %w", err)
	}
	return nil
}
