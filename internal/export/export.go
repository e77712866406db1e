package export

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

// The lists.
const (
	Workers       = "workers"
	Certificates  = "certificates"
	Organisations = "organisations"
	Imports       = "imports"
	Rows          = "rows" // of an opened figure
	Leavers       = "leavers"
	Blocks        = "blocks"
	Audit         = "audit"
	Users         = "users"
)

// Lists names all lists in the order in which people ask for them.
var Lists = []string{Workers, Certificates, Organisations, Imports, Rows, Leavers, Blocks, Audit, Users}

// Service gives lists out. All fields are set once by app.
type Service struct {
	DB       *db.DB
	Org      *org.Service
	Accounts *account.Service
	Registry *registry.Service
	Figures  *figure.Service
	Intake   *intake.Service
	// Demo reports a made-up city, whose files say so. nil is no.
	Demo func() bool
	// Viewer is an actor as intake asks for it.
	Viewer func(ctx context.Context, who account.Actor) (intake.Viewer, error)

	turns chan struct{}
}

// turns is how many lists are given out at one time. Each holds a reading connection for as long as
// its receiver takes, and pages need some too.
const turns = 3

// New makes the service; its fields are the caller's to set.
func New() *Service { return &Service{turns: make(chan struct{}, turns)} }

// Numbers is how the numbers of people stand in a list.
type Numbers string

// The ways. The zero value leaves them out.
const (
	Without Numbers = ""
	Masked  Numbers = "masked"
	Full    Numbers = "full"
)

// Request is what is asked for. Only the filter of the list named counts.
type Request struct {
	List    string
	Format  listing.Format
	Numbers Numbers // workers
	Why     string  // with Full: the reason, which is logged

	Workers      registry.Filter // After and Limit do not count, nor do those of the others
	Certificates registry.CertificateFilter
	Units        registry.UnitFilter // organisations
	Imports      intake.Filter
	Figure       figure.Request
	Import       intake.ImportID // leavers: of this import
	Audit        account.LogFilter
	Users        account.Filter
	Worker       registry.WorkerID  // copy: of this person; 0 = of a worker who is logged in
	Request      registry.RequestID // copy: answers this request
}

// Summary is what was written.
type Summary struct {
	List   string         `json:"list"`
	Format listing.Format `json:"format"`
	Rows   int64          `json:"rows"`
	Sums   []Sum          `json:"sums"` // of the columns of numbers, as the last row shows them
}

// Sum is the control total of one column; amounts in fen.
type Sum struct {
	Column string `json:"column"`
	Total  int64  `json:"total"`
}

// list is one list, ready to be written.
type list struct {
	title   string
	sub     string // of which day, whose
	columns []listing.Column
	rows    int64 // as counted before
	action  string
	subject string
	detail  map[string]any // nil: the module has logged it
	each    func(ctx context.Context, add func(cells ...any) error) error
}

// maker prepares a list inside the transaction in which it will be read.
type maker func(m *making) (*list, error)

// making is what a maker has at hand.
type making struct {
	*Service
	ctx    context.Context
	tx     *db.Tx
	who    account.Actor
	viewer intake.Viewer
	p      locale.Printer
	labels *figure.Labels
	tree   *org.Tree
	req    Request
	today  date.Day
}

var makers = map[string]maker{
	Workers: (*making).workers, Certificates: (*making).certificates, Organisations: (*making).organisations, Imports: (*making).imports, Rows: (*making).figureRows,
	Leavers: (*making).leavers, Blocks: (*making).blocks, Audit: (*making).audit, Users: (*making).accounts,
	Copy: (*making).copyOf,
}

