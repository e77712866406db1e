package export_test

import (
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/listing"
	"tuoxing/internal/testkit/world"
)

const (
	many  = 200_000  // people
	bound = 32 << 20 // bytes by which the heap may grow, whatever the number of people
)

// crowd puts people of Danyang into the city, by their row alone.
func crowd(b testing.TB, w *world.World, n int) {
	b.Helper()
	err := w.DB.WriteTx(b.Context(), func(tx *db.Tx) error {
		root := int64(w.Unit(b, "丹阳市总工会"))
		_, err := tx.Bulk(b.Context(), "registry_worker", []string{"worker_id", "wrapped_key", "name", "name_fold", "pinyin_fold", "initials_fold", "id_kind", "id_sealed", "phone_sealed",
			"unit_id", "employer_id", "district", "rank", "rank_ever", "worker_class", "sex", "birth_month", "created_at", "version"}, func(yield func([]any, error) bool) {
			for i := range n {
				name := fmt.Sprint("职工", i)
				if !yield([]any{int64(1 + i), []byte{1}, name, name, "zg", "zg", "id", []byte{1}, nil, root, root, int64(321181), int64(4), int64(4), int64(1), int64(1), int64(240 + i%400), db.At(tx.Now()), int64(0)}, nil) {
					return
				}
			}
		})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWorkers gives 200,000 people out of the database and fails when the heap grows with them.
func BenchmarkWorkers(b *testing.B) {
	w := world.New(b)
	who := w.Actor(b, world.City)
	crowd(b, w, many)
	for _, f := range []listing.Format{listing.XLSX, listing.CSV} {
		b.Run(string(f), func(b *testing.B) {
			for b.Loop() {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				before, peak := m.HeapAlloc, atomic.Uint64{}
				stop := make(chan struct{})
				go func() {
					var m runtime.MemStats
					for {
						select {
						case <-stop:
							return
						case <-time.After(20 * time.Millisecond):
							runtime.ReadMemStats(&m)
							peak.Store(max(peak.Load(), m.HeapAlloc))
						}
					}
				}()
				sum, err := w.App.Export.Write(b.Context(), who, zh, export.Request{List: export.Workers, Format: f}, func(string, string) (io.Writer, error) { return io.Discard, nil })
				close(stop)
				if err != nil || sum.Rows < many {
					b.Fatal(sum.Rows, err)
				}
				grown := max(peak.Load(), before) - before
				b.ReportMetric(float64(grown)/(1<<20), "peak-MiB")
				if grown > bound {
					b.Errorf("the heap grows by %d MiB", grown>>20)
				}
			}
		})
	}
}
