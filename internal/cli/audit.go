package cli

import (
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

type auditCmd struct {
	List   auditListCmd   `cmd:"" help:"Search the audit log, newest first."`
	Verify auditVerifyCmd `cmd:"" help:"Compare the audit log with what was sealed, part by part."`
}

type auditListCmd struct {
	Who     string `help:"Only by this user: login or id, or operator." placeholder:"LOGIN"`
	Action  string `help:"Only this action."`
	Subject string `help:"Only about this, e.g. user:4711; an id alone is of any kind." placeholder:"KIND:ID"`
	Kind    string `help:"Only about this kind: user, token, worker, import, call, filing, figure."`
	Outcome string `help:"done, or refused: attempts that were turned away."`
	From    string `help:"From this day on." placeholder:"DATE"`
	To      string `help:"Up to this day." placeholder:"DATE"`
	After   int64  `help:"Only what follows this entry in the list." placeholder:"ID"`
	Limit   int    `default:"100" help:"At most so many."`
}

func (auditListCmd) Help() string {
	return "Example:\n  tuoxing audit list --who danyang --from 2026-11-01 --action worker.reveal\n\nThe whole log as a file: tuoxing export audit."
}

// Run searches the log.
func (cmd *auditListCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		f := account.LogFilter{Who: cmd.Who, Act: cmd.Action, Kind: cmd.Kind, ID: cmd.Subject, Outcome: cmd.Outcome, After: cmd.After, Limit: cmd.Limit}
		if kind, id, ok := strings.Cut(cmd.Subject, ":"); ok {
			f.Kind, f.ID = kind, id
		}
		for _, d := range []struct {
			flag, text string
			to         *date.Day
		}{{"from", cmd.From, &f.From}, {"to", cmd.To, &f.To}} {
			if d.text == "" {
				continue
			}
			var err error
			if *d.to, err = date.Parse(d.text); err != nil {
				return fieldFault(d.flag, "cli.date_unreadable", d.text)
			}
		}
		log, err := a.Accounts.ReadLog(c.ctx, who, f)
		if err != nil {
			return err
		}
		return c.printLog(log)
	})
}

// logEntry is an entry as --json prints it: as the log holds it, with the login of who did it.
type logEntry struct {
	audit.Entry
	Login string `json:"login,omitempty"`
	Kind  string `json:"kind,omitempty"`
	About string `json:"about,omitempty"`
}

func (c *console) printLog(log account.Log) error {
	if c.JSON {
		docs := make([]logEntry, len(log.Lines))
		for i, x := range log.Lines {
			docs[i] = logEntry{x.Entry, x.Login, x.Kind, x.ID}
		}
		c.printJSON(map[string]any{"entries": docs, "total": min(log.Total, audit.Counted), "more": log.Total > audit.Counted, "chain": log.Chain, "demo": c.demo})
		return nil
	}
	var rows [][]string
	for _, x := range log.Lines {
		by, act := x.Login, x.Action
		if x.User == 0 {
			by = c.p.T("audit.nobody")
		}
		if a, ok := audit.Find(x.Action); ok {
			act = c.p.T(a.Key())
		}
		about := x.ID
		if x.About != "" {
			about = x.About
		}
		number := ""
		if x.Number != 0 {
			number = strconv.FormatInt(x.Number, 10)
		}
		rows = append(rows, []string{c.p.Time(x.At), by, act, about, number})
	}
	c.table([]string{c.p.T("cli.at"), c.p.T("cli.login"), c.p.T("cli.act"), c.p.T("cli.about"), ">" + c.p.T("cli.number")}, rows)
	c.line("%s", c.p.T("cli.chain", log.Chain.Sealed, log.Chain.Open, log.Chain.Checked))
	c.mark()
	return nil
}

type auditVerifyCmd struct {
	Anew bool `help:"From the first entry, not from where the last walk ended."`
}

func (auditVerifyCmd) Help() string {
	return "Example:\n  tuoxing audit verify --anew\n\nGoes on to the end of the log and prints the first entry that differs, with exit code 1. tuoxing verify does the same together with the ledger."
}

// Run walks the chain to its end.
func (cmd *auditVerifyCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		for anew := cmd.Anew; ; anew = false {
			chain, err := a.Accounts.CheckLog(c.ctx, who, anew)
			if fault.Is(err, fault.Conflict) {
				return &differs{err}
			}
			if err != nil {
				return err
			}
			if chain.Checked < chain.Sealed {
				continue
			}
			if c.JSON {
				c.printJSON(map[string]any{"chain": chain, "demo": a.Demo})
				return nil
			}
			c.line("%s", c.p.T("cli.chain", chain.Sealed, chain.Open, chain.Checked))
			c.mark()
			return nil
		}
	})
}
