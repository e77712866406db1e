package registry_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// filesCertificates are the certificates that the files of all people whom a reader sees hold: what the list must show.
func filesCertificates(t *testing.T, w *world.World, who account.Actor) map[int64]registry.HeldCertificate {
	t.Helper()
	out := map[int64]registry.HeldCertificate{}
	for _, p := range w.People {
		file, err := w.Registry.Find(t.Context(), who, p.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range file.Certificates {
			out[c.ID] = c
		}
	}
	return out
}

func listAll(t *testing.T, w *world.World, who account.Actor, f registry.CertificateFilter) (all []registry.ListedCertificate) {
	t.Helper()
	for {
		part, total, err := w.Registry.ListCertificates(t.Context(), who, f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part...)
		if len(part) < f.Limit {
			if len(all) != total {
				t.Errorf("%+v: %d certificates on the pages, %d in all", f, len(all), total)
			}
			return all
		}
		f.After = registry.CertificateID(part[len(part)-1].ID)
	}
}

// Each reader's list holds the certificates in the files of the own subtree, once, in every order and page size.
func TestListCertificates_pages_hold_what_the_files_of_the_subtree_hold(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, login := range []string{world.City, world.Danyang, world.Jurong, world.Firm} {
		who := w.Actor(t, login)
		want := filesCertificates(t, w, who)
		if len(want) == 0 {
			t.Fatalf("%s sees no certificate", login)
		}
		for order, by := range map[listing.Order]func(a, b registry.ListedCertificate) int{
			"":        func(a, b registry.ListedCertificate) int { return cmp.Compare(b.IssuedOn, a.IssuedOn) },
			"issued":  func(a, b registry.ListedCertificate) int { return cmp.Compare(a.IssuedOn, b.IssuedOn) },
			"-rank":   func(a, b registry.ListedCertificate) int { return cmp.Compare(b.Rank, a.Rank) },
			"name":    func(a, b registry.ListedCertificate) int { return cmp.Compare(a.Worker.Pinyin, b.Worker.Pinyin) },
			"-issued": func(a, b registry.ListedCertificate) int { return cmp.Compare(b.IssuedOn, a.IssuedOn) },
		} {
			for _, size := range []int{2, 500} {
				got := listAll(t, w, who, registry.CertificateFilter{Order: order, Limit: size})
				if !slices.IsSortedFunc(got, by) {
					t.Errorf("%s by %q: not in order", login, order)
				}
				seen := map[int64]registry.HeldCertificate{}
				for _, c := range got {
					seen[c.ID] = c.HeldCertificate
					held := want[c.ID]
					if c.NumberMasked != held.NumberMasked || !strings.Contains(c.NumberMasked, "****") || c.ValidityOn(date.On(w.DB.Now())) != held.ValidityOn(date.On(w.DB.Now())) || c.Rank != held.Rank || c.Form == 0 {
						t.Errorf("%s sees %+v, the file has %+v", login, c.HeldCertificate, held)
					}
				}
				if len(got) != len(want) || len(seen) != len(want) {
					t.Errorf("%s by %q, pages of %d: %d certificates, %d different, want %d", login, order, size, len(got), len(seen), len(want))
				}
			}
		}
	}
}

// A number finds its certificate, in any spelling, for who sees its holder and nobody else, and a revocation is seen at once.
func TestListCertificates_finds_by_number_and_follows_a_revocation(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	const number = "S000032000000171720104" // of 逄立恒 of Danyang
	find := func(login, text string) []registry.ListedCertificate {
		t.Helper()
		list, total, err := w.Registry.ListCertificates(t.Context(), w.Actor(t, login), registry.CertificateFilter{Text: text})
		if err != nil || total != len(list) {
			t.Fatal(total, len(list), err)
		}
		return list
	}
	found := find(world.Danyang, " s000032000000171720104 ")
	if len(found) != 1 || found[0].Worker.Name != "逄立恒" || found[0].Form != registry.FormSkill {
		t.Fatalf("%+v", found)
	}
	for _, login := range []string{world.Jurong, world.Firm} {
		if list := find(login, number); len(list) != 0 {
			t.Errorf("%s finds a certificate of others", login)
		}
	}
	if list := find(world.City, "S000032000000171720109"); len(list) != 0 {
		t.Error("a number that nobody holds is found")
	}
	revoked := registry.CertificateFilter{State: registry.Revoked, Limit: 500}
	before := len(listAll(t, w, w.Actor(t, world.City), revoked))
	c := found[0]
	err := w.Registry.RevokeCertificate(t.Context(), w.Actor(t, world.Danyang), registry.RevokeCertificateInput{Worker: c.Worker.ID, Certificate: registry.CertificateID(c.ID), On: date.Of(2023, 1, 1), Why: "冒名取得"})
	if err != nil {
		t.Fatal(err)
	}
	if after := listAll(t, w, w.Actor(t, world.City), revoked); len(after) != before+1 {
		t.Errorf("%d revoked before, %d after", before, len(after))
	}
	revoked.Text = number
	if list, total, err := w.Registry.ListCertificates(t.Context(), w.Actor(t, world.City), revoked); err != nil || total != 1 || list[0].ID != c.ID {
		t.Errorf("by number among the revoked: %d, %v", total, err)
	}
	revoked.State = registry.Valid
	if _, total, err := w.Registry.ListCertificates(t.Context(), w.Actor(t, world.City), revoked); err != nil || total != 0 {
		t.Errorf("by number among the valid: %d, %v", total, err)
	}
}

// What cannot be asked is told, and nobody looks without the right.
func TestListCertificates_refuses_what_cannot_be(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for name, f := range map[string]registry.CertificateFilter{
		"rank":  {Rank: 9},
		"state": {State: "good"},
		"to":    {From: date.Of(2023, 2, 1), To: date.Of(2023, 1, 1)},
		"sort":  {Order: "number"},
	} {
		_, _, err := w.Registry.ListCertificates(t.Context(), w.Actor(t, world.City), f)
		if fields := fault.Fields(err); len(fields) != 1 || fields[0].Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := w.Registry.ListCertificates(t.Context(), w.Actor(t, world.SysAdmin), registry.CertificateFilter{}); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	other := listAll(t, w, w.Actor(t, world.Jurong), registry.CertificateFilter{Limit: 500})
	mine := filesCertificates(t, w, w.Actor(t, world.Danyang))
	for _, c := range other {
		if _, both := mine[c.ID]; both {
			continue // of the person who moved
		}
		if _, _, err := w.Registry.ListCertificates(t.Context(), w.Actor(t, world.Danyang), registry.CertificateFilter{After: registry.CertificateID(c.ID)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a page begins behind a certificate of others: %v", err)
		}
	}
}

// The export gives what the list gives, for every filter, and asks for its own right.
func TestExportCertificates_gives_what_the_list_shows(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, f := range []registry.CertificateFilter{
		{}, {Rank: 4}, {Form: registry.FormSkill}, {Form: registry.FormQuals}, {District: 321181}, {Employer: w.Unit(t, "丹阳新光眼镜有限公司")}, {From: date.Of(2019, 1, 1), To: date.Of(2021, 12, 31)},
		{State: registry.Valid}, {State: registry.Expired}, {Text: "卞"}, {Text: "bian", Rank: 4}, {Text: "S000032000000171720104"}, {Occupation: 6180101},
	} {
		for _, login := range []string{world.City, world.Danyang} {
			who := w.Actor(t, login)
			f.Limit = 500
			ids := func(list []registry.ListedCertificate) (out []int64) {
				for _, c := range list {
					out = append(out, c.ID)
				}
				slices.Sort(out)
				return out
			}
			want, total, err := w.Registry.ListCertificates(t.Context(), who, f)
			if err != nil || total != len(want) {
				t.Fatal(total, err)
			}
			var got []registry.ListedCertificate
			err = w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
				n, all, err := w.Registry.ExportCertificates(t.Context(), tx, who, f)
				if err != nil {
					return err
				}
				for c, err := range all {
					if err != nil {
						return err
					}
					got = append(got, c)
				}
				if n != len(got) {
					t.Errorf("%+v: %d counted, %d given", f, n, len(got))
				}
				return nil
			})
			if err != nil || !slices.Equal(ids(got), ids(want)) {
				t.Errorf("%+v as %s: %v exported, %v listed: %v", f, login, ids(got), ids(want), err)
			}
		}
	}
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		_, _, err := w.Registry.ExportCertificates(t.Context(), tx, w.Actor(t, world.Auditor), registry.CertificateFilter{})
		return err
	})
	if !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
}

// Forms of certificates from before they were kept are told from the numbers, and lists show them.
func TestFillForms_tells_what_the_numbers_say(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.City)
	skill := registry.CertificateFilter{Form: registry.FormSkill, Limit: 500}
	want := len(listAll(t, w, who, skill))
	all := len(listAll(t, w, who, registry.CertificateFilter{Limit: 500}))
	err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE registry_certificate SET form = 0`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.Registry.FillForms(t.Context()); err != nil || n < all {
		t.Fatalf("%d filled of %d: %v", n, all, err)
	}
	if got := len(listAll(t, w, who, skill)); got != want || want == 0 {
		t.Errorf("%d of the form, want %d", got, want)
	}
	if n, err := w.Registry.FillForms(t.Context()); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
}
