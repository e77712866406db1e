package planter

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Bytes writes the book, and the line of each row into it.
func (b *Book) Bytes() ([]byte, error) {
	switch b.Writer {
	case GB18030:
		return b.lines()
	case Prefixed:
		return b.prefixed()
	}
	return b.excelize()
}

// number lines of workbooks are places.
func (s *Sheet) numbered() {
	for i := range s.Rows {
		s.Rows[i].Line = i + 1
	}
}

func at(row, col int) string {
	name, err := excelize.CoordinatesToCellName(col+1, row+1)
	if err != nil {
		panic(err) // the forms have few columns
	}
	return name
}

func (b *Book) excelize() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14}) // m/d/yy, in Chinese versions 2023/4/5
	if err != nil {
		return nil, err
	}
	for i := range b.Sheets {
		s := &b.Sheets[i]
		s.numbered()
		if _, err := f.NewSheet(s.Name); err != nil {
			return nil, err
		}
		if err := s.into(f, style); err != nil {
			return nil, err
		}
	}
	if b.Sheets[0].Name != "Sheet1" {
		if i, err := f.GetSheetIndex("Sheet1"); err == nil && i == 0 && !b.names("Sheet1") {
			if err := f.DeleteSheet("Sheet1"); err != nil {
				return nil, err
			}
		}
	}
	for _, s := range b.Sheets {
		if s.Hidden { // the active sheet cannot be hidden
			continue
		}
		i, err := f.GetSheetIndex(s.Name)
		if err != nil {
			return nil, err
		}
		f.SetActiveSheet(i)
		break
	}
	for _, s := range b.Sheets {
		if s.Hidden {
			if err := f.SetSheetVisible(s.Name, false); err != nil {
				return nil, err
			}
		}
	}
	var out bytes.Buffer
	err = f.Write(&out)
	return out.Bytes(), err
}

func (b *Book) names(name string) bool {
	for _, s := range b.Sheets {
		if s.Name == name {
			return true
		}
	}
	return false
}

func (s *Sheet) into(f *excelize.File, style int) error {
	for i, r := range s.Rows {
		for c, v := range r.Cells {
			var err error
			switch v := v.(type) {
			case string:
				if v != "" {
					err = f.SetCellStr(s.Name, at(i, c), v)
				}
			case Number:
				n, perr := strconv.ParseFloat(string(v), 64)
				if err = perr; err == nil {
					err = f.SetCellFloat(s.Name, at(i, c), n, -1, 64)
				}
			case Day:
				if err = f.SetCellInt(s.Name, at(i, c), int64(v)); err == nil {
					err = f.SetCellStyle(s.Name, at(i, c), at(i, c), style)
				}
			}
			if err != nil {
				return fmt.Errorf("%s %s: %w", s.Name, at(i, c), err)
			}
		}
		if r.Hidden {
			if err := f.SetRowVisible(s.Name, i+1, false); err != nil {
				return err
			}
		}
	}
	for _, a := range s.Merged {
		if err := f.MergeCell(s.Name, at(a.Top, a.Left), at(a.Bottom, a.Right)); err != nil {
			return err
		}
	}
	return nil
}

// Namespaces of Office Open XML (ECMA-376).
const (
	nsMain   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsOffice = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	nsPack   = "http://schemas.openxmlformats.org/package/2006/relationships"
)

// prefixed writes each element with a prefix, targets from the root, texts by turns as shared strings, as strings in
// pieces with their phonetic reading, and in the cell.
func (b *Book) prefixed() ([]byte, error) {
	parts := []struct{ name, text string }{{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + nsPack + `"><Relationship Target="/xl/workbook.xml" Type="` + nsOffice + `/officeDocument" Id="rId9"/></Relationships>`}}
	var list, rels, shared strings.Builder
	n := 0
	for i := range b.Sheets {
		s := &b.Sheets[i]
		s.numbered()
		state := ""
		if s.Hidden {
			state = ` state="veryHidden"`
		}
		fmt.Fprintf(&list, `<x:sheet r:id="R%d" sheetId="%d"%s name="%s"/>`, i, i+1, state, escaped(s.Name))
		fmt.Fprintf(&rels, `<Relationship Target="/xl/worksheets/table%d.xml" Id="R%d" Type="%s/worksheet"/>`, i, i, nsOffice)
		parts = append(parts, struct{ name, text string }{fmt.Sprintf("xl/worksheets/table%d.xml", i), s.prefixed(&shared, &n)})
	}
	head := `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n"
	parts = append(parts,
		struct{ name, text string }{"xl/workbook.xml", head + `<x:workbook xmlns:x="` + nsMain + `" xmlns:r="` + nsOffice + `"><x:sheets>` + list.String() + `</x:sheets></x:workbook>`},
		struct{ name, text string }{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + nsPack + `">` + rels.String() + `<Relationship Id="S" Type="` + nsOffice + `/sharedStrings" Target="/xl/texts.xml"/></Relationships>`},
		struct{ name, text string }{"xl/texts.xml", head + fmt.Sprintf(`<x:sst xmlns:x="%s" count="%d" uniqueCount="%d">%s</x:sst>`, nsMain, n, n, shared.String())})
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err == nil {
			_, err = w.Write([]byte(p.text))
		}
		if err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

