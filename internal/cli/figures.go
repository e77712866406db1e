package cli

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
)

// asked are the flags by which a figure is asked for.
type asked struct {
	On    string   `help:"As of this day, 2006-01-02; today when not given." placeholder:"DATE" xor:"day"`
	Year  int      `help:"As of 31 December of this year." placeholder:"Y" xor:"day"`
	By    []string `help:"Cut by dimensions: district, union, rank, section, sex, age, class …" placeholder:"DIM,…"`
	Where []string `help:"Keep only, e.g. district=321181 or rank_ever=4,5,6; may be repeated." placeholder:"DIM=VALUE" sep:"none"`
	Block int64    `help:"As known when this block was sealed." placeholder:"B"`
}

func (q *asked) request(name string, today date.Day) (figure.Request, error) {
	req := figure.Request{Name: name, On: today, Block: q.Block}
	switch {
	case q.On != "":
		d, err := date.Parse(q.On)
		if err != nil {
			return req, fieldFault("on", "cli.date_unreadable", q.On)
		}
		req.On = d
	case q.Year != 0:
		req.On = date.Year(q.Year).To
	}
	for _, d := range q.By {
		req.By = append(req.By, ledger.Dim(strings.TrimSpace(d)))
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

type figuresCmd struct {
	Names []string `arg:"" optional:"" help:"Indicators; all when not given."`
	asked
	CSV      bool `name:"csv" help:"As CSV." xor:"form"`
	Sentence bool `help:"As sentences for a report: figure, filters, value with unit, day and block." xor:"form"`
}

func (figuresCmd) Help() string {
	return "Examples:\n  tuoxing figures employees --on 2022-12-31 --where district=321181 --sentence\n  tuoxing figures --on 2022-12-31\n  tuoxing figures industrial_workers --on 2022-12-31 --by district,sex"
}

// Run prints figures.
func (cmd *figuresCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		return c.printFigures(a, who, cmd.Names, &cmd.asked, cmd.CSV, cmd.Sentence)
	})
}

func (c *console) printFigures(a *app.App, who account.Actor, names []string, q *asked, asCSV, said bool) error {
	explicit := len(names) > 0
	if !explicit {
		for _, ind := range a.Figures.Catalogue.List() {
			names = append(names, ind.Name)
		}
	}
	var values []*figure.Value
	var nowhere error // no figure has the dimensions asked for
	for _, name := range names {
		req, err := q.request(name, date.On(a.DB.Now()))
		if err != nil {
			return err
		}
		v, err := a.Figures.Value(c.ctx, who, req)
		if fault.Is(err, fault.Invalid) && !explicit && len(req.By) > 0 {
			nowhere = err // not every figure has every dimension
			continue
		}
		if err != nil {
			return err
		}
		values = append(values, v)
	}
	if len(values) == 0 {
		return nowhere
	}
	labels, err := a.Figures.Labels(c.ctx, values[0].On, c.p)
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		c.printJSON(figure.Document(values, labels, who, a.Demo))
		return nil
	case asCSV:
		w := csv.NewWriter(c.out)
		return w.WriteAll(harmless(append([][]string{c.marked(figureHead)}, figureRows(values, labels)...)))
	case said:
		speaker := labels.Speaker(who, a.Demo)
		for _, v := range values {
			for _, cell := range append([]figure.Cell{v.Total}, v.Cells...) {
				c.line("%s", speaker.SayCell(v, cell).In(c.p.Lang()))
			}
		}
		return nil
	}
	c.table([]string{figureHead[0], c.p.T("cli.figure"), c.p.T("cli.cut"), ">" + c.p.T("cli.value"), c.p.T("cli.unit"), ">" + c.p.T("cli.numerator"), ">" + c.p.T("cli.denominator")}, printedRows(c, values, labels))
	c.line("%s", c.p.T("cli.as_of_block", values[0].On.String(), values[0].Block, values[0].Hash.String()[:16]))
	c.mark()
	return nil
}

// harmless keeps names from being run as formulas by the program that opens a CSV. Signed numbers are none.
func harmless(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = make([]string, len(row))
		for k, text := range row {
			out[i][k] = text
			if _, err := strconv.ParseInt(text, 10, 64); err != nil {
				out[i][k] = listing.Harmless(text)
			}
		}
	}
	return out
}

// marked gives a CSV's heading one more column that says so when the data are made up.
func (c *console) marked(head []string) []string {
	if c.demo {
		return append(slices.Clone(head), c.p.T("demo.mark"))
	}
	return head
}

var figureHead = []string{"name", "title", "by", "value", "unit", "numerator", "denominator", "on", "block"}

func figureRows(values []*figure.Value, labels *figure.Labels) [][]string {
	var out [][]string
	for _, d := range figure.Flatten(values, labels) {
		out = append(out, []string{d.Name, d.Title, d.Cut, d.Value, string(d.Unit), d.Numerator, d.Denominator, d.On.String(), fmt.Sprint(d.Block)})
	}
	return out
}

func printedRows(c *console, values []*figure.Value, labels *figure.Labels) [][]string {
	var out [][]string
	for _, d := range figure.Flatten(values, labels) {
		out = append(out, []string{d.Name, d.Title, d.Cut, d.Value, c.p.T("figure.unit." + string(d.Unit)), d.Numerator, d.Denominator})
	}
	return out
}

type traceCmd struct {
	Figure string `arg:"" help:"Indicator."`
	asked
	Facts bool   `help:"Every signed fact instead of the people or things counted."`
	CSV   string `name:"csv" help:"Write the lines into this file." placeholder:"OUT"`
}

