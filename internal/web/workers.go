package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
	workerpage "tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

// perPage is how many people, imports or blocks a page lists.
const perPage = 50

// filterOf reads the filters of the list of people.
func filterOf(form url.Values) (registry.Filter, place, error) {
	f := registry.Filter{Text: form.Get("q"), Order: listing.Order(form.Get("sort")), Limit: perPage}
	var c fault.Check
	if text := form.Get("district"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			listing.OneOf(&c, "district", text, registry.DistrictCodes())
		}
		f.District = int32(n)
	}
	if text := form.Get("rank"); text != "" {
		listing.OneOf(&c, "rank", text, registry.RankNumbers())
		f.RankEver, _ = strconv.Atoi(text) // one of them, or it was told
	}
	if text := form.Get("employer"); text != "" {
		if err := f.Employer.UnmarshalText([]byte(text)); err != nil {
			c.Add("employer", "web_worker.filter_unreadable")
		}
	}
	at, err := placeOf(form)
	if err != nil {
		return f, at, err
	}
	f.After = registry.WorkerID(at.after)
	return f, at, c.Err()
}

// searched is the address of the list with these filters, without one of them if named. An ID
// number is not put into it.
func searched(path string, f registry.Filter, without string, more ...string) string {
	form := url.Values{}
	add := func(name, value string) {
		if name != without && value != "" && value != "0" {
			form.Set(name, value)
		}
	}
	if !f.ByNumber() {
		add("q", f.Text)
	}
	add("district", strconv.Itoa(int(f.District)))
	add("rank", strconv.Itoa(f.RankEver))
	add("employer", f.Employer.String())
	add("sort", string(f.Order))
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	if len(form) == 0 {
		return path
	}
	return path + "?" + form.Encode()
}

// getWorkers lists people.
func (s *Server) getWorkers(w http.ResponseWriter, r *http.Request) error {
	f, at, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	list, total, err := s.Registry.List(r.Context(), visitOf(r).actor, f)
	if err != nil {
		return err
	}
	p, err := s.workersPage(r, f, at, list, total)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, workerpage.List(p))
}

// postWorkers is the search: words come in the body, so that an ID number stands in no address
// and no history. Other words lead to an address that can be kept; one person found by number
// is opened.
func (s *Server) postWorkers(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	f, at, err := filterOf(r.PostForm)
	if err != nil {
		return err
	}
	if err := visitOf(r).actor.Must(account.WorkerRead); err != nil {
		return err
	}
	if !f.ByNumber() {
		http.Redirect(w, r, searched("/workers", f, ""), http.StatusSeeOther)
		return nil
	}
	list, total, err := s.Registry.List(r.Context(), visitOf(r).actor, f)
	if err != nil {
		return err
	}
	if len(list) == 1 {
		http.Redirect(w, r, workerURL(int64(list[0].ID)), http.StatusSeeOther)
		return nil
	}
	p, err := s.workersPage(r, f, at, list, total)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, workerpage.List(p))
}

// workersPage is a page of the list that was found.
func (s *Server) workersPage(r *http.Request, f registry.Filter, at place, list []registry.Worker, total int) (workerpage.ListPage, error) {
	who, b := visitOf(r).actor, s.base(r)
	b.Path = searched("/workers", f, "")
	l, err := s.Figures.Labels(r.Context(), date.On(s.Now()), b.Printer)
	if err != nil {
		return workerpage.ListPage{}, err
	}
	name := func(d ledger.Dim, v int64) string { return l.NameFor(who.Scope, d, v) }
	p := workerpage.ListPage{
		Base: b, Query: f.Text, Total: int64(total), Filters: workerFilters(b, f), Chips: workerChips(b, f, name), CanImport: may(who, account.ImportWrite),
	}
	if p.Columns, p.Picker, err = s.columnsOf(r, b, registry.WorkerColumns); err != nil {
		return p, err
	}
	if !f.ByNumber() { // one person, whose number stands in no address
		p.Columns = sorted(p.Columns, ordering(p.Columns, "name", "age", "rank"), f.Order, func(o listing.Order) string {
			g := f
			g.Order = o
			return searched("/workers", g, "")
		})
	}
	p.Duplicates = may(who, account.WorkerMerge)
	if f.Employer != 0 {
		p.Keep = append(p.Keep, part.Pair{Label: "employer", Value: f.Employer.String()})
	}
	if f.Order != "" {
		p.Keep = append(p.Keep, part.Pair{Label: "sort", Value: string(f.Order)})
	}
	if may(who, account.WorkerExport) && !f.ByNumber() {
		p.CSV, p.XLSX = searched("/workers.csv", f, "sort"), searched("/workers.xlsx", f, "sort")
		p.Out = searched("/workers/export", f, "sort")
	}
	for _, x := range list {
		p.Rows = append(p.Rows, workerRow(b, l, x, date.On(s.Now())))
	}
	next := ""
	if n := len(list); n > 0 && at.done+int64(n) < int64(total) && n == f.Limit {
		next = searched("/workers", f, "", "after", list[n-1].ID.String(), "done", strconv.FormatInt(at.done+int64(n), 10))
	}
	p.Pager = at.pager(int64(len(list)), int64(total), searched("/workers", f, ""), next)
	return p, nil
}

