package audit_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/testkit"
)

// grow fills the log with n entries of a city's sort: most are looks and logins of many users, a few acts are rare.
func grow(t testing.TB, d *db.DB, n int) {
	t.Helper()
	at := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	acts := []string{"worker.open", "login", "figure.open", "worker.search"}
	must2(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Bulk(t.Context(), "audit_entry", []string{"id", "at", "user_id", "action", "subject", "detail"}, func(yield func([]any, error) bool) {
			for i := range n {
				act, subject := acts[i%len(acts)], "user:"+strconv.Itoa(i%2000)
				if i%100_003 == 7 {
					act = []string{"user.lock", "user.close", "token.revoke"}[i/100_003%3]
				}
				if !yield([]any{int64(i + 1), db.At(at.Add(time.Duration(i) * 17 * time.Second)), int64(i % 2000), act, subject, "{}"}, nil) {
					return
				}
			}
		})
		return err
	}))
	if testkit.OnPostgres() { // an engine plans by what it has counted, as the vacuum daemon does by itself
		if _, err := d.Writer().ExecContext(t.Context(), "ANALYZE audit_entry"); err != nil {
			t.Fatal(err)
		}
	}
}

func must2(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// searches are the ways in which the log is asked, from far back in it.
func searches(n int) map[string]audit.Filter {
	deep := audit.Key{At: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n/2) * 17 * time.Second), ID: int64(n/2 + 1)}
	return map[string]audit.Filter{
		"all":                {Before: deep},
		"a user":             {User: 1234, Before: deep},
		"a common act":       {Action: "login", Before: deep},
		"a rare act":         {Action: "user.lock", Before: deep},
		"rare acts":          {Actions: []string{"user.lock", "user.close", "token.revoke"}, Before: deep},
		"all but a few acts": {Without: []string{"login.failed", "login.locked"}, Before: deep},
		"a subject":          {Subjects: []string{"1234", "user:1234"}, Before: deep},
		"a user and an act":  {User: 1234, Action: "worker.search", Before: deep},
	}
}

// Whatever the log is asked, the engine goes along an index and reads no more than it needs.
func TestList_reads_along_an_index(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	const n = 60_000
	grow(t, d, n)
	for name, f := range searches(n) {
		f.Limit = 50
		if len(f.Actions) > 0 { // each is read by itself
			f.Action, f.Actions = f.Actions[0], nil
		}
		query, args := audit.PageSQL(f)
		plan := explain(t, d, query, args)
		whole := strings.Contains(plan, "SCAN audit_entry") && !strings.Contains(plan, "USING INDEX") || strings.Contains(plan, "Seq Scan on audit_entry")
		if whole || !strings.Contains(plan, "audit_entry_") {
			t.Errorf("%s:\n%s", name, plan)
		}
		if testkit.OnPostgres() || !strings.Contains(plan, "TEMP B-TREE") || len(f.Subjects) > 0 {
			continue
		}
		t.Errorf("%s is sorted afresh:\n%s", name, plan)
	}
}

func explain(t *testing.T, d *db.DB, query string, args []any) string {
	t.Helper()
	rows, err := d.Writer().QueryContext(t.Context(), d.Pick("EXPLAIN QUERY PLAN ", "EXPLAIN ")+query, args...)
	must2(t, err)
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var line string
		into := []any{&line}
		if !testkit.OnPostgres() {
			into = []any{&id, &parent, &unused, &line}
		}
		must2(t, rows.Scan(into...))
		fmt.Fprintln(&b, line)
	}
	must2(t, rows.Err())
	return b.String()
}

// BenchmarkList searches a log of two million entries (TUOXING_LOG_ENTRIES changes that), each way from its middle.
func BenchmarkList(b *testing.B) {
	n := 2_000_000
	if text := os.Getenv("TUOXING_LOG_ENTRIES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	d := testkit.NewDB(b)
	grow(b, d, n)
	for name, f := range searches(n) {
		f.Limit = 50
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must2(b, d.ReadTx(b.Context(), func(tx *db.Tx) error {
					_, _, err := audit.List(b.Context(), tx, f)
					return err
				}))
			}
		})
	}
}
