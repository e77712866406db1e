package access_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// The worker of these tests, of 丹阳新光眼镜有限公司, and her numbers.
const (
	mineName   = "卞若溪"
	mineNumber = "329901198503120026"
	minePhone  = "19900000001"
)

var mineNumbers = []string{mineNumber, minePhone, "S000032000000193720101"}

func lastFour(s string) string { return s[len(s)-4:] }

// slipOf makes a slip for somebody.
func slipOf(t *testing.T, w *world.World, by account.Actor, id registry.WorkerID) string {
	t.Helper()
	run, err := w.Registry.MakeSlips(t.Context(), by, registry.SlipInput{Workers: []registry.WorkerID{id}})
	if err != nil || len(run.Slips) != 1 {
		t.Fatalf("a slip: %+v %v", run, err)
	}
	return run.Slips[0].Code
}

// activated gives 卞若溪 a login and lets her read the notice.
func activated(t *testing.T, w *world.World) account.Actor {
	t.Helper()
	code := slipOf(t, w, w.Actor(t, world.Danyang), w.Person(t, mineName).ID)
	_, who, err := w.Registry.Activate(t.Context(), registry.ActivateInput{Code: code, ID: lastFour(mineNumber), Phone: lastFour(minePhone), Password: world.Password}, "192.0.2.9")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Registry.AcceptNotice(t.Context(), who, registry.NoticeVersion()); err != nil {
		t.Fatal(err)
	}
	return who
}

// mine gives the worker of the table her login, and {own request} of hers.
func (f *fixture) mine(t *testing.T) {
	who := activated(t, f.World)
	r, err := f.Registry.AskOwn(t.Context(), who, registry.RequestCorrect, "入职日期有误")
	if err != nil {
		t.Fatal(err)
	}
	f.words["{own request}"] = r.ID.String()
}

// Statuses in the order nobody, city, own, other, firm, auditor, sysadmin, auditadmin, worker.
var (
	pageMineAlone = everybody{303, 403, 403, 403, 403, 403, 403, 403, 200}
	pageInviters  = everybody{303, 403, 200, 200, 403, 403, 403, 403, 403} // those who make slips, each within the own subtree
	apiMineAlone  = everybody{401, 403, 403, 403, 403, 403, 403, 403, 200}
)

const noCode = "code=77777-77777-77777-77777-777777&id=0026&phone=0001&password=Qiao-Liang-2024&again=Qiao-Liang-2024"

