package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
)

type undoInput struct {
	ID   string `path:"id" doc:"Id of the import"`
	Body struct {
		Why string `json:"why" maxLength:"500" doc:"The reason, which stays with the import"`
	}
}

type confirmInput struct {
	ID   string `path:"id" doc:"Id of the import"`
	Body struct {
		Absent int `json:"absent" minimum:"0" doc:"The number of absentees that the dry run told, typed back"`
	}
}

type changeInput struct {
	ID   string `path:"id" doc:"Id of the import"`
	Body struct {
		AsOf           string   `json:"as_of,omitempty" doc:"The day on which the rows are true, 2006-01-02; unchanged when not given"`
		ConfirmedCodes []string `json:"confirmed_codes" maxItems:"1000" doc:"Credit codes that fail their check digit and were really issued so: all of them"`
	}
}

// Ordered is an act that was put into the queue. How it goes is told by GET /api/v1/imports/{id}.
type Ordered struct {
	ID  ID     `json:"id"`
	Act string `json:"act" enum:"stage,try,apply,undo,try_undo"`
	Marked
}

type orderedOutput struct {
	Location string `header:"Location"`
	Body     Ordered
}

func (s *Server) importActs(a huma.API) {
	const at = base + "/imports/{id}/"
	order := func(act, summary string) route {
		return route{name: "import-" + act, method: http.MethodPost, path: at + act, status: http.StatusAccepted, summary: summary}
	}
	add(s, a, order("stage", "Order: read and check the file, then try it out"), s.order("stage"))
	add(s, a, order("try", "Order: apply in a transaction that is rolled back (试算)"), s.order("try"))
	add(s, a, order("apply", "Order: enter the staged file (入账)"), s.order("apply"))
	add(s, a, order("undo", "Order: take an applied import back by reversal (撤回)"), func(ctx context.Context, v *visit, in *undoInput) (*orderedOutput, error) {
		return s.run(ctx, v, in.ID, "undo", strings.TrimSpace(in.Body.Why))
	})
	add(s, a, route{name: "import-try-undo", method: http.MethodPost, path: at + "try-undo", status: http.StatusAccepted,
		summary: "Order: take it back in a transaction that is rolled back, to see what the figures would be"}, s.order("try_undo"))
	add(s, a, route{name: "import-undo-trial", method: http.MethodGet, path: at + "undo", summary: "What taking it back would do to the figures, as last tried out"}, s.undoTrial)
	add(s, a, route{name: "import-confirm", method: http.MethodPost, path: at + "confirm", summary: "Type the number of absentees back"}, s.confirmAbsent)
	add(s, a, route{name: "import-change", method: http.MethodPost, path: at + "change", summary: "Change the terms before it is applied; it must be staged again"}, s.changeTerms)
}

// order makes the handler of an act without a body.
func (s *Server) order(act string) func(context.Context, *visit, *importInput) (*orderedOutput, error) {
	return func(ctx context.Context, v *visit, in *importInput) (*orderedOutput, error) {
		return s.run(ctx, v, in.ID, act, "")
	}
}

func (s *Server) run(ctx context.Context, v *visit, text, act, why string) (*orderedOutput, error) {
	_, r, err := s.find(ctx, v, text)
	if err != nil {
		return nil, err
	}
	if err := s.Run(ctx, v.who, r.ID, act, why); err != nil {
		return nil, err
	}
	return &orderedOutput{Location: base + "/imports/" + r.ID.String(), Body: Ordered{ID: ID(r.ID), Act: act, Marked: Marked{s.Demo}}}, nil
}

// UndoTrial is what taking an import back would do.
type UndoTrial struct {
	Block   int64        `json:"block" doc:"Head of the chain when it was tried"`
	Stale   bool         `json:"stale" doc:"The ledger has grown since: try again"`
	Facts   int64        `json:"facts" doc:"Signed facts that it would enter"`
	Figures []UndoFigure `json:"figures" doc:"Those of today that would change, within what the caller sees"`
	Marked
}

// UndoFigure is a figure as it is and as it would be.
type UndoFigure struct {
	Name   string      `json:"name"`
	Title  string      `json:"title"`
	Unit   figure.Unit `json:"unit"`
	Before string      `json:"before"`
	After  string      `json:"after"`
}

type undoTrialOutput struct{ Body UndoTrial }

func (s *Server) undoTrial(ctx context.Context, v *visit, in *importInput) (*undoTrialOutput, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	if err := viewer.May(intake.RightUndo); err != nil {
		return nil, err
	}
	if r.UndoTrial == nil {
		return nil, fault.New(fault.Conflict, "intake.undo_untried")
	}
	shifts := make([]figure.Shift, len(r.UndoTrial.Shifts))
	for i, sh := range r.UndoTrial.Shifts {
		shifts[i] = figure.Shift(sh)
	}
	list, head, err := s.Figures.Outlooks(ctx, v.who, s.today(), shifts)
	if err != nil {
		return nil, err
	}
	out := UndoTrial{Block: r.UndoTrial.Head, Stale: head != r.UndoTrial.Head, Facts: r.UndoTrial.Facts, Figures: []UndoFigure{}, Marked: Marked{s.Demo}}
	for _, o := range list {
		out.Figures = append(out.Figures, UndoFigure{Name: o.Name, Title: o.TitleIn(string(v.p.Lang())), Unit: o.Unit, Before: o.Before.Text(), After: o.After.Text()})
	}
	return &undoTrialOutput{out}, nil
}

func (s *Server) confirmAbsent(ctx context.Context, v *visit, in *confirmInput) (*importOutput, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.Intake.Confirm(ctx, viewer, r.ID, in.Body.Absent); err != nil {
		return nil, err
	}
	return s.again(ctx, v, viewer, r.ID)
}

func (s *Server) changeTerms(ctx context.Context, v *visit, in *changeInput) (*importOutput, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	var before date.Day
	if r.AsOf != "" {
		if before, err = date.Parse(r.AsOf); err != nil {
			return nil, err
		}
	}
	asOf, err := dayIn("as_of", in.Body.AsOf, before)
	if err != nil {
		return nil, err
	}
	if err := s.Intake.Change(ctx, viewer, r.ID, asOf, in.Body.ConfirmedCodes); err != nil {
		return nil, err
	}
	return s.again(ctx, v, viewer, r.ID)
}

// again tells the report after a change.
func (s *Server) again(ctx context.Context, v *visit, viewer intake.Viewer, id intake.ImportID) (*importOutput, error) {
	r, err := s.Intake.Find(ctx, viewer, id)
	if err != nil {
		return nil, err
	}
	return &importOutput{s.report(v, r)}, nil
}
