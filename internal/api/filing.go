package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/filing"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
)

// StandDoc are the filings of a call within the caller's subtree: asked = unsent + sent + returned + confirmed.
type StandDoc struct {
	Asked     int `json:"asked"`
	Unsent    int `json:"unsent"`
	Sent      int `json:"sent"`
	Returned  int `json:"returned"`
	Confirmed int `json:"confirmed"`
	Overdue   int `json:"overdue" doc:"Of those not sent and sent back: after their due day"`
	Asking    int `json:"asking" doc:"Of those not sent and sent back: ask for a later day"`
}

// CallDoc is what is asked of units (报送任务).
type CallDoc struct {
	ID     ID        `json:"id"`
	Title  string    `json:"title"`
	Note   string    `json:"note"`
	Kind   string    `json:"kind" doc:"Kind of the sheet, as imports name it"`
	AsOf   date.Day  `json:"as_of"`
	DueOn  date.Day  `json:"due_on"`
	By     UnitRef   `json:"by" doc:"Who asks; without id: the city"`
	At     time.Time `json:"at"`
	Counts StandDoc  `json:"counts"`
}

// CallList is a page of calls, newest first.
type CallList struct {
	Total int       `json:"total"`
	Next  string    `json:"next,omitempty"`
	Calls []CallDoc `json:"calls"`
	Marked
}

// CallAnswer is one call.
type CallAnswer struct {
	CallDoc
	Marked
}

// CallPreview says whom a call would ask.
type CallPreview struct {
	Units   []UnitRef `json:"units" doc:"In the official order"`
	Sent    int       `json:"sent" doc:"Of these: have handed the sheet in already and count as sent"`
	Already int       `json:"already" doc:"Left out: asked for the same sheet of that day before"`
	Silent  int       `json:"silent" doc:"Of these: nobody there has an account"`
	Marked
}

// FilingDoc is one unit's part of a call (报送).
type FilingDoc struct {
	ID          ID       `json:"id"`
	Call        ID       `json:"call"`
	Unit        UnitRef  `json:"unit"`
	Kind        string   `json:"kind"`
	AsOf        date.Day `json:"as_of"`
	State       string   `json:"state" enum:"unsent,sent,returned,confirmed"`
	DueOn       date.Day `json:"due_on" doc:"The unit's own, after an extension later than the call's"`
	Overdue     bool     `json:"overdue"`
	Import      ID       `json:"import" doc:"What was sent; empty: nothing"`
	SentAt      string   `json:"sent_at,omitempty"`
	FilledIn    bool     `json:"filled_in" doc:"Somebody else than the unit handed the file in (代填)"`
	Reason      string   `json:"reason,omitempty" doc:"Why it was sent back"`
	AskedOn     string   `json:"asked_on,omitempty" doc:"The later day that the unit asks for"`
	AskedReason string   `json:"asked_reason,omitempty"`
}

// FilingList is a page of filings in the official order.
type FilingList struct {
	Total   int         `json:"total"`
	Next    string      `json:"next,omitempty" doc:"Id of the last unit of this page"`
	Filings []FilingDoc `json:"filings"`
	Marked
}

// FilingEvent is something that happened to a filing.
type FilingEvent struct {
	At     time.Time `json:"at"`
	By     ID        `json:"by" doc:"User; empty: the operator of the server"`
	Act    string    `json:"act" enum:"sent,undone,confirmed,returned,asked,extended,declined"`
	Reason string    `json:"reason,omitempty"`
	Day    string    `json:"day,omitempty"`
	Import ID        `json:"import"`
}

// FilingAnswer is one filing with its call and its history.
type FilingAnswer struct {
	FilingDoc
	Title  string        `json:"title"`
	Note   string        `json:"note"`
	Events []FilingEvent `json:"events" doc:"Newest first"`
	Marked
}

// ReminderDoc is the text of a reminder (催报文字).
type ReminderDoc struct {
	Total  int            `json:"total"`
	ZH     string         `json:"zh"`
	EN     string         `json:"en"`
	Groups []filing.Group `json:"groups" doc:"By union, in the official order"`
	Marked
}

