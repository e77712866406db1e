package sheet

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
)

// area is one merged area, rows from 1 and columns from 0, all ends included.
type area struct{ top, left, bottom, right int }

// maxAreas bounds how many merged areas are kept; a sheet with more is a drawing.
const maxAreas = 200_000

// areas reads the merged areas of a sheet in order of their first row. They stand behind the rows in the
// part, so the rows are passed over first as plain bytes.
func (x *xlsx) areas(sheet int) ([]area, error) {
	if areas, known := x.merged[sheet]; known {
		return areas, nil
	}
	part := x.sheets[sheet]
	rc, err := x.open(part)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	if x.parts[strings.ToLower(part)].UncompressedSize64 > mergeScan {
		return nil, nil
	}
	rest, err := behindRows(rc)
	if err != nil {
		return nil, damaged(err)
	}
	var areas []area
	s := newXML(rest, x.lim)
	for {
		err := s.next(false)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, damaged(err)
		}
		if string(s.name()) != "mergeCell" || len(areas) == maxAreas {
			continue
		}
		if a, ok := parseArea(s.attr("ref")); ok && a.right < x.lim.Columns {
			areas = append(areas, a)
		}
	}
	slices.SortStableFunc(areas, byTop)
	x.merged[sheet] = areas
	return areas, nil
}

func byTop(a, b area) int { return cmp.Compare(a.top, b.top) }

// behindRows skips to what follows </sheetData>.
func behindRows(r io.Reader) (io.Reader, error) {
	mark := []byte("sheetData>")
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		have := buf[:kept+n]
		for from := 0; ; {
			i := bytes.Index(have[from:], mark)
			if i < 0 {
				break
			}
			i += from
			if i > 0 && have[i-1] != '<' { // </sheetData> or </x:sheetData>, not the start tag
				end := i + len(mark)
				if closing(have[:i]) {
					return io.MultiReader(bytes.NewReader(bytes.Clone(have[end:])), r), nil
				}
			}
			from = i + len(mark)
		}
		if err == io.EOF {
			return bytes.NewReader(nil), nil
		}
		if err != nil {
			return nil, err
		}
		keep := min(len(have), 64)
		copy(buf, have[len(have)-keep:])
		kept = keep
	}
}

// closing reports whether the tag that is being written at the end of b is an end tag.
func closing(b []byte) bool {
	i := bytes.LastIndexByte(b, '<')
	return i >= 0 && i+1 < len(b) && b[i+1] == '/'
}

// carrier gives data rows the value of a merged area that began further up, in the area's first
// column: 合计 or a firm's name merged over the rows of its people.
type carrier struct {
	areas  []area
	next   int
	active []carried
}

type carried struct {
	area
	value string
}

func (c *carrier) apply(number int, cells []string) ([]string, []int) {
	c.active = slices.DeleteFunc(c.active, func(a carried) bool { return a.bottom < number })
	var filled []int
	for _, a := range c.active {
		for len(cells) <= a.left {
			cells = append(cells, "")
		}
		if cells[a.left] == "" && a.value != "" {
			cells[a.left] = a.value
			filled = append(filled, a.left)
		}
	}
	for ; c.next < len(c.areas) && c.areas[c.next].top <= number; c.next++ {
		a := c.areas[c.next]
		if a.bottom > a.top && a.top == number && a.left < len(cells) && cells[a.left] != "" {
			// Areas do not lie over each other; of those that do, the last one counts.
			c.active = slices.DeleteFunc(c.active, func(o carried) bool { return o.left == a.left })
			c.active = append(c.active, carried{a, cells[a.left]})
		}
	}
	return trim(cells), filled
}

// parseArea reads "B2:D5".
func parseArea(ref []byte) (area, bool) {
	from, to, ok := bytes.Cut(ref, []byte(":"))
	if !ok {
		return area{}, false
	}
	left, top, ok1 := parseRef(from)
	right, bottom, ok2 := parseRef(to)
	return area{top, left, bottom, right}, ok1 && ok2 && left <= right && top <= bottom
}

// parseRef reads "AB12" as column (from 0) and row (from 1).
func parseRef(ref []byte) (col, row int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 3 && ref[i]|0x20 >= 'a' && ref[i]|0x20 <= 'z'; i++ {
		col = col*26 + int(ref[i]|0x20-'a') + 1
	}
	if i == 0 || i == len(ref) || len(ref)-i > 8 {
		return 0, 0, false
	}
	for _, b := range ref[i:] {
		if b < '0' || b > '9' {
			return 0, 0, false
		}
		row = row*10 + int(b-'0')
	}
	return col - 1, row, true
}