func ownPages() []ask {
	everywhere := everybody{200, 200, 200, 200, 200, 200, 200, 200, 200}
	return []ask{
		{of: "GET /me/activate", what: "the form", path: "/me/activate", want: everywhere},
		{of: "POST /me/activate", what: "a code that nobody has", path: "/me/activate", form: noCode, want: everybody{401, 401, 401, 401, 401, 401, 401, 401, 401}},
		{of: "GET /me/file", what: "the own file", path: "/me/file", want: pageMineAlone},
		{of: "POST /me/file", what: "the own number", path: "/me/file", form: "field=id_number", shows: numbers, want: pageMineAlone},
		{of: "GET /me/timeline", what: "the own timeline", path: "/me/timeline", want: pageMineAlone},
		{of: "GET /me/looks", what: "who looked", path: "/me/looks?own=1", want: pageMineAlone},
		{of: "POST /me/copy", what: "the own copy", path: "/me/copy", shows: numbers, want: pageMineAlone},
		{of: "GET /me/requests", what: "the own ones", path: "/me/requests", want: pageMineAlone},
		{of: "POST /me/requests", what: "without a text", path: "/me/requests", form: "kind=opinion&text=", want: everybody{303, 403, 403, 403, 403, 403, 403, 403, 422}},
		{of: "GET /me/requests/new", what: "the form", path: "/me/requests/new?kind=correct", want: pageMineAlone},
		{of: "GET /me/requests/{request}", what: "the own one", path: "/me/requests/{own request}", want: pageMineAlone},
		{of: "GET /me/requests/{request}", what: "another person's, by its guessed id", path: "/me/requests/{request}", want: everybody{303, 403, 403, 403, 403, 403, 403, 403, 404}},
		{of: "GET /me/notice", what: "the notice", path: "/me/notice", want: pageMineAlone},
		{of: "POST /me/notice", what: "of another version", path: "/me/notice", form: "version=00000000", want: everybody{303, 403, 403, 403, 403, 403, 403, 403, 409}},
		{of: "GET /me/consents", what: "the own ones", path: "/me/consents", want: pageMineAlone},
		{of: "POST /me/consents", what: "of no kind", path: "/me/consents", form: "kind=face&given=1", want: everybody{303, 403, 403, 403, 403, 403, 403, 403, 422}},
		{of: "GET /workers/{id}", what: "the own file by its id is the desk's", path: "/workers/{colleague}", want: everybody{303, 200, 200, 404, 200, 200, 403, 403, 403}},
		{of: "GET /slips", what: "who has no login", path: "/slips", want: pageInviters},
		{of: "GET /slips", what: "one person of Danyang", path: "/slips?worker={worker}", want: everybody{303, 403, 200, 404, 403, 403, 403, 403, 403}},
		{of: "GET /slips", what: "of one firm", path: "/slips?firm=丹阳恒远机械有限公司", want: pageInviters},
		{of: "GET /slips", what: "of no firm that is known", path: "/slips?firm=无此厂", want: everybody{303, 403, 422, 422, 403, 403, 403, 403, 403}},
		{of: "POST /slips", what: "for whom", path: "/slips", form: "all=1", want: pageInviters},
		{of: "POST /slips", what: "for whom of one firm", path: "/slips", form: "all=1&firm=丹阳恒远机械有限公司", want: pageInviters},
		{of: "POST /slips", what: "one of Danyang", path: "/slips", form: "worker={worker}&step=make&site=https://tuoxing.example.cn", want: everybody{303, 403, 200, 404, 403, 403, 403, 403, 403}},
	}
}

func ownOperations() []ask {
	return []ask{
		{of: "POST /api/v1/me/activation", what: "a code that nobody has", path: "/api/v1/me/activation", json: `{"code":"77777-77777-77777-77777-777777","id_last":"0026","phone_last":"0001","password":"Qiao-Liang-2024"}`, want: everybody{401, 401, 401, 401, 401, 401, 401, 401, 401}},
		{of: "GET /api/v1/me/file", what: "the own file", path: "/api/v1/me/file", want: apiMineAlone},
		{of: "POST /api/v1/me/file/reveal", what: "the own phone", path: "/api/v1/me/file/reveal", json: `{"field":"phone"}`, shows: numbers, want: apiMineAlone},
		{of: "GET /api/v1/me/looks", what: "who looked", path: "/api/v1/me/looks?own=true", want: apiMineAlone},
		{of: "POST /api/v1/me/copy", what: "the own copy", path: "/api/v1/me/copy", json: `{"format":"csv"}`, shows: numbers, want: apiMineAlone},
		{of: "GET /api/v1/me/requests", what: "the own ones", path: "/api/v1/me/requests", want: apiMineAlone},
		{of: "POST /api/v1/me/requests", what: "without a text", path: "/api/v1/me/requests", json: `{"kind":"opinion"}`, want: everybody{401, 403, 403, 403, 403, 403, 403, 403, 422}},
		{of: "GET /api/v1/me/requests/{request}", what: "the own one", path: "/api/v1/me/requests/{own request}", want: apiMineAlone},
		{of: "GET /api/v1/me/requests/{request}", what: "another person's, by its guessed id", path: "/api/v1/me/requests/{request}", want: everybody{401, 403, 403, 403, 403, 403, 403, 403, 404}},
		{of: "GET /api/v1/me/notice", what: "the notice", path: "/api/v1/me/notice", want: apiMineAlone},
		{of: "POST /api/v1/me/notice", what: "of another version", path: "/api/v1/me/notice", json: `{"version":"00000000"}`, want: everybody{401, 403, 403, 403, 403, 403, 403, 403, 409}},
		{of: "GET /api/v1/me/consents", what: "the own ones", path: "/api/v1/me/consents", want: apiMineAlone},
		{of: "POST /api/v1/me/consents", what: "withdraw what was not given", path: "/api/v1/me/consents", json: `{"kind":"photo","given":false}`, want: apiMineAlone},
		{of: "GET /api/v1/workers/{id}", what: "the own file by its id is the desk's", path: "/api/v1/workers/{colleague}", want: everybody{401, 200, 200, 404, 200, 200, 403, 403, 403}},
		{of: "GET /api/v1/slips", what: "who has no login", path: "/api/v1/slips?limit=500", want: everybody{401, 403, 200, 200, 403, 403, 403, 403, 403}},
		{of: "POST /api/v1/slips", what: "one of Danyang", path: "/api/v1/slips", json: `{"workers":["{worker}"]}`, want: everybody{401, 403, 200, 404, 403, 403, 403, 403, 403}},
		{of: "POST /api/v1/slips", what: "for nobody", path: "/api/v1/slips", json: `{"preview":true}`, want: everybody{401, 403, 422, 422, 403, 403, 403, 403, 403}},
	}
}

