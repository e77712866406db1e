package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// sheetOf downloads a pre-filled sheet.
func sheetOf(t *testing.T, w *world.World, who account.Actor, req export.SheetRequest) ([]byte, int64) {
	t.Helper()
	var out bytes.Buffer
	n, err := w.App.Export.Sheet(t.Context(), who, zh, req, func(string, string) (io.Writer, error) { return &out, nil })
	if err != nil {
		t.Fatalf("%+v: %v", req, err)
	}
	return out.Bytes(), n
}

// edited opens a workbook as a spreadsheet program does, changes cells and saves it. A change is found by a text
// in its row and the heading of its column; the value of a row that is to go is "delete".
func edited(t *testing.T, book []byte, changes ...[3]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetName(0)
	for _, c := range changes {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		head := slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, c[1]) })
		at := slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, c[0]) })
		if head < 0 || at <= head {
			t.Fatalf("no row with %q, or no column %q", c[0], c[1])
		}
		if c[2] == "delete" {
			err = f.RemoveRow(name, at+1)
		} else {
			cell, cerr := excelize.CoordinatesToCellName(slices.Index(rows[head], c[1])+1, at+1)
			if cerr != nil {
				t.Fatal(cerr)
			}
			err = f.SetCellStr(name, cell, c[2])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// back hands a sheet in and applies it.
func back(t *testing.T, w *world.World, who account.Actor, kind string, unit org.UnitID, book []byte) intake.Report {
	t.Helper()
	v := viewer(t, w, who)
	id, err := w.Intake.Receive(t.Context(), v, "更正.xlsx", bytes.NewReader(book), intake.Options{Kind: kind, Unit: int64(unit)})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.Intake.Stage(t.Context(), v, id); err != nil || r.State != intake.Staged {
		t.Fatalf("staged: %s %+v %v", r.State, r.Failure, err)
	}
	r, err := w.Intake.Apply(t.Context(), v, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// said leaves out the warning about region codes that were never issued, which all people of the tests bear.
func said(r intake.Report) []intake.RuleCount {
	return slices.DeleteFunc(slices.Clone(r.Rules), func(c intake.RuleCount) bool { return c.Rule == "R103" })
}

// state is everything that is in force: the facts of the ledger and what sheets of all kinds say.
type state struct {
	facts  int64
	sheets map[string][]string
}

// stateOf reads the rows of all sheets of the whole city.
func stateOf(t *testing.T, w *world.World) state {
	t.Helper()
	s := state{sheets: map[string][]string{}}
	for _, kind := range []string{"organisations", "roster", "certificates"} {
		text, _ := sheetOf(t, w, w.Actor(t, world.City), export.SheetRequest{Kind: kind, Format: listing.CSV})
		for _, r := range rowsOf(t, text) {
			s.sheets[kind] = append(s.sheets[kind], strings.Join(r, "|"))
		}
	}
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT count(*) FROM ledger_fact", nil, &s.facts)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// differ gives the rows of a kind that one state has and the other has not.
func differ(a, b state, kind string) (out []string) {
	for _, r := range a.sheets[kind] {
		if !slices.Contains(b.sheets[kind], r) {
			out = append(out, r)
		}
	}
	return out
}

// changedPeople are those about whom a block holds facts.
func changedPeople(t *testing.T, w *world.World, block int64) map[int64]bool {
	t.Helper()
	out := map[int64]bool{}
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), "SELECT worker_id FROM ledger_fact WHERE block = $1", []any{block}, func(row db.Scanner) error {
			var id int64
			err := row.Scan(&id)
			out[id] = true
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// verified re-computes every timeline and hash.
func verified(t *testing.T, w *world.World) {
	t.Helper()
	if _, err := w.App.Verify(t.Context(), ""); err != nil {
		t.Errorf("verify: %v", err)
	}
}

func TestSheet_sent_back_as_it_is_changes_nothing(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, c := range []struct{ login, unit string }{{world.City, ""}, {world.Danyang, "丹阳市总工会"}, {world.Danyang, "丹阳恒远机械有限公司"}, {world.Firm, "丹阳新光眼镜有限公司"}} {
		who, unit := w.Actor(t, c.login), w.Unit(t, c.unit)
		for _, kind := range []string{"organisations", "roster", "certificates"} {
			before := stateOf(t, w)
			book, n := sheetOf(t, w, who, export.SheetRequest{Kind: kind, Unit: unit, Format: listing.XLSX})
			for _, secret := range world.Secrets() {
				if strings.Contains(fmt.Sprint(rowsOf(t, book)), secret) {
					t.Errorf("%s of %q: the sheet holds %s", kind, c.unit, secret)
				}
			}
			if n == 0 { // a template: it has no row, and nothing to send back
				continue
			}
			r := back(t, w, who, kind, unit, book)
			if int64(r.Read) != n || r.Duplicate != r.Read || r.Mended+r.Accepted+r.Refused != 0 || r.Block != 0 || len(said(r)) != 0 {
				t.Errorf("%s of %q: %d rows, %+v, block %d, %+v", kind, c.unit, n, r.Counts, r.Block, said(r))
			}
			after := stateOf(t, w)
			if after.facts != before.facts || len(differ(before, after, kind)) != 0 || len(differ(after, before, kind)) != 0 {
				t.Errorf("%s of %q: %d facts, before %d; %q", kind, c.unit, after.facts, before.facts, differ(after, before, kind))
			}
		}
	}
	verified(t, w)
}

func TestRoster_downloaded_with_three_cells_changed_makes_three_changes(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who, unit := w.Actor(t, world.Danyang), w.Unit(t, "丹阳市总工会")
	book, n := sheetOf(t, w, who, export.SheetRequest{Kind: "roster", Unit: unit, Format: listing.XLSX})
	before := stateOf(t, w)
	book = edited(t, book, [3]string{"卞若溪", "岗位类别", "管理"}, [3]string{"卞知远", "入职日期", "2012-03-01"}, [3]string{"昝明川", "手机号码", "13912345678"})
	r := back(t, w, who, "roster", unit, book)
	if int64(r.Read) != n || r.Accepted != 3 || r.Duplicate != r.Read-3 || r.Mended+r.Refused != 0 {
		t.Errorf("%d rows, %+v, %+v", n, r.Counts, r.Rules)
	}
	after := stateOf(t, w)
	gone, came := differ(before, after, "roster"), differ(after, before, "roster")
	if len(gone) != 3 || len(came) != 3 || !strings.Contains(fmt.Sprint(came), "|管理|") || !strings.Contains(fmt.Sprint(came), "2012-03-01") || !strings.Contains(fmt.Sprint(came), "139****5678") {
		t.Errorf("gone %q\ncame %q", gone, came)
	}
	people := changedPeople(t, w, r.Block) // a phone number is in no fact
	if len(people) != 2 || !people[int64(w.Person(t, "卞若溪").ID)] || !people[int64(w.Person(t, "卞知远").ID)] {
		t.Errorf("facts about %v", people)
	}
	for _, kind := range []string{"certificates", "organisations"} {
		if len(differ(before, after, kind)) != 0 {
			t.Errorf("%s changed too", kind)
		}
	}
	verified(t, w)
}

func TestRoster_row_that_is_deleted_changes_nothing(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who, unit := w.Actor(t, world.Danyang), w.Unit(t, "丹阳市总工会")
	book, n := sheetOf(t, w, who, export.SheetRequest{Kind: "roster", Unit: unit, Format: listing.XLSX})
	before := stateOf(t, w)
	r := back(t, w, who, "roster", unit, edited(t, book, [3]string{"卞若溪", "姓名", "delete"}, [3]string{"昝明川", "姓名", "delete"}))
	after := stateOf(t, w)
	if int64(r.Read) != n-2 || r.Duplicate != r.Read || after.facts != before.facts || len(differ(before, after, "roster")) != 0 {
		t.Errorf("%d rows, %+v", n, r.Counts)
	}
}

func TestCertificates_downloaded_with_three_cells_changed_make_three_changes(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.City)
	book, n := sheetOf(t, w, who, export.SheetRequest{Kind: "certificates", Format: listing.XLSX})
	rows := rowsOf(t, book)
	head := slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, "证书编号") })
	if n < 4 || rows[head][0] != "档案编号" {
		t.Fatalf("%d rows, %q", n, rows[head])
	}
	before := stateOf(t, w)
	record := func(i int) string { return rows[head+1+i][0] }
	r := back(t, w, who, "certificates", 0, edited(t, book, [3]string{record(0), "有效期至", "2031-05-05"}, [3]string{record(1), "撤销日期", "2023-03-01"}, [3]string{record(2), "职业(工种)", "焊工"}))
	if int64(r.Read) != n || r.Accepted != 3 || r.Duplicate != r.Read-3 || r.Refused+r.Mended != 0 {
		t.Errorf("%d rows, %+v, %+v", n, r.Counts, r.Rules)
	}
	after := stateOf(t, w)
	came := differ(after, before, "certificates")
	if len(came) != 3 || len(differ(before, after, "certificates")) != 3 || len(differ(after, before, "organisations")) != 0 {
		t.Errorf("came %q", came)
	}
	if people := changedPeople(t, w, r.Block); len(people) > 3 || len(people) == 0 {
		t.Errorf("facts about %v", people)
	}
	verified(t, w)
}

func TestOrganisations_downloaded_with_three_cells_changed_make_three_changes(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.City)
	book, n := sheetOf(t, w, who, export.SheetRequest{Kind: "organisations", Format: listing.XLSX})
	before := stateOf(t, w)
	r := back(t, w, who, "organisations", 0, edited(t, book, [3]string{"丹阳恒远机械有限公司", "单位规模", "微型"}, [3]string{"句容青山电子有限公司", "行业代码", "3587"}, [3]string{"丹阳云帆物流有限公司", "经济类型", "外商"}))
	if int64(r.Read) != n || r.Accepted != 3 || r.Duplicate != r.Read-3 || r.Refused+r.Mended != 0 {
		t.Errorf("%d rows, %+v, %+v", n, r.Counts, r.Rules)
	}
	after := stateOf(t, w)
	if came := differ(after, before, "organisations"); len(came) != 3 || len(after.sheets["organisations"]) != len(before.sheets["organisations"]) {
		t.Errorf("came %q", came)
	}
	verified(t, w)
}