// Write gives a list out. open is called once, when nothing is left that could refuse it, with the name and
// the media type of the file. An error after that means that the file is not whole, and
// the receiver must be made to see it.
func (s *Service) Write(ctx context.Context, who account.Actor, p locale.Printer, req Request, open func(name, mediaType string) (io.Writer, error)) (sum Summary, err error) {
	mk, ok := makers[req.List]
	if !ok {
		return sum, fault.New(fault.Invalid, "export.list_unknown", req.List, strings.Join(Lists, "、"))
	}
	if req.Format != listing.CSV && req.Format != listing.XLSX {
		return sum, fault.New(fault.Invalid, "listing.format_unknown", string(req.Format))
	}
	release, err := s.turn()
	if err != nil {
		return sum, err
	}
	defer release()
	m := &making{Service: s, ctx: ctx, who: who, p: p, req: req, today: date.On(s.DB.Now())}
	if m.viewer, err = s.Viewer(ctx, who); err != nil {
		return sum, err
	}
	on := m.today
	switch {
	case req.List == Rows:
		on = req.Figure.On
	case req.List == Organisations && req.Units.On != 0:
		on = req.Units.On
	}
	if m.labels, err = s.Figures.Labels(ctx, on, p); err != nil {
		return sum, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		m.tx = tx
		if m.tree, err = s.Org.Tree(ctx, tx); err != nil {
			return err
		}
		l, err := mk(m)
		if err != nil {
			return err
		}
		if l.detail != nil {
			l.detail["rows"], l.detail["format"] = l.rows, string(req.Format)
			if err := audit.Read(ctx, s.DB, who.UserID, l.action, l.subject, l.detail); err != nil {
				return fmt.Errorf("log the export: %w", err)
			}
		}
		sum, err = m.write(l, open)
		return err
	})
	return sum, err
}

// turn waits for nobody: who comes when all turns are taken is told so.
func (s *Service) turn() (release func(), err error) {
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	default:
		return nil, fault.New(fault.Unavailable, "export.busy", turns)
	}
}

// write writes a list that was counted and logged.
func (m *making) write(l *list, open func(name, mediaType string) (io.Writer, error)) (Summary, error) {
	sum := Summary{List: m.req.List, Format: m.req.Format, Sums: []Sum{}}
	name := l.title + "_" + m.today.String() + "." + string(m.req.Format)
	above := []string{l.sub}
	if m.Demo != nil && m.Demo() {
		name = "演示数据_" + name
		above = append(above, DemoMark)
	}
	w, err := open(FileName(name), m.req.Format.MediaType())
	if err != nil {
		return sum, err
	}
	out, err := listing.New(w, m.req.Format, listing.Head{
		Title: l.title, Above: above, Columns: l.columns, Forever: m.p.T("export.forever"),
		Total: func(n int64) string { return m.p.T("export.control", n) },
	})
	if err != nil {
		return sum, err
	}
	if err := m.fill(l, out); err != nil {
		out.Break(m.p.T("export.broken"))
		return sum, err
	}
	totals, err := out.End()
	sum.Rows = totals.Rows
	for i, c := range l.columns {
		if i > 0 && (c.Kind == listing.Whole || c.Kind == listing.Money) {
			sum.Sums = append(sum.Sums, Sum{c.Title, totals.Sums[i]})
		}
	}
	return sum, err
}

// fill writes the rows. All that were counted are there, and the right to them held to the last, or it is an error.
func (m *making) fill(l *list, out *listing.Writer) error {
	w := m.watch(m.ctx, m.who, m.req.List)
	err := l.each(m.ctx, func(cells ...any) error {
		if err := w.next(out.Rows()); err != nil {
			return err
		}
		return out.Add(cells...)
	})
	if err != nil {
		return err
	}
	if n := out.Rows(); n != l.rows {
		return fmt.Errorf("export %s: %d rows counted, %d written", m.req.List, l.rows, n)
	}
	return w.ask(out.Rows())
}

// DemoMark stands in every file of a made-up city, in both languages at once.
const DemoMark = "演示数据 · demonstration data"

// FileName keeps what no file system refuses.
func FileName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, s)
}

// text and code are columns headed by a catalogue key.
func (m *making) text(key string) listing.Column { return listing.Column{Title: m.p.T(key)} }
func (m *making) code(key string) listing.Column {
	return listing.Column{Title: m.p.T(key), Kind: listing.Code}
}
func (m *making) whole(key string) listing.Column {
	return listing.Column{Title: m.p.T(key), Kind: listing.Whole}
}
func (m *making) day(key string) listing.Column {
	return listing.Column{Title: m.p.T(key), Kind: listing.Day}
}

// instant writes a point in time as spreadsheets and people read it, in the time of China.
func instant(t time.Time) string { return t.In(date.China).Format("2006-01-02 15:04:05") }

// users gives the names of users who did something.
func (m *making) users(ids map[int64]string) error {
	for id := range ids {
		if id == 0 {
			ids[0] = m.p.T(account.Operator().Role.Key())
			continue
		}
		u, err := m.Accounts.Find(m.ctx, account.Operator(), id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if ids[id] = u.Name; u.Role == account.Worker { // who has no name here
			ids[id] = m.p.T(u.Role.Key())
		}
	}
	return nil
}

// Known reports whether a list of this name exists.
func Known(name string) bool { return slices.Contains(Lists, name) }
