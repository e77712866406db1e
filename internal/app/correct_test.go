package app

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/demo"
	"tuoxing/internal/intake"
	"tuoxing/internal/locale"
)

// corrections are the right cells of refused rows: by file, place and heading.
func corrections(t *testing.T, dir string) map[string]map[dirtyAt]map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, demo.CorrectionList))
	must(t, err)
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	must(t, err)
	out := map[string]map[dirtyAt]map[string]string{}
	for _, c := range lines[1:] {
		row, err := strconv.Atoi(c[2])
		must(t, err)
		at := dirtyAt{c[1], row}
		if out[c[0]] == nil {
			out[c[0]] = map[dirtyAt]map[string]string{}
		}
		if out[c[0]][at] == nil {
			out[c[0]][at] = map[string]string{}
		}
		out[c[0]][at][c[3]] = c[4]
	}
	return out
}

func TestRejects_corrected_and_sent_back_are_all_taken(t *testing.T) {
	t.Parallel()
	a, dir, m := soiledCity(t, 7, demo.DefaultDirtyRows)
	right := corrections(t, dir)
	v, err := a.Viewer(t.Context(), account.Operator())
	must(t, err)
	for _, f := range m.Dirty {
		r := take(t, a, dir, f)
		if r.Counts.Refused == 0 {
			continue
		}
		var out bytes.Buffer
		must(t, a.Intake.Rejects(t.Context(), v, r.ID, locale.New(locale.ZH), &out))
		corrected, rows := correct(t, out.Bytes(), right[f.Name])
		if rows != r.Counts.Refused {
			t.Errorf("%s: %d rows in the reject workbook, %d refused", f.Name, rows, r.Counts.Refused)
		}
		opt := intake.Options{Kind: f.Kind, Unit: r.Unit, By: r.By}
		if f.Kind == demo.KindRoster {
			opt.AsOf = f.AsOf
		}
		id, err := a.Intake.Receive(t.Context(), v, "退回表.xlsx", bytes.NewReader(corrected), opt)
		must(t, err)
		back, err := a.Intake.Stage(t.Context(), v, id)
		must(t, err)
		back, err = a.Intake.Apply(t.Context(), v, id)
		must(t, err)
		if back.Read != rows || back.Counts.Refused != 0 || back.Read != back.Accepted+back.Mended+back.Duplicate {
			t.Errorf("%s sent back: %+v", f.Name, back.Counts)
			for _, rule := range back.Rules {
				if rule.Grade == intake.GradeRefuse {
					t.Errorf("%s: %+v", f.Name, rule)
				}
			}
		}
	}
}

// correct writes the right cells into a reject workbook, as a person would by its comments.
func correct(t *testing.T, raw []byte, right map[dirtyAt]map[string]string) (out []byte, rows int) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	must(t, err)
	defer book.Close()
	for _, sheet := range book.GetSheetList()[1:] { // the first holds the totals
		lines, err := book.GetRows(sheet)
		must(t, err)
		at := map[string]int{}
		for i, h := range lines[0] {
			at[h] = i
		}
		for n, line := range lines[1:] {
			rows++
			number, err := strconv.Atoi(line[at["原行号"]])
			must(t, err)
			cells, known := right[dirtyAt{sheet, number}]
			if !known {
				t.Errorf("%s row %d: no correction", sheet, number)
			}
			for heading, text := range cells {
				col, has := at[heading]
				if !has {
					continue
				}
				name, err := excelize.CoordinatesToCellName(col+1, n+2)
				must(t, err)
				must(t, book.SetCellStr(sheet, name, text))
			}
		}
	}
	var b bytes.Buffer
	must(t, book.Write(&b))
	return b.Bytes(), rows
}
