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
	List     string   `arg:"" help:"workers, certificates, organisations, imports, rows, leavers, blocks, audit or users."`
	Out      string   `required:"" help:"The file to write; its ending says how: .xlsx or .csv." placeholder:"FILE"`
	Numbers  string   `help:"workers: with ID and phone numbers, masked or full." placeholder:"masked|full"`
	Why      string   `help:"With --numbers full: the reason, which is logged with the look at each person."`
	Org      string   `help:"workers, certificates: only this employer; users: only this unit and those below it. Credit code or name." placeholder:"CODE"`
	District int32    `help:"workers, certificates, organisations: only this division." placeholder:"321181"`
	Rank     int      `help:"certificates: only this level." placeholder:"N"`
	Form     string   `help:"certificates: skill22, senior22, quals16, local20 or paper." placeholder:"FORM"`
	RankEver int      `help:"workers: at least this rank was ever held." placeholder:"N"`
	Kind     string   `help:"imports: only this kind of file; organisations: only this kind of unit; audit: only this kind of subject."`
	State    string   `help:"imports, users, certificates: only this state."`
	Import   string   `help:"leavers: the import whose absentees they are." placeholder:"ID"`
	Figure   string   `help:"rows: the figure that is opened."`
	Ended    bool     `help:"organisations: also those that were struck off."`
	On       string   `help:"rows, organisations: as of this day; today when not given." placeholder:"DATE"`
	Where    []string `help:"rows: keep only, e.g. district=321181; may be repeated." placeholder:"DIM=VALUE" sep:"none"`
	Block    int64    `help:"rows: as known when this block was sealed." placeholder:"B"`
	Action   string   `help:"audit: only this action."`
	Who      string   `help:"audit: only by this user: login, or operator." placeholder:"LOGIN"`
	Subject  string   `help:"audit: only about this, e.g. user:4711." placeholder:"KIND:ID"`
	Outcome  string   `help:"audit: done or refused."`
	Role     string   `help:"users: only this role."`
	From     string   `help:"audit: from this day on; certificates: issued from this day on." placeholder:"DATE"`
	To       string   `help:"audit: up to this day; certificates: issued up to this day." placeholder:"DATE"`
}

func (exportCmd) Help() string {
	return "Examples:\n  tuoxing export workers --org 丹阳市总工会 --out 职工名单.xlsx\n  tuoxing export rows --figure skilled_ever --on 2022-12-31 --out rows.csv\n\n" +
		"The last row of the file holds the control totals: number of rows, Σ of each column of numbers."
}

// Run writes a list into a file. A file that could not be finished is removed.
func (cmd *exportCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		req, err := cmd.request(c, a)
		if err != nil {
			return err
		}
		var sum export.Summary
		err = into(cmd.Out, func(open opener) (err error) {
			sum, err = a.Export.Write(c.ctx, who, c.p, req, open)
			return err
		})
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

type sheetCmd struct {
	Kind string `arg:"" help:"organisations, roster or certificates."`
	Out  string `required:"" help:"The file to write; its ending says how: .xlsx or .csv." placeholder:"FILE"`
	Org  string `help:"The unit whose list it is: credit code or name; the whole city when not given." placeholder:"CODE"`
	On   string `help:"The day as of which it is filled, 2006-01-02; today when not given." placeholder:"DATE"`
}

func (sheetCmd) Help() string {
	return "Example:\n  tuoxing sheet roster --org 丹阳市总工会 --out 花名册.xlsx\n\nCorrect the cells that are wrong and take the file in with tuoxing import roster --org …: exactly the changed rows change."
}

// Run writes a pre-filled sheet into a file.
func (cmd *sheetCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		req := export.SheetRequest{Kind: cmd.Kind, Format: formatOf(cmd.Out)}
		var err error
		if cmd.On != "" {
			if req.On, err = date.Parse(cmd.On); err != nil {
				return fieldFault("on", "cli.date_unreadable", cmd.On)
			}
		}
		if req.Unit, err = c.unit(a, cmd.Org); err != nil {
			return err
		}
		rows := int64(0)
		err = into(cmd.Out, func(open opener) (err error) {
			rows, err = a.Export.Sheet(c.ctx, who, c.p, req, open)
			return err
		})
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"kind": cmd.Kind, "rows": rows, "file": cmd.Out, "demo": a.Demo})
			return nil
		}
		c.line("%s", c.p.T("cli.exported", cmd.Out, rows))
		c.mark()
		return nil
	})
}

// opener is called by what writes a file, once nothing can refuse it any more.
type opener = func(name, mediaType string) (io.Writer, error)

// into writes a file for its owner alone. One that could not be finished is removed.
func into(path string, write func(open opener) error) error {
	var f *os.File
	err := write(func(string, string) (io.Writer, error) {
		var err error
		if f, err = os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
			return nil, fault.New(fault.Invalid, "cli.file_unwritable", path).Because(err)
		}
		return f, nil
	})
	if f == nil {
		return err
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// formatOf is what the ending of a file's name says.
func formatOf(path string) listing.Format {
	return listing.Format(strings.ToLower(strings.TrimPrefix(filepath.Ext(path), ".")))
}

// unit finds a unit by code or name; 0 for no text.
func (c *console) unit(a *app.App, text string) (unit org.UnitID, err error) {
	if text == "" {
		return 0, nil
	}
	err = a.DB.ReadTx(c.ctx, func(tx *db.Tx) error {
		tree, err := a.Org.Tree(c.ctx, tx)
		if err == nil {
			unit, err = tree.Find(text)
		}
		return err
	})
	return unit, err
}

// request reads the flags of the list that is asked for.
func (cmd *exportCmd) request(c *console, a *app.App) (export.Request, error) {
	req := export.Request{List: cmd.List, Format: formatOf(cmd.Out),
		Numbers: export.Numbers(cmd.Numbers), Why: cmd.Why}
	req.Workers = registry.Filter{District: cmd.District, RankEver: cmd.RankEver}
	req.Imports = intake.Filter{Kind: cmd.Kind, State: intake.State(cmd.State)}
	req.Units = registry.UnitFilter{Filter: org.Filter{Kind: org.Kind(cmd.Kind), District: cmd.District, Ended: cmd.Ended}}
	req.Audit = account.LogFilter{Who: cmd.Who, Act: cmd.Action, Outcome: cmd.Outcome}
	if kind, id, ok := strings.Cut(cmd.Subject, ":"); ok {
		req.Audit.Kind, req.Audit.ID = kind, id
	} else if req.Audit.ID = cmd.Subject; cmd.List == export.Audit {
		req.Audit.Kind = cmd.Kind
	}
	req.Users = account.Filter{Role: account.Role(cmd.Role), State: account.State(cmd.State)}
	today := date.On(a.DB.Now())
	var err error
	for _, d := range []struct {
		flag, text string
		to         *date.Day
	}{{"on", cmd.On, &req.Units.On}, {"from", cmd.From, &req.Audit.From}, {"to", cmd.To, &req.Audit.To}} {
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
	if cmd.List == export.Certificates {
		req.Certificates = registry.CertificateFilter{Rank: cmd.Rank, District: cmd.District, State: registry.Validity(cmd.State), From: req.Audit.From, To: req.Audit.To}
		if req.Certificates.Form, err = registry.ParseForm(cmd.Form); err != nil {
			return req, err
		}
	}
	req.Workers.Employer, err = c.unit(a, cmd.Org)
	req.Certificates.Employer = req.Workers.Employer
	req.Users.Under = req.Workers.Employer
	return req, err
}
