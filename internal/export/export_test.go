package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

var zh = locale.New(locale.ZH)

// given writes a list and gives the file.
func given(t *testing.T, w *world.World, who account.Actor, req export.Request) ([]byte, export.Summary) {
	t.Helper()
	var out bytes.Buffer
	sum, err := w.App.Export.Write(t.Context(), who, zh, req, func(string, string) (io.Writer, error) { return &out, nil })
	if err != nil {
		t.Fatalf("%s: %v", req.List, err)
	}
	return out.Bytes(), sum
}

func rowsOf(t *testing.T, file []byte) [][]string {
	t.Helper()
	if !bytes.HasPrefix(file, []byte("PK")) {
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			for len(rows[i]) > 0 && rows[i][len(rows[i])-1] == "" {
				rows[i] = rows[i][:len(rows[i])-1]
			}
		}
		return rows
	}
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// asker is who asks for each list in these tests.
func asker(t *testing.T, w *world.World, list string) account.Actor {
	if list == export.Audit {
		return w.Actor(t, world.AuditAdmin)
	}
	return w.Actor(t, world.City)
}

func request(w *world.World, list string, f listing.Format) export.Request {
	return export.Request{List: list, Format: f, Import: w.Imports[world.DanyangFull], Figure: figure.Request{Name: "employees", On: date.Of(2022, 6, 30)}}
}

// Each list is the same as xlsx and csv, row by row; its last row says how many rows there are and what
// each column of numbers adds up to, and a reader who adds up finds the same.
func TestLists_are_the_same_in_both_formats_and_add_up(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, list := range export.Lists {
		if list == export.Audit {
			continue // each export adds an entry to it: see below
		}
		book, a := given(t, w, asker(t, w, list), request(w, list, listing.XLSX))
		text, b := given(t, w, asker(t, w, list), request(w, list, listing.CSV))
		rows := rowsOf(t, text)
		if d := cmp.Diff(rowsOf(t, book), rows); d != "" {
			t.Errorf("%s: xlsx and csv differ:\n%s", list, d)
		}
		a.Format = b.Format
		if d := cmp.Diff(a, b); d != "" {
			t.Errorf("%s: totals differ:\n%s", list, d)
		}
		if a.Rows == 0 {
			t.Errorf("%s is empty", list)
		}
		addUp(t, list, rows, a)
	}
}

// addUp counts a list again.
func addUp(t *testing.T, list string, rows [][]string, sum export.Summary) {
	t.Helper()
	head, body, last := rows[2], rows[3:len(rows)-1], rows[len(rows)-1]
	if int64(len(body)) != sum.Rows || last[0] != fmt.Sprintf("合计 %d 行", len(body)) {
		t.Errorf("%s: %d rows, the last row says %q, the summary %d", list, len(body), last[0], sum.Rows)
	}
	for _, s := range sum.Sums {
		col := slices.Index(head, s.Column)
		total := int64(0)
		for _, r := range body {
			if col >= len(r) || r[col] == "" {
				continue
			}
			n, err := strconv.ParseInt(r[col], 10, 64)
			if err != nil {
				t.Fatalf("%s: %s: %v", list, s.Column, err)
			}
			total += n
		}
		if total != s.Total || last[col] != strconv.FormatInt(total, 10) {
			t.Errorf("%s: Σ %s is %d, the last row says %s, the summary %d", list, s.Column, total, last[col], s.Total)
		}
	}
}

func TestAuditLog_is_given_out_whole_and_names_its_own_export_before(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.AuditAdmin)
	_, first := given(t, w, who, request(w, export.Audit, listing.CSV))
	text, second := given(t, w, who, request(w, export.Audit, listing.XLSX))
	if second.Rows != first.Rows+1 {
		t.Errorf("%d entries, then %d", first.Rows, second.Rows)
	}
	rows := rowsOf(t, text)
	addUp(t, export.Audit, rows, second)
	if newest := strings.Join(rows[3], "|"); !strings.Contains(newest, "export.audit") {
		t.Errorf("the newest entry is %q", newest)
	}
	var all []audit.Entry
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return audit.Each(t.Context(), tx, audit.Filter{Action: "export.audit"}, func(e audit.Entry) error { all = append(all, e); return nil })
	})
	var detail struct{ Rows int64 }
	if err != nil || len(all) != 2 || json.Unmarshal(all[0].Detail, &detail) != nil || detail.Rows != second.Rows {
		t.Errorf("%d entries, detail %+v: %v", len(all), detail, err)
	}
}

func TestFigure_rows_equal_the_figure(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, login := range []string{world.City, world.Danyang, world.Firm} {
		who := w.Actor(t, login)
		req := request(w, export.Rows, listing.CSV)
		v, err := w.Figures.Value(t.Context(), who, req.Figure)
		if err != nil {
			t.Fatal(err)
		}
		_, sum := given(t, w, who, req)
		if sum.Rows != v.Total.Value || len(sum.Sums) != 1 || sum.Sums[0].Total != v.Total.Value || v.Total.Value == 0 {
			t.Errorf("%s: the figure is %d, the file %+v", login, v.Total.Value, sum)
		}
	}
}