func workerFilters(b part.Base, f registry.Filter) []part.Field {
	all := part.Option{Label: b.T("web.all")}
	districts, ranks := []part.Option{all}, []part.Option{all}
	for _, d := range cn.Zhenjiang() {
		name := d.Name
		if b.HTMLLang() == "en" && d.NameEN != "" {
			name = d.NameEN
		}
		districts = append(districts, part.Option{Value: d.Code, Label: name})
	}
	for n := cn.MinRank + 1; n <= cn.MaxRank; n++ {
		ranks = append(ranks, part.Option{Value: strconv.Itoa(n), Label: b.T("web_worker.rank_from", b.T("cn.rank."+strconv.Itoa(n)))})
	}
	return []part.Field{
		{Name: "district", Label: b.T("web.district"), Value: strconv.Itoa(int(f.District)), Options: districts},
		{Name: "rank", Label: b.T("web_worker.rank_ever"), Value: strconv.Itoa(f.RankEver), Options: ranks},
	}
}

func workerChips(b part.Base, f registry.Filter, name func(ledger.Dim, int64) string) []part.Chip {
	var out []part.Chip
	if f.Text != "" {
		out = append(out, part.Chip{Label: b.T("web_worker.search"), Value: f.Text, Remove: searched("/workers", f, "q")})
	}
	if f.District != 0 {
		out = append(out, part.Chip{Label: b.T("web.district"), Value: name(ledger.District, int64(f.District)), Remove: searched("/workers", f, "district")})
	}
	if f.RankEver != 0 {
		out = append(out, part.Chip{Label: b.T("web_worker.rank_ever"), Value: b.T("web_worker.rank_from", name(ledger.RankEver, int64(f.RankEver))), Remove: searched("/workers", f, "rank")})
	}
	if f.Employer != 0 {
		out = append(out, part.Chip{Label: b.T("web.employer"), Value: b.UnitName(name(ledger.Employer, int64(f.Employer))), Remove: searched("/workers", f, "employer")})
	}
	if f.Order != "" {
		way := b.T("web.sort_up")
		if f.Order.Down() {
			way = b.T("web.sort_down")
		}
		column := map[string]string{"name": "web.person", "age": "web.age", "rank": "web.rank"}[f.Order.Name()]
		out = append(out, part.Chip{Label: b.T("web.sort"), Value: b.T(column) + " " + way, Remove: searched("/workers", f, "sort")})
	}
	return out
}

// workerRow prints one person of the list.
func workerRow(b part.Base, l *figure.Labels, x registry.Worker, on date.Day) workerpage.Row {
	row := workerpage.Row{Href: workerURL(int64(x.ID)), Name: nameShown(b, x.Name), Sex: l.Of(ledger.Sex, int64(x.Sex)), Age: -1, District: l.Of(ledger.District, int64(x.District))}
	if x.Birth != 0 {
		row.Age = x.Birth.Age(on)
	}
	if x.Employer != 0 {
		row.Employer = l.Of(ledger.Employer, int64(x.Employer))
	}
	if x.RankEver != 0 {
		row.Rank = l.Of(ledger.RankEver, int64(x.RankEver))
	}
	row.Unit = l.Of(ledger.Employer, int64(x.Unit))
	if x.Birth != 0 {
		row.Birth = b.Month(x.Birth)
	}
	if x.Rank != 0 {
		row.RankNow = l.Of(ledger.Rank, int64(x.Rank))
	}
	if x.Class != 0 {
		row.Class = l.Of(ledger.Class, int64(x.Class))
	}
	return row
}

// openWorker finds the file that the address names.
func (s *Server) openWorker(ctx context.Context, who account.Actor, text string) (*registry.File, error) {
	var id registry.WorkerID
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return nil, err
	}
	return s.Registry.Find(ctx, who, id)
}

// postName is the kind of a post in words.
func postName(b part.Base, p registry.Post) string {
	if p == 0 {
		return ""
	}
	return b.T("web_worker.post_" + p.String())
}
