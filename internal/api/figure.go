package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
)

// Asked is how a figure is asked for.
type Asked struct {
	Name  string   `path:"name" doc:"Name in the catalogue" example:"industrial_workers"`
	On    string   `query:"on" doc:"As of this day, 2006-01-02; today when neither on nor year is given"`
	Year  int      `query:"year" minimum:"1949" maximum:"2199" doc:"As of 31 December of this year"`
	Block int64    `query:"block" minimum:"1" doc:"As known when this block was sealed; now when not given"`
	Where []string `query:"where,explode" maxItems:"20" doc:"Keep only, e.g. district=321181 or rank_ever=4,5,6; may be repeated"`
}

// request is the question as the module takes it.
func (q *Asked) request(today date.Day) (figure.Request, error) {
	req := figure.Request{Name: q.Name, Block: q.Block}
	var err error
	if req.On, err = dayIn("on", q.On, today); err != nil {
		return req, err
	}
	if q.Year != 0 {
		if q.On != "" {
			var c fault.Check
			c.Add("year", "api.on_or_year")
			return req, c.Err()
		}
		req.On = date.Year(q.Year).To
	}
	for _, text := range q.Where {
		w, err := figure.ParseWhere(text)
		if err != nil {
			return req, err
		}
		req.Where = append(req.Where, w)
	}
	return req, nil
}

type figureInput struct {
	Asked
	By []string `query:"by" doc:"Cut by up to four of the figure's dimensions, separated by commas" example:"district,sex"`
}

type rowsInput struct {
	Asked
	Page
}

// FigureList is the catalogue.
type FigureList struct {
	Figures []*figure.Indicator `json:"figures"`
	Marked
}

// FigureRows is a figure opened to what it counts. For a rate there are no rows but sides to open.
type FigureRows struct {
	Figure   string      `json:"figure"`
	On       date.Day    `json:"on"`
	Block    int64       `json:"block"`
	Value    string      `json:"value" doc:"The figure; — for a rate without a denominator"`
	Unit     figure.Unit `json:"unit"`
	Sides    []string    `json:"sides,omitempty" doc:"Numerator and denominator of a rate: open these"`
	Total    int         `json:"total" doc:"Rows on all pages"`
	Facts    int64       `json:"facts" doc:"Signed facts behind them"`
	Quantity int64       `json:"quantity" doc:"Σ of the facts and Σ of the rows: the figure"`
	Next     string      `json:"next,omitempty" doc:"after of the next page; missing on the last"`
	Rows     []FigureRow `json:"rows"`
	Marked
}

// FigureRow is one person or thing that is counted, with the fact that put it there.
type FigureRow struct {
	Worker   ID       `json:"worker,omitempty" doc:"Missing for what is not a person"`
	Subject  ID       `json:"subject,omitempty"`
	Name     string   `json:"name" doc:"Of a person whose file the caller may open; else the words for that"`
	Open     bool     `json:"open" doc:"The caller may open the person's file"`
	Quantity int64    `json:"quantity"`
	Since    date.Day `json:"since"`
	Cause    Coded    `json:"cause"`
	District Coded    `json:"district"`
	Employer UnitRef  `json:"employer"`
	Rank     Coded    `json:"rank"`
	RankEver Coded    `json:"rank_ever"`
	Place
	File  string `json:"file" doc:"The file that brought the fact"`
	Sheet string `json:"sheet"`
}

// Place is where a fact stands and where it came from.
type Place struct {
	Block    int64 `json:"block"`
	Position int32 `json:"position"`
	Import   ID    `json:"import,omitempty"`
	SheetNo  int   `json:"sheet_no" doc:"Sheet of the file, from 0"`
	Row      int   `json:"row" doc:"Row of the sheet, from 1"`
}

func placeOf(f *ledger.Placed) Place {
	return Place{Block: f.Block, Position: f.Position, Import: ID(f.Import), SheetNo: f.Line.Sheet(), Row: f.Line.Row()}
}

