package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	auditpage "tuoxing/internal/web/page/audit"
	"tuoxing/internal/web/part"
)

// logAsked is the audit log as an address asks for it: the words as they were typed beside what they mean.
type logAsked struct {
	account.LogFilter
	typed url.Values
	done  int64 // entries on the pages before
}

// logFields are the filters in the order of the form.
var logFields = []string{"from", "to", "who", "act", "kind", "id", "outcome"}

func logOf(r *http.Request) (logAsked, error) {
	form := r.URL.Query()
	q := logAsked{typed: url.Values{}}
	for _, name := range logFields {
		if text := strings.TrimSpace(form.Get(name)); text != "" {
			q.typed.Set(name, text)
		}
	}
	q.LogFilter = account.LogFilter{Who: q.typed.Get("who"), Act: q.typed.Get("act"), Kind: q.typed.Get("kind"), ID: q.typed.Get("id"), Outcome: q.typed.Get("outcome"), Limit: perPage}
	q.After, _ = strconv.ParseInt(form.Get("after"), 10, 64) // what is no key begins at the beginning
	if q.done, _ = strconv.ParseInt(form.Get("done"), 10, 64); q.After == 0 || q.done < 0 {
		q.done = 0
	}
	var c fault.Check
	for name, to := range map[string]*date.Day{"from": &q.From, "to": &q.To} {
		text := q.typed.Get(name)
		if text == "" {
			continue
		}
		var err error
		if *to, err = date.Parse(text); err != nil {
			c.Add(name, "web_figure.on_unreadable", text)
		}
	}
	return q, c.Err()
}

