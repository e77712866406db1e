package backup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"fmt"

	"tuoxing/internal/backup"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
	"tuoxing/internal/testkit"
)

func TestZZScale(t *testing.T) {
	d := testkit.NewDB(t)
	for b := range 6 {
		must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
			facts := make([]ledger.Fact, 100_000)
			for i := range facts {
				facts[i] = ledger.Fact{Kind: ledger.Worker, Quantity: 1, Cause: ledger.New, Entry: ledger.Entered,
					OccurredOn: date.MustParse("2022-03-01"), Worker: tx.NewID(), Employer: 201 + int64(i%977), District: 321181, Industry: 3587, Rank: 4, BirthMonth: date.Month(1990*12 + i%400), Import: 77, Line: ledger.Line(i), Union: 110}
			}
			return ledger.Enter(t.Context(), tx, int64(b), facts...)
		}))
	}
	files := t.TempDir()
	must(t, os.WriteFile(filepath.Join(files, strings.Repeat("a", 64)+"-00000000"), bytes.Repeat([]byte("x"), 200<<20), 0o600))
	path := filepath.Join(t.TempDir(), "b.zip")
	f, err := os.Create(path)
	must(t, err)
	rss := func() string { b, _ := os.ReadFile("/proc/self/status"); for _, l := range strings.Split(string(b), "\n") { if strings.HasPrefix(l, "VmHWM") { return l } }; return "" }
	runtime.GC()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	fmt.Println("before", rss())
	t0 := time.Now()
	m, err := backup.Write(t.Context(), d, files, f, nil)
	must(t, err)
	st, _ := f.Stat()
	fmt.Println("write", time.Since(t0), "archive MiB", st.Size()>>20, rss())
	for _, tb := range m.Tables { if tb.Rows > 100 { fmt.Println(tb.Name, tb.Rows, tb.Size>>20) } }
	d2 := testkit.NewDB(t)
	t0 = time.Now()
	_, err = backup.Restore(t.Context(), d2, filepath.Join(t.TempDir(), "f"), f, st.Size(), nil)
	must(t, err)
	fmt.Println("restore", time.Since(t0), rss())
	f.Close()
}
