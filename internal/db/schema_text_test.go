package db_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The parts of a schema. Texts of conditions are kept without their outer brackets.
type (
	schemaColumn struct {
		name, typ string
		notNull   bool
		extra     string // DEFAULT, IDENTITY, COLLATE …, as written
	}
	schemaKey struct { // primary key, unique or index
		name    string // of an index
		unique  bool
		columns []string
		where   string
	}
	schemaRef   struct{ column, table, target string }
	schemaTable struct {
		name    string
		columns []schemaColumn
		primary []string
		unique  []schemaKey
		refs    []schemaRef
		checks  []string
		indexes []schemaKey
		options string
	}
	schema struct {
		tables []*schemaTable
		others []string // statements of other kinds: sequences, triggers, views
	}
)

func (s *schema) table(name string) *schemaTable {
	i := slices.IndexFunc(s.tables, func(t *schemaTable) bool { return t.name == name })
	if i < 0 {
		return nil
	}
	return s.tables[i]
}

func (t *schemaTable) has(column string) bool {
	return slices.ContainsFunc(t.columns, func(c schemaColumn) bool { return c.name == column })
}

var (
	comment     = regexp.MustCompile(`(?m)--.*$`)
	createTable = regexp.MustCompile(`(?is)^CREATE TABLE "?(\w+)"? \((.*)\)([^)]*)$`)
	createIndex = regexp.MustCompile(`(?is)^CREATE (UNIQUE )?INDEX (\w+) ON (\w+) \(([^)]*)\)(?: WHERE (.*))?$`)
	listKey     = regexp.MustCompile(`(?i)^(PRIMARY KEY|UNIQUE) ?\(([^)]*)\)$`)
	listRef     = regexp.MustCompile(`(?i)^FOREIGN KEY ?\((\w+)\) REFERENCES (\w+) ?\((\w+)\)$`)
	inlineRef   = regexp.MustCompile(`(?i) REFERENCES (\w+) ?\((\w+)\)`)
	inlineCheck = regexp.MustCompile(`(?i) CHECK ?\((.*)\)`)
)

// parseSchema reads statements as the migrations and the goldens write them.
func parseSchema(text string) (*schema, error) {
	s := &schema{}
	for _, stmt := range strings.Split(comment.ReplaceAllString(text, ""), ";") {
		stmt = strings.Join(strings.Fields(stmt), " ")
		if m := createTable.FindStringSubmatch(stmt); m != nil {
			t := &schemaTable{name: m[1], options: strings.TrimSpace(m[3])}
			for _, part := range splitTop(m[2]) {
				if err := t.add(part); err != nil {
					return nil, fmt.Errorf("table %s: %w", t.name, err)
				}
			}
			for i := range t.columns {
				t.columns[i].notNull = t.columns[i].notNull || slices.Contains(t.primary, t.columns[i].name)
			}
			slices.SortFunc(t.unique, func(a, b schemaKey) int { return slices.Compare(a.columns, b.columns) })
			slices.SortFunc(t.refs, func(a, b schemaRef) int { return strings.Compare(a.column, b.column) })
			slices.Sort(t.checks)
			s.tables = append(s.tables, t)
		} else if m := createIndex.FindStringSubmatch(stmt); m != nil {
			t := s.table(m[3])
			if t == nil {
				return nil, fmt.Errorf("index %s on no table", m[2])
			}
			t.indexes = append(t.indexes, schemaKey{m[2], m[1] != "", names(m[4]), bare(m[5])})
		} else if stmt != "" {
			s.others = append(s.others, stmt)
		}
	}
	return s, nil
}

