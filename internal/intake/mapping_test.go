package intake

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// oddly headed: no heading is a word that the target knows.
const odd = "花名册,,\n员工称呼,内部代号,到岗\n张三,329901,2020-01-01\n李四,329902,2021.2.3\n"

// asMapped says of the columns of odd what they are.
func asMapped() MapInput {
	return MapInput{Columns: []Choice{{At: 0, Column: "name"}, {At: 1, Column: "编号"}, {At: -1, Heading: "到岗", Column: "since"}}}
}

func refused(t *testing.T, w *world, id ImportID) Report {
	t.Helper()
	rep, err := w.Stage(t.Context(), everyone, id)
	if !fault.Is(err, fault.Invalid) || !rep.Unmapped() {
		t.Fatalf("headings that nobody knows were read: %+v %v", rep, err)
	}
	return rep
}

func TestMap_remembers_the_columns_for_the_sender_and_reads_them_by_itself_the_next_time(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, odd, Options{Unit: 5})
	refused(t, w, id)
	if err := w.Map(t.Context(), everyone, id, asMapped()); err != nil {
		t.Fatal(err)
	}
	first := w.enter(t, id)
	if first.Read != 2 || first.Accepted != 1 || first.Mended != 1 || first.Sheets[0].Mapping == nil || first.Sheets[0].Mapping.By != 7 {
		t.Errorf("the mapped file: %+v", first)
	}
	if diff := cmp.Diff([]string{"329901 张三 2020-01-01", "329902 李四 2021-02-03"}, w.people(t)); diff != "" {
		t.Error(diff)
	}
	again := w.enter(t, w.receive(t, "内部代号,到岗,员工称呼\n329903,2022-01-01,王五\n", Options{Unit: 5}))
	if again.Accepted != 1 || again.Sheets[0].Header != 1 || !slices.Contains(w.people(t), "329903 王五 2022-01-01") {
		t.Errorf("the same headings in another order: %+v", again)
	}
	refused(t, w, w.receive(t, odd, Options{Unit: 6}))                                 // another sender
	refused(t, w, w.receive(t, strings.Replace(odd, "到岗", "报到", 1), Options{Unit: 5})) // another heading
	list, err := w.Mappings(t.Context(), everyone)
	if err != nil || len(list) != 1 || list[0].Unit != 5 || list[0].Columns[1].Title != "编号" {
		t.Fatalf("%+v %v", list, err)
	}
	if err := w.ForgetMapping(t.Context(), everyone, list[0].ID); err != nil {
		t.Fatal(err)
	}
	refused(t, w, w.receive(t, odd+"赵六,329904,\n", Options{Unit: 5}))
	if err := w.ForgetMapping(t.Context(), everyone, list[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("forgotten twice: %v", err)
	}
	if len(w.people(t)) != 3 {
		t.Error("forgetting a mapping took something away")
	}
}

func TestMap_a_second_time_takes_the_place_of_the_first_and_the_same_file_is_read_anew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := "编号,姓名,到岗\n329901,张三,2020-01-01\n"
	w.enter(t, w.receive(t, body, Options{Unit: 5})) // 到岗 is nothing that is known
	if diff := cmp.Diff([]string{"329901 张三 "}, w.people(t)); diff != "" {
		t.Error(diff)
	}
	id := w.receive(t, body, Options{Unit: 5})
	w.stage(t, id)
	if err := w.Map(t.Context(), everyone, id, MapInput{Columns: []Choice{{At: 2, Column: "入职日期"}}}); err != nil {
		t.Fatal(err)
	}
	if rep := w.enter(t, id); rep.Applied != 1 || rep.Duplicate != 0 {
		t.Errorf("the file in force was read without the column: %+v", rep)
	}
	if diff := cmp.Diff([]string{"329901 张三 2020-01-01"}, w.people(t)); diff != "" {
		t.Error(diff)
	}
	next := w.receive(t, body+"329902,李四,2021-01-01\n", Options{Unit: 5})
	if err := w.Map(t.Context(), everyone, next, MapInput{Columns: []Choice{{At: 2}}}); err != nil {
		t.Fatal(err)
	}
	if rep := w.stage(t, next); len(rep.Sheets[0].Columns) != 2 || w.count(t, "intake_mapping") != 1 {
		t.Errorf("not read any more: %+v", rep.Sheets[0])
	}
}

