package db_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/testkit"
)

// One SQL text serves both engines as long as it keeps to what is probed here: each query gives
// the same answer on SQLite and on PostgreSQL. A construct that is not in this table does not
// belong into a query.
func TestPortable_texts_give_the_same_answer_on_both_engines(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	ctx := t.Context()
	create := d.Pick(
		`CREATE TABLE probe (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, active INTEGER NOT NULL, born_on TEXT, at TEXT NOT NULL, score INTEGER) STRICT`,
		`CREATE TABLE probe (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, active boolean NOT NULL, born_on date, at timestamptz NOT NULL, score bigint)`)
	at := func(minute int) db.Time { return db.At(testkit.Start.Add(time.Duration(minute) * time.Minute)) }
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, create); err != nil {
			return err
		}
		for i, r := range []struct {
			name   string
			active bool
			score  any
		}{{"甲", true, 3}, {"乙", false, nil}, {"É", true, 1}, {"d", true, 2}} {
			if _, err := tx.Exec(ctx, `INSERT INTO probe (id, name, active, born_on, at, score) VALUES ($1, $2, $3, $4, $5, $6)`,
				i+1, r.name, r.active, date.Of(1990, 2, i+1), at(i), r.score); err != nil {
				return err
			}
		}
		return nil
	}))
	cases := []struct {
		name, sql string
		args      []any
		want      string
	}{
		{"places out of order and used twice", `SELECT name FROM probe WHERE score >= $2 AND id > $1 AND id >= $1 ORDER BY id`, []any{1, 1}, "É d"},
		{"a condition switched off by an empty argument", `SELECT count(*) FROM probe WHERE ($1 = '' OR name = $1)`, []any{""}, "4"},
		{"a number switched off by zero needs its type", `SELECT count(*) FROM probe WHERE CAST($1 AS BIGINT) = 0 OR id = $1`, []any{int64(1) << 40}, "0"},
		{"truth values", `SELECT name FROM probe WHERE active AND active = $1 ORDER BY id`, []any{true}, "甲 É d"},
		{"nulls last, limit and offset", `SELECT name FROM probe ORDER BY score NULLS LAST LIMIT $1 OFFSET $2`, []any{2, 2}, "甲 乙"},
		{"pairs compared for paging by key", `SELECT name FROM probe WHERE (at, id) > ($1, $2) ORDER BY at, id`, []any{at(1), 2}, "É d"},
		{"instants compare as time", `SELECT count(*) FROM probe WHERE at >= $1 AND at < $2`, []any{at(1), at(3)}, "2"},
		{"days compare as days", `SELECT count(*) FROM probe WHERE born_on > $1`, []any{date.Of(1990, 2, 2)}, "2"},
		{"a count with its own filter", `SELECT count(*) FILTER (WHERE active) FROM probe`, nil, "3"},
		{"a named query over values", `WITH v(n) AS (VALUES (1), (3)) SELECT sum(p.score) FROM probe p JOIN v ON v.n = p.id`, nil, "4"},
		{"groups sorted by an alias", `SELECT active AS a, count(*) AS n FROM probe GROUP BY active ORDER BY n`, nil, "f 1 t 3"},
		{"texts joined in order", `SELECT string_agg(name, ',' ORDER BY id DESC) FROM probe WHERE id < 3`, nil, "乙,甲"},
		{"a window over the rows", `SELECT count(*) OVER (), name FROM probe WHERE id < 3 ORDER BY id LIMIT 1`, nil, "2 甲"},
		{"sums and defaults", `SELECT coalesce(sum(score), 0), coalesce(max(nullif(score, 3)), -1) FROM probe`, nil, "6 2"},
		{"null is not distinct from null", `SELECT count(*) FROM probe WHERE score IS NOT DISTINCT FROM NULL`, nil, "1"},
		{"texts put together", `SELECT name || '-' || CAST(id AS TEXT) FROM probe WHERE id = 1`, nil, "甲-1"},
		{"an escaped pattern over a folded column", `SELECT count(*) FROM probe WHERE name LIKE $1 ESCAPE '!'`, []any{"%!%%"}, "0"},
		{"rows that are not there", `SELECT count(*) FROM probe p WHERE NOT EXISTS (SELECT 1 FROM probe q WHERE q.id = p.id + 1)`, nil, "1"},
	}
	for _, c := range cases {
		var got []string
		must(t, d.ReadTx(ctx, func(tx *db.Tx) error {
			return queryAny(ctx, tx, c.sql, c.args, &got)
		}))
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

func TestPortable_writes_give_the_same_answer_on_both_engines(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	steps := []struct {
		name, sql string
		args      []any
		want      string
	}{
		{"returning what was written", `INSERT INTO seat (id, name, held, taken) VALUES ($1, $2, $3, $4) RETURNING id, name`, []any{1, "a", true, 1}, "1 a"},
		{"insert or change", `INSERT INTO seat (id, name, held, taken) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET taken = excluded.taken RETURNING id, taken`, []any{2, "a", false, 7}, "1 7"},
		{"a row taken before it is read", `UPDATE seat SET version = version + 1 WHERE id = $1 RETURNING version, taken`, []any{1}, "1 7"},
		{"changed from another query", `UPDATE seat SET taken = v.n FROM (SELECT 9 AS n) v WHERE seat.id = $1 RETURNING taken`, []any{1}, "9"},
		{"deleted with what it was", `DELETE FROM seat WHERE id = $1 RETURNING name`, []any{1}, "a"},
	}
	for _, s := range steps {
		var got []string
		must(t, d.WriteTx(ctx, func(tx *db.Tx) error {
			got = nil
			return queryAny(ctx, tx, s.sql, s.args, &got)
		}))
		if joined := strings.Join(got, " "); joined != s.want {
			t.Errorf("%s: %q, want %q", s.name, joined, s.want)
		}
	}
}

// queryAny reads every value of a result as text; a truth value is t or f on both engines.
func queryAny(ctx context.Context, tx *db.Tx, sql string, args []any, out *[]string) error {
	return tx.Query(ctx, sql, args, func(row db.Scanner) error {
		cols, err := row.(interface{ Columns() ([]string, error) }).Columns()
		if err != nil {
			return err
		}
		vals := make([]any, len(cols))
		for i := range vals {
			vals[i] = new(any)
		}
		if err := row.Scan(vals...); err != nil {
			return err
		}
		for i, v := range vals {
			text := fmt.Sprint(*v.(*any))
			if cols[i] == "a" {
				text = map[string]string{"0": "f", "1": "t", "false": "f", "true": "t"}[text]
			}
			*out = append(*out, text)
		}
		return nil
	})
}
