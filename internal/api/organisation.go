package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

type organisationsInput struct {
	Page
	On        string        `query:"on" doc:"As of this day, 2006-01-02; today when not given"`
	Q         string        `query:"q" maxLength:"60" doc:"Part of a name, its pinyin, initials or code"`
	Kind      org.Kind      `query:"kind" enum:"city,district,zone,industry_union,member,school,enterprise"`
	District  int32         `query:"district" minimum:"100000" maximum:"999999" doc:"Six digits of GB/T 2260, or of a functional zone"`
	Section   string        `query:"section" maxLength:"1" doc:"Letter of the section of GB/T 4754-2017"`
	Size      int           `query:"size" minimum:"1" maximum:"4"`
	Ownership int           `query:"ownership" minimum:"100" maximum:"999"`
	Ended     bool          `query:"ended" doc:"Also those that were struck off"`
	Under     string        `query:"under" doc:"Only what lies below this unit on the day"`
	Sort      listing.Order `query:"sort" doc:"name, code, district, industry, ownership, size or people, with - before it descending; the official order when not given"`
}

type organisationInput struct {
	ID string `path:"id" doc:"Id of the unit"`
	On string `query:"on" doc:"As of this day, 2006-01-02; today when not given"`
}

// OrganisationList is a page of units as they were on a day.
type OrganisationList struct {
	On            date.Day                   `json:"on"`
	Total         int                        `json:"total"`
	Next          string                     `json:"next,omitempty"`
	Organisations []registry.OrganisationDoc `json:"organisations"`
	Marked
}

// OrganisationFile is one unit as it was on a day, with its history.
type OrganisationFile struct {
	On           date.Day                 `json:"on"`
	Organisation registry.OrganisationDoc `json:"organisation"`
	Marked
}

type organisationsOutput struct{ Body OrganisationList }
type organisationOutput struct{ Body OrganisationFile }

func (s *Server) organisationOperations(a huma.API) {
	const at = base + "/organisations"
	add(s, a, route{name: "organisation-list", method: http.MethodGet, path: at, summary: "The units of the caller's subtree as they were on a day"}, s.listOrganisations)
	add(s, a, route{name: "organisation-show", method: http.MethodGet, path: at + "/{id}", summary: "A unit as it was on a day, with every row about it and what moved to and from it"}, s.showOrganisation)
}

func (s *Server) listOrganisations(ctx context.Context, v *visit, in *organisationsInput) (*organisationsOutput, error) {
	f := registry.UnitFilter{Order: in.Sort, Limit: in.Limit, Filter: org.Filter{Text: in.Q, Kind: in.Kind, District: in.District, Section: in.Section, Size: org.Size(in.Size), Ownership: org.Ownership(in.Ownership), Ended: in.Ended}}
	under, err := idIn("under", in.Under)
	if err != nil {
		return nil, err
	}
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	if f.On, err = dayIn("on", in.On, s.today()); err != nil {
		return nil, err
	}
	f.Under, f.After = org.UnitID(under), org.UnitID(after)
	list, total, more, err := s.Registry.ListUnits(ctx, v.who, f)
	if err != nil {
		return nil, err
	}
	w, err := s.words(ctx, v, f.On)
	if err != nil {
		return nil, err
	}
	out := OrganisationList{On: f.On, Total: total, Organisations: w.Units(list), Marked: Marked{s.Demo}}
	if more {
		out.Next = list[len(list)-1].ID.String()
	}
	return &organisationsOutput{out}, nil
}

func (s *Server) showOrganisation(ctx context.Context, v *visit, in *organisationInput) (*organisationOutput, error) {
	id, err := parse[org.UnitID](in.ID)
	if err != nil {
		return nil, err
	}
	on, err := dayIn("on", in.On, s.today())
	if err != nil {
		return nil, err
	}
	f, err := s.Registry.FindUnit(ctx, v.who, id, on)
	if err != nil {
		return nil, err
	}
	w, err := s.words(ctx, v, on)
	if err != nil {
		return nil, err
	}
	return &organisationOutput{OrganisationFile{On: on, Organisation: w.File(f), Marked: Marked{s.Demo}}}, nil
}

// words print units in the caller's language.
func (s *Server) words(ctx context.Context, v *visit, on date.Day) (registry.Words, error) {
	l, err := s.labels(ctx, v, on)
	if err != nil {
		return registry.Words{}, err
	}
	return registry.Words{Printer: v.p, Of: l.Of}, nil
}