func TestMap_tells_all_that_is_wrong_with_a_choice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, "称呼,民族,身份证号(18位),代号,\n张三,汉,329901,7,x\n", Options{Unit: 5})
	cases := map[string]struct {
		in     MapInput
		fields []string // name and key
	}{
		"without purpose":          {MapInput{Columns: []Choice{{At: 0, Column: "name"}, {At: 1, Column: "since"}}}, []string{"column_1 intake.map_unneeded"}},
		"a number as something":    {MapInput{Columns: []Choice{{At: 0, Column: "name"}, {At: 2, Column: "since"}}}, []string{"column_2 intake.map_personal"}},
		"one column twice":         {MapInput{Columns: []Choice{{At: 0, Column: "name"}, {At: 3, Column: "姓名"}}}, []string{"column_3 intake.map_twice"}},
		"no such column, and more": {MapInput{Columns: []Choice{{At: 0, Column: "shoe"}, {At: 1, Column: "name"}}}, []string{"column_0 intake.map_unknown", "column_1 intake.map_unneeded"}},
		"no such heading":          {MapInput{Columns: []Choice{{At: -1, Heading: "鞋码", Column: "name"}}}, []string{"columns intake.map_no_heading"}},
		"outside of the sheet":     {MapInput{Columns: []Choice{{At: 99, Column: "name"}}}, []string{"columns intake.map_no_heading"}},
		"a required one missing":   {MapInput{Columns: []Choice{{At: 3, Column: "since"}}}, []string{"columns intake.map_missing"}},
		"a sheet that is not":      {MapInput{HeadingAt: HeadingAt{Sheet: 3, Row: 1}}, []string{"sheet intake.map_sheet"}},
		"a blank row":              {MapInput{HeadingAt: HeadingAt{Row: 9}}, []string{"row intake.map_row"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := w.Map(t.Context(), everyone, id, c.in)
			var got []string
			for _, f := range fault.Fields(err) {
				got = append(got, f.Name+" "+f.Key)
			}
			if diff := cmp.Diff(c.fields, got); diff != "" || !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %s", err, diff)
			}
		})
	}
	if w.count(t, "intake_mapping") != 0 {
		t.Error("a wrong choice was remembered")
	}
}

func TestColumns_shows_headings_with_masked_cells_and_nothing_of_what_has_no_purpose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, "花名册,,,\n截至2023年3月31日,,,\n称呼,民族,证号,到岗\n张三,汉族,329901199001010016,20200101\n,,,\n李四,回族,32990119900202002X,2021.2.3\n王五,,7,\n赵六,,8,\n", Options{Unit: 5})
	got, err := w.Columns(t.Context(), everyone, id, HeadingAt{})
	if err != nil {
		t.Fatal(err)
	}
	want := SheetColumns{Sheets: []SheetName{{0, "职工"}}, Row: 3, Rows: 1, Guessed: true, Missing: []string{"编号", "姓名"}, Columns: []SheetColumn{
		{At: 0, Letter: "A", Heading: "称呼", Samples: []string{"张三", "李四", "王五"}},
		{At: 1, Letter: "B", Heading: "民族", Samples: []string{}, Barred: "intake.column_unneeded"},
		{At: 2, Letter: "C", Heading: "证号", Samples: []string{"329*************16", "329*************2X", "7"}},
		{At: 3, Letter: "D", Heading: "到岗", Samples: []string{"20200101", "2021.2.3"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := w.Columns(t.Context(), everyone, id, HeadingAt{Row: 4}); !hasKey(err, "intake.map_data") {
		t.Errorf("a row of data as heading: %v", err)
	}
	two, err := w.Columns(t.Context(), everyone, id, HeadingAt{Row: 2, Rows: 2})
	if err != nil || two.Rows != 2 || two.Row != 2 || two.Columns[0].Heading != "截至2023年3月31日称呼" {
		t.Errorf("two rows read together: %+v %v", two, err)
	}
	var looks int
	err = w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT count(*) FROM audit_entry WHERE action = 'intake.columns'", nil, &looks)
	})
	if err != nil || looks != 3 {
		t.Errorf("%d looks noted: %v", looks, err)
	}
}

func TestColumns_keeps_a_column_without_purpose_out_of_sight_also_below_its_heading(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, "编制单位,,\n称呼,民族,代号\n张三,汉族,7\n李四,回族,8\n", Options{Unit: 5})
	got, err := w.Columns(t.Context(), everyone, id, HeadingAt{Row: 3})
	if err != nil || got.Columns[1].Heading != "民族" || got.Columns[1].Barred != "intake.column_unneeded" || len(got.Columns[1].Samples) != 0 {
		t.Errorf("%+v %v", got, err)
	}
	if err := w.Map(t.Context(), everyone, id, MapInput{HeadingAt: HeadingAt{Row: 3}, Columns: []Choice{{At: 1, Column: "since"}}}); !hasKey(err, "intake.map_unneeded") {
		t.Errorf("it may be read: %v", err)
	}
}

func TestMap_remembers_a_heading_of_two_rows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const body = "人员,人员,时间\n称呼,代号,到岗\n张三,329901,2020-01-01\n"
	id := w.receive(t, body, Options{Unit: 5})
	in := MapInput{HeadingAt: HeadingAt{Row: 1, Rows: 2}, Columns: []Choice{{At: -1, Heading: "人员称呼", Column: "name"}, {At: -1, Heading: "b", Column: "number"}}}
	if err := w.Map(t.Context(), everyone, id, in); err != nil {
		t.Fatal(err)
	}
	w.enter(t, id)
	again := w.enter(t, w.receive(t, body+"李四,329902,\n", Options{Unit: 5}))
	if again.Read != 2 || again.Sheets[0].Header != 1 || cmp.Diff([]string{"329901 张三 ", "329902 李四 "}, w.people(t)) != "" {
		t.Errorf("%+v %v", again, w.people(t))
	}
}

