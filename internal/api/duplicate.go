package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
	"tuoxing/internal/registry"
)

type duplicatesInput struct {
	Page
	Grade string `query:"grade" enum:"certain,likely,possible"`
	State string `query:"state" enum:"proposed,accepted,rejected,withdrawn" default:"proposed"`
}

// DuplicatePlace names a pair of files, in either order.
type DuplicatePlace struct {
	ID    string `path:"id" doc:"Id of one file"`
	Other string `path:"other" doc:"Id of the other"`
}

type rejectInput struct {
	DuplicatePlace
	Body struct {
		Why string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

type acceptInput struct {
	DuplicatePlace
	Body struct {
		Keep ID     `json:"keep" doc:"Which of the two stays"`
		Why  string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

type acceptCertainInput struct {
	Body struct {
		Confirm int    `json:"confirm" minimum:"0" doc:"How many certain pairs there are, as seen before"`
		Why     string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

type unmergeInput struct {
	ID   string `path:"id" doc:"Id of the file that was merged into another"`
	Body struct {
		Why string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

// DuplicateList is a page of pairs of files that may be one person's, the surest first.
type DuplicateList struct {
	Total      int            `json:"total" doc:"Pairs on all pages"`
	Next       string         `json:"next,omitempty"`
	Duplicates []DuplicateDoc `json:"duplicates"`
	Marked
}

// DuplicateDoc is a pair of files that may be one person's.
type DuplicateDoc struct {
	Keep      DuplicateSideDoc `json:"keep" doc:"The one that would stay"`
	Other     DuplicateSideDoc `json:"other" doc:"The one that would be merged into it"`
	Grade     string           `json:"grade" enum:"certain,likely,possible"`
	Evidence  []EvidenceDoc    `json:"evidence"`
	Places    []int            `json:"places" doc:"Digits of the ID numbers that differ, from 1 on"`
	State     string           `json:"state" enum:"proposed,accepted,rejected,withdrawn"`
	FoundAt   time.Time        `json:"found_at"`
	DecidedAt *time.Time       `json:"decided_at,omitempty"`
	DecidedBy ID               `json:"decided_by,omitempty" doc:"User; none for the operator"`
	Reason    string           `json:"reason,omitempty"`
}

// DuplicateSideDoc is one of the two files as the list shows it.
type DuplicateSideDoc struct {
	Worker     ID      `json:"worker"`
	Name       string  `json:"name"`
	Sex        Coded   `json:"sex"`
	BirthMonth string  `json:"birth_month,omitempty" doc:"2006-01"`
	Employer   UnitRef `json:"employer" doc:"Without id: no union employer"`
	District   Coded   `json:"district"`
}

// EvidenceDoc is one thing that speaks for one person, or against it.
type EvidenceDoc struct {
	Kind    string `json:"kind" doc:"See docs/formats.md"`
	Text    string `json:"text"`
	Against bool   `json:"against"`
}

// DuplicatePairDoc is a pair with both files, numbers masked, and what merging them would change.
type DuplicatePairDoc struct {
	DuplicateDoc
	Files   []DuplicateFileDoc `json:"files" doc:"The one that would stay, the other"`
	Changes []FigureChangeDoc  `json:"changes" doc:"In the figures, if they were merged now; of a pair that waits for a decision"`
	Marked
}

// DuplicateFileDoc is what of a file is compared. The whole file is at /workers/{id}.
type DuplicateFileDoc struct {
	Worker      ID     `json:"worker"`
	IDMasked    string `json:"id_masked"`
	PhoneMasked string `json:"phone_masked,omitempty"`
	Survivor    ID     `json:"survivor,omitempty" doc:"The file into which it was merged"`
}

// DuplicateRunDoc says what looking for duplicates came to; the counts by grade are of the pairs that wait.
type DuplicateRunDoc struct {
	registry.DuplicateRun
	Marked
}

// CertainPlanDoc says what accepting all certain pairs would do.
type CertainPlanDoc struct {
	Pairs   int               `json:"pairs"`
	People  int               `json:"people" doc:"Whose files they are, if all is right"`
	On      date.Day          `json:"on"`
	Changes []FigureChangeDoc `json:"changes" doc:"In the figures of that day, by district"`
	Marked
}

// AcceptedDoc tells how many pairs were accepted.
type AcceptedDoc struct {
	Accepted int `json:"accepted"`
	Marked
}

// UnmergedDoc names the file that stands for itself again.
type UnmergedDoc struct {
	Worker ID `json:"worker"`
	Marked
}

type duplicatesOutput struct{ Body DuplicateList }
type duplicateOutput struct{ Body DuplicatePairDoc }
type duplicateRunOutput struct{ Body DuplicateRunDoc }
type certainPlanOutput struct{ Body CertainPlanDoc }
type acceptedOutput struct{ Body AcceptedDoc }
type unmergedOutput struct{ Body UnmergedDoc }

func (s *Server) duplicateOperations(a huma.API) {
	const at = base + "/duplicates"
	add(s, a, route{name: "duplicate-list", method: http.MethodGet, path: at, summary: "Pairs of files that may be one person's"}, s.listDuplicates)
	add(s, a, route{name: "duplicate-find", method: http.MethodPost, path: at + "/search", summary: "Look for such pairs among all files within reach; merges nothing; logged"}, s.findDuplicates)
	add(s, a, route{name: "duplicate-certain_plan", method: http.MethodGet, path: at + "/certain", summary: "What accepting all certain pairs would change"}, s.planCertain)
	add(s, a, route{name: "duplicate-certain", method: http.MethodPost, path: at + "/certain", summary: "Merge all certain pairs"}, s.acceptCertain)
	add(s, a, route{name: "duplicate-show", method: http.MethodGet, path: at + "/{id}/{other}", summary: "A pair and what merging it would change; a look at both files, which is logged"}, s.showDuplicate)
	add(s, a, route{name: "duplicate-accept", method: http.MethodPost, path: at + "/{id}/{other}/acceptance", summary: "One person: merge the pair"}, s.acceptDuplicate)
	add(s, a, route{name: "duplicate-reject", method: http.MethodPost, path: at + "/{id}/{other}/rejection", summary: "Two people: the pair is not proposed again"}, s.rejectDuplicate)
	add(s, a, route{name: "duplicate-unmerge", method: http.MethodPost, path: base + "/workers/{id}/unmerge", summary: "Take the merge of a file back"}, s.unmerge)
}

func (l labels) duplicate(p locale.Printer, d *registry.Duplicate) DuplicateDoc {
	out := DuplicateDoc{Keep: l.side(&d.Keep), Other: l.side(&d.Other), Grade: d.Grade.String(), Evidence: []EvidenceDoc{}, Places: d.Places, State: d.State,
		FoundAt: d.FoundAt, DecidedAt: d.DecidedAt, DecidedBy: ID(d.DecidedBy), Reason: d.Reason}
	for _, k := range registry.EvidenceKinds {
		for _, name := range d.Evidence {
			if k.Name == name {
				out.Evidence = append(out.Evidence, EvidenceDoc{Kind: name, Text: p.T("registry.evidence_" + name), Against: k.Against})
			}
		}
	}
	return out
}

func (l labels) side(d *registry.DuplicateSide) DuplicateSideDoc {
	out := DuplicateSideDoc{Worker: ID(d.Worker), Name: d.Name, Sex: l.coded(ledger.Sex, int64(d.Sex)), Employer: l.unit(int64(d.Employer)), District: l.coded(ledger.District, int64(d.District))}
	if d.Birth != 0 {
		out.BirthMonth = d.Birth.String()
	}
	return out
}

func (s *Server) listDuplicates(ctx context.Context, v *visit, in *duplicatesInput) (*duplicatesOutput, error) {
	f := registry.DuplicateFilter{State: in.State, After: in.After, Limit: in.Limit}
	if err := f.Grade.UnmarshalText([]byte(in.Grade)); err != nil {
		return nil, err
	}
	list, total, err := s.Registry.ListDuplicates(ctx, v.who, f)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := DuplicateList{Total: total, Duplicates: make([]DuplicateDoc, len(list)), Marked: Marked{s.Demo}}
	for i := range list {
		out.Duplicates[i] = l.duplicate(v.p, &list[i])
	}
	if n := len(list); n > 0 && n == in.Limit {
		out.Next = list[n-1].Key()
	}
	return &duplicatesOutput{out}, nil
}

func (s *Server) findDuplicates(ctx context.Context, v *visit, _ *struct{}) (*duplicateRunOutput, error) {
	run, err := s.Registry.FindDuplicates(ctx, v.who)
	return &duplicateRunOutput{DuplicateRunDoc{run, Marked{s.Demo}}}, err
}

func (in *DuplicatePlace) asked() (a, b registry.WorkerID, err error) {
	if a, err = parse[registry.WorkerID](in.ID); err == nil {
		b, err = parse[registry.WorkerID](in.Other)
	}
	return a, b, err
}

func (s *Server) showDuplicate(ctx context.Context, v *visit, in *DuplicatePlace) (*duplicateOutput, error) {
	a, b, err := in.asked()
	if err != nil {
		return nil, err
	}
	d, err := s.Registry.OpenDuplicate(ctx, v.who, a, b)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := DuplicatePairDoc{DuplicateDoc: l.duplicate(v.p, &d.Duplicate), Changes: l.changes(d.Changes), Marked: Marked{s.Demo}}
	for _, f := range d.Files {
		out.Files = append(out.Files, DuplicateFileDoc{Worker: ID(f.ID), IDMasked: f.IDMasked, PhoneMasked: f.PhoneMasked, Survivor: ID(f.Survivor)})
	}
	return &duplicateOutput{out}, nil
}

func (s *Server) acceptDuplicate(ctx context.Context, v *visit, in *acceptInput) (*duplicateOutput, error) {
	a, b, err := in.asked()
	if err != nil {
		return nil, err
	}
	if err := s.Registry.AcceptDuplicate(ctx, v.who, registry.AcceptDuplicateInput{First: a, Other: b, Keep: registry.WorkerID(in.Body.Keep), Why: in.Body.Why}); err != nil {
		return nil, err
	}
	return s.showDuplicate(ctx, v, &in.DuplicatePlace)
}

func (s *Server) rejectDuplicate(ctx context.Context, v *visit, in *rejectInput) (*duplicateOutput, error) {
	a, b, err := in.asked()
	if err != nil {
		return nil, err
	}
	if err := s.Registry.RejectDuplicate(ctx, v.who, a, b, in.Body.Why); err != nil {
		return nil, err
	}
	return s.showDuplicate(ctx, v, &in.DuplicatePlace)
}

func (s *Server) planCertain(ctx context.Context, v *visit, _ *struct{}) (*certainPlanOutput, error) {
	plan, err := s.Registry.PlanCertain(ctx, v.who)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	return &certainPlanOutput{CertainPlanDoc{Pairs: plan.Pairs, People: plan.People, On: plan.On, Changes: l.changes(plan.Changes), Marked: Marked{s.Demo}}}, nil
}

func (s *Server) acceptCertain(ctx context.Context, v *visit, in *acceptCertainInput) (*acceptedOutput, error) {
	n, err := s.Registry.AcceptCertain(ctx, v.who, in.Body.Confirm, in.Body.Why)
	return &acceptedOutput{AcceptedDoc{n, Marked{s.Demo}}}, err
}

func (s *Server) unmerge(ctx context.Context, v *visit, in *unmergeInput) (*unmergedOutput, error) {
	id, err := parse[registry.WorkerID](in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.Registry.Unmerge(ctx, v.who, id, in.Body.Why); err != nil {
		return nil, err
	}
	return &unmergedOutput{UnmergedDoc{ID(id), Marked{s.Demo}}}, nil
}
