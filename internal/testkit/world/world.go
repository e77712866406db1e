// Package world gives tests a small installation that is whole: a made-up corner of a city, taken
// in through the real imports on a real database, with users of every sort, pages and API.
//
// Words: two districts (丹阳 and 句容), a building union and the HR bureau; six firms; 27 people, one of
// whom (麴迁乔) moved from one district to the other on 1 July 2022 and two of whom have certificates and
// no union employer; a full roster of Danyang that leaves two people out. ID numbers begin with 3299,
// a prefecture that was never given, and carry right check digits, but for one wrong one in each
// roster, which is refused. Everything in Files is made up.
//
// The package is for tests alone. A test inside package web, api or app cannot import it, because it
// stands above them: such a test belongs into a package of its own (api_test).
package world

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit"
)

// Password is the password of every user.
const Password = "Qiao-Liang-2023"

// The users.
const (
	City       = "city"       // the whole installation
	Danyang    = "danyang"    // 丹阳市总工会
	Jurong     = "jurong"     // 句容市总工会
	Firm       = "xinguang"   // 企业经办 of 丹阳新光眼镜有限公司
	Auditor    = "auditor"    // the whole installation, read-only
	SysAdmin   = "sysadmin"   // users only
	AuditAdmin = "auditadmin" // the audit log only
)

var users = []struct {
	login, name, unit string
	role              account.Role
}{
	{Danyang, "丹阳业务员", "丹阳市总工会", account.District},
	{Jurong, "句容业务员", "句容市总工会", account.District},
	{Firm, "新光经办", "丹阳新光眼镜有限公司", account.EnterpriseHR},
	{Auditor, "经审员", "", account.Auditor},
	{SysAdmin, "系统管理员", "", account.SysAdmin},
	{AuditAdmin, "审计管理员", "", account.AuditAdmin},
}

// Files holds the spreadsheets by name.
//
//go:embed data/*.csv
var Files embed.FS

// The spreadsheets, in the order in which they are taken in.
const (
	Organisations = "organisations"
	DanyangBefore = "danyang_2022" // 30 June 2022
	DanyangFull   = "danyang_2023" // 31 March 2023, 全量: two people are missing
	JurongRoster  = "jurong_2023"
	Building      = "building_2023"
	Certificates  = "certificates"
	Statistics    = "statistics"
)

var imports = []struct {
	file, kind, name, unit string // name as sent; unit empty: the whole city
	asOf                   date.Day
	full                   bool
}{
	{Organisations, "organisations", "单位名录.csv", "", date.Of(2022, 1, 1), false},
	{DanyangBefore, "roster", "丹阳花名册2022年6月.csv", "丹阳市总工会", date.Of(2022, 6, 30), false},
	{DanyangFull, "roster", "丹阳花名册2023年3月.csv", "丹阳市总工会", date.Of(2023, 3, 31), true},
	{JurongRoster, "roster", "句容花名册2023年3月.csv", "句容市总工会", date.Of(2023, 3, 31), false},
	{Building, "roster", "建设花名册2023年3月.csv", "镇江市建设产业工会", date.Of(2023, 3, 31), false},
	{Certificates, "certificates", "技能证书名册.csv", "镇江市人力资源和社会保障局", date.Of(2023, 3, 31), false},
	{Statistics, "statistics", "从业人员统计.csv", "", 0, false},
}

// World is the installation.
type World struct {
	*app.App
	Handler http.Handler // pages and API
	Dir     string       // holds the key file in keys/, the originals in files/
	Logs    *Logs
	Imports map[string]intake.ImportID // by the names above
	People  []Person

	mu     sync.Mutex
	tokens map[string]string
}

// Person is somebody of the spreadsheets.
type Person struct {
	ID       registry.WorkerID
	Name     string
	Number   string // ID number
	District int32  // 321181 Danyang, 321183 Jurong, 321102 of the building union; of the file today
}

// Logs collects what the installation logs, at every level.
type Logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *Logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

// Bytes is what was logged so far.
func (l *Logs) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.buf.Bytes())
}