func hasKey(err error, key string) bool {
	return slices.ContainsFunc(fault.Fields(err), func(f fault.Field) bool { return f.Key == key })
}

func TestMap_is_for_who_may_hand_in_for_the_sender(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, odd, Options{Unit: 5})
	reader := Viewer{User: 8, May: func(right string) error {
		if right == RightRead {
			return nil
		}
		return fault.New(fault.Forbidden, "fault.forbidden")
	}, Sees: everything}
	other := Viewer{User: 9, May: func(string) error { return nil }, Sees: func(unit int64) bool { return unit == 6 }}
	for who, kind := range map[*Viewer]fault.Kind{&reader: fault.Forbidden, &other: fault.NotFound} {
		if err := w.Map(t.Context(), *who, id, asMapped()); !fault.Is(err, kind) {
			t.Errorf("%d maps: %v", who.User, err)
		}
		if _, err := w.Columns(t.Context(), *who, id, HeadingAt{}); !fault.Is(err, kind) {
			t.Errorf("%d looks: %v", who.User, err)
		}
	}
	if err := w.Map(t.Context(), everyone, id, asMapped()); err != nil {
		t.Fatal(err)
	}
	list, err := w.Mappings(t.Context(), other)
	if err != nil || len(list) != 0 {
		t.Errorf("another sender's mapping: %+v %v", list, err)
	}
	all, err := w.Mappings(t.Context(), reader)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v %v", all, err)
	}
	for who, kind := range map[*Viewer]fault.Kind{&reader: fault.Forbidden, &other: fault.NotFound} {
		if err := w.ForgetMapping(t.Context(), *who, all[0].ID); !fault.Is(err, kind) {
			t.Errorf("%d forgets: %v", who.User, err)
		}
	}
	w.enter(t, id)
	if err := w.Map(t.Context(), everyone, id, asMapped()); !fault.Is(err, fault.Conflict) {
		t.Errorf("mapped after it was applied: %v", err)
	}
}

func TestRecall_never_reads_what_has_no_purpose_also_when_a_mapping_says_so(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	planted := &Mapping{Kind: "people", Unit: 5, headings: w.indexOf([]string{"编号", "姓名", "民族"}), Columns: []Named{
		{Heading: "编号", Column: "number"}, {Heading: "姓名", Column: "name"}, {Heading: "民族", Column: "since"}}}
	if err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error { return w.keepMapping(t.Context(), tx, planted) }); err != nil {
		t.Fatal(err)
	}
	rep := w.enter(t, w.receive(t, "编号,姓名,民族\n329901,张三,2020-01-01\n", Options{Unit: 5}))
	if len(rep.Sheets[0].Columns) != 2 || !slices.Equal(rep.Sheets[0].NotKept, []string{"民族"}) || rep.Sheets[0].Mapping == nil {
		t.Errorf("%+v", rep.Sheets[0])
	}
	if diff := cmp.Diff([]string{"329901 张三 "}, w.people(t)); diff != "" {
		t.Error(diff)
	}
}

func TestForget_drops_a_mapping_whose_headings_name_the_person(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, headings := range [][]string{{"张三", "内部代号"}, {"员工称呼", "内部代号"}} {
		m := &Mapping{Kind: "people", Unit: 5, headings: w.indexOf(headings)}
		for _, h := range headings {
			m.Columns = append(m.Columns, Named{Heading: h})
		}
		if err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error { return w.keepMapping(t.Context(), tx, m) }); err != nil {
			t.Fatal(err)
		}
	}
	err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
		return w.forgetMappings(t.Context(), tx, []Naming{{Name: "张三"}})
	})
	left, lerr := w.Mappings(t.Context(), everyone)
	if err != nil || lerr != nil || len(left) != 1 || left[0].Columns[0].Heading != "员工称呼" {
		t.Errorf("%+v %v %v", left, err, lerr)
	}
}

func TestMasked_hides_numbers_and_leaves_days(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"329901199001010016": "329*************16", "32990119900202002x": "329*************2x", "139 0000 0001": "139********01", "0511-8888888": "051*******88",
		"2019-07-01": "2019-07-01", "20190701": "20190701", "2019年7月1日": "2019年7月1日", "高级工": "高级工", "123456": "123456", "": "",
		"张三13900000001李四13900000002": "张三139******01李四139**…", "证书 Y000032990000213000001": "证书 Y000*************…",
		"一二三四五六七八九十一二三四五六七八九十一": "一二三四五六七八九十一二三四五六七八九十…",
	}
	for in, want := range cases {
		if got := masked(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
