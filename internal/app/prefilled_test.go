package app

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/demo"
	"tuoxing/internal/export"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
)

// soiledRows is how many rows the lists full of planted defects have together in these tests.
const soiledRows = 1_000

// prefilledKinds are the lists that are given out filled, in the order in which they were taken in, and fewestRows
// how many rows each has at least in these tests.
var (
	prefilledKinds = []string{demo.KindOrganisations, demo.KindRoster, demo.KindCertificates}
	fewestRows     = map[string]int{demo.KindOrganisations: 50, demo.KindRoster: 1_000, demo.KindCertificates: 600}
)

// prefilled gives a sheet of the whole city out, and how many rows it has.
func prefilled(t *testing.T, a *App, kind string, format listing.Format) ([]byte, int) {
	t.Helper()
	var out bytes.Buffer
	n, err := a.Export.Sheet(t.Context(), account.Operator(), locale.New(locale.ZH), export.SheetRequest{Kind: kind, On: asOf, Format: format},
		func(string, string) (io.Writer, error) { return &out, nil })
	must(t, err)
	return out.Bytes(), int(n)
}

// sentBack hands a sheet in and applies it. No day is said: it stands in the sheet.
func sentBack(t *testing.T, a *App, kind string, name string, sheet []byte) intake.Report {
	t.Helper()
	v, err := a.Viewer(t.Context(), account.Operator())
	must(t, err)
	id, err := a.Intake.Receive(t.Context(), v, name, bytes.NewReader(sheet), intake.Options{Kind: kind})
	must(t, err)
	r, err := a.Intake.Stage(t.Context(), v, id)
	must(t, err)
	if r.State != intake.Staged {
		t.Fatalf("%s is %s: %+v", kind, r.State, r.Failure)
	}
	r, err = a.Intake.Apply(t.Context(), v, id)
	must(t, err)
	return r
}

// linesOf reads a csv sheet and tells where its headings stand.
func linesOf(t *testing.T, sheet []byte) (lines [][]string, head int) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(sheet, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	must(t, err)
	head = slices.IndexFunc(lines, func(l []string) bool { return len(l) > 3 && l[1] != "" })
	if head < 0 {
		t.Fatal("no headings")
	}
	return lines, head
}

// saved is a workbook as a spreadsheet program leaves it when it was opened and saved.
func saved(t *testing.T, sheet []byte) []byte {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(sheet))
	must(t, err)
	defer book.Close()
	var b bytes.Buffer
	must(t, book.Write(&b))
	return b.Bytes()
}

// soiledFiles takes in all lists of a city, with their ordinary dirt, and those full of planted defects after them, and
// shows that they were soiled.
func soiledFiles(t *testing.T, seed uint64) *App {
	t.Helper()
	a, dir, m := soiledCity(t, seed, soiledRows)
	var sum intake.Counts
	for _, f := range slices.Concat(m.Files[1:], m.Dirty) {
		c := take(t, a, dir, f).Counts
		sum.Mended, sum.Refused, sum.Accepted = sum.Mended+c.Mended, sum.Refused+c.Refused, sum.Accepted+c.Accepted
	}
	if sum.Mended < 100 || sum.Refused < 100 {
		t.Fatalf("the lists are hardly soiled: %+v", sum)
	}
	return a
}

func TestSheet_of_a_soiled_city_sent_back_as_it_is_changes_nothing(t *testing.T) {
	t.Parallel()
	seeds := []uint64{1, 20_231_231}
	if os.Getenv(envLong) == "" {
		seeds = seeds[:1]
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			a := soiledFiles(t, seed)
			for _, kind := range prefilledKinds {
				for _, format := range []listing.Format{listing.XLSX, listing.CSV} {
					sheet, n := prefilled(t, a, kind, format)
					if n < fewestRows[kind] {
						t.Errorf("%s: only %d rows", kind, n)
					}
					if format == listing.XLSX {
						sheet = saved(t, sheet)
					}
					r := sentBack(t, a, kind, "预填表."+string(format), sheet)
					if r.Read != n || r.Duplicate != n || r.Accepted+r.Mended+r.Counts.Refused != 0 || r.Block != 0 {
						t.Errorf("%s as %s: %d rows given out, block %d, %+v", kind, format, n, r.Block, r.Counts)
						for _, rule := range r.Rules {
							t.Errorf("  %+v", rule)
						}
					}
				}
			}
			_, err := a.Verify(t.Context(), "")
			must(t, err)
		})
	}
}

func TestSheet_of_a_soiled_city_with_three_rows_changed_makes_three_changes(t *testing.T) {
	t.Parallel()
	a := soiledFiles(t, 1)
	for kind, changes := range map[string][3][2]string{
		demo.KindRoster:        {{"岗位类别", "其他"}, {"手机号码", "19900000009"}, {"入职日期", "2019-02-28"}},
		demo.KindCertificates:  {{"有效期至", "2031-05-05"}, {"撤销日期", "2023-03-01"}, {"所属地区", "句容市"}},
		demo.KindOrganisations: {{"单位规模", "微型"}, {"成立日期", "1999-09-09"}, {"行业代码", "0111"}},
	} {
		before := map[string][]string{}
		for _, k := range prefilledKinds {
			before[k] = rowsAsText(t, a, k)
		}
		sheet, n := prefilled(t, a, kind, listing.CSV)
		lines, head := linesOf(t, sheet)
		for i, c := range changes {
			col, row := slices.Index(lines[head], c[0]), fresh(lines, head, (i+1)*n/4, c)
			if col < 0 || row < 0 {
				t.Fatalf("%s: no column %s in %q, or nothing to change", kind, c[0], lines[head])
			}
			lines[row][col] = c[1]
		}
		var out bytes.Buffer
		must(t, csv.NewWriter(&out).WriteAll(lines))
		r := sentBack(t, a, kind, "预填表.csv", out.Bytes())
		if r.Read != n || r.Accepted != 3 || r.Duplicate != n-3 || r.Mended+r.Counts.Refused != 0 {
			t.Errorf("%s: %d rows given out, %+v", kind, n, r.Counts)
			for _, rule := range r.Rules {
				t.Errorf("  %+v", rule)
			}
		}
		for _, k := range prefilledKinds {
			want := 0
			if k == kind {
				want = 3
			}
			after := rowsAsText(t, a, k)
			if gone, came := missing(before[k], after), missing(after, before[k]); len(gone) != want || len(came) != want {
				t.Errorf("%s changed, of %s %d rows are gone and %d new, want %d: %q %q", kind, k, len(gone), len(came), want, gone, came)
			}
		}
	}
	_, err := a.Verify(t.Context(), "")
	must(t, err)
}

// fresh is the first row from a place on that does not say yet what a change says, -1 for none.
func fresh(lines [][]string, head, from int, change [2]string) int {
	col := slices.Index(lines[head], change[0])
	for i := head + 1 + from; col >= 0 && i < len(lines); i++ {
		if lines[i][col] != change[1] {
			return i
		}
	}
	return -1
}

// rowsAsText are the rows of a sheet as it would be given out now.
func rowsAsText(t *testing.T, a *App, kind string) (out []string) {
	t.Helper()
	sheet, _ := prefilled(t, a, kind, listing.CSV)
	lines, head := linesOf(t, sheet)
	for _, l := range lines[head+1:] {
		out = append(out, strings.Join(l, "|"))
	}
	return out
}

// missing gives what the first list has and the second has not.
func missing(from, in []string) (out []string) {
	for _, x := range from {
		if !slices.Contains(in, x) {
			out = append(out, x)
		}
	}
	return out
}
