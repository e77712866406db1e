package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

type exportCmd struct {
	List     string   `arg:"" help:"workers, organisations, imports, rows, leavers, blocks or audit."`
	Out      string   `required:"" help:"The file to write; its ending says how: .xlsx or .csv." placeholder:"FILE"`
	Numbers  string   `help:"workers: with ID and phone numbers, masked or full." placeholder:"masked|full"`
	Why      string   `help:"With --numbers full: the reason, which is logged with the look at each person."`
	Org      string   `help:"workers: only this employer; credit code or name." placeholder:"CODE"`
	District int32    `help:"workers: only this division." placeholder:"321181"`
	RankEver int      `help:"workers: at least this rank was ever held." placeholder:"N"`
	Kind     string   `help:"imports: only this kind of file; organisations: only this kind of unit."`
	State    string   `help:"imports: only this state."`
	Import   string   `help:"leavers: the import whose absentees they are." placeholder:"ID"`
	Figure   string   `help:"rows: the figure that is opened."`
	On       string   `help:"rows: as of this day; today when not given." placeholder:"DATE"`
	Where    []string `help:"rows: keep only, e.g. district=321181; may be repeated." placeholder:"DIM=VALUE" sep:"none"`
	Block    int64    `help:"rows: as known when this block was sealed." placeholder:"B"`
	Action   string   `help:"audit: only this action."`
	From     string   `help:"audit: from this day on." placeholder:"DATE"`
	To       string   `help:"audit: up to this day." placeholder:"DATE"`
}

func (exportCmd) Help() string {
	return "Examples:\n  tuoxing export workers --org 丹阳市总工会 --out 职工名单.xlsx\n  tuoxing export rows --figure skilled_ever --on 2022-12-31 --out rows.csv\n\n" +
		"The last row of the file holds the control totals: number of rows, Σ of each column of numbers."
}

// Run writes a list into a file. A file that could not be finished is removed.
func (cmd *exportCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) (err error) {
		req, err := cmd.request(c, a)
		if err != nil {
			return err
		}
		var f *os.File
		sum, err := a.Export.Write(c.ctx, who, c.p, req, func(string, string) (io.Writer, error) {
			var err error
			if f, err = os.OpenFile(cmd.Out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
				return nil, fault.New(fault.Invalid, "cli.file_unwritable", cmd.Out).Because(err)
			}
			return f, nil
		})
		if f != nil {
			if err = errors.Join(err, f.Close()); err != nil {
				err = errors.Join(err, os.Remove(cmd.Out))
			}
		}
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(struct {
				export.Summary
				File string `json:"file"`
				Demo bool   `json:"demo"`
			}{sum, cmd.Out, a.Demo})
			return nil
		}
		c.line("%s", c.p.T("cli.exported", cmd.Out, sum.Rows))
		for _, s := range sum.Sums {
			c.line("  Σ %s = %d", s.Column, s.Total)
		}
		c.mark()
		return nil
	})
}

// request reads the flags of the list that is asked for.
func (cmd *exportCmd) request(c *console, a *app.App) (export.Request, error) {
	req := export.Request{List: cmd.List, Format: listing.Format(strings.ToLower(strings.TrimPrefix(filepath.Ext(cmd.Out), "."))),
		Numbers: export.Numbers(cmd.Numbers), Why: cmd.Why, Kind: org.Kind(cmd.Kind)}
	req.Workers = registry.Filter{District: cmd.District, RankEver: cmd.RankEver}
	req.Imports = intake.Filter{Kind: cmd.Kind, State: intake.State(cmd.State)}
	req.Audit.Action = cmd.Action
	today := date.On(a.DB.Now())
	var err error
	for _, d := range []struct {
		flag, text string
		to         *date.Day
	}{{"from", cmd.From, &req.Audit.From}, {"to", cmd.To, &req.Audit.To}} {
		if d.text == "" {
			continue
		}
		if *d.to, err = date.Parse(d.text); err != nil {
			return req, fieldFault(d.flag, "cli.date_unreadable", d.text)
		}
	}
	if cmd.List == export.Leavers {
		if err := req.Import.UnmarshalText([]byte(cmd.Import)); err != nil {
			return req, err
		}
	}
	if cmd.List == export.Rows {
		q := asked{On: cmd.On, Where: cmd.Where, Block: cmd.Block}
		if req.Figure, err = q.request(cmd.Figure, today); err != nil {
			return req, err
		}
	}
	if cmd.Org == "" {
		return req, nil
	}
	return req, a.DB.ReadTx(c.ctx, func(tx *db.Tx) error {
		tree, err := a.Org.Tree(c.ctx, tx)
		if err == nil {
			req.Workers.Employer, err = tree.Find(cmd.Org)
		}
		return err
	})
}