type callsOutput struct{ Body CallList }
type callOutput struct{ Body CallAnswer }
type previewOutput struct{ Body CallPreview }
type filingsOutput struct{ Body FilingList }
type filingOutput struct{ Body FilingAnswer }
type reminderOutput struct{ Body ReminderDoc }

type callBody struct {
	Title    string `json:"title" maxLength:"200"`
	Note     string `json:"note,omitempty" maxLength:"4000"`
	Kind     string `json:"kind" maxLength:"40"`
	AsOf     string `json:"as_of" doc:"2006-01-02"`
	DueOn    string `json:"due_on" doc:"2006-01-02"`
	Under    string `json:"under,omitempty" doc:"Unit whose subtree is asked; the caller's own when not given"`
	UnitKind string `json:"unit_kind,omitempty" doc:"Kind of the units asked; enterprise when not given"`
	Size     int    `json:"size,omitempty" minimum:"0" maximum:"9" doc:"Code of 单位规模; 0: all"`
	Section  string `json:"section,omitempty" maxLength:"1" doc:"Letter of the section of GB/T 4754; empty: all"`
}

type callCreateInput struct{ Body callBody }

// CallAt is the call that the address names.
type CallAt struct {
	ID string `path:"id" doc:"Id of the call"`
}

// CallChoice is which filings of a call are meant.
type CallChoice struct {
	State   string `query:"state" doc:"unsent, sent, returned or confirmed"`
	Overdue bool   `query:"overdue"`
	Asking  bool   `query:"asking" doc:"Only who asks for a later day"`
	Union   string `query:"union" doc:"Id of a union directly under the city"`
	Q       string `query:"q" maxLength:"100" doc:"Part of the unit's name"`
}

type filingsInput struct {
	CallAt
	CallChoice
	Page
}

type reminderInput struct {
	CallAt
	CallChoice
	Counts bool `query:"counts" doc:"Numbers by union, no names"`
}

type confirmManyInput struct {
	CallAt
	Body struct {
		Filings []ID `json:"filings" minItems:"1" maxItems:"5000"`
	}
}

type extendManyInput struct {
	CallAt
	Body struct {
		Filings []ID   `json:"filings" minItems:"1" maxItems:"5000"`
		Until   string `json:"until" doc:"The later day, 2006-01-02"`
		Reason  string `json:"reason" maxLength:"4000" doc:"Both sides read it"`
	}
}

// FilingAt is the filing that the address names.
type FilingAt struct {
	ID string `path:"id" doc:"Id of the filing"`
}

type filingReasonInput struct {
	FilingAt
	Body struct {
		Reason string `json:"reason" maxLength:"4000" doc:"Both sides read it"`
	}
}

type filingDayInput struct {
	FilingAt
	Body struct {
		Until  string `json:"until" doc:"The later day, 2006-01-02"`
		Reason string `json:"reason" maxLength:"4000" doc:"Both sides read it"`
	}
}