func (s *Sheet) prefixed(shared *strings.Builder, n *int) string {
	var x strings.Builder
	fmt.Fprintf(&x, `<x:worksheet xmlns:x="%s"><x:sheetPr/><x:sheetData>`, nsMain)
	for i, r := range s.Rows {
		hidden := ""
		if r.Hidden {
			hidden = ` hidden="true"`
		}
		fmt.Fprintf(&x, "<x:row%s r=\"%d\">\n", hidden, i+1)
		for c, v := range r.Cells {
			ref := at(i, c)
			switch v := v.(type) {
			case string:
				text, letters := escaped(v), []rune(v)
				switch {
				case v == "":
					fmt.Fprintf(&x, `<x:c r="%s"/>`, ref)
				case (i+c)%3 == 0:
					fmt.Fprintf(&x, `<x:c t="inlineStr" r="%s"><x:is><x:t xml:space="preserve">%s</x:t></x:is></x:c>`, ref, text)
					continue
				case (i+c)%3 == 1:
					fmt.Fprintf(shared, `<x:si><x:t xml:space="preserve">%s</x:t></x:si>`, text)
				default:
					fmt.Fprintf(shared, `<x:si><x:r><x:rPr><x:b/></x:rPr><x:t xml:space="preserve">%s</x:t></x:r><x:r><x:t xml:space="preserve">%s</x:t></x:r><x:rPh sb="0" eb="1"><x:t>pin</x:t></x:rPh></x:si>`,
						escaped(string(letters[:1])), escaped(string(letters[1:])))
				}
				if v != "" {
					fmt.Fprintf(&x, `<x:c t="s" r="%s"><x:v>%d</x:v></x:c>`, ref, *n)
					*n++
				}
			case Number:
				fmt.Fprintf(&x, `<x:c r="%s"><x:v> %s </x:v></x:c>`, ref, v)
			case Day:
				fmt.Fprintf(&x, `<x:c s="1" r="%s"><x:v>%d</x:v></x:c>`, ref, v)
			}
		}
		x.WriteString("</x:row>")
	}
	x.WriteString(`</x:sheetData><x:mergeCells>`)
	for _, a := range s.Merged {
		fmt.Fprintf(&x, `<x:mergeCell ref="%s:%s"/>`, at(a.Top, a.Left), at(a.Bottom, a.Right))
	}
	x.WriteString(`</x:mergeCells></x:worksheet>`)
	return x.String()
}

// exactDigits is how many digits a spreadsheet keeps of a number.
const exactDigits = 15

// shown is how a spreadsheet shows, and writes into csv, a number with too many digits.
func (n Number) shown() string {
	return fmt.Sprintf("%s.%sE+%d", n[:1], n[1:6], len(n)-1)
}

func escaped(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // a strings.Builder takes all
	}
	return b.String()
}

// lines writes the first sheet as csv. A cell with a line end moves the rows below it.
func (b *Book) lines() ([]byte, error) {
	var x strings.Builder
	line := 1
	s := &b.Sheets[0]
	for i := range s.Rows {
		s.Rows[i].Line = line
		for c := range max(len(s.Rows[i].Cells), 1) {
			if c > 0 {
				x.WriteByte(';')
			}
			text := ""
			if c < len(s.Rows[i].Cells) && s.Rows[i].Cells[c] != nil {
				text = fmt.Sprint(s.Rows[i].Cells[c])
				if n, ok := s.Rows[i].Cells[c].(Number); ok && len(n) > exactDigits {
					text = n.shown()
				}
			}
			line += strings.Count(text, "\n")
			if strings.ContainsAny(text, ";\"\n") {
				text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
			}
			x.WriteString(text)
		}
		x.WriteString("\r\n")
		line++
	}
	return simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(x.String()))
}