// A sheet that was tampered with, or belongs to others, names nobody and changes nobody.
func TestRecord_must_agree_with_the_person_and_lie_in_the_senders_units(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who, unit := w.Actor(t, world.Danyang), w.Unit(t, "丹阳市总工会")
	book, _ := sheetOf(t, w, who, export.SheetRequest{Kind: "roster", Unit: unit, Format: listing.XLSX})
	p, q, foreign := w.Person(t, "卞若溪"), w.Person(t, "昝明川"), w.Person(t, "阚语桐")
	record := registry.Record{Worker: p.ID}.String()
	wrong := record[:len(record)-1] + string('0'+(record[len(record)-1]-'0'+1)%10)
	for name, c := range map[string]struct {
		change [3]string
		key    string
	}{
		"the record of another person":      {[3]string{"卞若溪", "档案编号", registry.Record{Worker: q.ID}.String()}, "registry.record_differs"},
		"the record of another district's":  {[3]string{"卞若溪", "档案编号", registry.Record{Worker: foreign.ID}.String()}, "registry.record_unknown"},
		"a record of nobody":                {[3]string{"卞若溪", "档案编号", registry.Record{Worker: 4711}.String()}, "registry.record_unknown"},
		"a record with a wrong check digit": {[3]string{"卞若溪", "档案编号", wrong}, "registry.record_unreadable"},
		"a record that Excel has rounded":   {[3]string{"卞若溪", "档案编号", "4.33069E+17"}, "registry.record_unreadable"},
		"no record":                         {[3]string{"卞若溪", "档案编号", ""}, "registry.record_needed"},
		"another masked number":             {[3]string{"卞若溪", "身份证号", "3299************27"}, "registry.record_differs"},
		"the whole number of another":       {[3]string{"卞若溪", "身份证号", q.Number}, "registry.record_other"},
		"another name":                      {[3]string{"卞若溪", "姓名", "卞若水"}, "registry.name_differs"},
	} {
		r := back(t, w, who, "roster", unit, edited(t, book, c.change))
		if rules := said(r); r.Refused != 1 || r.Duplicate != r.Read-1 || len(rules) != 1 || rules[0].Key != c.key {
			t.Errorf("%s: %+v %+v", name, r.Counts, rules)
		}
	}
	// The whole number beside the record is as good as the masked one.
	if r := back(t, w, who, "roster", unit, edited(t, book, [3]string{"卞若溪", "身份证号", p.Number})); r.Duplicate != r.Read {
		t.Errorf("the whole number: %+v %+v", r.Counts, r.Rules)
	}
}