func TestSlip_is_good_once_and_for_five_tries_in_all(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	danyang, p := w.Actor(t, world.Danyang), w.Person(t, mineName)
	right := registry.ActivateInput{ID: lastFour(mineNumber), Phone: lastFour(minePhone), Password: "Jing-Kou-2023"}
	try := func(code string, change func(*registry.ActivateInput)) error {
		in := right
		in.Code = code
		if change != nil {
			change(&in)
		}
		_, _, err := w.Registry.Activate(t.Context(), in, "192.0.2.9")
		return err
	}
	failed := func(what string, err error) {
		t.Helper()
		if f, ok := fault.As(err); !ok || f.Kind != fault.Unauthenticated || f.Key != "registry.activation_failed" {
			t.Errorf("%s: %v", what, err)
		}
	}
	first := slipOf(t, w, danyang, p.ID)
	second := slipOf(t, w, danyang, p.ID)
	failed("a slip that was replaced", try(first, nil))
	failed("a code that nobody has", try("77777-77777-77777-77777-777777", nil))
	for range 4 {
		failed("the wrong phone", try(second, func(in *registry.ActivateInput) { in.Phone = "0002" }))
	}
	// The lock of a login counts from zero after a right try; a slip's tries are counted in all.
	failed("the fifth wrong try", try(second, func(in *registry.ActivateInput) { in.ID = "002X" }))
	failed("the right digits after five wrong tries", try(second, nil))

	late := slipOf(t, w, danyang, p.ID)
	w.SetClock(w.DB.Now().Add(account.ActivationFor))
	failed("an expired slip", try(late, nil))

	good := slipOf(t, w, danyang, p.ID)
	for what, change := range map[string]func(*registry.ActivateInput){
		"code": func(in *registry.ActivateInput) { in.Code = "7K2QM" }, "id": func(in *registry.ActivateInput) { in.ID = mineNumber },
		"phone": func(in *registry.ActivateInput) { in.Phone = "abcd" }, "password": func(in *registry.ActivateInput) { in.Password = "short" },
	} {
		if err := try(good, change); !slices.ContainsFunc(fault.Fields(err), func(f fault.Field) bool { return f.Name == what }) {
			t.Errorf("a mistake in %s: %v", what, err)
		}
	}
	if err := try(strings.ToLower(strings.ReplaceAll(good, "-", " ")), nil); err != nil {
		t.Fatalf("the right slip, as a phone types it: %v", err)
	}
	failed("the slip again", try(good, nil))
	if n := len(logged(t, w, p.ID, "slip.failed")); n != 6 {
		t.Errorf("%d failed tries of the person are noted, want 6", n)
	}
	if len(logged(t, w, p.ID, "slip.void")) != 1 || len(logged(t, w, p.ID, "slip.make")) != 4 || len(logged(t, w, p.ID, "own.activate")) != 1 {
		t.Error("making, voiding or using a slip is not noted with the person")
	}
}

