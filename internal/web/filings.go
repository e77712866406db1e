package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/filing"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
	filingpage "tuoxing/internal/web/page/filing"
	"tuoxing/internal/web/part"
)

// callOrders are the orders of the headings of the list of calls.
var callOrders = []string{"", "due", "", ""}

// getFilings shows what was asked; who is only ever asked is shown what of.
func (s *Server) getFilings(w http.ResponseWriter, r *http.Request) error {
	who := visitOf(r).actor
	if may(who, account.FilingSend) && !may(who, account.FilingCall) {
		return s.getMyFilings(w, r)
	}
	form := r.URL.Query()
	at, err := placeOf(form)
	if err != nil {
		return err
	}
	order := listing.Order(form.Get("sort"))
	list, total, err := s.Filings.ListCalls(r.Context(), who, order, filing.CallID(at.after), perPage)
	if err != nil {
		return err
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	b := s.base(r)
	address := func(o listing.Order, more ...string) string {
		q := url.Values{}
		if o != "" {
			q.Set("sort", string(o))
		}
		for i := 0; i+1 < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		if len(q) == 0 {
			return "/filings"
		}
		return "/filings?" + q.Encode()
	}
	p := filingpage.ListPage{Base: b, Columns: sorted(filingpage.ListColumns(b), callOrders, order, func(o listing.Order) string { return address(o) }), CanCall: may(who, account.FilingCall), Own: may(who, account.FilingSend)}
	for _, c := range list {
		p.Rows = append(p.Rows, filingpage.CallLine{Href: callURL(c.ID), Title: c.Title, Kind: kindWord(b, c.Kind), By: unitWord(b, t, int64(c.ByUnit), date.On(s.Now())), AsOf: c.AsOf, DueOn: c.DueOn, Counts: standOf(c.Counts)})
	}
	next := ""
	if n := int64(len(list)); n > 0 && at.done+n < int64(total) {
		next = address(order, "after", list[n-1].ID.String(), "done", strconv.FormatInt(at.done+n, 10))
	}
	p.Pager = at.pager(int64(len(list)), int64(total), address(order), next)
	return s.render(w, r, http.StatusOK, filingpage.List(p))
}

func callURL(id filing.CallID, below ...string) string {
	return "/filings/calls/" + strings.Join(append([]string{id.String()}, below...), "/")
}

func filingURL(id filing.ID) string { return "/filings/" + id.String() }

func standOf(c filing.Counts) filingpage.Counts {
	return filingpage.Counts{Asked: c.Asked, Unsent: c.Unsent, Sent: c.Sent, Returned: c.Returned, Confirmed: c.Confirmed, Overdue: c.Overdue, Asking: c.Asking}
}

// filingTone colours a state; the colour of what is late is said by a word beside it.
func filingTone(st filing.State) part.Tone {
	return map[filing.State]part.Tone{filing.Unsent: part.Plain, filing.Sent: part.Info, filing.Returned: part.Bad, filing.Confirmed: part.Good}[st]
}

// getNewCall shows the form of a call.
func (s *Server) getNewCall(w http.ResponseWriter, r *http.Request) error {
	if err := visitOf(r).actor.Must(account.FilingCall); err != nil {
		return err
	}
	p, err := s.newCallPage(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, filingpage.New(p))
}

// newCallPage is the form with what was typed.
func (s *Server) newCallPage(r *http.Request) (filingpage.NewPage, error) {
	b := s.base(r)
	p := filingpage.NewPage{
		Base: b, Title: r.FormValue("title"), Note: r.FormValue("note"), Kind: r.FormValue("kind"), AsOf: r.FormValue("as_of"), DueOn: r.FormValue("due_on"),
		Under: r.FormValue("under"), UnitKind: r.FormValue("unit_kind"), Size: r.FormValue("size"), Section: r.FormValue("section"), Today: date.On(s.Now()).String(),
	}
	if p.Kind == "" {
		p.Kind = "roster"
	}
	if p.UnitKind == "" {
		p.UnitKind = string(org.Enterprise)
	}
	for _, k := range s.kinds() {
		p.Kinds = append(p.Kinds, part.Option{Value: k, Label: kindWord(b, k)})
	}
	for _, k := range org.Kinds {
		if k != org.City {
			p.UnitKinds = append(p.UnitKinds, part.Option{Value: string(k), Label: b.T(k.Key())})
		}
	}
	p.Sizes = []part.Option{{Label: b.T("web.all")}}
	for _, z := range org.Sizes() {
		p.Sizes = append(p.Sizes, part.Option{Value: strconv.Itoa(int(z)), Label: b.T(z.Key())})
	}
	p.Sections = []part.Option{{Label: b.T("web.all")}}
	for l := 'A'; l <= 'T'; l++ {
		p.Sections = append(p.Sections, part.Option{Value: string(l), Label: string(l) + " " + b.T("cn.section."+string(l))})
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return p, err
	}
	p.Unders = s.unionChoices(b, t, visitOf(r).actor.Scope)
	return p, nil
}

// unionChoices are the reader's own unit and the unions below it, whose subtrees can be asked.
func (s *Server) unionChoices(b part.Base, t *org.Tree, scope account.Scope) []part.Option {
	on, top, label := date.On(s.Now()), scope.Unit, b.Actor.Unit
	if top == 0 {
		top, label = t.Root(), b.T("web.whole_city")
	}
	out := []part.Option{{Value: top.String(), Label: label}}
	for _, id := range t.Official(top, on) {
		if st, _ := t.At(id, on); id != top && st.Kind != org.Enterprise && st.Kind != org.School && st.Kind != org.Member {
			out = append(out, part.Option{Value: id.String(), Label: st.Name})
		}
	}
	return out
}

// callInput reads the form. What is no day or number is told beside its field.
func callInput(r *http.Request) (in filing.CallInput, err error) {
	var c fault.Check
	in = filing.CallInput{Title: r.PostFormValue("title"), Note: r.PostFormValue("note"), Kind: r.PostFormValue("kind"), UnitKind: org.Kind(r.PostFormValue("unit_kind")), Section: r.PostFormValue("section")}
	in.AsOf, in.DueOn = dayOf(&c, r, "as_of"), dayOf(&c, r, "due_on")
	if err := in.Under.UnmarshalText([]byte(r.PostFormValue("under"))); err != nil {
		c.Add("under", "filing.under_outside")
	}
	if text := r.PostFormValue("size"); text != "" {
		size, err := strconv.Atoi(text)
		if err != nil || !slices.Contains(org.Sizes(), org.Size(size)) {
			c.Add("size", "web_filing.size_unknown")
		}
		in.Size = org.Size(size)
	}
	return in, c.Err()
}

// dayOf reads a day of a form; none is 0.
func dayOf(c *fault.Check, r *http.Request, name string) date.Day {
	text := strings.TrimSpace(r.PostFormValue(name))
	if text == "" {
		return 0
	}
	day, err := date.Parse(text)
	if err != nil {
		c.Add(name, "web_figure.on_unreadable", text)
	}
	return day
}

// firstNames is how many units a preview names.
const firstNames = 12

// postCall shows whom a call would ask, and asks when that was seen.
func (s *Server) postCall(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	who := visitOf(r).actor
	if err := who.Must(account.FilingCall); err != nil {
		return err
	}
	in, err := callInput(r)
	var seen filing.Preview
	if err == nil {
		if r.PostFormValue("step") == "ask" {
			var c filing.Call
			if c, _, err = s.Filings.CreateCall(r.Context(), who, in); err == nil {
				http.Redirect(w, r, callURL(c.ID)+"?said=asked", http.StatusSeeOther)
				return nil
			}
		} else {
			seen, err = s.Filings.Preview(r.Context(), who, in)
		}
	}
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		return err
	}
	p, perr := s.newCallPage(r)
	if perr != nil {
		return perr
	}
	if err != nil {
		p.Problems = s.problemsOf(p.Base, err, "under")
		return s.render(w, r, statusOf[fault.KindOf(err)], filingpage.New(p))
	}
	if p.Preview, err = s.previewOf(r, seen); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, filingpage.New(p))
}

