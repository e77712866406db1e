package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
	certpage "tuoxing/internal/web/page/certificate"
	"tuoxing/internal/web/part"
)

const certificatesPath = "/certificates"

// certificatesAsked is what the address, or the form, of the list of certificates says.
type certificatesAsked struct {
	registry.CertificateFilter
	place
	unit, occupation, from, to string // as they were typed
}

// certificatesOf reads the filters; all that cannot be read is told at once, beside what can. A form has the unit as it
// was typed, an address its id.
func (s *Server) certificatesOf(r *http.Request, form url.Values) (certificatesAsked, error) {
	text := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	q := certificatesAsked{unit: text("unit"), occupation: text("occupation"), from: text("from"), to: text("to"),
		CertificateFilter: registry.CertificateFilter{Text: text("q"), State: registry.Validity(text("state")), Order: listing.Order(text("sort")), Limit: perPage}}
	var c fault.Check
	number := func(name string, allowed []string) int {
		n, err := strconv.ParseInt("0"+text(name), 10, 32)
		if err != nil {
			listing.OneOf(&c, name, text(name), allowed)
		}
		return int(n)
	}
	q.Rank, q.District = number("rank", registry.RankNumbers()), int32(number("district", registry.DistrictCodes()))
	day := func(name, text string) (d date.Day) {
		if text == "" {
			return 0
		}
		d, err := date.Parse(text)
		if err != nil {
			c.Add(name, "web_figure.on_unreadable", text)
		}
		return d
	}
	q.From, q.To = day("from", q.from), day("to", q.to)
	keep := func(name string, err error) {
		for _, f := range fault.Fields(err) {
			c.Add(f.Name, f.Key, f.Args...)
		}
		if f, ok := fault.As(err); ok && len(f.Fields) == 0 {
			c.Add(name, f.Key, f.Args...)
		}
	}
	var err error
	if q.Form, err = registry.ParseForm(text("form")); err != nil {
		keep("form", err)
	}
	if q.occupation != "" {
		if q.Occupation, err = cn.ParseOccupation(q.occupation); err != nil {
			c.Add("occupation", "web_certificate.occupation_unknown", q.occupation)
		}
	}
	if id := text("employer"); id != "" && q.unit == "" {
		if err := q.Employer.UnmarshalText([]byte(id)); err != nil {
			c.Add("employer", "web_worker.filter_unreadable")
		}
	}
	if q.unit != "" {
		t, err := s.tree(r.Context())
		if err != nil {
			return q, err
		}
		if q.Employer, err = t.Find(q.unit); err != nil {
			keep("unit", err)
		}
	}
	if q.place, err = placeOf(form); err != nil {
		keep("after", err)
	}
	q.After = registry.CertificateID(q.after)
	return q, c.Err()
}

// url is the address of the list with these filters, without one of them if named, and with more behind. A number is not
// put into it.
func (q certificatesAsked) url(path, without string, more ...string) string {
	form := url.Values{}
	add := func(name, value string) {
		if name != without && value != "" && value != "0" {
			form.Set(name, value)
		}
	}
	if !q.ByNumber() {
		add("q", q.Text)
	}
	add("rank", strconv.Itoa(q.Rank))
	add("form", q.Form.String())
	add("occupation", strconv.Itoa(int(q.Occupation)))
	add("district", strconv.Itoa(int(q.District)))
	add("employer", q.Employer.String())
	if q.From != 0 {
		add("from", q.From.String())
	}
	if q.To != 0 {
		add("to", q.To.String())
	}
	add("state", string(q.State))
	add("sort", string(q.Order))
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	if len(form) == 0 {
		return path
	}
	return path + "?" + form.Encode()
}

// getCertificates lists certificates.
func (s *Server) getCertificates(w http.ResponseWriter, r *http.Request) error {
	if err := visitOf(r).actor.Must(account.WorkerRead); err != nil { // before the address is read, as the verb does
		return err
	}
	q, err := s.certificatesOf(r, r.URL.Query())
	return s.showCertificates(w, r, q, err)
}

// postCertificates is the search: words come in the body, so that a certificate number stands in no address and no history.
// Other filters lead to an address that can be kept.
func (s *Server) postCertificates(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	if err := visitOf(r).actor.Must(account.WorkerRead); err != nil {
		return err
	}
	q, err := s.certificatesOf(r, r.PostForm)
	if err == nil && !q.ByNumber() {
		http.Redirect(w, r, q.url(certificatesPath, ""), http.StatusSeeOther)
		return nil
	}
	return s.showCertificates(w, r, q, err)
}