// FigureFacts are the signed facts whose quantities add up to a figure, in block order.
type FigureFacts struct {
	Figure   string       `json:"figure"`
	On       date.Day     `json:"on"`
	Block    int64        `json:"block"`
	Sides    []string     `json:"sides,omitempty" doc:"Numerator and denominator of a rate: ask for these"`
	Total    int          `json:"total" doc:"Facts on all pages"`
	Quantity int64        `json:"quantity" doc:"Σ over all pages: the figure"`
	Next     string       `json:"next,omitempty"`
	Facts    []FigureFact `json:"facts"`
	Marked
}

// FigureFact is one signed fact. It holds no name, number or phone.
type FigureFact struct {
	Place
	Kind       string   `json:"kind"`
	Attr       string   `json:"attr,omitempty"`
	On         date.Day `json:"on"`
	Quantity   int64    `json:"quantity"`
	Cause      Coded    `json:"cause"`
	Entry      Coded    `json:"entry"`
	Worker     ID       `json:"worker,omitempty"`
	Subject    ID       `json:"subject,omitempty"`
	District   Coded    `json:"district"`
	Employer   UnitRef  `json:"employer"`
	Rank       Coded    `json:"rank"`
	RankEver   Coded    `json:"rank_ever"`
	Class      Coded    `json:"class"`
	Sex        Coded    `json:"sex"`
	BirthMonth string   `json:"birth_month,omitempty" doc:"2006-01"`
	Member     bool     `json:"member"`
	Reverses   string   `json:"reverses,omitempty" doc:"block-position of the fact that this one takes back"`
}

type figureListOutput struct{ Body FigureList }
type figureOutput struct{ Body figure.Doc }
type rowsOutput struct{ Body FigureRows }
type factsOutput struct{ Body FigureFacts }

func (s *Server) figureOperations(a huma.API) {
	get := func(name, path, summary string) route {
		return route{name: name, method: http.MethodGet, path: base + "/figures" + path, summary: summary}
	}
	add(s, a, get("figure-list", "", "The catalogue of figures"), s.listFigures)
	add(s, a, get("figure-show", "/{name}", "A figure, in all and cut by dimensions"), s.showFigure)
	add(s, a, get("figure-rows", "/{name}/rows", "The people or things that a figure counts; the look is logged"), s.openFigure)
	add(s, a, get("figure-facts", "/{name}/facts", "The signed facts that a figure sums"), s.figureFacts)
}

func (s *Server) listFigures(_ context.Context, v *visit, _ *none) (*figureListOutput, error) {
	if err := v.who.Must(account.FigureRead); err != nil {
		return nil, err
	}
	return &figureListOutput{FigureList{Figures: s.Figures.Catalogue.List(), Marked: Marked{s.Demo}}}, nil
}

func (s *Server) showFigure(ctx context.Context, v *visit, in *figureInput) (*figureOutput, error) {
	req, err := in.request(s.today())
	if err != nil {
		return nil, err
	}
	for _, d := range in.By {
		req.By = append(req.By, ledger.Dim(strings.TrimSpace(d)))
	}
	value, err := s.Figures.Value(ctx, v.who, req)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, req.On)
	if err != nil {
		return nil, err
	}
	return &figureOutput{figure.Document([]*figure.Value{value}, l.Labels, v.who, s.Demo)}, nil
}

func (s *Server) openFigure(ctx context.Context, v *visit, in *rowsInput) (*rowsOutput, error) {
	req, err := in.request(s.today())
	if err != nil {
		return nil, err
	}
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	o, err := s.Figures.Open(ctx, v.who, req, after, in.Limit)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, req.On)
	if err != nil {
		return nil, err
	}
	out := FigureRows{Figure: o.Name, On: o.On, Block: o.Block, Unit: o.Unit, Value: "—", Total: o.Total, Facts: o.Facts, Quantity: o.Quantity, Next: o.Next,
		Sides: sides(o.Indicator), Rows: make([]FigureRow, len(o.Rows)), Marked: Marked{s.Demo}}
	if o.Value.Total.Defined {
		out.Value = strconv.FormatInt(o.Value.Total.Value, 10)
	}
	for i := range o.Rows {
		out.Rows[i] = l.row(v, &o.Rows[i])
	}
	return &rowsOutput{out}, nil
}