func (s *Server) previewOf(r *http.Request, seen filing.Preview) (*filingpage.Preview, error) {
	t, err := s.tree(r.Context())
	if err != nil {
		return nil, err
	}
	out := &filingpage.Preview{Units: len(seen.Units), Sent: seen.Sent, Already: seen.Already, Silent: seen.Silent}
	for _, id := range seen.Units[:min(len(seen.Units), firstNames)] {
		out.First = append(out.First, t.Name(id, date.On(s.Now())))
	}
	return out, nil
}

// problemsOf prints what is wrong: field by field, or as one sentence beside a field.
func (s *Server) problemsOf(b part.Base, err error, field string) []part.Problem {
	if ps := b.Problems(fault.Fields(err)); len(ps) > 0 {
		return ps
	}
	sentence, fix := b.Fault(err)
	return []part.Problem{{Name: field, Text: strings.TrimSpace(sentence + " " + fix)}}
}

// Filters of a call that are no states.
const (
	onlyOverdue = "overdue"
	onlyAsking  = "asking"
)

// callFilter reads the filters of a call's page.
func callFilter(form url.Values) (f filing.Filter, at place, err error) {
	if at, err = placeOf(form); err != nil {
		return f, at, err
	}
	f = filing.Filter{Text: strings.TrimSpace(form.Get("q")), After: org.UnitID(at.after), Limit: perPage}
	switch st := form.Get("state"); st {
	case onlyOverdue:
		f.Overdue = true
	case onlyAsking:
		f.Asking = true
	default:
		f.State = filing.State(st)
	}
	if err := f.Union.UnmarshalText([]byte(form.Get("union"))); err != nil {
		return f, at, err
	}
	return f, at, nil
}