func TestSheet_explains_itself_and_offers_words(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who, unit := w.Actor(t, world.Danyang), w.Unit(t, "丹阳市总工会")
	book, _ := sheetOf(t, w, who, export.SheetRequest{Kind: "roster", Unit: unit, On: date.Of(2023, 4, 1), Format: listing.XLSX})
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lists, err := f.GetDataValidations(f.GetSheetName(0))
	var offered []string
	for _, l := range lists {
		offered = append(offered, l.Formula1)
	}
	for _, words := range []string{"生产操作,技术,服务,管理,其他", "男,女", "是,否"} {
		if err != nil || !strings.Contains(fmt.Sprint(offered), words) {
			t.Errorf("%s is not offered: %q %v", words, offered, err)
		}
	}
	rows := rowsOf(t, book)
	if rows[0][0] != "丹阳市总工会 职工花名册" || rows[1][0] != "截至2023年4月1日" || !strings.Contains(rows[2][0], "请勿改动") || f.GetSheetName(1) != "填表说明" {
		t.Errorf("%q, sheets %q", rows[:3], f.GetSheetList())
	}
	r := back(t, w, who, "roster", unit, book)
	if r.AsOf != "2023-04-01" || len(r.Sheets) != 2 || r.Sheets[1].Header != 0 {
		t.Errorf("as of %s, sheets %+v", r.AsOf, r.Sheets)
	}
	levels, _ := sheetOf(t, w, who, export.SheetRequest{Kind: "certificates", Unit: unit, Format: listing.XLSX})
	if g, err := excelize.OpenReader(bytes.NewReader(levels)); err != nil {
		t.Fatal(err)
	} else if lists, err := g.GetDataValidations(g.GetSheetName(0)); err != nil || !strings.Contains(fmt.Sprint(lists[0].Formula1, lists[1].Formula1), "三级/高级工") {
		t.Errorf("levels are not offered: %v", err)
	}
}