func (s *Server) filingOperations(a huma.API) {
	const calls, at = base + "/calls", base + "/filings/{id}"
	add(s, a, route{name: "call-list", method: http.MethodGet, path: calls, summary: "What units of the caller's subtree are asked for (报送任务)"}, s.listCalls)
	add(s, a, route{name: "call-create", method: http.MethodPost, path: calls, status: http.StatusCreated, summary: "Ask units for a sheet"}, s.createCall)
	add(s, a, route{name: "call-preview", method: http.MethodPost, path: calls + "/preview", summary: "Whom such a call would ask; nobody is asked"}, s.previewCall)
	add(s, a, route{name: "call-show", method: http.MethodGet, path: calls + "/{id}", summary: "One call and where its units stand"}, s.showCall)
	add(s, a, route{name: "call-filings", method: http.MethodGet, path: calls + "/{id}/filings", summary: "The units of a call in the official order; there is no other"}, s.callFilings)
	add(s, a, route{name: "call-reminder", method: http.MethodGet, path: calls + "/{id}/reminder", summary: "Text for a chat group: who has not sent yet (催报)"}, s.callReminder)
	add(s, a, route{name: "call-confirm", method: http.MethodPost, path: calls + "/{id}/confirm", summary: "Confirm many filings: all of them or none"}, s.confirmMany)
	add(s, a, route{name: "call-extend", method: http.MethodPost, path: calls + "/{id}/extend", summary: "Give several units a later day: all of them or none; what stops it is named by its id"}, s.extendMany)
	add(s, a, route{name: "filing-mine", method: http.MethodGet, path: base + "/filings", summary: "What the caller's own unit is asked for"}, s.myFilings)
	add(s, a, route{name: "filing-show", method: http.MethodGet, path: at, summary: "One filing with its history"}, s.showFiling)
	add(s, a, route{name: "filing-confirm", method: http.MethodPost, path: at + "/confirm", summary: "Confirm what was sent (确认)"}, func(ctx context.Context, v *visit, in *FilingAt) (*filingOutput, error) {
		return s.act(ctx, v, in.ID, func(id filing.ID) error { return s.Filings.Confirm(ctx, v.who, id) })
	})
	add(s, a, route{name: "filing-return", method: http.MethodPost, path: at + "/return", summary: "Send a filing back (退回)"}, func(ctx context.Context, v *visit, in *filingReasonInput) (*filingOutput, error) {
		return s.act(ctx, v, in.ID, func(id filing.ID) error { return s.Filings.Return(ctx, v.who, id, in.Body.Reason) })
	})
	add(s, a, route{name: "filing-decline", method: http.MethodPost, path: at + "/decline", summary: "Answer a unit that asks for a later day with no"}, func(ctx context.Context, v *visit, in *filingReasonInput) (*filingOutput, error) {
		return s.act(ctx, v, in.ID, func(id filing.ID) error { return s.Filings.Decline(ctx, v.who, id, in.Body.Reason) })
	})
	add(s, a, route{name: "filing-extend", method: http.MethodPost, path: at + "/extend", summary: "Give a unit a later day (延期)"}, func(ctx context.Context, v *visit, in *filingDayInput) (*filingOutput, error) {
		return s.later(ctx, v, in, s.Filings.Extend)
	})
	add(s, a, route{name: "filing-ask", method: http.MethodPost, path: at + "/ask", summary: "Ask for a later day in the name of the own unit (申请延期)"}, func(ctx context.Context, v *visit, in *filingDayInput) (*filingOutput, error) {
		return s.later(ctx, v, in, s.Filings.Ask)
	})
}

func (s *Server) callDoc(tree *org.Tree, c filing.CallRow) CallDoc {
	return CallDoc{ID: ID(c.ID), Title: c.Title, Note: c.Note, Kind: c.Kind, AsOf: c.AsOf, DueOn: c.DueOn, By: s.unitRef(tree, c.ByUnit), At: c.CreatedAt, Counts: StandDoc(c.Counts)}
}

func (s *Server) unitRef(tree *org.Tree, id org.UnitID) UnitRef {
	if id == 0 {
		return UnitRef{}
	}
	return UnitRef{ID: id, Name: tree.Name(id, s.today())}
}

type callsInput struct {
	Page
	Sort listing.Order `query:"sort" enum:"as_of,-as_of,due,-due" doc:"By a column, with a minus descending; the newest first when not given"`
}

func (s *Server) listCalls(ctx context.Context, v *visit, in *callsInput) (*callsOutput, error) {
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	list, total, err := s.Filings.ListCalls(ctx, v.who, in.Sort, filing.CallID(after), in.Limit)
	if err != nil {
		return nil, err
	}
	tree, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	out := CallList{Total: total, Calls: []CallDoc{}, Marked: Marked{s.Demo}}
	for _, c := range list {
		out.Calls = append(out.Calls, s.callDoc(tree, c))
	}
	if n := len(list); n == in.Limit {
		out.Next = list[n-1].ID.String()
	}
	return &callsOutput{out}, nil
}

// terms reads the terms of a call.
func (s *Server) terms(b callBody) (in filing.CallInput, err error) {
	in = filing.CallInput{Title: b.Title, Note: b.Note, Kind: b.Kind, UnitKind: org.Kind(b.UnitKind), Size: org.Size(b.Size), Section: b.Section}
	if in.AsOf, err = dayIn("as_of", b.AsOf, 0); err != nil {
		return in, err
	}
	if in.DueOn, err = dayIn("due_on", b.DueOn, 0); err != nil {
		return in, err
	}
	under, err := idIn("under", b.Under)
	in.Under = org.UnitID(under)
	return in, err
}

