package intake

import (
	"strings"
	"unicode/utf8"

	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake/sheet"
)

// layout knows a target's columns by name and by heading. It is made once per run.
type layout struct {
	kind    string
	person  bool // rows are about people: the purpose register holds
	columns []Column
	index   map[string]int // canonical name → position in columns
	heading map[string]int // folded title or synonym → position in columns
	rules   []Rule
	// mappings are what people have said of sheets of this sender, by the headings that they are for.
	mappings map[string]*Mapping
}

func newLayout(t *Target) *layout {
	l := &layout{kind: t.Kind, person: t.Person, columns: t.Columns, index: map[string]int{}, heading: map[string]int{}, rules: append(Rules(), t.Rules...)}
	for i, c := range t.Columns {
		l.index[c.Name] = i
		for _, h := range append([]string{c.Title}, c.Synonyms...) {
			if _, taken := l.heading[cn.FoldHeader(h)]; !taken {
				l.heading[cn.FoldHeader(h)] = i
			}
		}
	}
	return l
}

// names joins the canonical names, so that packed rows can be told from those of another version.
func (l *layout) names() string {
	names := make([]string, len(l.columns))
	for i, c := range l.columns {
		names[i] = c.Name
	}
	return strings.Join(names, ",")
}

// packedLayout is the layout by which rows of an import were packed, which a newer program may have
// changed: columns that are gone have only their name.
func packedLayout(t *Target, names string) *layout {
	now := newLayout(t)
	if now.names() == names {
		return now
	}
	old := &layout{kind: t.Kind, index: map[string]int{}}
	for i, name := range strings.Split(names, ",") {
		col := Column{Name: name, Title: name}
		if at, ok := now.index[name]; ok {
			col = now.columns[at]
		}
		old.columns = append(old.columns, col)
		old.index[name] = i
	}
	return old
}

// table is a table found on a sheet.
type table struct {
	sheet    int
	name     string
	first    int      // physical row of the heading
	last     int      // physical row of its second row, or first
	at       []int    // column of the sheet for each target column, −1 = absent
	above    []string // per target column: what stands above the table for all its rows, "" = nothing
	headings []string
	folded   []map[string]bool // per column of the sheet: what a repeated heading would say
	runes    []string          // per column of the sheet: the characters of its heading; a cell with none of them repeats nothing
	bare     []int             // columns of the sheet without a heading
	loose    map[int]bool      // of these, and of those beyond the headings: in which something stood
	report   SheetReport
}

// HeaderRows is how far down a table may begin: above it stand title, unit and date.
const HeaderRows = 30

// enough is the part of the required columns from which a sheet counts as a table with missing
// columns rather than as something else (a cover, an explanation).
const enough = 2

// findTable looks for the heading row, or pair of rows, with the most known headings. missing
// lists required columns when the best candidate lacks some; a nil table is a sheet without one.
func (l *layout) findTable(no int, s sheet.Sheet, head []sheet.Row) (t *table, missing []string) {
	best, used := l.findHeading(head)
	if best == nil {
		return nil, nil
	}
	above := l.labels(best, head)
	missing, required := l.missing(best, above)
	found := required - len(missing)
	if used == nil && len(missing) > 0 && (best.score < 2 || found*enough < required) {
		return nil, nil
	}
	t = &table{sheet: no, name: s.Name, above: above, first: best.first, last: best.last, at: best.at, folded: best.folded, runes: best.cells}
	t.report, t.loose = l.describe(no, s, best, head), map[int]bool{}
	if used != nil {
		t.report.Mapping = &UsedMapping{used.ID, used.At, used.By}
	}
	for col, text := range best.cells {
		if text == "" && !best.uses(col) {
			t.bare = append(t.bare, col)
		}
	}
	t.headings = make([]string, len(l.columns))
	for _, m := range t.report.Columns {
		t.headings[l.index[m.Name]] = m.Heading
	}
	return t, missing
}

// findHeading finds the heading row, or pair of rows: one that a person has mapped before, else the one with the most known
// headings. A nil candidate is a sheet without one.
func (l *layout) findHeading(head []sheet.Row) (best *candidate, used *Mapping) {
	if best, used = l.recall(headRows(head)); best != nil {
		best.extend(head)
		return best, used
	}
	score := 0
	for i := range head {
		if head[i].Number > HeaderRows {
			break
		}
		if c := l.match(nil, &head[i]); c.score > score {
			best, score = c, c.score
		}
		if i > 0 && head[i].Number == head[i-1].Number+1 {
			if c := l.match(&head[i-1], &head[i]); c.score > score && c.score > l.match(nil, &head[i]).score {
				best, score = c, c.score
			}
		}
	}
	if best != nil {
		best.extend(head)
	}
	return best, nil
}

