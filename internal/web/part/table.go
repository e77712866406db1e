package part

import (
	"bytes"
	"context"
	"html"
	"io"
	"strconv"

	"github.com/a-h/templ"
)

// labelled writes its children, the rows of a table, with the heading of its column in each cell
// (data-th), for phones. It is done here once, so that no page has to say its headings twice.
func labelled(cols []Column) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var rows bytes.Buffer
		if err := templ.GetChildren(ctx).Render(templ.ClearChildren(ctx), &rows); err != nil {
			return err
		}
		_, err := w.Write(labelCells(rows.Bytes(), cols))
		return err
	})
}

// labelCells puts data-th into the cells of rows. templ escapes < in texts and attributes, so each one
// begins a tag.
func labelCells(rows []byte, cols []Column) []byte {
	var out bytes.Buffer
	out.Grow(2 * len(rows))
	labels := make([]string, len(cols))
	for i, c := range cols {
		if c.Label != "" {
			labels[i] = ` data-th="` + html.EscapeString(c.Label) + `"`
		}
	}
	col := 0
	for {
		at := bytes.IndexByte(rows, '<')
		if at < 0 {
			out.Write(rows)
			return out.Bytes()
		}
		out.Write(rows[:at])
		rows = rows[at:]
		if isTag(rows, "<tr") {
			col = 0
		}
		if !isTag(rows, "<td") && !isTag(rows, "<th") {
			out.WriteByte('<')
			rows = rows[1:]
			continue
		}
		out.Write(rows[:len("<td")])
		rows = rows[len("<td"):]
		span := spanOf(rows)
		if span == 1 && col < len(cols) {
			out.WriteString(labels[col])
		}
		col += span
	}
}

// isTag tells a tag of exactly this name: <th is not <thead.
func isTag(text []byte, open string) bool {
	return len(text) > len(open) && string(text[:len(open)]) == open && (text[len(open)] == ' ' || text[len(open)] == '>')
}

// spanOf reads how many columns a cell takes, from the attributes that its tag goes on with.
func spanOf(attributes []byte) int {
	end := bytes.IndexByte(attributes, '>')
	_, after, ok := bytes.Cut(attributes[:max(end, 0)], []byte(`colspan="`))
	if !ok {
		return 1
	}
	digits, _, _ := bytes.Cut(after, []byte(`"`))
	n, err := strconv.Atoi(string(digits))
	if err != nil || n < 1 {
		return 1
	}
	return n
}