func (s *Server) previewCall(ctx context.Context, v *visit, in *callCreateInput) (*previewOutput, error) {
	if err := v.who.Must(account.FilingCall); err != nil { // before anything is said about the terms
		return nil, err
	}
	terms, err := s.terms(in.Body)
	if err != nil {
		return nil, err
	}
	p, err := s.Filings.Preview(ctx, v.who, terms)
	if err != nil {
		return nil, err
	}
	tree, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	out := CallPreview{Units: []UnitRef{}, Sent: p.Sent, Already: p.Already, Silent: p.Silent, Marked: Marked{s.Demo}}
	for _, id := range p.Units {
		out.Units = append(out.Units, s.unitRef(tree, id))
	}
	return &previewOutput{out}, nil
}

func (s *Server) createCall(ctx context.Context, v *visit, in *callCreateInput) (*callOutput, error) {
	if err := v.who.Must(account.FilingCall); err != nil {
		return nil, err
	}
	terms, err := s.terms(in.Body)
	if err != nil {
		return nil, err
	}
	c, _, err := s.Filings.CreateCall(ctx, v.who, terms)
	if err != nil {
		return nil, err
	}
	return s.callAnswer(ctx, v, c.ID)
}

func (s *Server) callAnswer(ctx context.Context, v *visit, id filing.CallID) (*callOutput, error) {
	c, err := s.Filings.FindCall(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	tree, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	return &callOutput{CallAnswer{s.callDoc(tree, c), Marked{s.Demo}}}, nil
}

// callOf reads the id of a call, once the caller may look at calls at all.
func callOf(v *visit, right account.Right, text string) (filing.CallID, error) {
	if err := v.who.Must(right); err != nil {
		return 0, err
	}
	return parse[filing.CallID](text)
}

func (s *Server) showCall(ctx context.Context, v *visit, in *CallAt) (*callOutput, error) {
	id, err := callOf(v, account.FilingRead, in.ID)
	if err != nil {
		return nil, err
	}
	return s.callAnswer(ctx, v, id)
}

func (c CallChoice) filter() (filing.Filter, error) {
	union, err := idIn("union", c.Union)
	return filing.Filter{State: filing.State(c.State), Overdue: c.Overdue, Asking: c.Asking, Union: org.UnitID(union), Text: c.Q}, err
}

func (s *Server) callFilings(ctx context.Context, v *visit, in *filingsInput) (*filingsOutput, error) {
	id, err := callOf(v, account.FilingRead, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	f.After, f.Limit = org.UnitID(after), in.Limit
	rows, total, before, err := s.Filings.List(ctx, v.who, id, f)
	if err != nil {
		return nil, err
	}
	out := FilingList{Total: total, Filings: []FilingDoc{}, Marked: Marked{s.Demo}}
	for _, r := range rows {
		out.Filings = append(out.Filings, filingDoc(r.Filing, r.Name))
	}
	if before+len(rows) < total {
		out.Next = rows[len(rows)-1].Unit.String()
	}
	return &filingsOutput{out}, nil
}

func filingDoc(f filing.Filing, name string) FilingDoc {
	d := FilingDoc{ID: ID(f.ID), Call: ID(f.Call), Unit: UnitRef{ID: f.Unit, Name: name}, Kind: f.Kind, AsOf: f.AsOf, State: string(f.State), DueOn: f.DueOn, Overdue: f.Overdue,
		Import: ID(f.Import), FilledIn: f.FilledIn, Reason: f.Reason, AskedOn: dayText(f.AskedOn), AskedReason: f.AskedReason}
	if !f.SentAt.IsZero() {
		d.SentAt = f.SentAt.Format(time.RFC3339)
	}
	return d
}

// dayText is a day, or nothing.
func dayText(d date.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func (s *Server) callReminder(ctx context.Context, v *visit, in *reminderInput) (*reminderOutput, error) {
	id, err := callOf(v, account.FilingCall, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	rem, err := s.Filings.Remind(ctx, v.who, id, filing.RemindInput{Filter: f, CountsOnly: in.Counts})
	if err != nil {
		return nil, err
	}
	zh, en, key := locale.New(locale.ZH), locale.New(locale.EN), "web_intake.kind_"+rem.Call.Kind
	return &reminderOutput{ReminderDoc{Total: rem.Total, ZH: rem.Text(zh, zh.T(key)), EN: rem.Text(en, en.T(key)), Groups: rem.Groups, Marked: Marked{s.Demo}}}, nil
}

func (s *Server) confirmMany(ctx context.Context, v *visit, in *confirmManyInput) (*callOutput, error) {
	id, err := callOf(v, account.FilingCall, in.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]filing.ID, len(in.Body.Filings))
	for i, f := range in.Body.Filings {
		ids[i] = filing.ID(f)
	}
	if err := s.Filings.ConfirmIn(ctx, v.who, id, ids...); err != nil {
		return nil, err
	}
	return s.callAnswer(ctx, v, id)
}

func (s *Server) extendMany(ctx context.Context, v *visit, in *extendManyInput) (*callOutput, error) {
	id, err := callOf(v, account.FilingCall, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.Filings.FindCall(ctx, v.who, id); err != nil {
		return nil, err
	}
	until, err := dayIn("until", in.Body.Until, 0)
	if err != nil {
		return nil, err
	}
	ids := make([]filing.ID, len(in.Body.Filings))
	for i, f := range in.Body.Filings {
		ids[i] = filing.ID(f)
	}
	if err := s.Filings.ExtendMany(ctx, v.who, ids, until, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.callAnswer(ctx, v, id)
}

func (s *Server) myFilings(ctx context.Context, v *visit, _ *none) (*filingsOutput, error) {
	list, err := s.Filings.Mine(ctx, v.who)
	if err != nil {
		return nil, err
	}
	tree, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	out := FilingList{Total: len(list), Filings: []FilingDoc{}, Marked: Marked{s.Demo}}
	for _, f := range list {
		out.Filings = append(out.Filings, filingDoc(f.Filing, tree.Name(f.Unit, s.today())))
	}
	return &filingsOutput{out}, nil
}

func (s *Server) showFiling(ctx context.Context, v *visit, in *FilingAt) (*filingOutput, error) {
	if err := v.who.Must(account.FilingRead); err != nil {
		return nil, err
	}
	id, err := parse[filing.ID](in.ID)
	if err != nil {
		return nil, err
	}
	return s.filingAnswer(ctx, v, id)
}

func (s *Server) filingAnswer(ctx context.Context, v *visit, id filing.ID) (*filingOutput, error) {
	f, err := s.Filings.Find(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	out := FilingAnswer{FilingDoc: filingDoc(f.Filing, f.Name), Title: f.Asked.Title, Note: f.Asked.Note, Events: []FilingEvent{}, Marked: Marked{s.Demo}}
	for _, e := range f.Events {
		out.Events = append(out.Events, FilingEvent{At: e.At, By: ID(e.By), Act: e.Act, Reason: e.Reason, Day: dayText(e.Day), Import: ID(e.Import)})
	}
	return &filingOutput{out}, nil
}

// act does something to a filing and tells how it stands then.
func (s *Server) act(ctx context.Context, v *visit, text string, do func(filing.ID) error) (*filingOutput, error) {
	if err := v.who.Must(account.FilingRead); err != nil {
		return nil, err
	}
	id, err := parse[filing.ID](text)
	if err != nil {
		return nil, err
	}
	if err := do(id); err != nil {
		return nil, err
	}
	return s.filingAnswer(ctx, v, id)
}

func (s *Server) later(ctx context.Context, v *visit, in *filingDayInput, do func(context.Context, account.Actor, filing.ID, date.Day, string) error) (*filingOutput, error) {
	return s.act(ctx, v, in.ID, func(id filing.ID) error {
		until, err := dayIn("until", in.Body.Until, 0)
		if err != nil {
			return err
		}
		return do(ctx, v.who, id, until, in.Body.Reason)
	})
}
