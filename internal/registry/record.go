package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// colRecord is the column by which a sheet that was given out pre-filled is recognised when it comes back.
const colRecord = "record"

var recordColumn = intake.Column{Name: colRecord, Title: "档案编号", Synonyms: []string{"档案编号", "档案号"}}

// Record is the number (档案编号) by which a pre-filled sheet names a person's file and, in a list of
// certificates, the row that says what is in force. With it the ID number may stay masked. It tells
// nothing by itself: name and masked number must agree with the file, which must lie in the sender's units.
type Record struct {
	Worker WorkerID
	Row    int64 // of a certificate, else 0
}

// String writes the parts with two check digits behind (ISO/IEC 7064, MOD 97-10): a spreadsheet program that
// rounds a long number, or a hand that drags it down a column, must not point at somebody else.
func (r Record) String() string {
	text := strconv.FormatInt(int64(r.Worker), 10)
	if r.Row != 0 {
		text += "-" + strconv.FormatInt(r.Row, 10)
	}
	return fmt.Sprintf("%s-%02d", text, 98-mod97(text+"00"))
}

// mod97 is the remainder of the digits of a text.
func mod97(text string) int {
	n := 0
	for _, c := range text {
		if c >= '0' && c <= '9' {
			n = (n*10 + int(c-'0')) % 97
		}
	}
	return n
}

// parseRecord reads what String writes; blanks and full-width characters do no harm.
func parseRecord(text string) (Record, bool) {
	parts := strings.Split(cn.Fold(text), "-")
	if len(parts) < 2 || len(parts) > 3 {
		return Record{}, false
	}
	var r Record
	worker, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || worker <= 0 {
		return Record{}, false
	}
	r.Worker = WorkerID(worker)
	if len(parts) == 3 {
		if r.Row, err = strconv.ParseInt(parts[1], 10, 64); err != nil || r.Row <= 0 {
			return Record{}, false
		}
	}
	return r, r.String() == strings.Join(parts, "-")
}

// recorded is what the file says that a record names.
type recorded struct {
	number, phone string
	others        []string // the numbers of the files that are one person with it by a merge
	certificate   string   // its number; empty when the record names none
	district      int32    // of the certificate
}

// whose is the number among the person's that a text writes, masked or whole: the one of the file named, or
// that of one merged with it, whose sheet was given out before or since.
func (f *recorded) whose(text string, today date.Day) (number string, ok bool) {
	for _, n := range append([]string{f.number}, f.others...) {
		if isMasked(text) {
			ok = agrees(text, cn.MaskID(n))
		} else {
			id, err := cn.ParseID(text, today)
			ok = err == nil && id.Number == n
		}
		if ok {
			return n, true
		}
	}
	return "", false
}

// records finds files by their records, one at a time, as rows ask for them: few do.
type records struct {
	svc  *Service
	ctx  context.Context //nolint:containedctx // of the reading run, which calls the check row by row
	tx   *db.Tx
	tree *org.Tree
	top  org.UnitID // the sender's
}

// find gives NotFound for a file outside the sender's units, as for one that does not exist. The number of a merged
// file leads to the same person as its survivor's.
func (k *records) find(rec Record) (*recorded, error) {
	unknown := fault.New(fault.NotFound, "registry.record_unknown")
	keys, err := k.svc.familyKeys(k.ctx, k.tx, rec.Worker)
	if err != nil {
		return nil, err
	}
	f, same := &recorded{}, func(s string) string { return s }
	seen := false
	list, args := in(1, slices.Collect(maps.Keys(keys)))
	err = k.tx.Query(k.ctx, `SELECT worker_id, id_sealed, phone_sealed, unit_id FROM registry_worker WHERE worker_id IN `+list+` ORDER BY worker_id`, args, func(row db.Scanner) error {
		var w WorkerID
		var number, phone []byte
		var unit org.UnitID
		if err := row.Scan((*int64)(&w), &number, &phone, (*int64)(&unit)); err != nil {
			return err
		}
		text, err := unseal(keys[w], w, "id_number", number, same)
		if w != rec.Worker {
			f.others = append(f.others, text)
			return err
		}
		f.number, seen = text, unit != 0 && within(k.tree, unit, k.top)
		if err == nil {
			f.phone, err = unseal(keys[w], w, "phone", phone, same)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("find file by its record: %w", err)
	case !seen:
		return nil, unknown
	case rec.Row == 0:
		return f, nil
	}
	var w WorkerID
	var sealed []byte
	list, args = in(2, slices.Collect(maps.Keys(keys)))
	err = k.tx.QueryRow(k.ctx, `SELECT worker_id, number_sealed, district FROM registry_certificate WHERE id = $1 AND withdrawn_at IS NULL AND worker_id IN `+list, append([]any{rec.Row}, args...), (*int64)(&w), &sealed, &f.district)
	if fault.Is(err, fault.NotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	plain, err := keys[w].Open(rec.Row, "number", sealed)
	f.certificate = string(plain)
	return f, err
}

// isMasked reports a number with stars in it.
func isMasked(text string) bool { return strings.ContainsAny(text, "*＊") }

// agrees reports whether a masked text is that of a number.
func agrees(text, masked string) bool {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), ""), "＊", "*") == masked
}

// record takes the ID number from the file that the row's record names. ok is false when nothing more can be
// said about the person.
func (k *known) record(r *intake.Row) (ok bool) {
	k.file = nil
	text, id := r.Get(colRecord), r.Get(colID)
	if text == "" {
		if isMasked(id) {
			r.Refuse("R166", colID, "registry.record_needed")
			return false
		}
		return true
	}
	rec, ok := parseRecord(text)
	if !ok {
		r.Refuse("R166", colRecord, "registry.record_unreadable")
		return false
	}
	f, err := k.records.find(rec)
	if err != nil { // anything but NotFound has the general sentence; the row is not taken in
		r.RefuseFault("R166", colRecord, err)
		return false
	}
	if id != "" {
		number, ok := f.whose(id, k.records.tx.Today())
		switch {
		case !ok && isMasked(id):
			r.Refuse("R166", colID, "registry.record_differs")
			return false
		case !ok:
			r.Refuse("R166", colRecord, "registry.record_other")
			return false
		}
		r.Set(colID, number)
	}
	k.file = f
	return true
}

// unmask takes a number that is still masked as the sheet was given out from the file.
func (k *known) unmask(r *intake.Row, col string, number func(*recorded) string, mask func(string) string) {
	text := r.Get(col)
	switch {
	case !isMasked(text):
		return
	case k.file == nil && r.Refused(): // for its record: one refusal is enough
		r.Set(col, "")
		return
	case k.file == nil || number(k.file) == "":
		return
	}
	if agrees(text, mask(number(k.file))) {
		r.Set(col, number(k.file))
	}
}

func (k *known) unmaskPhone(r *intake.Row) {
	k.unmask(r, colPhone, func(f *recorded) string { return f.phone }, cn.MaskPhone)
}

// unmaskCertificate refuses a masked number that is not the one the record names: there is nothing else
// to read it from.
func (k *known) unmaskCertificate(r *intake.Row) {
	if k.file != nil && r.Get(colExpires) == noEnd {
		r.Set(colExpires, date.Forever.String()) // as the sheet was given out: nobody's spelling was mended
	}
	k.unmask(r, colNumber, func(f *recorded) string { return f.certificate }, cn.MaskID)
	if isMasked(r.Get(colNumber)) {
		r.Refuse("R166", colNumber, "registry.record_certificate")
		r.Set(colNumber, "")
	}
}