// New makes the installation and stops it when the test ends. On SQLite the spreadsheets are taken in
// once in a test binary; what follows works on a copy.
func New(t testing.TB) *World {
	t.Helper()
	w := newWorld(t.TempDir())
	if testkit.OnPostgres() {
		w.open(t, testkit.EmptyDSN(t))
		w.fill(t)
	} else {
		w.copyOf(t, original(t))
		w.open(t, w.Dir+"/tuoxing.db")
	}
	w.SetClock(testkit.Start.Add(ready))
	h, stop, err := w.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Handler = h
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

func newWorld(dir string) *World {
	return &World{Dir: dir, Logs: &Logs{}, Imports: map[string]intake.ImportID{}, tokens: map[string]string{}}
}

// After testkit.Start the spreadsheets are taken in and the users made up to filled; a world stands at
// ready. The two differ, because an id is a time and a counter: a process that begins anew at an
// instant would give the ids of that instant again. The sessions of the users have not ended.
const (
	filled = 10 * time.Minute
	ready  = 11 * time.Minute
)

func (w *World) open(t testing.TB, dsn string) {
	t.Helper()
	cfg := app.Config{DB: dsn, KeyFile: filepath.Join(w.Dir, "keys", "tuoxing.key"), FilesDir: filepath.Join(w.Dir, "files"), MaxUpload: 4 << 20}
	if err := os.MkdirAll(filepath.Dir(cfg.KeyFile), 0o700); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewJSONHandler(w.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if w.App, err = app.Open(t.Context(), cfg, log, app.Options{Create: true, FixedNow: testkit.Start}); err != nil {
		t.Fatal(err)
	}
}

// first is the world that the others of this test binary are copies of. Its folder lies in the temp
// folder of the process, as the template of testkit does.
var first struct {
	once  sync.Once
	world *World
}

// original makes the first world; the test that comes first pays for it.
func original(t testing.TB) *World {
	t.Helper()
	first.once.Do(func() {
		dir, err := os.MkdirTemp("", "tuoxing-world-")
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(dir)
		w.open(t, dir+"/tuoxing.db")
		w.fill(t)
		_, stop, err := w.Start(t.Context()) // makes the tables of the queue
		if err != nil {
			t.Fatal(err)
		}
		// Closing writes the WAL back: what is copied is whole.
		if err := errors.Join(stop(), w.Close()); err != nil {
			t.Fatal(err)
		}
		first.world = w
	})
	if first.world == nil {
		t.Fatal("the first world of this test binary could not be made")
	}
	return first.world
}

// copyOf takes over everything of another world that lies on the disk, and what is known of it.
func (w *World) copyOf(t testing.TB, from *World) {
	t.Helper()
	err := os.CopyFS(w.Dir, os.DirFS(from.Dir))
	if err == nil { // a copy is open to everybody, which the vault refuses
		err = os.Chmod(filepath.Join(w.Dir, "keys", "tuoxing.key"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Imports, w.People, w.tokens = maps.Clone(from.Imports), slices.Clone(from.People), maps.Clone(from.tokens)
}

// fill takes the spreadsheets in and makes the users.
func (w *World) fill(t testing.TB) {
	t.Helper()
	err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := w.Accounts.CreateFirst(t.Context(), tx, City, Password)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	who := w.Actor(t, City)
	for i, imp := range imports {
		w.SetClock(testkit.Start.Add(time.Duration(i) * time.Minute))
		w.take(t, who, i)
		if imp.file == Organisations {
			who = w.Actor(t, City)
		}
	}
	w.SetClock(testkit.Start.Add(filled))
	for i := range users {
		w.user(t, who, i)
	}
	w.readPeople(t)
}

// take takes one spreadsheet in; all but the refused rows must go in.
func (w *World) take(t testing.TB, who account.Actor, i int) {
	t.Helper()
	imp := imports[i]
	v, err := w.Viewer(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	opt := intake.Options{Kind: imp.kind, AsOf: imp.asOf, Full: imp.full, Unit: int64(w.Unit(t, imp.unit))}
	id, err := w.Intake.Receive(t.Context(), v, imp.name, bytes.NewReader(Text(imp.file)), opt)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.Intake.Stage(t.Context(), v, id); err != nil || r.State != intake.Staged || r.Read == 0 {
		t.Fatalf("stage %s: %+v %v", imp.file, r, err)
	}
	r, err := w.Intake.Apply(t.Context(), v, id)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Count(string(Text(imp.file)), "误码"); r.Refused != want {
		t.Fatalf("%s: %d rows refused, want %d: %+v", imp.file, r.Refused, want, r.Rules)
	}
	w.Imports[imp.file] = id
}

// user makes one user and replaces the initial password.
func (w *World) user(t testing.TB, who account.Actor, i int) {
	t.Helper()
	u := users[i]
	_, initial, err := w.Accounts.Create(t.Context(), who, account.CreateInput{Login: u.login, Name: u.name, Role: u.role, Unit: w.Unit(t, u.unit)})
	if err != nil {
		t.Fatal(err)
	}
	_, actor, err := w.Accounts.Login(t.Context(), u.login, initial, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.ChangePassword(t.Context(), actor, initial, Password); err != nil {
		t.Fatal(err)
	}
}

// Text is a spreadsheet.
func Text(file string) []byte {
	b, err := fs.ReadFile(Files, "data/"+file+".csv")
	if err != nil {
		panic(err) // the names are constants of this package
	}
	return b
}

// rows reads a spreadsheet as a table.
func rows(file string) [][]string {
	r := csv.NewReader(bytes.NewReader(Text(file)))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		panic(err) // the files are embedded
	}
	return all
}
