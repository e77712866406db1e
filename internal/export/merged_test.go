package export_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// Two numbers of one person: the second of the file that 卞若溪 has beside her own, born a day earlier by a slip.
var otherNumber = func() string {
	const first = "32990119850311002"
	return first + string(cn.IDCheckChar(first))
}()

const ownCertificate, otherCertificate = "S000032000000193720101", "S000032000000223720177"

// bring takes a sheet in as the city would.
func bring(t *testing.T, w *world.World, kind string, on date.Day, full bool, unit, text string) intake.Report {
	t.Helper()
	v := viewer(t, w, w.Actor(t, world.City))
	id, err := w.Intake.Receive(t.Context(), v, "名册.csv", strings.NewReader(text), intake.Options{Kind: kind, AsOf: on, Full: full, Unit: int64(w.Unit(t, unit))})
	if err == nil {
		_, err = w.Intake.Stage(t.Context(), v, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Intake.Apply(t.Context(), v, id)
	if err != nil || r.Read == 0 || r.Refused != 0 {
		t.Fatalf("%+v %+v %v", r.Counts, r.Rules, err)
	}
	return r
}

// doubled gives 卞若溪 a second file, with an employment at another firm and a certificate, and merges it into her own.
func doubled(t *testing.T, w *world.World) (own, other registry.WorkerID) {
	t.Helper()
	bring(t, w, "roster", date.Of(2023, 4, 2), false, "", "姓名,身份证号,单位名称,岗位类别,入职日期,手机号码\n卞若溪,"+otherNumber+",丹阳恒远机械有限公司,技术,2020-03-01,19900000077\n")
	bring(t, w, "certificates", date.Of(2023, 4, 2), false, "", "姓名,身份证号,技能等级,证书编号,发证日期,有效期至,所属地区\n卞若溪,"+otherNumber+",三级/高级工,"+otherCertificate+",2022-05-05,长期,丹阳市\n")
	own = w.Person(t, "卞若溪").ID
	list, _, err := w.Registry.List(t.Context(), w.Actor(t, world.City), registry.Filter{Text: otherNumber})
	if err != nil || len(list) != 1 || list[0].ID == own {
		t.Fatalf("the second file: %v %v", list, err)
	}
	other = list[0].ID
	if err := w.Registry.Merge(t.Context(), w.Actor(t, world.City), own, other, "证件号码录错"); err != nil {
		t.Fatal(err)
	}
	return own, other
}

// rowsWith are the rows of a sheet in which a text stands.
func rowsWith(t *testing.T, book []byte, text string) (out [][]string) {
	t.Helper()
	for _, r := range rowsOf(t, book) {
		if slices.Contains(r, text) {
			out = append(out, r)
		}
	}
	return out
}

func TestSheet_holds_a_merged_person_once_with_what_stands_in_both_files(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	own, other := doubled(t, w)
	city := w.Actor(t, world.City)
	for kind, want := range map[string][]string{"roster": {"丹阳新光眼镜有限公司", "丹阳恒远机械有限公司"}, "certificates": {cn.MaskID(ownCertificate), cn.MaskID(otherCertificate)}} {
		book, n := sheetOf(t, w, city, export.SheetRequest{Kind: kind, Format: listing.XLSX})
		rows := rowsWith(t, book, "卞若溪")
		if len(rows) != 2 {
			t.Fatalf("%s: %d rows about her: %q", kind, len(rows), rows)
		}
		for i, text := range want {
			if !slices.ContainsFunc(rows, func(r []string) bool { return slices.Contains(r, text) }) {
				t.Errorf("%s: no row with %s", kind, want[i])
			}
		}
		for _, r := range rows {
			if !strings.HasPrefix(r[0], own.String()+"-") || strings.Contains(r[0], other.String()) {
				t.Errorf("%s: file number %s, want one of %s", kind, r[0], own)
			}
		}
		before := stateOf(t, w)
		r := back(t, w, city, kind, 0, book)
		if int64(r.Read) != n || r.Duplicate != r.Read || r.Block != 0 {
			t.Errorf("%s sent back: %+v, block %d, %+v", kind, r.Counts, r.Block, said(r))
		}
		if after := stateOf(t, w); after.facts != before.facts || len(differ(after, before, kind)) != 0 {
			t.Errorf("%s sent back: %q", kind, differ(after, before, kind))
		}
	}
	text, _ := given(t, w, city, export.Request{List: export.Workers, Format: listing.CSV, Numbers: export.Masked})
	if n := bytes.Count(text, []byte("卞若溪")); n != 1 {
		t.Errorf("the list of files names her %d times", n)
	}
	// A change of what the merged file's row says is one change.
	book, _ := sheetOf(t, w, city, export.SheetRequest{Kind: "certificates", Format: listing.XLSX})
	r := back(t, w, city, "certificates", 0, edited(t, book, [3]string{cn.MaskID(otherCertificate), "有效期至", "2031-05-05"}))
	if r.Accepted != 1 || r.Duplicate != r.Read-1 {
		t.Errorf("one changed: %+v %+v", r.Counts, said(r))
	}
	verified(t, w)
}

// A person who has rows in the merged file alone is in the sheet all the same.
func TestSheet_holds_a_survivor_without_rows_of_its_own(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	city := w.Actor(t, world.City)
	p, q := w.Person(t, "卞知远"), w.Person(t, "昝映雪") // she holds no certificate
	if err := w.Registry.Merge(t.Context(), city, q.ID, p.ID, "同一人两份档案"); err != nil {
		t.Fatal(err)
	}
	book, _ := sheetOf(t, w, city, export.SheetRequest{Kind: "certificates", Format: listing.XLSX})
	if rows := rowsWith(t, book, "昝映雪"); len(rows) != 1 || !slices.Contains(rows[0], cn.MaskID("S000032000000182720102")) {
		t.Errorf("rows %q", rows)
	}
	if rows := rowsWith(t, book, "卞知远"); len(rows) != 0 {
		t.Errorf("the merged file is in the sheet: %q", rows)
	}
}

// A sheet given out before the merge names the merged file: its rows come to the person, and so they do after it.
func TestRecord_of_a_merged_file_leads_to_the_survivor(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	city := w.Actor(t, world.City)
	own, other := doubled(t, w)
	if err := w.Registry.Unmerge(t.Context(), city, other, "经核实为两人"); err != nil {
		t.Fatal(err)
	}
	old := map[string][]byte{}
	for _, kind := range []string{"roster", "certificates"} {
		book, _ := sheetOf(t, w, city, export.SheetRequest{Kind: kind, Format: listing.XLSX})
		if rows := rowsWith(t, book, "卞若溪"); len(rows) != 2 || rows[0][0] == rows[1][0] {
			t.Fatalf("%s: before the merge: %q", kind, rows)
		}
		old[kind] = book
	}
	if err := w.Registry.Merge(t.Context(), city, own, other, "证件号码录错"); err != nil {
		t.Fatal(err)
	}
	for kind, book := range old {
		if r := back(t, w, city, kind, 0, book); r.Duplicate != r.Read || r.Block != 0 {
			t.Errorf("%s: %+v %+v", kind, r.Counts, said(r))
		}
	}
	// The number of either file stands beside the record of either.
	book := edited(t, old["roster"], [3]string{registry.Record{Worker: other}.String(), "身份证号", w.Person(t, "卞若溪").Number}, [3]string{registry.Record{Worker: own}.String(), "身份证号", otherNumber})
	if r := back(t, w, city, "roster", 0, book); r.Refused != 0 {
		t.Errorf("whole numbers of the other file: %+v %+v", r.Counts, said(r))
	}
	verified(t, w)
	if err := w.Registry.Unmerge(t.Context(), city, other, "经核实为两人"); err != nil {
		t.Fatal(err)
	}
	verified(t, w)
}

// What an officer decided about a certificate is not the list's word: a sheet says what the list said, and sent back
// as it is it leaves the decision alone, which can be taken back without a trace.
func TestSheet_says_of_a_revoked_certificate_what_the_list_said(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	city, p := w.Actor(t, world.City), w.Person(t, "卞若溪")
	f, err := w.Registry.Find(t.Context(), city, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	before := stateOf(t, w)
	id := registry.CertificateID(f.Certificates[0].ID)
	if err := w.Registry.RevokeCertificate(t.Context(), city, registry.RevokeCertificateInput{Worker: p.ID, Certificate: id, On: date.Of(2023, 3, 1), Why: "冒名取得"}); err != nil {
		t.Fatal(err)
	}
	revoked := stateOf(t, w)
	if d := differ(revoked, before, "certificates"); len(d) != 0 {
		t.Errorf("the sheet repeats the decision: %q", d)
	}
	book, _ := sheetOf(t, w, city, export.SheetRequest{Kind: "certificates", Format: listing.XLSX})
	if r := back(t, w, city, "certificates", 0, book); r.Duplicate != r.Read || r.Block != 0 {
		t.Errorf("sent back: %+v %+v", r.Counts, said(r))
	}
	if err := w.Registry.RestoreCertificate(t.Context(), city, p.ID, id, "查无实据"); err != nil {
		t.Fatal(err)
	}
	f, err = w.Registry.Find(t.Context(), city, p.ID)
	if err != nil || f.Certificates[0].RevokedOn.Valid {
		t.Errorf("restored: %+v %v", f.Certificates[0], err)
	}
	verified(t, w)
}

// An erased person is in no sheet and in no list with numbers, whether the file was merged or not; the others are.
func TestSheet_and_lists_pass_over_erased_people(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	city := w.Actor(t, world.City)
	own, other := doubled(t, w)
	before := stateOf(t, w)
	if _, err := w.Registry.Erase(t.Context(), city, w.Intake, []registry.WorkerID{own}, "本人申请"); err != nil {
		t.Fatal(err)
	}
	after := stateOf(t, w)
	for _, kind := range []string{"roster", "certificates"} {
		gone := differ(before, after, kind)
		if len(gone) != 2 || !strings.Contains(gone[0], "卞若溪") || !strings.Contains(gone[1], "卞若溪") || len(differ(after, before, kind)) != 0 {
			t.Errorf("%s: gone %q, came %q", kind, gone, differ(after, before, kind))
		}
	}
	text, _ := given(t, w, city, export.Request{List: export.Workers, Format: listing.CSV, Numbers: export.Masked})
	if bytes.Contains(text, []byte("卞若溪")) || !bytes.Contains(text, []byte("卞知远")) {
		t.Errorf("the list of files:\n%s", text)
	}
	for _, id := range []registry.WorkerID{own, other} { // her sheets of before name nobody any more
		book, _ := sheetOf(t, w, city, export.SheetRequest{Kind: "roster", Format: listing.XLSX})
		r := back(t, w, city, "roster", 0, edited(t, book, [3]string{"卞知远", "档案编号", registry.Record{Worker: id}.String()}))
		if rules := said(r); r.Refused != 1 || len(rules) != 1 || rules[0].Key != "registry.record_unknown" {
			t.Errorf("a record of an erased file: %+v %+v", r.Counts, rules)
		}
	}
	verified(t, w)
}