// showCertificates shows the list, or the filters with what is wrong with them.
func (s *Server) showCertificates(w http.ResponseWriter, r *http.Request, q certificatesAsked, err error) error {
	var list []registry.ListedCertificate
	total, status := 0, http.StatusOK
	if err == nil {
		list, total, err = s.Registry.ListCertificates(r.Context(), visitOf(r).actor, q.CertificateFilter)
	}
	b := s.base(r)
	fields := fault.Fields(err)
	if err != nil && len(fields) == 0 {
		return err
	}
	if len(fields) > 0 {
		status = http.StatusUnprocessableEntity
	}
	p, err := s.certificatesPage(r, b, q, list, total)
	if err != nil {
		return err
	}
	p.Problems = b.Problems(fields)
	return s.render(w, r, status, certpage.List(p))
}

func (s *Server) certificatesPage(r *http.Request, b part.Base, q certificatesAsked, list []registry.ListedCertificate, total int) (certpage.ListPage, error) {
	who := visitOf(r).actor
	b.Path = q.url(certificatesPath, "")
	l, err := s.Figures.Labels(r.Context(), date.On(s.Now()), b.Printer)
	if err != nil {
		return certpage.ListPage{}, err
	}
	x := certificatePrinter{paper{Base: b, l: l, today: date.On(s.Now())}, q, func(d ledger.Dim, v int64) string { return l.NameFor(who.Scope, d, v) }}
	p := certpage.ListPage{Base: b, Query: q.Text, Total: int64(total), Filters: x.filters(), Chips: x.chips(), CanImport: may(who, account.ImportWrite)}
	if p.Columns, p.Picker, err = s.columnsOf(r, b, registry.CertificateColumns); err != nil {
		return p, err
	}
	if q.Order != "" {
		p.Keep = append(p.Keep, part.Pair{Label: "sort", Value: string(q.Order)})
	}
	if !q.ByNumber() {
		p.Columns = sorted(p.Columns, ordering(p.Columns, "name", "rank", "issued"), q.Order, func(o listing.Order) string {
			other := q
			other.Order = o
			return other.url(certificatesPath, "")
		})
		if may(who, account.WorkerExport) {
			p.CSV, p.XLSX = q.url(certificatesPath+".csv", "sort"), q.url(certificatesPath+".xlsx", "sort")
		}
	}
	for i := range list {
		p.Rows = append(p.Rows, x.row(&list[i]))
	}
	next := ""
	if n := len(list); n > 0 && q.done+int64(n) < int64(total) && n == q.Limit {
		next = q.url(certificatesPath, "", "after", strconv.FormatInt(list[n-1].ID, 10), "done", strconv.FormatInt(q.done+int64(n), 10))
	}
	p.Pager = q.pager(int64(len(list)), int64(total), q.url(certificatesPath, ""), next)
	return p, nil
}

// getCertificatesFile gives the list of certificates out, its filters being those of the page.
func (s *Server) getCertificatesFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := visitOf(r).actor.Must(account.WorkerExport); err != nil {
			return err
		}
		q, err := s.certificatesOf(r, r.URL.Query())
		if err != nil {
			return err
		}
		return s.send(w, r, export.Request{List: export.Certificates, Format: form, Certificates: q.CertificateFilter})
	}
}

// certificatePrinter prints certificates of a list.
type certificatePrinter struct {
	paper
	q    certificatesAsked
	name func(ledger.Dim, int64) string // as far as the reader sees it
}

func (x certificatePrinter) row(c *registry.ListedCertificate) certpage.Row {
	x.id = int64(c.Worker.ID)
	shown := x.paper.paper(&c.HeldCertificate)
	out := certpage.Row{
		Holder: nameShown(x.Base, c.Worker.Name), HolderHref: workerURL(x.id), Href: shown.Href, Occupation: shown.Occupation, Number: shown.Number, Rank: shown.Rank, Form: x.T(c.Form.Key()),
		IssuedOn: c.IssuedOn, ExpiresOn: c.ExpiresOn, State: shown.State, StateWord: shown.StateWord,
	}
	if c.Worker.Employer != 0 {
		out.Employer = x.l.Of(ledger.Employer, int64(c.Worker.Employer))
	}
	if c.RevokedOn.Valid {
		out.RevokedOn = x.DayShort(c.RevokedOn.V)
	}
	if c.District != 0 {
		out.ListedIn = x.l.Of(ledger.District, int64(c.District))
	}
	if c.Worker.District != 0 {
		out.District = x.l.Of(ledger.District, int64(c.Worker.District))
	}
	return out
}