// sides are the two counts of a rate.
func sides(ind *figure.Indicator) []string {
	if ind.Ratio == nil {
		return nil
	}
	return []string{ind.Ratio.Numerator, ind.Ratio.Denominator}
}

func (l labels) row(v *visit, r *figure.Row) FigureRow {
	f := &r.Fact
	out := FigureRow{Worker: ID(r.Worker), Subject: ID(r.Subject), Name: r.Name, Open: r.Name != "", Quantity: r.Quantity, Since: f.OccurredOn,
		Cause: l.coded(ledger.CauseOf, int64(f.Cause)), District: l.coded(ledger.District, int64(f.District)), Employer: l.unit(f.Employer),
		Rank: l.coded(ledger.Rank, int64(f.Rank)), RankEver: l.coded(ledger.RankEver, int64(f.RankEver)), Place: placeOf(f), File: r.File, Sheet: r.Sheet}
	if r.Worker != 0 && r.Name == "" {
		out.Name = v.p.T("figure.elsewhere")
	}
	return out
}

func (s *Server) figureFacts(ctx context.Context, v *visit, in *rowsInput) (*factsOutput, error) {
	req, err := in.request(s.today())
	if err != nil {
		return nil, err
	}
	from, err := refIn(in.After)
	if err != nil {
		return nil, err
	}
	value, err := s.Figures.Value(ctx, v.who, req)
	if err != nil {
		return nil, err
	}
	req.Block = value.Block // the same block for both, whatever is sealed in between
	all, err := s.Figures.Facts(ctx, v.who, req)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, req.On)
	if err != nil {
		return nil, err
	}
	out := FigureFacts{Figure: req.Name, On: req.On, Block: value.Block, Sides: sides(value.Indicator), Total: len(all), Facts: []FigureFact{}, Marked: Marked{s.Demo}}
	for i := range all {
		f := &all[i]
		out.Quantity += f.Quantity
		switch {
		case !later(f.Ref, from):
		case len(out.Facts) == in.Limit:
			out.Next = refText(ledger.Ref{Block: out.Facts[in.Limit-1].Block, Position: out.Facts[in.Limit-1].Position})
		default:
			out.Facts = append(out.Facts, l.fact(f))
		}
	}
	return &factsOutput{out}, nil
}

// later reports whether a fact stands after a place in the chain.
func later(r, than ledger.Ref) bool {
	return r.Block > than.Block || r.Block == than.Block && r.Position > than.Position
}

func refText(r ledger.Ref) string { return fmt.Sprintf("%d-%d", r.Block, r.Position) }

// refIn reads the key of a page of facts; before the first stands position −1 of block 0.
func refIn(text string) (ledger.Ref, error) {
	r := ledger.Ref{Position: -1}
	if text == "" {
		return r, nil
	}
	block, position, _ := strings.Cut(text, "-")
	b, err := strconv.ParseInt(block, 10, 64)
	p, perr := strconv.ParseInt(position, 10, 32)
	if err != nil || perr != nil {
		var c fault.Check
		c.Add("after", "api.id_unreadable")
		return r, c.Err()
	}
	return ledger.Ref{Block: b, Position: int32(p)}, nil
}

func (l labels) fact(f *ledger.Placed) FigureFact {
	out := FigureFact{Place: placeOf(f), Kind: f.Kind.String(), Attr: f.Attr, On: f.OccurredOn, Quantity: f.Quantity,
		Cause: l.coded(ledger.CauseOf, int64(f.Cause)), Entry: l.coded(ledger.EntryOf, int64(f.Entry)), Worker: ID(f.Worker), Subject: ID(f.Subject),
		District: l.coded(ledger.District, int64(f.District)), Employer: l.unit(f.Employer), Rank: l.coded(ledger.Rank, int64(f.Rank)),
		RankEver: l.coded(ledger.RankEver, int64(f.RankEver)), Class: l.coded(ledger.Class, int64(f.Class)), Sex: l.coded(ledger.Sex, int64(f.Sex)),
		BirthMonth: f.BirthMonth.String(), Member: f.Member == 1}
	if f.Reverses.Block != 0 {
		out.Reverses = refText(f.Reverses)
	}
	return out
}