// labels finds what forms say above their table for all its rows: 所在单位： | 东方眼镜厂, in one cell or in two. Only columns that
// the table lacks are looked for, and none about a person: a 联系电话 up there is the sender's.
func (l *layout) labels(c *candidate, head []sheet.Row) []string {
	above := make([]string, len(l.columns))
	for _, row := range head {
		if row.Number >= c.first {
			break
		}
		for col, text := range row.Cells {
			label, value, ok := cutLabel(text)
			i, known := l.heading[cn.FoldHeader(label)]
			if !ok || !known || c.at[i] >= 0 || l.columns[i].Personal || above[i] != "" {
				continue
			}
			if value == "" {
				value = beside(row.Cells, col)
			}
			above[i] = value
		}
	}
	return above
}

// cutLabel takes a label with its colon apart.
func cutLabel(text string) (label, value string, ok bool) {
	at := strings.IndexAny(text, ":：")
	if at <= 0 {
		return "", "", false
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	return clean(text[:at]), clean(text[at+size:]), true
}

// beside is the value to the right of a label; both may be merged over several cells. Another label is none.
func beside(cells []string, col int) string {
	for _, c := range cells[col+1:] {
		switch {
		case blankCell(c), c == cells[col]:
			continue
		case strings.ContainsAny(c, ":："):
			return ""
		}
		return clean(c)
	}
	return ""
}

// missing lists the required columns that a candidate lacks, and counts all required ones.
func (l *layout) missing(c *candidate, above []string) (titles []string, required int) {
	for i, col := range l.columns {
		if !col.Required {
			continue
		}
		required++
		if c.at[i] < 0 && above[i] == "" {
			titles = append(titles, col.Title)
		}
	}
	return titles, required
}

// candidate is one heading row (or pair) with what it was taken for.
type candidate struct {
	first, last int
	read        int // the last row that was read as heading; rows merged into it may follow
	at          []int
	cells       []string // heading as a person reads it, per column of the sheet
	folded      []map[string]bool
	score       int
}

// match maps one row, or two rows read together, to the target's columns. An exact heading beats one
// that matches only without its bracketed note; of equals the left one wins.
func (l *layout) match(upper, lower *sheet.Row) *candidate {
	c := &candidate{first: lower.Number, last: lower.Number, read: lower.Number, at: make([]int, len(l.columns))}
	var up []string
	if upper != nil {
		c.first, up = upper.Number, upper.Cells
	}
	for i := range c.at {
		c.at[i] = -1
	}
	width := max(len(lower.Cells), len(up))
	spellings := make([][]string, width)
	for col := range width {
		if spellings[col] = spell(cell(up, col), cell(lower.Cells, col)); l.person && purposes.unneeded(spellings[col][0]) {
			spellings[col] = spellings[col][:1] // 紧急联系人 over 电话 is nobody's 电话
		}
		c.cells = append(c.cells, strings.Join(strings.Fields(joined(cell(up, col), cell(lower.Cells, col))), ""))
		said := map[string]bool{}
		for _, s := range spellings[col] {
			said[cn.FoldHeader(s)] = true
		}
		c.folded = append(c.folded, said)
	}
	for _, note := range []bool{false, true} {
		for col, list := range spellings {
			for _, s := range list {
				if note {
					s = withoutNote(s)
				}
				if i, ok := l.heading[cn.FoldHeader(s)]; ok && s != "" {
					if c.at[i] < 0 && !c.uses(col) {
						c.at[i] = col
						c.score++
					}
					break
				}
			}
		}
	}
	return c
}

// extend takes rows below to the heading in which a column that was found says the same again: it is merged over them, while
// columns that nobody asked for are divided there.
func (c *candidate) extend(head []sheet.Row) {
	for _, row := range head {
		if row.Number != c.last+1 {
			continue
		}
		for _, at := range c.at {
			if at >= 0 && c.folded[at][cn.FoldHeader(cell(row.Cells, at))] {
				c.last++
				break
			}
		}
	}
}

func (c *candidate) uses(col int) bool {
	for _, at := range c.at {
		if at == col {
			return true
		}
	}
	return false
}

// spell lists the readings of a heading cell, the most exact first. What ends with a colon above another heading is a label of
// the form, whose value stands beside it, and no upper row of the heading.
func spell(upper, lower string) []string {
	switch {
	case upper == "" || upper == lower || lower != "" && strings.ContainsAny(upper, ":："):
		return []string{lower}
	case lower == "":
		return []string{upper}
	}
	return []string{upper + lower, lower, upper}
}

func joined(upper, lower string) string { return spell(upper, lower)[0] }

// withoutNote drops a bracketed note at the end: 身份证号码(18位), 合同始期(年-月-日).
func withoutNote(s string) string {
	s = strings.TrimSpace(s)
	if !strings.HasSuffix(s, ")") && !strings.HasSuffix(s, "）") {
		return ""
	}
	i := strings.LastIndexAny(s, "(（")
	if i <= 0 {
		return ""
	}
	return s[:i]
}

// noteBare notes in which columns without a heading a row holds something: they are not read, and the report
// says so.
func (t *table) noteBare(row sheet.Row) {
	for _, col := range t.bare {
		if !t.loose[col] && !blankCell(cell(row.Cells, col)) {
			t.loose[col] = true
		}
	}
	for col := len(t.folded); col < len(row.Cells); col++ {
		if !t.loose[col] && !blankCell(row.Cells[col]) {
			t.loose[col] = true
		}
	}
}

func cell(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	return cells[i]
}

// ownHeadings are the columns that the reject workbook adds; coming back they mean nothing.
var ownHeadings = map[string]bool{headingLine: true, headingProblem: true, "序号": true}

// describe writes what was understood of the sheet, for the report.
func (l *layout) describe(no int, s sheet.Sheet, c *candidate, head []sheet.Row) SheetReport {
	r := SheetReport{Sheet: no, Name: s.Name, Hidden: s.Hidden, Header: c.first, Skipped: map[string]int{}}
	for i, at := range c.at {
		if at >= 0 {
			r.Columns = append(r.Columns, MappedColumn{l.columns[i].Name, l.columns[i].Title, c.cells[at], at})
		}
	}
	for col, text := range c.cells {
		switch {
		case text == "" || c.uses(col) || ownHeadings[cn.FoldHeader(text)]:
		case l.person && purposes.unneeded(text):
			r.NotKept = append(r.NotKept, text)
		default:
			r.Unknown = append(r.Unknown, text)
		}
	}
	for i := range head {
		if head[i].Number < c.first {
			r.Titles = append(r.Titles, distinctText(head[i].Cells))
		}
	}
	return r
}

// distinctText joins the cells of a title row; a merged title says the same in every cell.
func distinctText(cells []string) string {
	var parts []string
	for i, c := range cells {
		if c = strings.TrimSpace(c); c != "" && (i == 0 || c != strings.TrimSpace(cells[i-1])) {
			parts = append(parts, c)
		}
	}
	return strings.Join(parts, " ")
}

// tables finds the tables of a book. A sheet that is hidden, or is no table, is reported and
// not read. Missing required columns refuse the whole file: one mistake there
// would make every row wrong.
func (l *layout) tables(b *sheet.Book) (found []*table, others []SheetReport, err error) {
	for no, s := range b.Sheets {
		if s.Hidden {
			others = append(others, SheetReport{Sheet: no, Name: s.Name, Hidden: true, Skipped: map[string]int{}})
			continue
		}
		head, err := b.Head(no, HeaderRows+1)
		if err != nil {
			return nil, nil, err
		}
		t, missing := l.findTable(no, s, head)
		switch {
		case t == nil:
			others = append(others, SheetReport{Sheet: no, Name: s.Name, Skipped: map[string]int{}})
		case len(missing) > 0:
			return nil, nil, fault.New(fault.Invalid, "intake.columns_missing", s.Name, strings.Join(missing, "、"), headingsOf(t)).
				WithFix("intake.add_columns")
		default:
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil, nil, fault.New(fault.Invalid, "intake.no_table", HeaderRows, strings.Join(l.requiredTitles(), "、")).
			WithFix("intake.add_columns")
	}
	return found, others, nil
}

func (l *layout) requiredTitles() []string {
	var titles []string
	for _, c := range l.columns {
		if c.Required {
			titles = append(titles, c.Title)
		}
	}
	return titles
}

// headingsOf lists what was found instead; headings are no personal data.
func headingsOf(t *table) string {
	var all []string
	for _, m := range t.report.Columns {
		all = append(all, m.Heading)
	}
	return strings.Join(append(append(all, t.report.Unknown...), t.report.NotKept...), "、")
}