// filters are the fields of the filter bar.
func (x certificatePrinter) filters() []part.Field {
	q := x.q
	all := part.Option{Label: x.T("web.all")}
	ranks, forms, states, districts := []part.Option{all}, []part.Option{all}, []part.Option{all}, []part.Option{all}
	for n := cn.MinRank + 1; n <= cn.MaxRank; n++ {
		ranks = append(ranks, part.Option{Value: strconv.Itoa(n), Label: x.T("cn.rank." + strconv.Itoa(n))})
	}
	for _, f := range registry.Forms {
		forms = append(forms, part.Option{Value: f.String(), Label: x.T(f.Key())})
	}
	for _, v := range registry.Validities {
		states = append(states, part.Option{Value: string(v), Label: x.T("registry.validity_" + string(v))})
	}
	for _, d := range cn.Zhenjiang() {
		districts = append(districts, part.Option{Value: d.Code, Label: x.l.Of(ledger.District, int64(cn.RegionNumber(d.Code)))})
	}
	occupation, unit := q.occupation, q.unit
	if q.Occupation != 0 {
		occupation = x.occupation(q.Occupation)
	}
	if q.Employer != 0 {
		unit = x.name(ledger.Employer, int64(q.Employer))
	}
	from, to := q.from, q.to
	if q.From != 0 {
		from = q.From.String()
	}
	if q.To != 0 {
		to = q.To.String()
	}
	return []part.Field{
		{Name: "rank", Label: x.T("web.rank"), Value: strconv.Itoa(q.Rank), Options: ranks},
		{Name: "state", Label: x.T("web.state"), Value: string(q.State), Options: states},
		{Name: "form", Label: x.T("web_certificate.form"), Value: q.Form.String(), Options: forms},
		{Name: "district", Label: x.T("web.district"), Value: strconv.Itoa(int(q.District)), Options: districts},
		{Name: "occupation", Label: x.T("web_worker.occupation"), Value: occupation, Help: x.T("web_certificate.occupation_hint")},
		{Name: "unit", Label: x.T("web.employer"), Value: unit, Help: x.T("web_certificate.unit_hint")},
		{Name: "from", Type: "date", Label: x.T("web_certificate.from"), Value: from},
		{Name: "to", Type: "date", Label: x.T("web_certificate.to"), Value: to},
	}
}

// chips are the filters in force, each with the address without it.
func (x certificatePrinter) chips() []part.Chip {
	q := x.q
	var out []part.Chip
	chip := func(there bool, name, label, value string) {
		if there {
			out = append(out, part.Chip{Label: label, Value: value, Remove: q.url(certificatesPath, name)})
		}
	}
	chip(q.Text != "", "q", x.T("web_worker.search"), q.Text)
	rank, state := strconv.Itoa(q.Rank), string(q.State) // as typed when there is none of that name
	if q.Rank >= cn.MinRank && q.Rank <= cn.MaxRank {
		rank = x.name(ledger.RankEver, int64(q.Rank))
	}
	if slices.Contains(registry.Validities, q.State) {
		state = x.T("registry.validity_" + state)
	}
	chip(q.Rank != 0, "rank", x.T("web.rank"), rank)
	chip(q.State != "", "state", x.T("web.state"), state)
	chip(q.Form != 0, "form", x.T("web_certificate.form"), x.T(q.Form.Key()))
	chip(q.District != 0, "district", x.T("web.district"), x.name(ledger.District, int64(q.District)))
	chip(q.Occupation != 0, "occupation", x.T("web_worker.occupation"), x.occupation(q.Occupation))
	chip(q.Employer != 0, "employer", x.T("web.employer"), x.UnitName(x.name(ledger.Employer, int64(q.Employer))))
	chip(q.From != 0, "from", x.T("web_certificate.from"), x.DayShort(q.From))
	chip(q.To != 0, "to", x.T("web_certificate.to"), x.DayShort(q.To))
	if q.Order != "" {
		way := x.T("web.sort_up")
		if q.Order.Down() {
			way = x.T("web.sort_down")
		}
		column := map[string]string{"name": "web_certificate.holder", "rank": "web.rank", "issued": "web_worker.issued"}[q.Order.Name()]
		chip(column != "", "sort", x.T("web.sort"), x.T(column)+" "+way)
	}
	return out
}