// url is the address of the log, from its first page on, without one of its filters.
func (q logAsked) url(path, without string, more ...string) string {
	v := url.Values{}
	for name := range q.typed {
		if name != without {
			v.Set(name, q.typed.Get(name))
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// getAudit searches the audit log.
func (s *Server) getAudit(w http.ResponseWriter, r *http.Request) error {
	return s.showAudit(w, r, http.StatusOK, "")
}

// showAudit shows a page of the log; broken is what a verification has just found.
func (s *Server) showAudit(w http.ResponseWriter, r *http.Request, status int, broken string) error {
	who, b := visitOf(r).actor, s.base(r)
	if err := who.Must(account.AuditRead); err != nil {
		return err
	}
	b.Path = "/audit"
	if r.Method == http.MethodGet {
		b.Path = r.URL.RequestURI()
	}
	q, err := logOf(r)
	p := auditpage.ListPage{Base: b, Filters: logFilters(b, q), CSV: q.url("/audit.csv", ""), XLSX: q.url("/audit.xlsx", "")}
	p.Chain.Broken = broken
	var log account.Log
	if err == nil {
		log, err = s.Accounts.ReadLog(r.Context(), who, q.LogFilter)
	}
	if fields := fault.Fields(err); len(fields) > 0 {
		p.Problems, status = b.Problems(fields), http.StatusUnprocessableEntity
		if log.Chain, err = s.Accounts.LogState(r.Context(), who); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	c := log.Chain
	p.Chain = auditpage.Chain{Sealed: c.Sealed, Open: c.Open, Checked: c.Checked, Begun: c.Begun, At: c.At, Head: c.Head, Broken: broken}
	p.Chips = logChips(b, q)
	for _, x := range log.Lines {
		p.Rows = append(p.Rows, logRow(b, who, x))
	}
	n := int64(len(log.Lines))
	p.Pager = part.Pager{From: q.done + 1, To: q.done + n, Total: int64(log.Total)}
	if log.Total > audit.Counted {
		p.Pager.Total, p.Pager.AtLeast = max(audit.Counted, q.done+n), true
	}
	if q.After != 0 {
		p.Pager.First = q.url("/audit", "")
	}
	if n == perPage && (p.Pager.AtLeast || q.done+n < int64(log.Total)) {
		p.Pager.Next = q.url("/audit", "", "after", strconv.FormatInt(log.Lines[n-1].Entry.ID, 10), "done", strconv.FormatInt(q.done+n, 10))
	}
	if r.URL.Query().Get("said") == "checked" {
		p.Said = b.T("web_audit.said_checked", b.Int(c.Checked), b.Int(c.Sealed))
	}
	return s.render(w, r, status, auditpage.List(p))
}

// postVerify compares the next part of the log with what was sealed.
func (s *Server) postVerify(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	_, err := s.Accounts.CheckLog(r.Context(), visitOf(r).actor, r.PostFormValue("anew") != "")
	if fault.Is(err, fault.Conflict) {
		sentence, _ := s.base(r).Fault(err)
		return s.showAudit(w, r, http.StatusConflict, sentence)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/audit?said=checked", http.StatusSeeOther)
	return nil
}

// getAuditFile gives the log out, its filters being those of the page.
func (s *Server) getAuditFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, err := logOf(r)
		if err != nil {
			return err
		}
		return s.send(w, r, export.Request{List: export.Audit, Format: form, Audit: q.LogFilter})
	}
}

func logFilters(b part.Base, q logAsked) []auditpage.Filter {
	all := auditpage.Group{Options: []part.Option{{Label: b.T("web.all")}}}
	acts, kinds, outcomes := []auditpage.Group{all}, []auditpage.Group{all}, []auditpage.Group{all}
	for _, k := range append(slices.Clone(audit.Kinds), "") {
		g := auditpage.Group{Label: b.T("audit.kind." + cmpKind(k))}
		for _, a := range audit.Acts {
			if a.Kind == k {
				g.Options = append(g.Options, part.Option{Value: a.Name, Label: b.T(a.Key())})
			}
		}
		acts = append(acts, g)
		if k != "" {
			kinds[0].Options = append(kinds[0].Options, part.Option{Value: k, Label: b.T("audit.kind." + k)})
		}
	}
	for _, o := range account.Outcomes {
		outcomes[0].Options = append(outcomes[0].Options, part.Option{Value: o, Label: b.T("audit.outcome." + o)})
	}
	groups := map[string][]auditpage.Group{"act": acts, "kind": kinds, "outcome": outcomes}
	var out []auditpage.Filter
	for _, name := range logFields {
		f := auditpage.Filter{Field: part.Field{Name: name, Label: b.T("web_audit.f_" + name), Value: q.typed.Get(name)}, Groups: groups[name]}
		if name == "from" || name == "to" {
			f.Type = "date"
		}
		out = append(out, f)
	}
	return out
}

// cmpKind names the kind of acts that are about nothing single.
func cmpKind(kind string) string {
	if kind == "" {
		return "none"
	}
	return kind
}

func logChips(b part.Base, q logAsked) (out []part.Chip) {
	for _, f := range logFilters(b, q) {
		if f.Value == "" {
			continue
		}
		chip := part.Chip{Label: f.Label, Value: f.Value, Remove: q.url("/audit", f.Name)}
		for _, g := range f.Groups {
			if i := slices.IndexFunc(g.Options, func(o part.Option) bool { return o.Value == f.Value }); i >= 0 {
				chip.Value = g.Options[i].Label
			}
		}
		out = append(out, chip)
	}
	return out
}

// logRow prints one entry. An id leads on only for a reader who may open what it stands for.
func logRow(b part.Base, who account.Actor, x account.LogLine) auditpage.Row {
	row := auditpage.Row{At: x.At, Who: x.Name, Login: x.Login, Act: x.Action, ID: x.ID, About: x.About, Href: subjectURL(who, x.Kind, x.ID), Detail: logDetail(b, x.Detail)}
	if x.User == 0 {
		row.Who = b.T("audit.nobody")
	}
	if a, ok := audit.Find(x.Action); ok {
		row.Act, row.Failed = b.T(a.Key()), a.Failed
	}
	if x.Kind != "" && x.ID != "" {
		row.Kind = b.T("audit.kind." + x.Kind)
	}
	if x.Number != 0 {
		row.Number = b.Int(x.Number)
	}
	return row
}

// subjectURL is the page of what an entry is about, empty when the reader may not open it.
func subjectURL(who account.Actor, kind, id string) string {
	at, ok := map[string]struct {
		path  string
		right account.Right
	}{
		"user": {"/users/", account.UserManage}, "worker": {"/workers/", account.WorkerRead}, "import": {"/imports/", account.ImportRead},
		"call": {"/filings/calls/", account.FilingRead}, "filing": {"/filings/", account.FilingRead}, "figure": {"/figures/", account.FigureRead},
	}[kind]
	if !ok || id == "" || !may(who, at.right) {
		return ""
	}
	return at.path + url.PathEscape(id)
}

// logDetail prints what an entry says beyond its act, in the order of its names.
func logDetail(b part.Base, raw json.RawMessage) (out []part.Pair) {
	var fields map[string]any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil { // written by hand, or by a later version: as it stands
		return []part.Pair{{Value: string(raw)}}
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := detailValue(b, name, fields[name])
		if value == "" {
			continue
		}
		label := name
		if key := "audit.detail." + name; b.Has(key) {
			label = b.T(key)
		}
		out = append(out, part.Pair{Label: label, Value: value})
	}
	return out
}

func detailValue(b part.Base, name string, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if !v {
			return ""
		}
		return b.T("audit.yes")
	case []any:
		var words []string
		for _, x := range v {
			words = append(words, detailValue(b, name, x))
		}
		return b.List(words)
	case string:
		switch name {
		case "role", "was_role":
			if account.Role(v).Known() {
				return b.T(account.Role(v).Key())
			}
		case "rights":
			if slices.Contains(account.Rights, account.Right(v)) {
				return b.T(account.Right(v).Key())
			}
		}
		return v
	}
	return fmt.Sprint(value)
}
