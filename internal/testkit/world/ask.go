package world

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

// Unit finds a unit by name or code, 0 for the empty name: the whole city.
func (w *World) Unit(t testing.TB, name string) org.UnitID {
	t.Helper()
	if name == "" {
		return 0
	}
	var id org.UnitID
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		tree, err := w.Org.Tree(t.Context(), tx)
		if err != nil {
			return err
		}
		id, err = tree.Find(name)
		return err
	})
	if err != nil {
		t.Fatalf("unit %s: %v", name, err)
	}
	return id
}

// Token gives the session token of a user, who is logged in when asked for the first time.
func (w *World) Token(t testing.TB, login string) string {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tokens[login] == "" {
		w.tokens[login] = w.NewToken(t, login)
	}
	return w.tokens[login]
}

// NewToken opens another session of a user: for tests that end it.
func (w *World) NewToken(t testing.TB, login string) string {
	t.Helper()
	token, _, err := w.Registry.Login(t.Context(), login, Password, "192.0.2.1")
	if err != nil {
		t.Fatalf("log %s in: %v", login, err)
	}
	return token
}

// Actor gives a user as the modules see them at this moment.
func (w *World) Actor(t testing.TB, login string) account.Actor {
	t.Helper()
	who, err := w.Accounts.Authenticate(t.Context(), w.Token(t, login))
	if err != nil {
		t.Fatalf("authenticate %s: %v", login, err)
	}
	return who
}

// readPeople finds the ids of the people in the spreadsheets.
func (w *World) readPeople(t testing.TB) {
	t.Helper()
	numbers := map[string]string{}
	for _, imp := range imports {
		for _, row := range rows(imp.file) {
			if len(row) > 1 && idNumber.MatchString(row[1]) && !strings.HasSuffix(row[0], "误码") {
				numbers[row[0]] = row[1]
			}
		}
	}
	list, total, err := w.Registry.List(t.Context(), w.Actor(t, City), registry.Filter{Limit: 500})
	if err != nil || total != len(numbers) {
		t.Fatalf("%d files for %d people: %v", total, len(numbers), err)
	}
	for _, f := range list {
		w.People = append(w.People, Person{ID: f.ID, Name: f.Name, Number: numbers[f.Name], District: f.District})
	}
}

// Person finds somebody by name.
func (w *World) Person(t testing.TB, name string) Person {
	t.Helper()
	i := slices.IndexFunc(w.People, func(p Person) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("nobody is called %s", name)
	}
	return w.People[i]
}

// What is personal in the spreadsheets.
var (
	idNumber = regexp.MustCompile(`^3299\d{13}[\dX]$`)
	phone    = regexp.MustCompile(`^1990\d{7}$`)
	cert     = regexp.MustCompile(`^S\d{21}$`)
)

// Secrets are all ID numbers (also the wrong ones), phone and certificate numbers of the
// spreadsheets that were taken in.
func Secrets() []string {
	found := map[string]bool{}
	for _, imp := range imports {
		for _, row := range rows(imp.file) {
			for _, cell := range row {
				if idNumber.MatchString(cell) || phone.MatchString(cell) || cert.MatchString(cell) {
					found[cell] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// FileName is the name under which a spreadsheet was sent.
func FileName(file string) string {
	for _, imp := range imports {
		if imp.file == file {
			return imp.name
		}
	}
	panic("no such file: " + file)
}

// Client asks pages and API as one user; the zero login is nobody. It is a browser and a program
// at once: pages get the session's cookie, the API gets the token.
type Client struct {
	w     *World
	t     testing.TB
	token string
	Lang  string // of Accept-Language
}

// Client gives a client of a user who is logged in; "" is nobody.
func (w *World) Client(t testing.TB, login string) *Client {
	t.Helper()
	if login == "" {
		return &Client{w: w, t: t}
	}
	return &Client{w: w, t: t, token: w.Token(t, login)}
}

// SessionCookie is the name of the pages' session cookie.
const SessionCookie = "tuoxing_session"

// As gives the same client with another session.
func (c *Client) As(token string) *Client {
	return &Client{w: c.w, t: c.t, token: token, Lang: c.Lang}
}

// Answer is what came back, with its body read.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON reads the body into v.
func (a *Answer) JSON(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		t.Fatalf("status %d, body %.300s: %v", a.Status, a.Body, err)
	}
}

// Do sends a request.
func (c *Client) Do(r *http.Request) *Answer {
	c.t.Helper()
	if c.token != "" {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			r.Header.Set("Authorization", "Bearer "+c.token)
		} else {
			r.AddCookie(&http.Cookie{Name: SessionCookie, Value: c.token})
		}
	}
	if c.Lang != "" {
		r.Header.Set("Accept-Language", c.Lang)
	}
	rec := httptest.NewRecorder()
	c.w.Handler.ServeHTTP(rec, r)
	return &Answer{Status: rec.Code, Header: rec.Result().Header, Body: rec.Body.Bytes()}
}

// Get asks for an address.
func (c *Client) Get(path string) *Answer {
	c.t.Helper()
	return c.Do(httptest.NewRequestWithContext(c.t.Context(), http.MethodGet, path, nil))
}

// Send sends a JSON body.
func (c *Client) Send(method, path string, body any) *Answer {
	c.t.Helper()
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			c.t.Fatal(err)
		}
	}
	r := httptest.NewRequestWithContext(c.t.Context(), method, path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	return c.Do(r)
}

// Form sends a page's form.
func (c *Client) Form(path string, form url.Values) *Answer {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.Do(r)
}

// Upload sends a form with a file as its last part.
func (c *Client) Upload(path, name string, content []byte, fields ...[2]string) *Answer {
	c.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, f := range fields {
		if err := form.WriteField(f[0], f[1]); err != nil {
			c.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := io.Copy(part, bytes.NewReader(content)); err != nil {
		c.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		c.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, path, &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return c.Do(r)
}

// Wait waits until an import is in a state and no run goes on; the queue works it in the background.
func (w *World) Wait(t testing.TB, id intake.ImportID, state intake.State) intake.Report {
	t.Helper()
	viewer := intake.Trusted(1)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		r, err := w.Intake.Find(t.Context(), viewer, id)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == state && r.Running == nil {
			return r
		}
		if time.Now().After(end) {
			t.Fatalf("import %s is %s, want %s", id, r.State, state)
		}
	}
}