// filtered is the address of a call's page, or of something below it, with the filters but one.
func filtered(path string, form url.Values, without string, more ...string) string {
	q := url.Values{}
	for _, name := range []string{"state", "union", "q"} {
		if v := form.Get(name); v != "" && name != without {
			q.Set(name, v)
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// getCall shows a call with its units.
func (s *Server) getCall(w http.ResponseWriter, r *http.Request) error {
	return s.showCall(w, r, http.StatusOK, nil)
}

func (s *Server) showCall(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	var id filing.CallID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	who, form := visitOf(r).actor, r.URL.Query()
	f, at, err := callFilter(form)
	if err != nil {
		return err
	}
	c, err := s.Filings.FindCall(r.Context(), who, id)
	if err != nil {
		return err
	}
	rows, total, before, err := s.Filings.List(r.Context(), who, id, f)
	if err != nil {
		return err
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	b := s.base(r)
	on := date.On(s.Now())
	p := filingpage.CallPage{Base: b, ID: id.String(), Title: c.Title, Note: c.Note, Kind: kindWord(b, c.Kind), By: unitWord(b, t, int64(c.ByUnit), on), AsOf: c.AsOf, DueOn: c.DueOn,
		Counts: standOf(c.Counts), CanDecide: may(who, account.FilingCall), Problems: problems}
	if p.CanDecide && c.Counts.Unsent+c.Counts.Returned > 0 {
		p.Remind = filtered(callURL(id, "remind"), form, "")
	}
	switch form.Get("said") {
	case "asked":
		p.Said = b.T("web_filing.said_asked", c.Counts.Asked)
	case "confirmed":
		p.Said = b.T("web_filing.said_confirmed")
	default:
		p.Said = saidOf(b, r, map[string]string{"extended": "web_filing.said_extended"})
	}
	for _, x := range rows {
		line := filingpage.UnitLine{ID: x.ID.String(), Href: filingURL(x.ID), Name: x.Name, Union: t.Name(x.Union, on), State: filingTone(x.State), StateWord: b.T(x.State.Key()),
			Overdue: x.Overdue, FilledIn: x.FilledIn, AskedOn: x.AskedOn, SentAt: x.SentAt}
		if x.DueOn != c.DueOn {
			line.Later = x.DueOn
		}
		p.Rows = append(p.Rows, line)
	}
	s.callFilters(&p, t, who.Scope, form)
	next := ""
	if before+len(rows) < total {
		next = filtered(callURL(id), form, "", "after", rows[len(rows)-1].Unit.String(), "done", strconv.Itoa(before+len(rows)))
	}
	at.done = int64(before)
	p.Pager = at.pager(int64(len(rows)), int64(total), filtered(callURL(id), form, ""), next)
	return s.render(w, r, status, filingpage.Call(p))
}

// callFilters offers the filters and shows those in force.
func (s *Server) callFilters(p *filingpage.CallPage, t *org.Tree, scope account.Scope, form url.Values) {
	b := p.Base
	all := part.Option{Label: b.T("web.all")}
	states, unions := []part.Option{all}, []part.Option{all}
	for _, st := range filing.States {
		states = append(states, part.Option{Value: string(st), Label: b.T(st.Key())})
	}
	states = append(states, part.Option{Value: onlyOverdue, Label: b.T("web_filing.overdue")}, part.Option{Value: onlyAsking, Label: b.T("web_filing.asking")})
	for _, id := range t.Children(t.Root(), date.On(s.Now())) {
		if lo, _ := t.Range(id); scope.Has(lo) {
			unions = append(unions, part.Option{Value: id.String(), Label: b.UnitName(t.Name(id, date.On(s.Now())))})
		}
	}
	p.Filters = []part.Field{{Name: "state", Label: b.T("web.state"), Value: form.Get("state"), Options: states}}
	if len(unions) > 2 {
		p.Filters = append(p.Filters, part.Field{Name: "union", Label: b.T("web_filing.union"), Value: form.Get("union"), Options: unions})
	}
	p.Filters = append(p.Filters, part.Field{Name: "q", Label: b.T("web_filing.unit"), Value: form.Get("q")})
	path := "/filings/calls/" + p.ID
	for _, f := range p.Filters {
		v := form.Get(f.Name)
		if v == "" {
			continue
		}
		for _, o := range f.Options {
			if o.Value == v {
				v = o.Label
			}
		}
		if f.Name == "union" && v == form.Get("union") { // none of the reader's own: it is not named
			v = b.T("web_figure.other_unit")
		}
		p.Chips = append(p.Chips, part.Chip{Label: f.Label, Value: v, Remove: filtered(path, form, f.Name)})
	}
}

// chosenFilings are the ticked units of a form.
func chosenFilings(values []string) ([]filing.ID, error) {
	out := make([]filing.ID, len(values))
	for i, text := range values {
		if err := out[i].UnmarshalText([]byte(text)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// postConfirmMany confirms the ticked units of a call.
func (s *Server) postConfirmMany(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var id filing.CallID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	ids, err := chosenFilings(r.PostForm["filing"])
	if err == nil {
		err = s.Filings.ConfirmIn(r.Context(), visitOf(r).actor, id, ids...)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		problems, perr := s.stoppedUnits(r, id, s.problemsOf(s.base(r), err, "filing"))
		if perr != nil {
			return perr
		}
		return s.showCall(w, r, statusOf[fault.KindOf(err)], problems)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, callURL(id)+"?said=confirmed", http.StatusSeeOther)
	return nil
}

// stoppedUnits writes the unit before what stops it, where a problem is named by a filing.
func (s *Server) stoppedUnits(r *http.Request, id filing.CallID, problems []part.Problem) ([]part.Problem, error) {
	rows, _, _, err := s.Filings.List(r.Context(), visitOf(r).actor, id, filing.Filter{})
	if err != nil {
		return nil, err
	}
	b := s.base(r)
	for i, p := range problems {
		if k := slices.IndexFunc(rows, func(x filing.Row) bool { return x.ID.String() == p.Name }); k >= 0 {
			problems[i] = part.Problem{Name: "filing", Text: b.UnitName(rows[k].Name) + " · " + p.Text}
		}
	}
	return problems, nil
}

// getRemind shows the text of a reminder in both languages.
func (s *Server) getRemind(w http.ResponseWriter, r *http.Request) error {
	var id filing.CallID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	form := r.URL.Query()
	f, _, err := callFilter(form)
	if err != nil {
		return err
	}
	f.Limit, f.After = 0, 0
	ids, err := chosenFilings(form["filing"])
	if err != nil {
		return err
	}
	in := filing.RemindInput{Filter: f, Filings: ids, CountsOnly: form.Get("counts") == "1"}
	rem, err := s.Filings.Remind(r.Context(), visitOf(r).actor, id, in)
	if err != nil {
		return err
	}
	b, zh, en := s.base(r), locale.New(locale.ZH), locale.New(locale.EN)
	key := "web_intake.kind_" + rem.Call.Kind
	p := filingpage.RemindPage{Base: b, Call: part.Link{Label: rem.Call.Title, Href: callURL(id)}, Total: rem.Total, ZH: rem.Text(zh, zh.T(key)), EN: rem.Text(en, en.T(key)), CountsOnly: in.CountsOnly}
	other := url.Values{}
	for name, values := range form {
		if name != "counts" {
			other[name] = values
		}
	}
	if !in.CountsOnly {
		other.Set("counts", "1")
	}
	p.Other = callURL(id, "remind") + "?" + other.Encode()
	return s.render(w, r, http.StatusOK, filingpage.Remind(p))
}