func (traceCmd) Help() string {
	return "Example:\n  tuoxing trace highly_skilled_ever --on 2022-12-31 --where district=321181\n\nThe last line gives count and Σ, which equal the figure both ways."
}

// Run opens a figure. A rate opens to its numerator and its denominator.
func (cmd *traceCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		req, err := cmd.request(cmd.Figure, date.On(a.DB.Now()))
		if err != nil {
			return err
		}
		req.By = nil
		v, err := a.Figures.Value(c.ctx, who, req)
		if err != nil {
			return err
		}
		t := &tracing{console: c, a: a, who: who, facts: cmd.Facts}
		if cmd.CSV != "" {
			f, err := os.Create(cmd.CSV)
			if err != nil {
				return fault.New(fault.Invalid, "cli.file_unwritable", cmd.CSV).Because(err)
			}
			defer f.Close()
			t.csv = csv.NewWriter(f)
			defer t.csv.Flush()
		}
		names := []string{req.Name}
		if v.Ratio != nil {
			names = []string{v.Ratio.Numerator, v.Ratio.Denominator}
		}
		for _, name := range names {
			req.Name, req.Block = name, v.Block
			if err := t.side(req); err != nil {
				return err
			}
		}
		if c.JSON {
			c.printJSON(map[string]any{"figure": cmd.Figure, "on": v.On, "block": v.Block, "value": v.Total.Value, "sides": t.sides, "demo": a.Demo})
			return nil
		}
		if v.Ratio != nil {
			c.line("%s", c.p.T("cli.rate", v.TitleIn(string(c.p.Lang())), v.Total.Numerator, v.Total.Denominator, v.Ratio.Factor, v.Total.Value))
		}
		c.mark()
		return nil
	})
}

// tracing prints the sides of a figure.
type tracing struct {
	*console
	a     *app.App
	who   account.Actor
	facts bool
	csv   *csv.Writer
	sides []side
}

// side is one opened count with its control totals.
type side struct {
	Figure   string     `json:"figure"`
	Count    int        `json:"count"`
	Facts    int64      `json:"facts"`
	Quantity int64      `json:"quantity"`
	Rows     [][]string `json:"rows"`
}

func (t *tracing) side(req figure.Request) error {
	labels, err := t.a.Figures.Labels(t.ctx, req.On, t.p)
	if err != nil {
		return err
	}
	o, err := t.a.Figures.Open(t.ctx, t.who, req, 0, 0)
	if err != nil {
		return err
	}
	s := side{Figure: req.Name, Count: o.Total, Facts: o.Facts, Quantity: o.Quantity}
	head := traceHead
	if t.facts {
		head = factHead
		facts, err := t.a.Figures.Facts(t.ctx, t.who, req)
		if err != nil {
			return err
		}
		for _, f := range facts {
			s.Rows = append(s.Rows, factRow(&f, labels))
		}
	} else {
		for _, r := range o.Rows {
			s.Rows = append(s.Rows, t.row(&r, labels))
		}
	}
	t.sides = append(t.sides, s)
	switch {
	case t.csv != nil:
		if err := t.csv.WriteAll(append(harmless(append([][]string{t.marked(head)}, s.Rows...)), []string{"Σ", fmt.Sprint(s.Count), fmt.Sprint(s.Facts), fmt.Sprint(s.Quantity)})); err != nil {
			return err
		}
	case !t.JSON:
		t.table(append([]string{}, head...), s.Rows)
	}
	t.line("%s", t.p.T("cli.trace_total", o.TitleIn(string(t.p.Lang())), s.Count, s.Facts, s.Quantity))
	return nil
}

var (
	traceHead = []string{"id", "name", "district", "employer", "rank_ever", "quantity", "since", "cause", "block", "position", "file", "sheet", "row"}
	factHead  = []string{"block", "position", "occurred_on", "quantity", "cause", "entry", "worker", "district", "union", "employer", "rank", "rank_ever", "sex", "birth_month", "class", "import", "row"}
)

func (t *tracing) row(r *figure.Row, l *figure.Labels) []string {
	name := r.Name
	if r.Worker != 0 && name == "" {
		name = t.p.T("figure.elsewhere")
	}
	f := &r.Fact
	id := r.Worker
	if id == 0 {
		id = r.Subject
	}
	return []string{fmt.Sprint(id), name, l.Of(ledger.District, int64(f.District)), l.Of(ledger.Employer, f.Employer), t.p.T("cn.rank." + fmt.Sprint(f.RankEver)), fmt.Sprint(r.Quantity),
		f.OccurredOn.String(), t.p.T("figure.cause." + fmt.Sprint(int(f.Cause))), fmt.Sprint(f.Block), fmt.Sprint(f.Position), r.File, r.Sheet, fmt.Sprint(f.Line.Row())}
}

func factRow(f *ledger.Placed, l *figure.Labels) []string {
	return []string{fmt.Sprint(f.Block), fmt.Sprint(f.Position), f.OccurredOn.String(), fmt.Sprintf("%+d", f.Quantity), f.Cause.String(), f.Entry.String(), fmt.Sprint(f.Worker),
		fmt.Sprint(f.District), l.Of(ledger.Union, f.Union), l.Of(ledger.Employer, f.Employer), fmt.Sprint(f.Rank), fmt.Sprint(f.RankEver), fmt.Sprint(f.Sex), f.BirthMonth.String(), fmt.Sprint(f.Class), fmt.Sprint(f.Import), fmt.Sprint(f.Line.Row())}
}
