package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

type conflictsInput struct {
	Kind  string `query:"kind" doc:"two_main, job_differs, started_differs, certificate_differs, sex_differs, birth_differs, name_differs"`
	State string `query:"state" doc:"open or decided"`
	Part  string `query:"part" doc:"task: another statement would change a figure; list: the others"`
	Unit  string `query:"unit" doc:"Of people whose file belongs to this unit, an employer for instance, or to one below it: its id"`
	After string `query:"after" doc:"next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// ConflictAsked names a conflict.
type ConflictAsked struct {
	ID string `path:"id" doc:"Id of the conflict, from the list"`
}

type decideConflictInput struct {
	ConflictAsked
	Body struct {
		Keep ID     `json:"keep" doc:"Id of the statement that holds"`
		Why  string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

type acceptConflictsInput struct {
	Body struct {
		Conflicts []string `json:"conflicts" minItems:"1" maxItems:"500" doc:"Ids of conflicts, from the list"`
		Why       string   `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

type reopenConflictInput struct {
	ConflictAsked
	Body struct {
		Why string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

// ConflictList is one page of conflicts between sources (矛盾).
type ConflictList struct {
	Total     int            `json:"total"`
	Conflicts []ConflictLine `json:"conflicts"`
	Next      string         `json:"next,omitempty"`
	Marked
}

// ConflictLine is one conflict in a list.
type ConflictLine struct {
	ID      string    `json:"id"`
	Worker  ID        `json:"worker"`
	Name    string    `json:"name"`
	Unit    *UnitRef  `json:"unit,omitempty" doc:"The unit that owns the person"`
	Kind    string    `json:"kind"`
	Title   string    `json:"title"`
	Task    bool      `json:"task" doc:"Another statement would change a figure"`
	Decided bool      `json:"decided"`
	FoundAt time.Time `json:"found_at"`
}

// ConflictDoc is one conflict with its statements.
type ConflictDoc struct {
	ID         string         `json:"id"`
	Worker     ID             `json:"worker"`
	Name       string         `json:"name"`
	Kind       string         `json:"kind"`
	Title      string         `json:"title"`
	Advice     string         `json:"advice" doc:"What to look at before deciding"`
	Task       bool           `json:"task"`
	Decision   *RulingDoc     `json:"decision,omitempty"`
	Statements []StatementDoc `json:"statements" doc:"The one that holds first"`
	Marked
}

// RulingDoc is a person's decision which statement holds.
type RulingDoc struct {
	Reason string    `json:"reason"`
	By     ID        `json:"by,omitempty" doc:"User; none for the operator"`
	At     time.Time `json:"at"`
}

// StatementDoc is a statement, where it comes from, and what would change if it held. Which values are set depends on
// the kind of conflict.
type StatementDoc struct {
	ID         ID                `json:"id"`
	Holds      bool              `json:"holds"`
	Source     string            `json:"source" doc:"Kind of source: whose list it was"`
	AsOf       *date.Day         `json:"as_of,omitempty"`
	RecordedAt time.Time         `json:"recorded_at"`
	Import     ID                `json:"import,omitempty"`
	SheetNo    int               `json:"sheet_no"`
	Row        int               `json:"row"`
	Employer   *UnitRef          `json:"employer,omitempty"`
	From       *date.Day         `json:"from,omitempty"`
	Post       string            `json:"post,omitempty"`
	Member     *bool             `json:"member,omitempty"`
	Rank       *Coded            `json:"rank,omitempty"`
	IssuedOn   *date.Day         `json:"issued_on,omitempty"`
	Sex        *Coded            `json:"sex,omitempty"`
	BirthMonth string            `json:"birth_month,omitempty"`
	Name       string            `json:"name,omitempty"`
	Changes    []FigureChangeDoc `json:"changes" doc:"In the figures, against today"`
}

type conflictsOutput struct{ Body ConflictList }
type conflictOutput struct{ Body ConflictDoc }

func (s *Server) conflictOperations(a huma.API) {
	const at = base + "/conflicts"
	add(s, a, route{name: "conflict-list", method: http.MethodGet, path: at, summary: "Conflicts between sources"}, s.listConflicts)
	add(s, a, route{name: "conflict-show", method: http.MethodGet, path: at + "/{id}", summary: "A conflict with its statements and what each would change; the look is logged"}, s.showConflict)
	add(s, a, route{name: "conflict-decide", method: http.MethodPost, path: at + "/{id}/decision", summary: "Decide which statement holds; figures change by reversal"}, s.decideConflict)
	add(s, a, route{name: "conflict-accept", method: http.MethodPost, path: at + "/acceptance", status: http.StatusNoContent, summary: "Keep what holds in several conflicts: all of them or none; no figure changes"}, s.acceptConflicts)
	add(s, a, route{name: "conflict-reopen", method: http.MethodPost, path: at + "/{id}/reopening", summary: "Take a decision back"}, s.reopenConflict)
}

func (s *Server) listConflicts(ctx context.Context, v *visit, in *conflictsInput) (*conflictsOutput, error) {
	unit, err := idIn("unit", in.Unit)
	if err != nil {
		return nil, err
	}
	list, total, err := s.Registry.ListConflicts(ctx, v.who, registry.ConflictFilter{Kind: registry.ConflictKind(in.Kind), State: in.State, Part: in.Part, Unit: org.UnitID(unit), After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := ConflictList{Total: total, Conflicts: make([]ConflictLine, len(list)), Marked: Marked{s.Demo}}
	for i, c := range list {
		unit := l.unit(int64(c.Worker.Unit))
		title, _ := s.conflictWords(v, c.Kind)
		out.Conflicts[i] = ConflictLine{ID: c.Key(), Worker: ID(c.Worker.ID), Name: c.Worker.Name, Unit: &unit, Kind: string(c.Kind), Title: title, Task: c.Task, Decided: c.Decided, FoundAt: c.FoundAt}
	}
	if len(list) == in.Limit {
		out.Next = list[len(list)-1].Key()
	}
	return &conflictsOutput{out}, nil
}

func (s *Server) conflictWords(v *visit, kind registry.ConflictKind) (title, advice string) {
	for _, k := range s.Registry.Conflicts {
		if k.Kind == kind {
			return k.Title[string(v.p.Lang())], k.Advice[string(v.p.Lang())]
		}
	}
	return string(kind), ""
}

func (s *Server) showConflict(ctx context.Context, v *visit, in *ConflictAsked) (*conflictOutput, error) {
	place, err := registry.ParseConflictPlace(in.ID)
	if err != nil {
		return nil, err
	}
	f, err := s.Registry.FindConflict(ctx, v.who, place.Worker, place.Kind, place.About)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := ConflictDoc{ID: in.ID, Worker: ID(f.Worker.ID), Name: f.Worker.Name, Kind: string(f.Kind), Task: f.Task, Statements: make([]StatementDoc, len(f.Choices)), Marked: Marked{s.Demo}}
	out.Title, out.Advice = s.conflictWords(v, f.Kind)
	if r := f.Ruling; r != nil {
		out.Decision = &RulingDoc{Reason: r.Reason, By: ID(r.By), At: r.At}
	}
	for i := range f.Choices {
		out.Statements[i] = l.statement(f.Kind, &f.Choices[i])
	}
	return &conflictOutput{out}, nil
}

func (l labels) statement(kind registry.ConflictKind, c *registry.Choice) StatementDoc {
	out := StatementDoc{ID: ID(c.Row), Holds: c.Holds, Source: c.From.String(), RecordedAt: c.At, Import: ID(c.Import), SheetNo: c.Line.Sheet(), Row: c.Line.Row(), Changes: l.changes(c.Changes)}
	if c.AsOf != 0 {
		out.AsOf = &c.AsOf
	}
	code := func(d ledger.Dim, v int64) *Coded {
		x := l.coded(d, v)
		return &x
	}
	switch kind {
	case registry.TwoMain, registry.StartedDiffers:
		unit := l.unit(int64(c.Employer))
		out.Employer, out.From = &unit, &c.Period.From
	case registry.JobDiffers:
		unit := l.unit(int64(c.Employer))
		out.Employer, out.Post, out.Member = &unit, c.Post.String(), &c.Member
	case registry.CertificateDiffers:
		out.Rank, out.IssuedOn = code(ledger.Rank, int64(c.Rank)), &c.IssuedOn
	case registry.SexDiffers:
		out.Sex = code(ledger.Sex, int64(c.Sex))
	case registry.BirthDiffers:
		out.BirthMonth = c.Birth.String()
	case registry.NameDiffers:
		out.Name = c.Name
	}
	return out
}

func (s *Server) decideConflict(ctx context.Context, v *visit, in *decideConflictInput) (*conflictOutput, error) {
	place, err := registry.ParseConflictPlace(in.ID)
	if err != nil {
		return nil, err
	}
	err = s.Registry.DecideConflict(ctx, v.who, registry.DecideConflictInput{Worker: place.Worker, Kind: place.Kind, Keep: int64(in.Body.Keep), Why: in.Body.Why})
	if err != nil {
		return nil, err
	}
	return s.showConflict(ctx, v, &in.ConflictAsked)
}

func (s *Server) acceptConflicts(ctx context.Context, v *visit, in *acceptConflictsInput) (*none, error) {
	if err := v.who.Must(account.ConflictDecide); err != nil {
		return nil, err
	}
	places := make([]registry.ConflictPlace, len(in.Body.Conflicts))
	for i, text := range in.Body.Conflicts {
		var err error
		if places[i], err = registry.ParseConflictPlace(text); err != nil {
			return nil, err
		}
	}
	return nil, s.Registry.AcceptConflicts(ctx, v.who, places, in.Body.Why)
}

func (s *Server) reopenConflict(ctx context.Context, v *visit, in *reopenConflictInput) (*conflictOutput, error) {
	place, err := registry.ParseConflictPlace(in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.Registry.ReopenConflict(ctx, v.who, place.Worker, place.Kind, place.About, in.Body.Why); err != nil {
		return nil, err
	}
	return s.showConflict(ctx, v, &in.ConflictAsked)
}