func TestNumbers_are_left_out_masked_or_whole_with_a_look_at_each_person(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.Danyang)
	p := w.Person(t, "卞若溪")
	req := request(w, export.Workers, listing.CSV)
	plain, _ := given(t, w, who, req)
	req.Numbers = export.Masked
	masked, _ := given(t, w, who, req)
	looks := func() (n int) {
		err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) (err error) {
			n, _, err = audit.Count(t.Context(), tx, audit.Filter{Action: "worker.reveal", Subject: p.ID.String()})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, text := range [][]byte{plain, masked} {
		for _, secret := range world.Secrets() {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("the file holds %s", secret)
			}
		}
	}
	if bytes.Contains(plain, []byte("3299**")) || !bytes.Contains(masked, []byte("3299************26")) || looks() != 0 {
		t.Errorf("masked numbers; %d looks", looks())
	}
	req.Numbers, req.Why = export.Full, "核对补贴"
	full, sum := given(t, w, who, req)
	if !bytes.Contains(full, []byte(p.Number)) || looks() != 1 || sum.Rows == 0 {
		t.Errorf("whole numbers: %d looks at one of %d people", looks(), sum.Rows)
	}
}

func TestWrite_sends_away_before_anything_is_written(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	full := export.Request{List: export.Workers, Format: listing.CSV, Numbers: export.Full}
	for name, c := range map[string]struct {
		login string
		req   export.Request
		want  fault.Kind
	}{
		"an auditor takes no list away":     {world.Auditor, request(w, export.Workers, listing.CSV), fault.Forbidden},
		"nor the rows of a figure":          {world.Auditor, request(w, export.Rows, listing.CSV), fault.Forbidden},
		"nor leavers":                       {world.Auditor, request(w, export.Leavers, listing.CSV), fault.Forbidden},
		"leavers of another district":       {world.Jurong, request(w, export.Leavers, listing.CSV), fault.NotFound},
		"the city reads no audit log":       {world.City, request(w, export.Audit, listing.CSV), fault.Forbidden},
		"an enterprise reads no blocks":     {world.Firm, request(w, export.Blocks, listing.CSV), fault.Forbidden},
		"the audit administrator no people": {world.AuditAdmin, request(w, export.Workers, listing.CSV), fault.Forbidden},
		"nor units":                         {world.AuditAdmin, request(w, export.Organisations, listing.CSV), fault.Forbidden},
		"nor imports":                       {world.AuditAdmin, request(w, export.Imports, listing.CSV), fault.Forbidden},
		"whole numbers without a reason":    {world.City, full, fault.Invalid},
		"another list":                      {world.City, request(w, "wages", listing.CSV), fault.Invalid},
		"another format":                    {world.City, request(w, export.Workers, "pdf"), fault.Invalid},
		"numbers in another way":            {world.City, export.Request{List: export.Workers, Format: listing.CSV, Numbers: "some"}, fault.Invalid},
		"a rate":                            {world.City, export.Request{List: export.Rows, Format: listing.CSV, Figure: figure.Request{Name: "highly_skilled_per_10k", On: date.Of(2022, 12, 31)}}, fault.Invalid},
	} {
		_, err := w.App.Export.Write(t.Context(), w.Actor(t, c.login), zh, c.req, func(string, string) (io.Writer, error) {
			t.Errorf("%s: the file is begun", name)
			return io.Discard, nil
		})
		if !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A person who is entered while the list is being given out is not in it, and the totals are those of the
// state in which it was begun.
func TestList_is_of_one_state_while_others_write(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.City)
	_, before := given(t, w, who, request(w, export.Imports, listing.CSV))
	var out bytes.Buffer
	sum, err := w.App.Export.Write(t.Context(), who, zh, request(w, export.Imports, listing.CSV), func(string, string) (io.Writer, error) {
		_, err := w.Intake.Receive(t.Context(), viewer(t, w, who), "新来.csv", strings.NewReader("x"), opt())
		return &out, err
	})
	if err != nil || sum.Rows != before.Rows {
		t.Errorf("%d rows, before %d: %v", sum.Rows, before.Rows, err)
	}
	if _, after := given(t, w, who, request(w, export.Imports, listing.CSV)); after.Rows != before.Rows+1 {
		t.Errorf("%d rows afterwards", after.Rows)
	}
}

var errCut = errors.New("the receiver hung up")

// cut takes so many bytes.
type cut int

func (c *cut) Write(p []byte) (int, error) {
	if *c -= cut(len(p)); *c < 0 {
		return 0, errCut
	}
	return len(p), nil
}

func TestWrite_tells_of_a_receiver_that_hung_up_and_frees_its_turn(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for range 10 { // more than there are turns
		room := cut(500)
		_, err := w.App.Export.Write(t.Context(), w.Actor(t, world.City), zh, request(w, export.Workers, listing.XLSX), func(string, string) (io.Writer, error) { return &room, nil })
		if !errors.Is(err, errCut) {
			t.Fatal(err)
		}
	}
}

func TestWrite_gives_out_few_lists_at_one_time(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.City)
	var deep func(n int) error
	deep = func(n int) error {
		_, err := w.App.Export.Write(t.Context(), who, zh, request(w, export.Blocks, listing.CSV), func(string, string) (io.Writer, error) {
			if n == 0 {
				t.Error("there is no end to it")
				return io.Discard, nil
			}
			return io.Discard, deep(n - 1)
		})
		return err
	}
	if err := deep(8); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func TestWorkers_keep_to_their_filter(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	req := request(w, export.Workers, listing.CSV)
	req.Workers = registry.Filter{District: 321183}
	if _, sum := given(t, w, w.Actor(t, world.Danyang), req); sum.Rows != 0 {
		t.Errorf("Danyang is given %d people of Jurong", sum.Rows)
	}
	if _, sum := given(t, w, w.Actor(t, world.Jurong), req); sum.Rows == 0 {
		t.Error("Jurong is given nobody")
	}
}
