package access_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

func register(t *testing.T, w *world.World, login string, in registry.RequestInput) registry.Request {
	t.Helper()
	r, err := w.Registry.RegisterRequest(t.Context(), w.Actor(t, login), in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// copyFor gives the copy out as a file.
func copyFor(t *testing.T, w *world.World, who account.Actor, r registry.Request) (string, error) {
	t.Helper()
	var out bytes.Buffer
	_, err := w.Export.Write(t.Context(), who, locale.New(locale.ZH), export.Request{List: export.Copy, Format: listing.CSV, Worker: r.Worker, Request: r.ID},
		func(string, string) (io.Writer, error) { return &out, nil })
	return out.String(), err
}

func TestRequest_is_due_in_fifteen_working_days_and_is_answered_once(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	city, danyang := w.Actor(t, world.City), w.Actor(t, world.Danyang)
	p := w.Person(t, "卞若溪")
	// Received on Friday 7 April 2023: 23 April is made up for, 29 April to 3 May are off, 6 May is made up for.
	r := register(t, w, world.Firm, registry.RequestInput{Worker: p.ID, Kind: registry.RequestCorrect, ReceivedOn: date.Of(2023, 4, 7), Text: "出生年月应为1985年4月，经办人卞若溪"})
	if r.DueOn != date.Of(2023, 4, 27) || r.State != registry.RequestOpen || r.Left == nil || r.Overdue || r.Text == "" {
		t.Fatalf("registered %+v", r)
	}
	if _, err := w.Registry.RegisterRequest(t.Context(), danyang, registry.RequestInput{Worker: p.ID, Kind: registry.RequestCorrect, Text: "再次"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same again: %v", err)
	}
	list, total, counts, err := w.Registry.ListRequests(t.Context(), danyang, registry.RequestFilter{})
	if err != nil || total != 1 || counts.Open != 1 || counts.Overdue != 0 || list[0].Text != "" || list[0].Name != "卞若溪" {
		t.Errorf("list %+v %d %+v %v", list, total, counts, err)
	}
	if err := w.Registry.FinishRequest(t.Context(), danyang, p.ID, r.ID, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("done without a word: %v", err)
	}
	if err := w.Registry.FinishRequest(t.Context(), danyang, p.ID, r.ID, "出生年月已改为1985年4月"); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"done twice": w.Registry.FinishRequest(t.Context(), danyang, p.ID, r.ID, "再次办结"), "refused after": w.Registry.RefuseRequest(t.Context(), danyang, p.ID, r.ID, "理由不足")} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	got, err := w.Registry.FindRequest(t.Context(), city, p.ID, r.ID)
	if err != nil || got.State != registry.RequestDone || got.Answer != "出生年月已改为1985年4月" || got.DecidedBy != danyang.UserID || got.DecidedAt.IsZero() || got.Left != nil {
		t.Errorf("answered %+v %v", got, err)
	}
	late := register(t, w, world.Danyang, registry.RequestInput{Worker: p.ID, Kind: registry.RequestCopy, ReceivedOn: date.Of(2023, 3, 1)})
	if late.DueOn != date.Of(2023, 3, 22) || !late.Overdue || late.Left != nil {
		t.Errorf("an old request %+v", late)
	}
	if _, _, counts, err := w.Registry.ListRequests(t.Context(), city, registry.RequestFilter{All: true}); err != nil || counts.Open != 1 || counts.Overdue != 1 {
		t.Errorf("counts %+v %v", counts, err)
	}
}

func TestRequest_for_a_copy_gives_all_that_is_kept(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	danyang := w.Actor(t, world.Danyang)
	p := w.Person(t, "卞若溪")
	r := register(t, w, world.Firm, registry.RequestInput{Worker: p.ID, Kind: registry.RequestCopy})
	if err := w.Registry.FinishRequest(t.Context(), danyang, p.ID, r.ID, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("done before the copy is given: %v", err)
	}
	for _, login := range []string{world.Firm, world.Auditor, world.SysAdmin} {
		if _, err := copyFor(t, w, w.Actor(t, login), r); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", login, err)
		}
	}
	if _, err := copyFor(t, w, w.Actor(t, world.Jurong), r); !fault.Is(err, fault.NotFound) {
		t.Errorf("another district: %v", err)
	}
	text, err := copyFor(t, w, danyang, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"卞若溪", "329901198503120026", "19900000001", "S000032000000193720101", "丹阳花名册2022年6月.csv", "技能证书名册.csv", "查阅复制", "登记申请"} {
		if !strings.Contains(text, want) {
			t.Errorf("the copy does not hold %s:\n%s", want, text)
		}
	}
	for _, other := range w.People {
		if other.ID != p.ID && strings.Contains(text, other.Number) {
			t.Errorf("the copy holds another person's number")
		}
	}
	if err := w.Registry.FinishRequest(t.Context(), danyang, p.ID, r.ID, ""); err != nil {
		t.Errorf("done after the copy was given: %v", err)
	}
	if _, err := copyFor(t, w, danyang, r); !fault.Is(err, fault.Conflict) {
		t.Errorf("a copy for a request that is answered: %v", err)
	}
}

func TestRequest_for_an_erasure_is_done_by_erasing(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	city, danyang := w.Actor(t, world.City), w.Actor(t, world.Danyang)
	p := w.Person(t, "卞若溪")
	r := register(t, w, world.Danyang, registry.RequestInput{Worker: p.ID, Kind: registry.RequestErase, Text: "卞若溪本人书面申请"})
	other := register(t, w, world.Danyang, registry.RequestInput{Worker: p.ID, Kind: registry.RequestCorrect, Text: "手机号码应为19900000002"})
	if err := w.Registry.FinishRequest(t.Context(), city, p.ID, r.ID, "已办"); !fault.Is(err, fault.Conflict) {
		t.Errorf("done without erasing: %v", err)
	}
	if err := w.Registry.RefuseRequest(t.Context(), danyang, p.ID, r.ID, "仍在职"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("refused by who may not erase: %v", err)
	}
	if _, err := w.Registry.Erase(t.Context(), city, w.Intake, []registry.WorkerID{p.ID}, "本人申请"); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[registry.RequestID]registry.RequestState{r.ID: registry.RequestDone, other.ID: registry.RequestRefused} {
		got, err := w.Registry.FindRequest(t.Context(), city, p.ID, id)
		if err != nil || got.State != want || got.Text != "" || got.Answer != "" || got.Name != registry.ErasedName || !got.Erased || got.DecidedBy != city.UserID {
			t.Errorf("after the erasure %+v %v", got, err)
		}
	}
	if _, err := w.Registry.RegisterRequest(t.Context(), city, registry.RequestInput{Worker: p.ID, Kind: registry.RequestCopy}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a request of an erased person: %v", err)
	}
	q := w.Person(t, "逄立恒")
	no := register(t, w, world.Danyang, registry.RequestInput{Worker: q.ID, Kind: registry.RequestErase})
	if err := w.Registry.RefuseRequest(t.Context(), city, q.ID, no.ID, "仍在职，依法须保留会籍"); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Registry.FindRequest(t.Context(), city, q.ID, no.ID); err != nil || got.State != registry.RequestRefused || got.Answer != "仍在职，依法须保留会籍" {
		t.Errorf("refused %+v %v", got, err)
	}
}

func TestRequest_is_turned_away(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	danyang := w.Actor(t, world.Danyang)
	p := w.Person(t, "卞若溪")
	in := registry.RequestInput{Worker: p.ID, Kind: registry.RequestErase}
	for login, want := range map[string]fault.Kind{world.Jurong: fault.NotFound, world.Auditor: fault.Forbidden, world.SysAdmin: fault.Forbidden, world.AuditAdmin: fault.Forbidden} {
		if _, err := w.Registry.RegisterRequest(t.Context(), w.Actor(t, login), in); !fault.Is(err, want) {
			t.Errorf("%s: %v", login, err)
		}
	}
	bad := map[string]registry.RequestInput{
		"kind": {Worker: p.ID, Kind: "move"}, "received_on": {Worker: p.ID, Kind: registry.RequestCopy, ReceivedOn: date.On(w.DB.Now()) + 1},
		"text": {Worker: p.ID, Kind: registry.RequestCorrect, Text: "  "}, "text ": {Worker: p.ID, Kind: registry.RequestCopy, Text: strings.Repeat("长", 501)},
	}
	for field, in := range bad {
		_, err := w.Registry.RegisterRequest(t.Context(), danyang, in)
		if !slices.ContainsFunc(fault.Fields(err), func(f fault.Field) bool { return f.Name == strings.TrimSpace(field) }) {
			t.Errorf("%s: %v", field, err)
		}
	}
	r := register(t, w, world.Danyang, in)
	for login, want := range map[string]fault.Kind{world.Jurong: fault.NotFound, world.SysAdmin: fault.Forbidden} {
		if _, err := w.Registry.FindRequest(t.Context(), w.Actor(t, login), p.ID, r.ID); !fault.Is(err, want) {
			t.Errorf("%s opens: %v", login, err)
		}
	}
	if list, total, counts, err := w.Registry.ListRequests(t.Context(), w.Actor(t, world.Jurong), registry.RequestFilter{All: true}); err != nil || total+len(list)+counts.Open != 0 {
		t.Errorf("another district sees %v %d %+v %v", list, total, counts, err)
	}
	if err := w.Registry.RefuseRequest(t.Context(), w.Actor(t, world.Firm), p.ID, r.ID, "不办"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the firm refuses: %v", err)
	}
	if err := w.Registry.RefuseRequest(t.Context(), w.Actor(t, world.City), p.ID, r.ID, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("refused without a reason: %v", err)
	}
	w.SetClock(time.Date(2026, 12, 20, 2, 0, 0, 0, time.UTC))
	if _, err := w.Registry.RegisterRequest(t.Context(), danyang, registry.RequestInput{Worker: p.ID, Kind: registry.RequestCopy}); !fault.Is(err, fault.Conflict) || !strings.Contains(fmt.Sprint(err), "calendar") {
		t.Errorf("due in a year that is not known: %v", err)
	}
	if list, _, _, err := w.Registry.ListRequests(t.Context(), danyang, registry.RequestFilter{}); err != nil || len(list) != 1 || !list[0].Overdue {
		t.Errorf("listed years later: %+v %v", list, err)
	}
}