// add reads one line of a table: a column or a constraint.
func (t *schemaTable) add(part string) error {
	if m := listKey.FindStringSubmatch(part); m != nil {
		if strings.EqualFold(m[1], "UNIQUE") {
			t.unique = append(t.unique, schemaKey{unique: true, columns: names(m[2])})
		} else {
			t.primary = names(m[2])
		}
		return nil
	}
	if m := listRef.FindStringSubmatch(part); m != nil {
		t.refs = append(t.refs, schemaRef{m[1], m[2], m[3]})
		return nil
	}
	if m := inlineCheck.FindStringSubmatch(" " + part); m != nil {
		t.checks = append(t.checks, bare(m[1]))
		part = strings.TrimSpace(inlineCheck.ReplaceAllString(" "+part, ""))
		if part == "" {
			return nil
		}
	}
	name, rest, ok := strings.Cut(part, " ")
	if !ok || slices.Contains([]string{"CONSTRAINT", "FOREIGN", "PRIMARY", "UNIQUE", "EXCLUDE"}, strings.ToUpper(name)) {
		return fmt.Errorf("cannot read %q", part)
	}
	typ, rest, _ := strings.Cut(rest, " ")
	c := schemaColumn{name: name, typ: typ}
	rest = " " + rest + " "
	if m := inlineRef.FindStringSubmatch(rest); m != nil {
		t.refs = append(t.refs, schemaRef{name, m[1], m[2]})
		rest = inlineRef.ReplaceAllString(rest, " ")
	}
	for word, found := range map[string]func(){
		" PRIMARY KEY ": func() { t.primary = []string{name} },
		" UNIQUE ":      func() { t.unique = append(t.unique, schemaKey{unique: true, columns: []string{name}}) },
		" NOT NULL ":    func() { c.notNull = true },
	} {
		if i := strings.Index(strings.ToUpper(rest), word); i >= 0 {
			found()
			rest = rest[:i] + " " + rest[i+len(word):]
		}
	}
	c.extra = strings.Join(strings.Fields(rest), " ")
	t.columns = append(t.columns, c)
	return nil
}

// splitTop cuts at the commas that stand in no brackets.
func splitTop(text string) []string {
	var out []string
	depth, from := 0, 0
	for i, c := range text + "," {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	return out
}

func names(list string) []string {
	out := strings.Split(list, ",")
	for i := range out {
		out[i] = strings.Trim(strings.TrimSpace(out[i]), `"`)
	}
	return out
}

// both is a condition of two parts as PostgreSQL prints it.
var both = regexp.MustCompile(`^\(\(([^()]*)\) AND \(([^()]*)\)\)$`)

// bare takes the outer brackets off a condition; one engine adds them, the other does not.
func bare(text string) string {
	text = both.ReplaceAllString(strings.TrimSpace(text), "$1 AND $2")
	for strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") && !strings.ContainsAny(text[1:len(text)-1], "()") {
		text = text[1 : len(text)-1]
	}
	return text
}

// print writes the canonical text: tables and indexes by name, every constraint on its own line.
func (s *schema) print() string {
	var b strings.Builder
	slices.SortFunc(s.tables, func(a, c *schemaTable) int { return strings.Compare(a.name, c.name) })
	for _, t := range s.tables {
		var lines []string
		for _, c := range t.columns {
			line := fmt.Sprintf("%-18s %-11s", c.name, c.typ)
			if c.notNull {
				line += " NOT NULL"
			}
			lines = append(lines, strings.TrimSpace(strings.TrimSpace(line)+" "+c.extra))
		}
		lines = append(lines, "PRIMARY KEY ("+strings.Join(t.primary, ", ")+")")
		for _, u := range t.unique {
			lines = append(lines, "UNIQUE ("+strings.Join(u.columns, ", ")+")")
		}
		for _, r := range t.refs {
			lines = append(lines, fmt.Sprintf("FOREIGN KEY (%s) REFERENCES %s (%s)", r.column, r.table, r.target))
		}
		for _, c := range t.checks {
			lines = append(lines, "CHECK ("+c+")")
		}
		fmt.Fprintf(&b, "CREATE TABLE %s (\n  %s\n)%s;\n", t.name, strings.Join(lines, ",\n  "), strings.TrimRight(" "+t.options, " "))
		slices.SortFunc(t.indexes, func(a, c schemaKey) int { return strings.Compare(a.name, c.name) })
		for _, x := range t.indexes {
			b.WriteString("CREATE ")
			if x.unique {
				b.WriteString("UNIQUE ")
			}
			fmt.Fprintf(&b, "INDEX %s ON %s (%s)", x.name, t.name, strings.Join(x.columns, ", "))
			if x.where != "" {
				b.WriteString(" WHERE " + x.where)
			}
			b.WriteString(";\n")
		}
		b.WriteString("\n")
	}
	for _, o := range s.others {
		b.WriteString(o + ";\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
