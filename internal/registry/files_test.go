package registry

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
)

// fileCase is a file of the list: what it holds, and what becomes of it. refused is the rule for which it is sent back as a whole.
type fileCase struct {
	raw      []byte
	read     int
	accepted int
	mended   int
	warned   string
	refused  string
}

// Each kind of file that real senders send, through the whole of the intake.
func TestFiles_as_senders_make_them_are_read_or_sent_back(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/file_checks.yaml")
	must(t, err)
	var list struct{ Files []string }
	must(t, yaml.Unmarshal(raw, &list))
	d := newDesk(t)
	cases := fileCases(t)
	if len(list.Files) != len(cases) {
		t.Errorf("%d kinds of files on the list, %d cases", len(list.Files), len(cases))
	}
	for _, what := range list.Files {
		c, ok := cases[what]
		if !ok {
			t.Errorf("%s: no case", what)
			continue
		}
		id, err := d.intake.Receive(t.Context(), everyone, "名册.xlsx", bytes.NewReader(c.raw), intake.Options{Kind: "roster", AsOf: day("2023-03-31")})
		must(t, err)
		rep, err := d.intake.Stage(t.Context(), everyone, id)
		if c.refused != "" {
			if f, ok := fault.As(err); !ok || intake.FileRule(f.Key) != c.refused || rep.State != intake.Refused {
				t.Errorf("%s: %v, want to be refused by %s", what, err, c.refused)
			}
			continue
		}
		must(t, err)
		if rep.Read != c.read || rep.Accepted != c.accepted || rep.Mended != c.mended {
			t.Errorf("%s: %+v %+v", what, rep.Counts, rep.Rules)
		}
		if c.warned != "" && !spoke(rep, c.warned, intake.GradeWarn) {
			t.Errorf("%s: %s did not speak", what, c.warned)
		}
	}
}

func fileCases(t *testing.T) map[string]fileCase {
	t.Helper()
	const head = "姓名,身份证号,单位名称,岗位类别\n"
	lines := head + "王小明," + idOf("19900101", 11) + ",光学厂,技术\n张㐂," + idOf("19910101", 13) + ",镜片厂,服务\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(lines))
	must(t, err)
	old, err := os.ReadFile(filepath.Join("..", "intake", "sheet", "testdata", "biff8.xls"))
	must(t, err)
	line := func(s string) []any {
		var cells []any
		for _, c := range strings.Split(s, ",") {
			cells = append(cells, c)
		}
		return cells
	}
	book := func(fill func(f *excelize.File)) []byte {
		f := excelize.NewFile()
		defer f.Close()
		fill(f)
		var b bytes.Buffer
		must(t, f.Write(&b))
		return b.Bytes()
	}
	put := func(f *excelize.File, sheet, from string, rows ...string) {
		for i, r := range rows {
			col, row, err := excelize.CellNameToCoordinates(from)
			must(t, err)
			at, err := excelize.CoordinatesToCellName(col, row+i)
			must(t, err)
			cells := line(r)
			must(t, f.SetSheetRow(sheet, at, &cells))
		}
	}
	rows := strings.Split(strings.TrimSpace(lines), "\n")
	return map[string]fileCase{
		"GBK-encoded CSV":         {raw: gbk, read: 2, accepted: 2},
		"UTF-8 with BOM":          {raw: []byte("\uFEFF" + lines), read: 2, accepted: 2},
		".xls (BIFF) named .xlsx": {raw: old, refused: "I021"},
		"hidden columns/rows": {read: 2, accepted: 2, warned: intake.RuleHidden, raw: book(func(f *excelize.File) {
			put(f, "Sheet1", "A1", rows...)
			must(t, f.SetColVisible("Sheet1", "B:C", false))
			must(t, f.SetRowVisible("Sheet1", 3, false))
		})},
		"several sheets, one per unit": {read: 2, mended: 2, raw: book(func(f *excelize.File) {
			for i, unit := range []string{"光学厂", "镜片厂"} {
				_, err := f.NewSheet(unit)
				must(t, err)
				put(f, unit, "A1", "单位名称："+unit, "姓名,身份证号,岗位类别", "王小明,"+idOf("19900101", 11+2*i)+",技术", "合计,1人")
			}
		})},
		"the table starts at column B": {read: 2, accepted: 2, raw: book(func(f *excelize.File) { put(f, "Sheet1", "B3", rows...) })},
		"merged two-row header: 成绩 over 理论 | 实操 | 总分": {read: 1, accepted: 1, raw: book(func(f *excelize.File) {
			put(f, "Sheet1", "A1", "姓名,身份证号,成绩,,,单位名称,岗位类别", ",,理论,实操,总分,,", "王小明,"+idOf("19900101", 11)+",80,缺考,80,光学厂,技术")
			for _, a := range [][2]string{{"A1", "A2"}, {"B1", "B2"}, {"C1", "E1"}, {"F1", "F2"}, {"G1", "G2"}} {
				must(t, f.MergeCell("Sheet1", a[0], a[1]))
			}
		})},
	}
}

// Characters that an office made itself (造字) have two bytes in GBK that mean nothing elsewhere: such a row is sent back
// with its place, and the others are read.
func TestFiles_in_GBK_with_characters_of_an_office_of_its_own_send_back_those_rows_alone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	gbk := fileCases(t)["GBK-encoded CSV"].raw
	own := bytes.Replace(gbk, []byte("\xcd\xf5\xd0\xa1\xc3\xf7"), []byte("\xcd\xf5\xaa\xa1\xc3\xf7"), 1)
	if bytes.Equal(own, gbk) {
		t.Fatal("no such name in the bytes")
	}
	id, err := d.intake.Receive(t.Context(), everyone, "名册.csv", bytes.NewReader(own), intake.Options{Kind: "roster", AsOf: day("2023-03-31")})
	must(t, err)
	rep, err := d.intake.Stage(t.Context(), everyone, id)
	must(t, err)
	if rep.Read != 2 || rep.Accepted != 1 || rep.Counts.Refused != 1 || !spoke(rep, intake.RuleEncoding, intake.GradeRefuse) {
		t.Errorf("%+v %+v", rep.Counts, rep.Rules)
	}
}
