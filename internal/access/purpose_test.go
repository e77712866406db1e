package access_test

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/intake"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit/world"
)

// unneeded are headings of what there is no purpose for, in the spellings of real sheets, and values that can be
// recognised. The last ones are headings that nobody knows.
var unneeded = [][2]string{
	{"民 族", "阿昌族壹"}, {"*政治面貌（必填）", "群众乙贰"}, {"婚姻状况", "离异丙叁"}, {"家庭住址：", "云台山路丁肆号"}, {"健康状况(选填)", "乙肝戊伍"},
	{"宗教信仰", "拜火教己陆"}, {"户口所在地", "漠河庚柒"}, {"紧急联系人电话", "19911122333"}, {"鞋码", "四十二码辛捌"}, {"兴趣特长", "唢呐壬玖"},
}

const (
	hiddenSecret  = "隐藏表里的癸拾"
	coverSecret   = "封面上的子拾壹"
	barePlanted   = "无表头列的丑拾贰"
	refusedNumber = "329901199901019990" // its check digit is wrong
)

func unneededNeedles() (out []needle) {
	for _, u := range unneeded {
		out = append(out, newNeedle(u[1]))
	}
	for _, text := range []string{hiddenSecret, coverSecret, barePlanted} {
		out = append(out, newNeedle(text))
	}
	return out
}

// plantedTable is a roster of two rows, one of them refused, with everything that is not needed.
func plantedTable() (table [][]string) {
	head, good, bad := []string{"姓名", "身份证号", "单位名称", "岗位类别"}, []string{"厉无痕", "329901198503127770", "丹阳恒远机械有限公司", "生产操作"}, []string{"厉无影", refusedNumber, "丹阳恒远机械有限公司", "生产操作"}
	for _, u := range unneeded {
		head, good, bad = append(head, u[0]), append(good, u[1]), append(bad, u[1])
	}
	return [][]string{append(head, ""), append(good, barePlanted), append(bad, barePlanted)}
}

func plantedCSV() []byte {
	var out strings.Builder
	for _, row := range plantedTable() {
		fmt.Fprintln(&out, strings.Join(row, ","))
	}
	return []byte(out.String())
}

func plantedXLSX(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill := func(name string, rows [][]string) {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill("花名册", plantedTable())
	fill("底稿", [][]string{{"姓名", "身份证号", "单位名称", "岗位类别", "民族"}, {"厉无声", "329901198503120042", "丹阳恒远机械有限公司", "生产操作", hiddenSecret}})
	fill("封面", [][]string{{coverSecret}})
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetSheetVisible("底稿", false); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bring sends a file in through the API and applies it, looking at everything in between.
func (f *fixture) bring(t *testing.T, name string, content []byte, asOf string) (intake.ImportID, intake.Report) {
	t.Helper()
	c := f.Client(t, world.Danyang)
	a := c.Upload("/api/v1/imports", name, content, [2]string{"kind", "roster"}, [2]string{"as_of", asOf})
	if a.Status != http.StatusCreated {
		t.Fatalf("upload: %d %s", a.Status, a.Body)
	}
	var id intake.ImportID
	if err := id.UnmarshalText([]byte(filepath.Base(a.Header.Get("Location")))); err != nil {
		t.Fatal(err)
	}
	c.Send(http.MethodPost, a.Header.Get("Location")+"/stage", nil)
	f.Wait(t, id, intake.Staged)
	f.nowhere(t, name+", staged")
	c.Send(http.MethodPost, a.Header.Get("Location")+"/apply", nil)
	return id, f.Wait(t, id, intake.Applied)
}

// nowhere searches everything there is for what was planted.
func (f *fixture) nowhere(t *testing.T, when string) {
	t.Helper()
	h := &haystack{needles: unneededNeedles()}
	f.everything(t, h)
	rawPostgres(t, f.App, h)
	for _, x := range h.found {
		t.Errorf("%s: %s holds %s as %s", when, x.where, x.text, x.spelling)
	}
	if h.bytes < 100_000 {
		t.Errorf("%s: only %d bytes were searched", when, h.bytes)
	}
}

func TestColumns_without_purpose_leave_no_trace(t *testing.T) {
	f := worldInTemp(t)
	raw := &haystack{needles: unneededNeedles()} // the search finds them in the files themselves
	raw.search("the csv", plantedCSV())
	raw.search("the xlsx", plantedXLSX(t))
	for _, n := range raw.needles {
		if !slices.ContainsFunc(raw.found, func(x finding) bool { return x.text == n.text }) {
			t.Fatalf("the search does not find %s in the files", n.text)
		}
	}
	for _, file := range []struct {
		name, asOf string
		content    []byte
	}{{"计划外.csv", "2023-04-03", plantedCSV()}, {"计划外.xlsx", "2023-04-04", plantedXLSX(t)}} {
		kept := f.originals(t)
		id, rep := f.bring(t, file.name, file.content, file.asOf)
		if rep.Read != 2 || rep.Refused != 1 {
			t.Errorf("%s: %+v", file.name, rep.Counts)
		}
		main := rep.Sheets[0]
		if len(main.NotKept) != 8 || !slices.Equal(main.Unknown, []string{"鞋码", "兴趣特长", "O"}) {
			t.Errorf("%s: not kept %q, unknown %q", file.name, main.NotKept, main.Unknown)
		}
		if n := f.originals(t); n != kept {
			t.Errorf("%s: %d originals, %d before", file.name, n, kept)
		}
		var rejects bytes.Buffer
		v, err := f.Viewer(t.Context(), f.Actor(t, world.Danyang))
		if err == nil {
			err = f.Intake.Rejects(t.Context(), v, id, locale.New(locale.ZH), &rejects)
		}
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]bool{refusedNumber: true, unneeded[0][1]: false, barePlanted: false, hiddenSecret: false} {
			if inWorkbook(t, rejects.Bytes(), text) != want {
				t.Errorf("%s: the reject workbook holds %s: %v", file.name, text, !want)
			}
		}
		page := f.Client(t, world.Danyang).Get("/imports/" + id.String())
		for _, u := range unneeded {
			if bytes.Contains(page.Body, []byte(u[1])) {
				t.Errorf("the page of %s shows %s", file.name, u[1])
			}
		}
		if !bytes.Contains(page.Body, []byte(`href="/purposes"`)) || !bytes.Contains(page.Body, []byte("婚姻状况")) {
			t.Errorf("the page of %s does not say what is not kept", file.name)
		}
		f.nowhere(t, file.name+", applied")
		if _, err := f.Intake.Undo(t.Context(), v, id, "报送有误"); err != nil {
			t.Fatal(err)
		}
	}
	archive := filepath.Join(t.TempDir(), "after.zip")
	if _, err := f.Backup(t.Context(), archive, nil); err != nil {
		t.Fatal(err)
	}
	h := &haystack{needles: unneededNeedles()}
	h.folder(t, filepath.Dir(archive))
	for _, x := range h.found {
		t.Errorf("the backup holds %s as %s", x.text, x.spelling)
	}
	for _, made := range f.made() {
		t.Errorf("a temporary file was made: %s", made)
	}
	f.nowhere(t, "in the end")
}

// inWorkbook reports whether a cell or a comment of a workbook holds a text.
func inWorkbook(t *testing.T, book []byte, text string) bool {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	said := ""
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		notes, err := f.GetComments(sheet)
		if err != nil {
			t.Fatal(err)
		}
		said += fmt.Sprint(rows, notes)
	}
	return strings.Contains(said, text)
}

// originals is how many originals lie beside the database.
func (f *fixture) originals(t *testing.T) (n int) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(f.Dir, "files", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}