func logged(t *testing.T, w *world.World, id registry.WorkerID, action string) []registry.Look {
	t.Helper()
	var out []registry.Look
	text, err := auditOf(t, w, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range text {
		if a == action {
			out = append(out, registry.Look{Action: a})
		}
	}
	return out
}

// auditOf lists the actions about a person as the log holds them.
func auditOf(t *testing.T, w *world.World, id registry.WorkerID) (actions []string, err error) {
	err = w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), `SELECT action FROM audit_entry WHERE subject = $1 ORDER BY at, id`, []any{id.String()}, func(row db.Scanner) error {
			var a string
			err := row.Scan(&a)
			actions = append(actions, a)
			return err
		})
	})
	return actions, err
}

func TestSlip_is_made_by_the_union_of_the_firm_for_its_own_people(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	u, initial, err := w.Accounts.Create(t.Context(), w.Actor(t, world.City), account.CreateInput{Login: "xinguang-gh", Name: "新光工会", Role: account.EnterpriseUnion, Unit: w.Unit(t, "丹阳新光眼镜有限公司")})
	if err != nil {
		t.Fatal(err)
	}
	_, who, err := w.Accounts.Login(t.Context(), u.Login, initial, "")
	if err == nil {
		err = w.Accounts.ChangePassword(t.Context(), who, initial, world.Password)
	}
	if err == nil {
		_, who, err = w.Accounts.Login(t.Context(), u.Login, world.Password, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	list, total, err := w.Registry.ListInvited(t.Context(), who, registry.InvitedFilter{})
	if err != nil || total != len(firmPeople) || len(list) != total {
		t.Fatalf("%d of %d people of the firm: %v", len(list), total, err)
	}
	run, err := w.Registry.MakeSlips(t.Context(), who, registry.SlipInput{All: true})
	if err != nil || len(run.Slips)+len(run.NoPhone) != total {
		t.Fatalf("%+v %v", run, err)
	}
	again, err := w.Registry.PlanSlips(t.Context(), who, registry.SlipInput{All: true})
	if err != nil || len(again.Slips) != 0 {
		t.Errorf("slips that are good are made again: %+v %v", again, err)
	}
	if _, err := w.Registry.MakeSlips(t.Context(), who, registry.SlipInput{Workers: []registry.WorkerID{w.Person(t, "逄立恒").ID}}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a slip for another firm's person: %v", err)
	}
	for _, login := range []string{world.City, world.Firm, world.Auditor, world.SysAdmin} {
		if _, err := w.Registry.MakeSlips(t.Context(), w.Actor(t, login), registry.SlipInput{All: true}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s makes slips: %v", login, err)
		}
	}
}

func TestWorker_logs_in_with_the_ID_number_and_is_locked_out_as_others_are(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	activated(t, w)
	login := func(number, password string) error {
		_, _, err := w.Registry.Login(t.Context(), number, password, "192.0.2.9")
		return err
	}
	for _, spelling := range []string{mineNumber, " 3299 0119 8503 1200 26 ", "３２９９０１１９８５０３１２００２６"} {
		if err := login(spelling, world.Password); err != nil {
			t.Errorf("%q: %v", spelling, err)
		}
	}
	if err := login("329901850312002", world.Password); err != nil {
		t.Errorf("the number of 15 digits: %v", err)
	}
	stranger := login(w.Person(t, "逄立恒").Number, world.Password)
	wrong := login(mineNumber, "Wrong-Password-1")
	if stranger == nil || wrong == nil || stranger.Error() != wrong.Error() {
		t.Errorf("somebody without a login %v, a wrong password %v", stranger, wrong)
	}
	for range 4 {
		_ = login(mineNumber, "Wrong-Password-1")
	}
	if err := login(mineNumber, world.Password); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("right after five wrong ones: %v", err)
	}
	w.SetClock(w.DB.Now().Add(15 * time.Minute))
	if err := login(mineNumber, world.Password); err != nil {
		t.Errorf("after the lock: %v", err)
	}
	// A new slip is the way to a new password; until it is used the old one holds.
	code := slipOf(t, w, w.Actor(t, world.Danyang), w.Person(t, mineName).ID)
	if err := login(mineNumber, world.Password); err != nil {
		t.Errorf("with a new slip out: %v", err)
	}
	if _, _, err := w.Registry.Activate(t.Context(), registry.ActivateInput{Code: code, ID: lastFour(mineNumber), Phone: lastFour(minePhone), Password: "Dan-Yang-2024"}, ""); err != nil {
		t.Fatal(err)
	}
	if login(mineNumber, world.Password) == nil || login(mineNumber, "Dan-Yang-2024") != nil {
		t.Error("the new password does not replace the old one")
	}
}

func TestWorker_reads_the_notice_before_anything_else(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	code := slipOf(t, w, w.Actor(t, world.Danyang), w.Person(t, mineName).ID)
	nobody := w.Client(t, "")
	a := nobody.Form("/me/activate", url.Values{"code": {code}, "id": {lastFour(mineNumber)}, "phone": {lastFour(minePhone)}, "password": {world.Password}, "again": {world.Password}})
	if a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/me/notice" {
		t.Fatalf("status %d to %s: %.300s", a.Status, a.Header.Get("Location"), a.Body)
	}
	mine := w.Client(t, mineNumber)
	for _, path := range []string{"/me/file", "/me/timeline", "/me/looks", "/me/requests", "/me/consents"} {
		if a := mine.Get(path); a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/me/notice" || bytes.Contains(a.Body, []byte(mineName)) {
			t.Errorf("%s before the notice: status %d to %s", path, a.Status, a.Header.Get("Location"))
		}
	}
	if a := mine.Get("/api/v1/me/file"); a.Status != http.StatusForbidden || !bytes.Contains(a.Body, []byte("registry.notice_first")) {
		t.Errorf("the API before the notice: %d %s", a.Status, a.Body)
	}
	if a := mine.Get("/me/notice"); a.Status != 200 || !bytes.Contains(a.Body, []byte(registry.NoticeVersion())) || !bytes.Contains(a.Body, []byte("手机号码")) {
		t.Errorf("the notice: %d %.300s", a.Status, a.Body)
	}
	if a := mine.Form("/me/requests", url.Values{"kind": {"opinion"}, "text": {"告知书太长"}}); a.Status != http.StatusSeeOther {
		t.Errorf("a complaint before the notice: %d", a.Status)
	}
	if a := mine.Form("/me/notice", url.Values{"version": {registry.NoticeVersion()}}); a.Status != http.StatusSeeOther {
		t.Fatalf("reading the notice: %d", a.Status)
	}
	if a := mine.Get("/me/file"); a.Status != 200 || !bytes.Contains(a.Body, []byte(mineName)) {
		t.Errorf("after the notice: %d", a.Status)
	}
	n, err := w.Registry.OwnNotice(t.Context(), w.Actor(t, mineNumber))
	if err != nil || n.Accepted.IsZero() {
		t.Errorf("kept: %+v %v", n, err)
	}
	var text string
	if err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT text FROM registry_notice_text WHERE notice = $1`, []any{registry.NoticeVersion()}, &text)
	}); err != nil || !strings.Contains(text, "手机号码") {
		t.Errorf("what the version said is not kept: %.100s %v", text, err)
	}
	// A version that is no longer in force has to be read anew.
	if err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE registry_notice SET notice = '00000000'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if a := mine.Get("/me/file"); a.Header.Get("Location") != "/me/notice" {
		t.Errorf("after the notice changed: %d", a.Status)
	}
}

func TestConsent_is_given_by_nobody_by_default_and_can_be_withdrawn(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := activated(t, w)
	say := func(kind registry.ConsentKind, given bool) {
		t.Helper()
		w.SetClock(w.DB.Now().Add(time.Minute))
		if err := w.Registry.SayConsent(t.Context(), who, kind, given); err != nil {
			t.Fatal(err)
		}
	}
	list, err := w.Registry.OwnConsents(t.Context(), who)
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	for _, c := range list {
		if c.Given || len(c.History) != 0 {
			t.Errorf("%s is given by default", c.Kind)
		}
	}
	say(registry.ConsentPhoto, true)
	say(registry.ConsentPhoto, true) // says what holds already
	say(registry.ConsentPhoto, false)
	say(registry.ConsentBank, true)
	list, err = w.Registry.OwnConsents(t.Context(), who)
	if err != nil || !list[0].Given || list[1].Given || len(list[1].History) != 2 || !list[1].History[0].Given || list[2].Given {
		t.Errorf("%+v %v", list, err)
	}
}

func TestWorker_reads_who_looked_when_in_which_capacity_and_why(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := activated(t, w)
	p, danyang, firm := w.Person(t, mineName), w.Actor(t, world.Danyang), w.Actor(t, world.Firm)
	r, err := w.Registry.AskOwn(t.Context(), who, registry.RequestCorrect, "入职日期应为2011年1月15日")
	if err != nil {
		t.Fatal(err)
	}
	file, err := w.Registry.Find(t.Context(), danyang, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	line, imported := file.Jobs[0].Line, intake.ImportID(file.Jobs[0].Import)
	// Every verb that shows something of one person's file, and the action by which the person reads of it.
	looks := map[string]func() error{
		"worker.open": func() error { _, err := w.Registry.Find(t.Context(), firm, p.ID); return err },
		"worker.reveal": func() error {
			_, err := w.Registry.Reveal(t.Context(), danyang, p.ID, registry.SecretID, "verify")
			return err
		},
		"worker.cells": func() error {
			_, err := w.Registry.Cells(t.Context(), danyang, w.Intake, p.ID, imported, line)
			return err
		},
		"worker.reveal_cells": func() error {
			_, err := w.Registry.RevealCells(t.Context(), danyang, w.Intake, p.ID, imported, line, "核对工资卡")
			return err
		},
		"certificate.open": func() error {
			_, err := w.Registry.FindCertificate(t.Context(), danyang, p.ID, registry.CertificateID(file.Certificates[0].ID))
			return err
		},
		"request.open": func() error { _, err := w.Registry.FindRequest(t.Context(), firm, p.ID, r.ID); return err },
		"worker.erase_plan": func() error {
			_, err := w.Registry.PlanErasure(t.Context(), w.Actor(t, world.City), w.Intake, p.ID)
			return err
		},
		"slip.make": func() error { slipOf(t, w, danyang, p.ID); return nil },
	}
	for action, look := range looks {
		w.SetClock(w.DB.Now().Add(time.Minute))
		if err := look(); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		list, _, err := w.Registry.OwnLooks(t.Context(), who, registry.LookFilter{})
		if err != nil || len(list) == 0 || list[0].Action != action || list[0].Own || list[0].Role == "" || list[0].Key() == "registry.look.other" {
			t.Errorf("after %s the worker reads %+v %v", action, list, err)
		}
		if action == "worker.reveal" && (list[0].Why != "verify" || list[0].Field != "id_number" || list[0].Role != account.District || list[0].Unit != w.Unit(t, "丹阳市总工会")) {
			t.Errorf("how and why: %+v", list[0])
		}
	}
	// Whole numbers that leave in a list are noted with each person.
	_, err = w.Export.Write(t.Context(), danyang, locale.New(locale.ZH), export.Request{List: export.Workers, Format: listing.CSV, Numbers: export.Full, Why: "核对补贴"}, func(string, string) (io.Writer, error) { return io.Discard, nil })
	if err != nil {
		t.Fatal(err)
	}
	list, total, err := w.Registry.OwnLooks(t.Context(), who, registry.LookFilter{})
	if err != nil || list[0].Field != "export" || list[0].Why != "核对补贴" {
		t.Errorf("an export: %+v %v", list[0], err)
	}
	_, all, err := w.Registry.OwnLooks(t.Context(), who, registry.LookFilter{Own: true})
	if err != nil || all <= total {
		t.Errorf("%d looks, %d with the own ones: %v", total, all, err)
	}
	rest, _, err := w.Registry.OwnLooks(t.Context(), who, registry.LookFilter{Limit: 3})
	if err != nil || len(rest) != 3 {
		t.Fatal(rest, err)
	}
	page := w.Client(t, mineNumber).Get("/me/looks")
	for _, want := range []string{"丹阳市总工会", "核对导入数据", "查看完整号码"} {
		if !bytes.Contains(page.Body, []byte(want)) {
			t.Errorf("the page does not say %s", want)
		}
	}
	for _, name := range []string{"丹阳业务员", "新光经办"} {
		if bytes.Contains(page.Body, []byte(name)) {
			t.Errorf("the page names the officer %s", name)
		}
	}
}

func TestLook_has_a_word_for_every_action_about_a_person(t *testing.T) {
	t.Parallel()
	for _, lang := range []locale.Lang{locale.ZH, locale.EN} {
		p := locale.New(lang)
		for _, a := range []string{"worker.open", "own.consent", "slip.void", "nothing.known"} {
			key := (&registry.Look{Action: a}).Key()
			if word := p.T(key); word == key {
				t.Errorf("%s has no word in %s", key, lang)
			}
		}
	}
}

func TestOpinion_is_answered_by_the_union_and_hidden_from_firms(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := activated(t, w)
	p, danyang, firm := w.Person(t, mineName), w.Actor(t, world.Danyang), w.Actor(t, world.Firm)
	first, err := w.Registry.AskOwn(t.Context(), who, registry.RequestOpinion, "班组经常拖延培训")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Registry.AskOwn(t.Context(), who, registry.RequestOpinion, "食堂涨价没有听取意见"); err != nil {
		t.Errorf("a second one while the first is open: %v", err)
	}
	if _, err := w.Registry.FindRequest(t.Context(), firm, p.ID, first.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the firm opens a complaint: %v", err)
	}
	if list, total, counts, err := w.Registry.ListRequests(t.Context(), firm, registry.RequestFilter{All: true}); err != nil || len(list)+total+counts.Open != 0 {
		t.Errorf("the firm lists complaints: %v %d %+v %v", list, total, counts, err)
	}
	if _, err := w.Registry.RegisterRequest(t.Context(), firm, registry.RequestInput{Worker: p.ID, Kind: registry.RequestOpinion, Text: "代为登记"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the firm takes down a complaint: %v", err)
	}
	if list, _, _, err := w.Registry.ListRequests(t.Context(), danyang, registry.RequestFilter{}); err != nil || len(list) != 2 {
		t.Errorf("the district sees %v %v", list, err)
	}
	if err := w.Registry.FinishRequest(t.Context(), danyang, p.ID, first.ID, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("answered without a word: %v", err)
	}
	if err := w.Registry.FinishRequest(t.Context(), danyang, p.ID, first.ID, "已约谈企业，培训时间不得占用休息日"); err != nil {
		t.Fatal(err)
	}
	got, err := w.Registry.OwnRequest(t.Context(), who, first.ID)
	if err != nil || got.State != registry.RequestDone || got.Answer == "" {
		t.Errorf("the worker reads %+v %v", got, err)
	}
}

func TestOwnCopy_is_given_at_once_and_answers_the_request(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := activated(t, w)
	asked, err := w.Registry.AskOwn(t.Context(), who, registry.RequestCopy, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time a request is made for it
		var out bytes.Buffer
		_, err = w.Export.Write(t.Context(), who, locale.New(locale.ZH), export.Request{List: export.Copy, Format: listing.CSV}, func(string, string) (io.Writer, error) { return &out, nil })
		if err != nil || !strings.Contains(out.String(), mineNumber) || !strings.Contains(out.String(), world.FileName(world.DanyangBefore)) {
			t.Fatalf("the copy: %.300s %v", out.String(), err)
		}
		for _, other := range w.People {
			if other.Name != mineName && strings.Contains(out.String(), other.Number) {
				t.Error("the copy holds another person's number")
			}
		}
	}
	list, err := w.Registry.OwnRequests(t.Context(), who)
	if err != nil || len(list) != 2 || list[0].State != registry.RequestDone || list[1].State != registry.RequestDone {
		t.Errorf("%+v %v", list, err)
	}
	if got, err := w.Registry.OwnRequest(t.Context(), who, asked.ID); err != nil || got.CopiedAt.IsZero() {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := w.Export.Write(t.Context(), w.Actor(t, world.Danyang), locale.New(locale.ZH), export.Request{List: export.Copy, Format: listing.CSV}, func(string, string) (io.Writer, error) { return io.Discard, nil }); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an officer's own copy: %v", err)
	}
}

func TestErasure_ends_the_login_of_the_person_at_once(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := activated(t, w)
	p, token := w.Person(t, mineName), w.Token(t, mineNumber)
	code := slipOf(t, w, w.Actor(t, world.Danyang), p.ID)
	if err := w.Registry.SayConsent(t.Context(), who, registry.ConsentPhoto, true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Registry.Erase(t.Context(), w.Actor(t, world.City), w.Intake, []registry.WorkerID{p.ID}, "本人申请"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accounts.Authenticate(t.Context(), token); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the session goes on: %v", err)
	}
	if _, err := w.Registry.OwnFile(t.Context(), who); !fault.Is(err, fault.NotFound) {
		t.Errorf("an actor from before: %v", err)
	}
	if _, _, err := w.Registry.Login(t.Context(), mineNumber, world.Password, ""); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("login after the erasure: %v", err)
	}
	if _, _, err := w.Registry.Activate(t.Context(), registry.ActivateInput{Code: code, ID: lastFour(mineNumber), Phone: lastFour(minePhone), Password: world.Password}, ""); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a slip from before: %v", err)
	}
	for _, table := range []string{"registry_login", "registry_slip", "registry_notice", "registry_consent"} {
		var n int
		if err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` WHERE worker_id = $1`, []any{int64(p.ID)}, &n)
		}); err != nil || n != 0 {
			t.Errorf("%d rows of the person stay in %s: %v", n, table, err)
		}
	}
}

func TestWorker_keeps_the_login_when_files_are_merged_and_when_the_firm_changes(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := activated(t, w)
	p, other, city := w.Person(t, mineName), w.Person(t, "卞知远"), w.Actor(t, world.City)
	if err := w.Registry.Merge(t.Context(), city, other.ID, p.ID, "重复档案"); err != nil {
		t.Fatal(err)
	}
	f, err := w.Registry.OwnFile(t.Context(), who)
	if err != nil || f.ID != other.ID {
		t.Errorf("after the merge the own file is %+v %v", f, err)
	}
	for _, number := range []string{mineNumber, other.Number} {
		if _, _, err := w.Registry.Login(t.Context(), number, world.Password, ""); err != nil {
			t.Errorf("login with a number of the one person: %v", err)
		}
	}
	if list, _, err := w.Registry.ListInvited(t.Context(), w.Actor(t, world.Danyang), registry.InvitedFilter{Limit: 500}); err != nil || slices.ContainsFunc(list, func(i registry.Invited) bool { return i.Worker == p.ID || i.Worker == other.ID }) {
		t.Errorf("who has a login is invited: %v", err)
	}
	if _, err := w.Registry.MakeSlips(t.Context(), w.Actor(t, world.Danyang), registry.SlipInput{Workers: []registry.WorkerID{p.ID}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a slip for a merged file: %v", err)
	}
	if err := w.Registry.Unmerge(t.Context(), city, p.ID, "经核实为两人"); err != nil {
		t.Fatal(err)
	}
	if f, err = w.Registry.OwnFile(t.Context(), who); err != nil || f.ID != p.ID {
		t.Errorf("after the merge was taken back: %v", err)
	}
	if _, _, err := w.Registry.Login(t.Context(), other.Number, world.Password, ""); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the other person logs in: %v", err)
	}

	// A roster of Jurong says that she works there now.
	moved := "姓名,身份证号,性别,单位名称,统一社会信用代码,岗位类别,入职日期,手机号码,是否工会会员\n" + mineName + "," + mineNumber + ",女,句容青山电子有限公司,,技术,2023-04-01," + minePhone + ",是\n"
	v := intake.Trusted(city.UserID)
	id, err := w.Intake.Receive(t.Context(), v, "调入.csv", strings.NewReader(moved), intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 5), Unit: int64(w.Unit(t, "句容市总工会"))})
	if err == nil {
		_, err = w.Intake.Stage(t.Context(), v, id)
	}
	if err == nil {
		_, err = w.Intake.Apply(t.Context(), v, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err = w.Registry.OwnFile(t.Context(), who)
	if err != nil || !slices.ContainsFunc(f.Jobs, func(j registry.Job) bool { return j.Employer == w.Unit(t, "句容青山电子有限公司") }) {
		t.Errorf("after the move: %+v %v", f, err)
	}
}
