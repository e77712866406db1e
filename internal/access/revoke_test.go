package access_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// byDistrict is every count of the catalogue by district on a day.
func byDistrict(t *testing.T, w *world.World, on date.Day) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for _, ind := range w.Figures.Catalogue.List() {
		if ind.Ratio != nil {
			continue
		}
		v, err := w.Figures.Value(t.Context(), account.Operator(), figure.Request{Name: ind.Name, On: on, By: []ledger.Dim{ledger.District}})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range v.Cells {
			out[fmt.Sprint(ind.Name, c.Keys)] = c.Value
		}
	}
	return out
}

// What the page says a revoked certificate does to the figures is what it does: for every certificate of the world,
// on days around every change, and the revocation is taken back without a trace.
func TestRevoke_changes_each_figure_by_what_the_certificate_lists(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	city := w.Actor(t, world.City)
	revoked, changed := 0, 0
	for _, p := range w.People {
		f, err := w.Registry.Find(t.Context(), city, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Certificates {
			if c.RevokedOn.Valid {
				continue
			}
			revoked++
			changed += revokeAndBack(t, w, city, p.ID, c)
		}
	}
	if revoked < 5 || changed < 5 {
		t.Errorf("%d certificates were revoked and %d cells changed: too few to show anything", revoked, changed)
	}
}

func revokeAndBack(t *testing.T, w *world.World, who account.Actor, worker registry.WorkerID, c registry.HeldCertificate) (changed int) {
	t.Helper()
	id, on := registry.CertificateID(c.ID), c.IssuedOn+30
	days := []date.Day{c.IssuedOn - 1, c.IssuedOn, on - 1, on, on + 400, date.Of(2023, 12, 31)}
	before := make([]map[string]int64, len(days))
	for i, d := range days {
		before[i] = byDistrict(t, w, d)
	}
	err := w.Registry.RevokeCertificate(t.Context(), who, registry.RevokeCertificateInput{Worker: worker, Certificate: id, On: on, Why: "冒名取得"})
	if err != nil {
		t.Fatal(err)
	}
	file, err := w.Registry.FindCertificate(t.Context(), who, worker, id)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range days {
		lost := map[string]int64{}
		for _, x := range file.Lost {
			if ind, _ := w.Figures.Catalogue.Find(x.Indicator); ind.Ratio == nil && x.From <= d && d <= x.To {
				lost[fmt.Sprint(x.Indicator, []int64{int64(x.District)})] = x.By
			}
		}
		after := byDistrict(t, w, d)
		for cell, n := range before[i] {
			if n-after[cell] != lost[cell] {
				t.Errorf("%s on %s fell by %d, the certificate says %d", cell, d, n-after[cell], lost[cell])
			}
			delete(after, cell)
			if lost[cell] != 0 {
				changed++
			}
			delete(lost, cell)
		}
		for cell, n := range after {
			if lost[cell] != -n {
				t.Errorf("%s on %s rose by %d, the certificate says %d", cell, d, n, -lost[cell])
			}
			delete(lost, cell)
		}
		if len(lost) > 0 {
			t.Errorf("on %s the certificate lists %v, which did not change", d, lost)
		}
	}
	if err := w.Registry.RestoreCertificate(t.Context(), who, worker, id, "查无实据"); err != nil {
		t.Fatal(err)
	}
	for i, d := range days {
		if got := fmt.Sprint(byDistrict(t, w, d)); got != fmt.Sprint(before[i]) {
			t.Errorf("taken back, the figures of %s are not what they were", d)
		}
	}
	return changed
}

// Other modules add what of theirs used a certificate; they are given the rows that speak of it.
func TestCertificate_lists_what_other_modules_made_of_it(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	worker, certificate := certificateOf(t, w)
	var id registry.WorkerID
	var paper registry.CertificateID
	if id.UnmarshalText([]byte(worker)) != nil || paper.UnmarshalText([]byte(certificate)) != nil {
		t.Fatal("unreadable ids")
	}
	w.Registry.CertificateUses = append(w.Registry.CertificateUses, func(_ context.Context, _ *db.Tx, asked registry.WorkerID, rows []registry.CertificateID) ([]registry.Use, error) {
		if asked != id || len(rows) == 0 || rows[0] != paper {
			t.Errorf("asked about %s and rows %v", asked, rows)
		}
		return []registry.Use{{Key: "web_worker.uses", ID: 5, On: date.Of(2023, 5, 1), Text: "二〇二三年晋级认定"}}, nil
	})
	a := w.Client(t, world.Danyang).Get("/workers/" + worker + "/certificates/" + certificate)
	if a.Status != 200 || !strings.Contains(string(a.Body), "二〇二三年晋级认定") {
		t.Errorf("the page (%d) does not list the promotion", a.Status)
	}
	a = w.Client(t, world.Danyang).Get("/api/v1/workers/" + worker + "/certificates/" + certificate)
	if a.Status != 200 || !strings.Contains(string(a.Body), `"id":"5"`) {
		t.Errorf("the API (%d) does not list the promotion", a.Status)
	}
}

// The page's own form revokes and restores; what is refused keeps the reader's words.
func TestCertificate_page_revokes_and_restores(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	worker, certificate := certificateOf(t, w)
	at := "/workers/" + worker + "/certificates/" + certificate
	c := w.Client(t, world.Danyang)
	held := func() string {
		t.Helper()
		a := c.Get("/api/v1" + at)
		var doc struct {
			Certificate struct {
				Validity string `json:"validity"`
			} `json:"certificate"`
		}
		a.JSON(t, &doc)
		return doc.Certificate.Validity
	}
	was := held()
	if a := c.Form(at+"/revoke", map[string][]string{"on": {"1949-01-01"}, "why": {"冒名取得"}}); a.Status != 422 || !strings.Contains(string(a.Body), `value="冒名取得"`) {
		t.Errorf("a day before the issue is answered with %d", a.Status)
	}
	if a := c.Form(at+"/revoke", map[string][]string{"on": {"2023-03-01"}, "why": {"冒名取得"}}); a.Status != 303 {
		t.Fatalf("revoke: %d", a.Status)
	}
	if got := held(); got != string(registry.Revoked) {
		t.Errorf("revoked, it is %s", got)
	}
	if a := c.Form(at+"/revoke", map[string][]string{"on": {"2023-03-01"}, "why": {"冒名取得"}}); a.Status != 409 {
		t.Errorf("revoked twice: %d", a.Status)
	}
	if a := c.Form(at+"/restore", map[string][]string{"why": {"查无实据"}}); a.Status != 303 {
		t.Fatalf("restore: %d", a.Status)
	}
	if got := held(); got != was {
		t.Errorf("restored, it is %s, before it was %s", got, was)
	}
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		_, err := w.Registry.VerifyTimelines(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	var id registry.WorkerID
	if err := id.UnmarshalText([]byte(worker)); err != nil {
		t.Fatal(err)
	}
	err = w.Registry.RestoreCertificate(t.Context(), w.Actor(t, world.Firm), id, 1, "查无实据")
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("a firm restores: %v", err)
	}
}