func TestSheet_is_refused_to_who_may_not_have_it(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	open := func(string, string) (io.Writer, error) {
		t.Error("the file is begun")
		return io.Discard, nil
	}
	for name, c := range map[string]struct {
		login string
		req   export.SheetRequest
		want  fault.Kind
	}{
		"an auditor":           {world.Auditor, export.SheetRequest{Kind: "roster", Format: listing.CSV}, fault.Forbidden},
		"an administrator":     {world.SysAdmin, export.SheetRequest{Kind: "organisations", Format: listing.CSV}, fault.Forbidden},
		"of another district":  {world.Jurong, export.SheetRequest{Kind: "roster", Unit: w.Unit(t, "丹阳市总工会"), Format: listing.CSV}, fault.Forbidden},
		"of another firm":      {world.Firm, export.SheetRequest{Kind: "roster", Unit: w.Unit(t, "丹阳恒远机械有限公司"), Format: listing.CSV}, fault.Forbidden},
		"of a day to come":     {world.City, export.SheetRequest{Kind: "roster", On: date.Of(2999, 1, 1), Format: listing.CSV}, fault.Invalid},
		"of outside figures":   {world.City, export.SheetRequest{Kind: "statistics", Format: listing.CSV}, fault.Invalid},
		"in an unknown format": {world.City, export.SheetRequest{Kind: "roster", Format: "pdf"}, fault.Invalid},
	} {
		if _, err := w.App.Export.Sheet(t.Context(), w.Actor(t, c.login), zh, c.req, open); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A district that names no unit is given its own.
	text, _ := sheetOf(t, w, w.Actor(t, world.Jurong), export.SheetRequest{Kind: "roster", Format: listing.CSV})
	if bytes.Contains(text, []byte("卞若溪")) || !bytes.Contains(text, []byte("阚语桐")) {
		t.Error("Jurong's sheet holds others, or not its own")
	}
	var logged string
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT detail FROM audit_entry WHERE action = 'sheet.prefill'", nil, &logged)
	})
	var detail struct{ Kind, Unit string }
	if err != nil || json.Unmarshal([]byte(logged), &detail) != nil || detail.Kind != "roster" || detail.Unit != w.Unit(t, "句容市总工会").String() {
		t.Errorf("logged %q: %v", logged, err)
	}
}
