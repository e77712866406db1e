package export_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/testkit/world"
)

// meanwhile is a receiver to whom something happens when the first bytes of the rows have come.
type meanwhile struct {
	bytes.Buffer
	do func()
}

func (m *meanwhile) Write(b []byte) (int, error) {
	n, err := m.Buffer.Write(b)
	if m.do != nil && m.Len() > 200 { // behind the title and the headings
		do := m.do
		m.do = nil
		do()
	}
	return n, err
}

// rowsBetween is the most rows that go out after a right is withdrawn; see the watch of package export.
const rowsBetween = 1000

// What is withdrawn while a file goes out stops it: the file says that it is not whole, has no control totals, and the log tells how
// much was given. What changes nothing lets it go on.
func TestExport_stops_when_the_right_to_it_is_withdrawn_meanwhile(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	crowd(t, w, 4*rowsBetween)
	admin := w.Actor(t, world.City)
	login := func(name string) account.Actor {
		x, err := w.Accounts.Add(t.Context(), admin, account.CreateInput{Login: name, Name: "业务员", Role: account.District, Unit: w.Unit(t, "丹阳市总工会")})
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := w.Accounts.Activate(t.Context(), account.ActivateInput{Login: name, Code: x.Code, Password: world.Password}, "")
		if err != nil {
			t.Fatal(err)
		}
		who, err := w.Accounts.Authenticate(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return who
	}
	program := func(who account.Actor) (account.Actor, account.Token) {
		tok, secret, err := w.Accounts.CreateToken(t.Context(), who, who.UserID, account.TokenInput{Name: "程序", ExpiresOn: date.On(w.DB.Now()) + 1, Rights: []account.Right{account.WorkerExport, account.WorkerRead}})
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.Accounts.AuthenticateToken(t.Context(), secret, "")
		if err != nil {
			t.Fatal(err)
		}
		return p, tok
	}
	set := func(role account.Role, unit string) func(account.Actor) error {
		return func(who account.Actor) error {
			return w.Accounts.Set(t.Context(), admin, who.UserID, account.SetInput{Name: "业务员", Role: role, Unit: w.Unit(t, unit)})
		}
	}
	for i, c := range []struct {
		name    string
		program bool
		do      func(who account.Actor) error
		goes    bool
	}{
		{name: "nothing", do: func(account.Actor) error { return nil }, goes: true},
		{name: "another name", do: set(account.District, "丹阳市总工会"), goes: false}, // ends the sessions, as every change of a user does
		{name: "a role without the right", do: set(account.Auditor, "")},
		{name: "another district", do: set(account.District, "句容市总工会")},
		{name: "a higher role", do: set(account.City, "")},
		{name: "locked", do: func(who account.Actor) error { return w.Accounts.Lock(t.Context(), admin, who.UserID) }},
		{name: "closed", do: func(who account.Actor) error { return w.Accounts.Close(t.Context(), admin, who.UserID) }},
		{name: "thrown out", do: func(who account.Actor) error { return w.Accounts.EndSessions(t.Context(), admin, who.UserID) }},
		{name: "a program, its user logs out", program: true, do: func(who account.Actor) error { return w.Accounts.EndSessions(t.Context(), admin, who.UserID) }, goes: true},
		{name: "a program, its token is revoked", program: true, do: func(who account.Actor) error {
			return w.Accounts.RevokeToken(t.Context(), admin, who.UserID, who.Token)
		}},
		{name: "a program, its user is locked", program: true, do: func(who account.Actor) error { return w.Accounts.Lock(t.Context(), admin, who.UserID) }},
	} {
		for _, form := range []listing.Format{listing.CSV, listing.XLSX} {
			who := login("desk" + string(rune('a'+i)) + string(form))
			if c.program {
				who, _ = program(who)
			}
			m := &meanwhile{do: func() {
				if err := c.do(who); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
			}}
			sum, err := w.App.Export.Write(t.Context(), who, zh, export.Request{List: export.Workers, Format: form}, func(string, string) (io.Writer, error) { return m, nil })
			if m.do != nil {
				t.Fatalf("%s: nothing was written", c.name)
			}
			stopped(t, w, c.name, who, form, m.Bytes(), err, c.goes)
			if c.goes && sum.Rows < 4*rowsBetween {
				t.Errorf("%s: %d rows", c.name, sum.Rows)
			}
		}
	}
}

// stopped looks at a file that went on, or did not.
func stopped(t *testing.T, w *world.World, name string, who account.Actor, form listing.Format, file []byte, err error, goes bool) {
	t.Helper()
	noted := entries(t, w, "export.stopped", who.UserID)
	if goes {
		if err != nil || len(noted) != 0 {
			t.Errorf("%s: %v, noted %v", name, err, noted)
		}
		return
	}
	if !fault.Is(err, fault.Forbidden) || len(noted) != 1 {
		t.Errorf("%s: %v, noted %v", name, err, noted)
		return
	}
	if form == listing.XLSX {
		if bytes.Contains(file, []byte("PK\x01\x02")) { // an entry of the directory, without which no program opens a workbook
			t.Errorf("%s: the workbook can be opened", name)
		}
		return
	}
	lines := strings.Split(strings.TrimSpace(string(file)), "\n")
	if rows := len(lines) - 4; rows > 2*rowsBetween || strings.Contains(string(file), "合计") {
		t.Errorf("%s: %d rows went out, with control totals: %t", name, rows, strings.Contains(string(file), "合计"))
	}
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "文件不完整") {
		t.Errorf("%s: the last line is %q", name, last)
	}
}

// entries are what the log holds of an act of a user.
func entries(t *testing.T, w *world.World, act string, user int64) (out []audit.Entry) {
	t.Helper()
	log, err := w.Accounts.ReadLog(t.Context(), w.Actor(t, world.AuditAdmin), account.LogFilter{Act: act, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range log.Lines {
		if e.User == user {
			out = append(out, e.Entry)
		}
	}
	return out
}

// A file of a few rows is asked about too, before it ends: also a pre-filled sheet.
func TestExport_of_a_few_rows_stops_before_it_is_whole(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	admin := w.Actor(t, world.City)
	for name, write := range map[string]func(who account.Actor, out io.Writer) error{
		"rows of a figure": func(who account.Actor, out io.Writer) error {
			_, err := w.App.Export.Write(t.Context(), who, zh, request(w, export.Rows, listing.CSV), func(string, string) (io.Writer, error) { return out, nil })
			return err
		},
		"sheet": func(who account.Actor, out io.Writer) error {
			_, err := w.App.Export.Sheet(t.Context(), who, zh, export.SheetRequest{Kind: "roster", Format: listing.CSV}, func(string, string) (io.Writer, error) { return out, nil })
			return err
		},
	} {
		who, err := w.Accounts.Authenticate(t.Context(), w.NewToken(t, world.Danyang))
		if err != nil {
			t.Fatal(err)
		}
		m := &meanwhile{}
		err = write(who, writerFunc(func(b []byte) (int, error) { // lost at the first byte
			if m.Len() == 0 {
				if err := w.Accounts.Lock(t.Context(), admin, who.UserID); err != nil {
					t.Error(err)
				}
			}
			return m.Write(b)
		}))
		if text := m.String(); !fault.Is(err, fault.Forbidden) || strings.Contains(text, "合计") || !strings.HasSuffix(strings.TrimSpace(text), "重新导出。") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		if err := w.Accounts.Unlock(t.Context(), admin, who.UserID); err != nil {
			t.Fatal(err)
		}
	}
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
