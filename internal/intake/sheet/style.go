package sheet

import (
	"strconv"
	"strings"

	"tuoxing/internal/fault"
)

// dates knows which cells hold days. It is asked only in workbooks that count days from 1904
// (ECMA-376 part 1, 18.17.4.1), as Excel for Mac once did: there every day is moved to the 1900 system, which
// all that reads the rows counts by.
type dates struct {
	since1904 bool
	styled    []bool // by number of the cell's style
}

// since1904 is how many days the one system lies behind the other.
const days1904 = 1462

// shift is what has to be added to a number in a cell of this style.
func (d *dates) shift(style []byte) float64 {
	if !d.since1904 {
		return 0
	}
	i, err := strconv.Atoi(string(style))
	if err != nil || i >= len(d.styled) || i < 0 || !d.styled[i] {
		return 0
	}
	return days1904
}

// maxStyles is more styles than a workbook can have: Excel takes 64,000.
const maxStyles = 100_000

// readStyles finds the styles whose number format shows days.
func (x *xlsx) readStyles() error {
	if !x.dates.since1904 || x.styles == "" {
		return nil
	}
	own := map[string]bool{} // number of a format of the workbook's own → shows days
	inCells := false
	return x.each(x.styles, func(s *xmlScanner) error {
		if len(x.dates.styled) > maxStyles || len(own) > maxStyles {
			return fault.New(fault.TooLarge, "intake.parts_too_many", maxParts)
		}
		switch string(s.name()) {
		case "numFmt":
			own[string(s.attr("numFmtId"))] = showsDays(unescape(s.attr("formatCode")))
		case "cellXfs":
			inCells = true
		case "/cellXfs":
			inCells = false
		case "xf":
			if inCells {
				id := string(s.attr("numFmtId"))
				n, err := strconv.Atoi(id)
				x.dates.styled = append(x.dates.styled, own[id] || err == nil && builtInDay(n))
			}
		}
		return nil
	})
}

// builtInDay reports the formats of days that every workbook has (ECMA-376 part 1, 18.8.30), those of Chinese
// and other eastern versions included.
func builtInDay(n int) bool {
	return n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 54 || n == 57 || n == 58
}

// showsDays reports a format code with a year or a day in it: texts in quotes and what stands in brackets
// say nothing.
func showsDays(code string) bool {
	var plain strings.Builder
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case !bracket:
			plain.WriteByte(c)
		}
	}
	return strings.ContainsAny(plain.String(), "yYdDeE") && !strings.ContainsAny(plain.String(), "0#")
}
