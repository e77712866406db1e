package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tuoxing/internal/db"
)

// kind is how a column's values are written and bound.
type kind uint8

const (
	integer kind = iota + 1
	truth
	text
	day
	instant
	bytesOf
)

// kinds by the type names of both catalogues. SQLite knows three types: there a day and an instant
// are texts in their canonical form already, and a truth value is 0 or 1.
var kinds = map[string]kind{
	"INTEGER": integer, "TEXT": text, "BLOB": bytesOf,
	"bigint": integer, "boolean": truth, "text": text, "date": day, "timestamp with time zone": instant, "bytea": bytesOf,
}

type column struct {
	name string
	kind kind
}

type table struct {
	name    string
	columns []column
	key     []string // columns of the primary key, in order
}

// ours tells the tables of an archive from those of the migrations (goose), of the job queue
// (River), of sessions and of tokens, which are not restored: one that was revoked since would open the door again.
func ours(name string) bool {
	return name != "goose_db_version" && name != "account_session" && name != "account_token" &&
		!strings.HasPrefix(name, "river_") && !strings.HasPrefix(name, "sqlite_")
}

// The catalogues differ between the engines, so each question has two texts.
const (
	sqliteColumns = `SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY m.name, p.cid`
	sqliteKeys    = `SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND p.pk > 0 ORDER BY m.name, p.pk`
	sqliteParents = `SELECT m.name, f."table" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1, 2`

	postgresColumns = `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name COLLATE "C", c.ordinal_position`
	postgresKeys = `SELECT c.relname, a.attname FROM pg_index i
		JOIN pg_class c ON c.oid = i.indrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN generate_series(0, 31) AS k(place) ON k.place < i.indnkeyatts
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[k.place]
		WHERE i.indisprimary AND n.nspname = current_schema() ORDER BY c.relname, k.place`
	postgresParents = `SELECT c.relname, p.relname FROM pg_constraint f
		JOIN pg_class c ON c.oid = f.conrelid
		JOIN pg_class p ON p.oid = f.confrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE f.contype = 'f' AND n.nspname = current_schema() ORDER BY 1, 2`
)

// catalogue lists our tables, by name but each after those that it references.
func catalogue(ctx context.Context, tx *db.Tx) ([]table, error) {
	var tables []table
	at := map[string]int{}
	err := tx.Query(ctx, tx.Pick(sqliteColumns, postgresColumns), nil, func(row db.Scanner) error {
		var name, col, typ string
		if err := row.Scan(&name, &col, &typ); err != nil || !ours(name) {
			return err
		}
		k, ok := kinds[typ]
		if !ok {
			return fmt.Errorf("table %s: column %s has the type %q, which no archive can hold", name, col, typ)
		}
		if _, ok := at[name]; !ok {
			at[name] = len(tables)
			tables = append(tables, table{name: name})
		}
		t := &tables[at[name]]
		t.columns = append(t.columns, column{col, k})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	keys, err := pairs(ctx, tx, tx.Pick(sqliteKeys, postgresKeys))
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	parents, err := pairs(ctx, tx, tx.Pick(sqliteParents, postgresParents))
	if err != nil {
		return nil, fmt.Errorf("list references: %w", err)
	}
	for i := range tables {
		tables[i].key = keys[tables[i].name]
		if len(tables[i].key) == 0 {
			return nil, fmt.Errorf("table %s has no primary key, so its rows have no order", tables[i].name)
		}
	}
	return parentsFirst(tables, parents)
}

// pairs reads rows of two names into lists by the first.
func pairs(ctx context.Context, tx *db.Tx, query string) (map[string][]string, error) {
	out := map[string][]string{}
	err := tx.Query(ctx, query, nil, func(row db.Scanner) error {
		var a, b string
		if err := row.Scan(&a, &b); err != nil {
			return err
		}
		out[a] = append(out[a], b)
		return nil
	})
	return out, err
}

// parentsFirst orders tables so that rows can be inserted under foreign keys that are checked at
// once (PostgreSQL's are). Among those that may come next the first by name does.
func parentsFirst(tables []table, parents map[string][]string) ([]table, error) {
	waiting := slices.Clone(tables)
	out := make([]table, 0, len(tables))
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(t table) bool {
			return !slices.ContainsFunc(waiting, func(other table) bool {
				return other.name != t.name && slices.Contains(parents[t.name], other.name)
			})
		})
		if i < 0 {
			return nil, fmt.Errorf("tables reference one another in a circle, %s among them", waiting[0].name)
		}
		out = append(out, waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
	}
	return out, nil
}

// names lists the columns.
func (t table) names() []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.name
	}
	return out
}

// column finds a column by name.
func (t table) column(name string) (column, bool) {
	i := slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return column{}, false
	}
	return t.columns[i], true
}

// isHead tells the tables that have one row from their migration, which a restore replaces.
func (t table) isHead() bool { return strings.HasSuffix(t.name, "_head") }

// selectAll reads the table in the order of its key. Texts are ordered by their bytes on both
// engines: SQLite does, PostgreSQL is told to.
func (t table) selectAll(dialect db.Dialect) string {
	order := make([]string, len(t.key))
	for i, name := range t.key {
		order[i] = quoted(name)
		if c, _ := t.column(name); c.kind == text && dialect == db.Postgres {
			order[i] += ` COLLATE "C"`
		}
	}
	cols := t.names()
	for i := range cols {
		cols[i] = quoted(cols[i])
	}
	return "SELECT " + strings.Join(cols, ", ") + " FROM " + quoted(t.name) + " ORDER BY " + strings.Join(order, ", ")
}

func quoted(name string) string { return `"` + name + `"` }
